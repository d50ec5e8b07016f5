"""How many groups there are, and whether any number of them is more than a convenient cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhike.models.clusters.kmeans import Fit, kmeans, nearest
from zhike.stats.agreement import adjusted_rand

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED = 20250601
LEAST_GROUPS, MOST_GROUPS = 2, 10
POINTS_TRIED = 2000
AGAIN, CLOUDS = 6, 3
STABLE = 0.75
"""From here on groups found again in resampled customers are called the same; Hennig (2007) takes
the same bound for a group's Jaccard similarity."""
BEYOND_A_CLOUD = 0.08
"""Silhouette that groups must have above a cloud without any."""
AS_GOOD = 0.9
"""What stands out by so much of the most is as good, and the finer is taken."""


@dataclass(frozen=True)
class Trial:
    """How one number of groups did.

    Attributes:
        groups: The number.
        silhouette: Mean silhouette: 1 where groups are tight and far apart, 0 where they touch.
        cloud: The same of a cloud without groups that is as wide, and as slanted, as the data.
        stability: Mean adjusted Rand index with groups of resampled customers.
    """

    groups: int
    silhouette: float
    cloud: float
    stability: float

    @property
    def beyond(self) -> float:
        """By how much the groups are further apart than those of the cloud."""
        return self.silhouette - self.cloud

    @property
    def is_natural(self) -> bool:
        """Whether groups so many are found again, and more apart than a cloud would have them."""
        return self.stability >= STABLE and self.beyond >= BEYOND_A_CLOUD


@dataclass(frozen=True)
class Choice:
    """The number of groups, and why.

    Attributes:
        fit: The groups of the points that were tried, that many.
        trials: Every number tried.
        natural: Whether the data show that number; else it is only a convenient cut.
    """

    fit: Fit
    trials: tuple[Trial, ...]
    natural: bool

    @property
    def trial(self) -> Trial:
        """The trial of the number that was chosen."""
        return next(it for it in self.trials if it.groups == len(self.fit.centres))


def chosen(points: Floats, groups: int = 0) -> Choice:
    """Try two to ten groups, and choose.

    Of the numbers whose groups are stable and stand out from a cloud without groups, the one
    that stands out most, and of those nearly as good the finest; where there is none, the most
    stable. Silhouettes alone like two groups too well: any long cloud is cut well in two, which
    the cloud beside it shows.

    Args:
        points: On one scale, in an order drawn by lot [n, d]; the first 2,000 are used.
        groups: The number, where it is given; the others are tried all the same.

    References:
        Rousseeuw, P. J. (1987). Silhouettes. Journal of Computational and Applied Mathematics
        20, 53-65, eq. 2. Hennig, C. (2007). Cluster-wise assessment of cluster stability.
        Computational Statistics & Data Analysis 52, 258-271 (bootstrap). Liu, Y.,
        Hayes, D. N., Nobel, A. and Marron, J. S. (2008). Statistical significance of clustering
        for high-dimension, low-sample size data. JASA 103, 1281-1293 (one Gaussian
        cloud as what to compare with).
    """
    few = points[:POINTS_TRIED]
    distinct = len(np.unique(few, axis=0))
    most = min(MOST_GROUPS, distinct)
    clouds = [_cloud(few, at) for at in range(CLOUDS)]
    apart, aparts = distances(few), [distances(cloud) for cloud in clouds]
    fits, trials = list[Fit](), list[Trial]()
    for count in range(LEAST_GROUPS, most + 1):
        fit = kmeans(few, count, _chance(count))
        beside = [
            silhouette(away, kmeans(cloud, count, _chance(count), 1).labels)
            for cloud, away in zip(clouds, aparts, strict=True)
        ]
        fits.append(fit)
        trials.append(
            Trial(
                count,
                silhouette(apart, fit.labels),
                float(np.mean(beside)),
                _stability(few, fit, count),
            )
        )
    return _choice(fits, trials, min(groups, most))


def _choice(fits: list[Fit], trials: list[Trial], groups: int) -> Choice:
    natural = [it for it in trials if it.is_natural]
    if groups:
        best = next(it for it in trials if it.groups == groups)
    elif natural:
        least = AS_GOOD * max(it.beyond for it in natural)
        best = max((it for it in natural if it.beyond >= least), key=lambda it: it.groups)
    else:
        best = max(trials, key=lambda it: it.stability)
    return Choice(fits[trials.index(best)], tuple(trials), best.is_natural)


def distances(points: Floats) -> Floats:
    """The distance of each point from each [n, n]."""
    squares = (points**2).sum(axis=1)
    found = squares[:, None] + squares - 2 * points @ points.T
    return np.asarray(np.sqrt(np.maximum(found, 0, out=found), out=found))


def silhouette(apart: Floats, labels: Ints) -> float:
    """The mean silhouette of grouped points; who is alone in a group counts 0.

    Args:
        apart: As `distances` gives them [n, n].
        labels: Group of each, from 0 [n].

    Examples:
        >>> apart = distances(np.array([[0.0], [1.0], [10.0], [11.0]]))
        >>> round(silhouette(apart, np.array([0, 0, 1, 1])), 3)
        0.9
    """
    groups = int(labels.max()) + 1
    own = np.eye(groups)[labels]
    counts = own.sum(axis=0)
    sums = apart @ own
    everybody = np.arange(len(labels))
    others = counts[labels] - 1
    inside = sums[everybody, labels] / np.maximum(others, 1)
    means = sums / np.maximum(counts, 1)
    means[:, counts == 0] = np.inf
    means[everybody, labels] = np.inf
    outside = means.min(axis=1)
    widest = np.maximum(inside, outside)
    values = np.where(
        (others > 0) & (widest > 0), (outside - inside) / np.maximum(widest, 1e-300), 0
    )
    return float(values.mean())


def _stability(points: Floats, fit: Fit, groups: int) -> float:
    """How far groups of customers drawn again (with replacement) are those found."""
    found = []
    for at in range(AGAIN):
        chance = _chance(groups, at + 1)
        drawn = points[chance.integers(len(points), size=len(points))]
        again = kmeans(drawn, groups, chance, 2)
        found.append(adjusted_rand(fit.labels, nearest(points, again.centres)[0]))
    return float(np.mean(found))


def _cloud(points: Floats, at: int) -> Floats:
    """Points of one Gaussian cloud with the covariance of these."""
    centred = points - points.mean(axis=0)
    _, sizes, ways = np.linalg.svd(centred, full_matrices=False)
    drawn = np.random.default_rng([SEED, at]).standard_normal((len(points), len(sizes)))
    return np.asarray(drawn * (sizes / np.sqrt(len(points))) @ ways)


def _chance(*numbers: int) -> np.random.Generator:
    return np.random.default_rng([SEED, *numbers])
