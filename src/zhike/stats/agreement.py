"""How far two ways of grouping the same things agree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def adjusted_rand(one: Ints, other: Ints) -> float:
    """The adjusted Rand index: 1 where both group alike, 0 on average by chance.

    What the groups are called does not matter. Two groupings that both put everything together,
    or both everything apart, agree.

    Args:
        one: Group of each thing, as whole numbers from 0 [n].
        other: Likewise [n].

    Examples:
        >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
        1.0
        >>> round(adjusted_rand(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])), 2)
        0.57

    References:
        Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of Classification 2,
        193-218, eq. 5.
    """
    wide = int(other.max(initial=0)) + 1
    cells = np.bincount(one * wide + other, minlength=(int(one.max(initial=0)) + 1) * wide)
    table = cells.reshape(-1, wide).astype(np.float64)
    together = _pairs(table)
    ours, theirs = _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    every = max(_pairs(np.array([float(len(one))])), 1.0)
    expected = ours * theirs / every
    most = (ours + theirs) / 2
    if most == expected:
        return 1.0
    return float((together - expected) / (most - expected))


def _pairs(counts: NDArray[np.float64]) -> float:
    return float((counts * (counts - 1) / 2).sum())
