"""Companies whose truth is known: a corner shop to check by hand, and one of any size."""

from zhike.datasets.corner import corner_shop, corner_shop_tables
from zhike.datasets.simulation import Simulated, Truth, simulate

__all__ = ["Simulated", "Truth", "corner_shop", "corner_shop_tables", "simulate"]
