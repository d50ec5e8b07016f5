"""How much more often than by chance a pair is bought together, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom, norm

from zhike.models.baskets.counting import Counted
from zhike.stats.binomial import discoveries

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Lifts:
    """One value a pair.

    Attributes:
        lift: How many times as often as by chance.
        low: Least of its interval.
        high: Most.
        chance: Of so many together if the products had nothing to do with one another.
        stands: Whether it is beyond chance, among all the pairs that could have been found.
    """

    lift: Floats
    low: Floats
    high: Floats
    chance: Floats
    stands: NDArray[np.bool_]


def lifts(found: Counted, share: float = 0.95, rate: float = 0.05) -> Lifts:
    """The lift of each pair.

    The interval is that of a ratio of shares of one multinomial, on the logarithm (delta method):
    var ln lift = (1/p_ab - 1/p_a - 1/p_b + 2 lift - 1) / N. The chance is exact (Fisher, one
    side). Pairs that were too rare to be counted are among those tested.

    Examples:
        >>> import pyarrow as pa
        >>> one = lambda *it: np.array(it)
        >>> both = Counted(100, pa.array(["cup", "tea"]), one(20, 25), one(0), one(1), one(10))
        >>> seen = lifts(both)
        >>> [round(float(it[0]), 2) for it in (seen.lift, seen.low, seen.high)]
        [2.0, 1.35, 2.96]

    References:
        Brin, S., Motwani, R. and Silverstein, C. (1997). Beyond market baskets: generalizing
        association rules to correlations. SIGMOD 1997, 265-276.
        Agresti, A. (2013). Categorical Data Analysis, 3rd ed., 16.1 (the delta method).
    """
    whole = max(found.baskets, 1)
    one, other = found.alone[found.first], found.alone[found.second]
    lift = found.together * whole / (one * other)
    variance = 1 / found.together - 1 / one - 1 / other + (2 * lift - 1) / whole
    wide = norm.ppf((1 + share) / 2) * np.sqrt(np.maximum(variance, 0))
    chance = np.asarray(hypergeom.sf(found.together - 1, whole, one, other), np.float64)
    return Lifts(
        lift=lift,
        low=lift * np.exp(-wide),
        high=lift * np.exp(wide),
        chance=chance,
        stands=_standing(chance, len(found.products), rate) & (lift > 1),
    )


def _standing(chance: Floats, products: int, rate: float) -> NDArray[np.bool_]:
    unseen = max(products * (products - 1) // 2 - len(chance), 0)
    times = np.append(np.ones(len(chance)), float(unseen))
    return discoveries(np.append(chance, 1.0), times, rate=rate)[: len(chance)]
