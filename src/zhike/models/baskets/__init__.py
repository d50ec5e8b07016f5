"""Market baskets: which products are bought together more often than chance would have it."""

from zhike.models.baskets.counting import Counted, counted
from zhike.models.baskets.lift import Lifts, lifts

__all__ = ["Counted", "Lifts", "counted", "lifts"]
