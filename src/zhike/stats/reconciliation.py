"""Forecasts of a whole and of its parts, made to add up by weighted least squares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def reconciled(
    whole: Floats, parts: Sequence[Floats], whole_variance: Floats, part_variances: Sequence[Floats]
) -> tuple[Floats, list[Floats]]:
    """Forecasts as near as can be to the given ones whose parts add up to the whole.

    One whole is split in several ways (by product, by region …); each split must sum to it. The
    squared changes, weighted by the inverse variances, are least. For this shape of hierarchy the
    solution is closed: each split says what the whole is, and the whole becomes the mean of what
    it and its splits say, weighted by precision; what is missing then goes to the parts in
    proportion to their variances. No part becomes negative: one that would is set to nothing, and
    the others bear the rest.

    Args:
        whole: Forecast of the whole, not negative [periods].
        parts: Of each split the forecasts of its parts, not negative [parts, periods].
        whole_variance: Variance of the error of the whole, positive [periods].
        part_variances: Likewise for parts, each [parts, periods].

    Returns:
        The whole [periods] and the parts of each split.

    Examples:
        >>> whole, (shops,) = reconciled(
        ...     np.array([10.0]), [np.array([[4.0], [4.0]])], np.array([2.0]), [np.ones((2, 1))]
        ... )
        >>> whole.tolist(), shops.tolist()
        ([9.0], [[4.5], [4.5]])

    References:
        Wickramasuriya, S. L., Athanasopoulos, G. and Hyndman, R. J. (2019). Optimal forecast
        reconciliation for hierarchical and grouped time series through trace minimization.
        Journal of the American Statistical Association 114(526), 804-819; the weights are those
        of WLS with variances.
    """
    precision = 1 / whole_variance
    said, weight = whole * precision, precision.copy()
    for part, variance in zip(parts, part_variances, strict=True):
        own = 1 / variance.sum(axis=0)
        said += part.sum(axis=0) * own
        weight += own
    total = said / weight
    split = [
        _summing_to(total, part, variance)
        for part, variance in zip(parts, part_variances, strict=True)
    ]
    return total, split


def _summing_to(total: Floats, part: Floats, variance: Floats) -> Floats:
    """The nearest parts that are not negative and sum to the total [parts, periods]."""
    free = np.ones(part.shape, dtype=bool)
    found = part
    for _ in range(part.shape[0]):
        open_part, open_variance = np.where(free, part, 0.0), np.where(free, variance, 0.0)
        spread = open_variance.sum(axis=0)
        share = (total - open_part.sum(axis=0)) / np.where(spread > 0, spread, 1.0)
        found = open_part + share * open_variance
        negative = found < 0
        if not negative.any():
            break
        free &= ~negative
    found = np.maximum(found, 0.0)
    sums = found.sum(axis=0)
    even = np.broadcast_to(total / part.shape[0], part.shape)
    return np.where(sums > 0, found * (total / np.where(sums > 0, sums, 1.0)), even)
