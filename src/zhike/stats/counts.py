"""Statistics of values that come with how often each occurs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quantile_of_counts(
    values: NDArray[np.int64], counts: NDArray[np.int64], share: float
) -> int | None:
    """The least value that at least this share of the observations do not exceed.

    Args:
        values: Distinct values [k].
        counts: How often each occurs [k].
        share: 0 to 1.

    Returns:
        One of the values (the inverted distribution function); None without observations.

    Examples:
        >>> quantile_of_counts(np.array([2, 3, 9]), np.array([5, 3, 2]), 0.75)
        3
    """
    total = int(counts.sum())
    if total == 0:
        return None
    order = np.argsort(values)
    reached = np.cumsum(counts[order])
    needed = max(int(np.ceil(share * total - 1e-9)), 1)
    return int(values[order][np.searchsorted(reached, needed)])
