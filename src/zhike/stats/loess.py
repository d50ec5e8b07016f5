"""Loess: a line fitted to the neighbours of each point, near ones weighing more."""

from __future__ import annotations

import numpy as np

from zhike.stats.survival import Floats, Ints

NEAR, FAR = 0.001, 0.999  # of the bandwidth: within it weighs fully, beyond it not at all


def loess(
    values: Floats,
    window: int,
    *,
    at: Floats | None = None,
    weights: Floats | None = None,
    degree: int = 1,
) -> Floats:
    """Locally linear regression with tricube weights on evenly spaced points.

    As in STL: a window longer than the series widens the bandwidth instead.

    Args:
        values: At 1, 2, … n [n].
        window: How many neighbours count; odd.
        at: Where to smooth, by default at every point; may lie outside 1 … n [m].
        weights: Of each value, such as those of robust fitting [n].
        degree: 1 fits lines, 0 means.

    Returns:
        Smoothed values [m]; where no neighbour has any weight, the nearest value itself.

    Examples:
        >>> loess(np.array([1.0, 2.0, 3.0, 4.0]), 3).round(6).tolist()
        [1.0, 2.0, 3.0, 4.0]

    References:
        Cleveland, W. S., Cleveland, R. B., McRae, J. E. and Terpenning, I. (1990). STL: a
        seasonal-trend decomposition procedure based on loess. Journal of Official Statistics
        6(1), 3-73, section 2.1 and the routine `est`.
    """
    size = values.size
    points = np.arange(1.0, size + 1) if at is None else at
    left = _left_ends(points, size, window)
    places: Ints = left[:, None] + np.arange(min(window, size))
    distances = np.abs(places + 1 - points[:, None])
    reach = np.maximum(points - (left + 1), left + places.shape[1] - points)
    reach = reach + (window - size) // 2 if window > size else reach
    tricube = (1 - np.minimum(distances / np.maximum(reach, 1e-300)[:, None], 1) ** 3) ** 3
    kernel: Floats = np.where(distances <= NEAR * reach[:, None], 1.0, tricube)
    kernel = np.where(distances <= FAR * reach[:, None], kernel, 0.0)
    if weights is not None:
        kernel = kernel * weights[places]
    total = kernel.sum(axis=1, keepdims=True)
    alone = total[:, 0] <= 0
    kernel /= np.where(total > 0, total, 1.0)
    if degree:
        kernel = _tilted(kernel, places.astype(np.float64) + 1, points, size)
    smoothed: Floats = (kernel * values[places]).sum(axis=1)
    nearest = np.clip(np.rint(points).astype(np.int64) - 1, 0, size - 1)
    return np.where(alone, values[nearest], smoothed)


def _left_ends(points: Floats, size: int, window: int) -> Ints:
    """The first neighbour of each point, from 0: centred where there is room on both sides."""
    if window >= size:
        return np.zeros(points.size, dtype=np.int64)
    centred = np.rint(points).astype(np.int64) - 1 - (window - 1) // 2
    return np.clip(centred, 0, size - window)


def _tilted(kernel: Floats, places: Floats, points: Floats, size: int) -> Floats:
    """Weights of a local mean turned into those of a local line, where points are spread enough."""
    centre = (kernel * places).sum(axis=1, keepdims=True)
    spread = (kernel * (places - centre) ** 2).sum(axis=1, keepdims=True)
    enough = np.sqrt(spread) > NEAR * (size - 1)
    slope = np.where(enough, (points[:, None] - centre) / np.where(enough, spread, 1.0), 0.0)
    tilted: Floats = kernel * (slope * (places - centre) + 1)
    return tilted
