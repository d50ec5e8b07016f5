"""K-means: Lloyd's steps from well spread starts, on points in memory or streamed past it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Chance = np.random.Generator

MOST_STEPS = 100
MOST_PASSES = 5
STILL = 1e-3
"""Centres that move less than so many spreads in a pass are at rest."""
CANDIDATES = 4


@dataclass(frozen=True)
class Fit:
    """Centres, and how near their points are.

    Attributes:
        centres: One a group [k, d].
        labels: The group of each point [n].
        inertia: Sum of the squared distances of the points from their centres.
    """

    centres: Floats
    labels: Ints
    inertia: float


def kmeans(points: Floats, groups: int, chance: Chance, starts: int = 4) -> Fit:
    """The best of several runs of Lloyd's algorithm, each from its own k-means++ start.

    Args:
        points: On one scale [n, d], at least as many as groups.
        groups: How many groups.
        chance: Where the starts come from.
        starts: How many runs.

    Examples:
        >>> points = np.array([[0.0], [0.2], [9.0], [9.2]])
        >>> fit = kmeans(points, 2, np.random.default_rng(0))
        >>> sorted(fit.centres.ravel().round(2).tolist()), round(fit.inertia, 2)
        ([0.1, 9.1], 0.04)

    References:
        Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on Information
        Theory 28, 129-137. Arthur, D. and Vassilvitskii, S. (2007). k-means++: the advantages of
        careful seeding. SODA 2007, 1027-1035, section 2.2 (D² weighting), and its closing remark
        for the several candidates of each draw.
    """
    runs = (lloyd(points, spread_out(points, groups, chance)) for _ in range(starts))
    return min(runs, key=lambda fit: fit.inertia)


def spread_out(points: Floats, groups: int, chance: Chance) -> Floats:
    """Starting centres by k-means++: each far from those before, the best of a few draws."""
    chosen = [int(chance.integers(len(points)))]
    near = _squares(points, points[chosen])[:, 0]
    for _ in range(1, groups):
        sums = np.cumsum(near)
        draws = np.searchsorted(sums, chance.random(CANDIDATES) * sums[-1])
        draws = np.minimum(draws, len(points) - 1)
        nearer = np.minimum(near[:, None], _squares(points, points[draws]))
        best = int(nearer.sum(axis=0).argmin())
        chosen.append(int(draws[best]))
        near = nearer[:, best]
    return points[chosen].copy()


def lloyd(points: Floats, centres: Floats) -> Fit:
    """Lloyd's steps until nobody changes groups; a group left empty takes the farthest point."""
    labels = np.full(len(points), -1)
    for _ in range(MOST_STEPS):
        found, near = nearest(points, centres)
        if np.array_equal(found, labels):
            break
        labels = found
        sums, counts = _sums(points, labels, len(centres))
        centres = sums / np.maximum(counts, 1)[:, None]
        empty = np.flatnonzero(counts == 0)
        if empty.size:
            centres[empty] = points[np.argsort(-near, kind="stable")[: empty.size]]
    found, near = nearest(points, centres)
    return Fit(centres, found, float(near.sum()))


def nearest(points: Floats, centres: Floats) -> tuple[Ints, Floats]:
    """The nearest centre of each point [n], the first of equals, and its squared distance [n]."""
    distances = _squares(points, centres)
    labels = distances.argmin(axis=1)
    return labels, distances[np.arange(len(points)), labels]


def refined(batches: Callable[[], Iterable[Floats]], centres: Floats) -> Floats:
    """Lloyd's steps over points that are streamed past, until the centres are at rest.

    Args:
        batches: Begins a pass over all points, some at a time [n, d].
        centres: To begin from, such as those of a sample [k, d].
    """
    for _ in range(MOST_PASSES):
        sums, counts = np.zeros_like(centres), np.zeros(len(centres))
        for points in batches():
            more, number = _sums(points, nearest(points, centres)[0], len(centres))
            sums += more
            counts += number
        moved = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
        way = float(np.abs(moved - centres).max(initial=0))
        centres = moved
        if way < STILL:
            break
    return centres


def _squares(points: Floats, centres: Floats) -> Floats:
    """Squared distances [n, k]."""
    products = points @ centres.T
    products *= -2
    products += (points**2).sum(axis=1)[:, None]
    products += (centres**2).sum(axis=1)
    return np.maximum(products, 0, out=products)


def _sums(points: Floats, labels: Ints, groups: int) -> tuple[Floats, Floats]:
    """The sum of the points of each group [k, d], and how many they are [k]."""
    sums = [np.bincount(labels, weights=column, minlength=groups) for column in points.T]
    return np.stack(sums, axis=1), np.bincount(labels, minlength=groups).astype(np.float64)
