"""Who will leave: boosted curves of attributes, judged on customers not learned from."""

from zhike.models.churn.additive import Additive, fitted
from zhike.models.churn.choosing import (
    KINDS,
    Tried,
    best_of,
    cross_validated,
    judged,
    tempering,
)
from zhike.models.churn.coding import Grouping, coded, grouping, groupings
from zhike.models.churn.leaving import Leaving, leaving
from zhike.models.churn.reasons import OF_SHOPS, Reason

__all__ = [
    "KINDS",
    "OF_SHOPS",
    "Additive",
    "Grouping",
    "Leaving",
    "Reason",
    "Tried",
    "best_of",
    "coded",
    "cross_validated",
    "fitted",
    "grouping",
    "groupings",
    "judged",
    "leaving",
    "tempering",
]
