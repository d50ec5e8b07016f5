"""Means of many small groups, drawn towards the whole by how little each of them knows.

Of many regions or products the best and the worst are mostly the smallest, by chance. Each is
therefore moved towards the mean of all: far where it has few observations, hardly where it has
many, and wholly where the groups differ no more than chance would make them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def shrunken_means(sums: Floats, squares: Floats, counts: Floats) -> Floats:
    """Means of groups of amounts, each with the same spread inside.

    Args:
        sums: Sum of each group [k].
        squares: Sum of the squares of each group [k].
        counts: Observations of each group, at least one [k].

    Returns:
        Shrunken means [k].

    Examples:
        >>> sums, counts = np.array([1000.0, 40.0]), np.array([100.0, 2.0])
        >>> shrunken_means(sums, np.array([20000.0, 900.0]), counts).round(1).tolist()
        [10.1, 14.9]

    References:
        DerSimonian, R. and Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical
        Trials 7, 177-188 (variance between groups). Efron, B. and Morris, C. (1975). Data
        analysis using Stein's estimator. JASA 70, 311-319.
    """
    if not counts.size:
        return counts
    means = sums / counts
    inside = float((squares - counts * means**2).sum()) / max(float(counts.sum()) - counts.size, 1)
    variances = np.maximum(inside, 0.0) / counts
    if not variances.any():  # no spread inside any group: each mean is known exactly
        return means
    between, centre = _between(means, variances)
    weight = between / (between + variances)
    shrunken: Floats = centre + weight * (means - centre)
    return shrunken


def shrunken_shares(hits: Floats, trials: Floats) -> Floats:
    """Shares of groups of yes and no, towards the share of the whole (beta-binomial).

    Examples:
        >>> hits, trials = np.array([300.0, 100.0, 2.0]), np.array([1000.0, 1000.0, 2.0])
        >>> shrunken_shares(hits, trials).round(2).tolist()
        [0.3, 0.1, 0.37]
    """
    if not trials.sum():
        return np.zeros_like(trials)
    whole, _, strength = shares_prior(hits, trials)
    return _towards(hits, trials, whole, strength)


def shares_prior(hits: Floats, trials: Floats) -> tuple[float, float, float]:
    """The share of the whole, how much the groups' true shares vary, and what the whole counts as.

    Returns:
        The share; the variance of the true shares around it; and the number of trials that the
        share of the whole counts as beside a group's own, infinite where groups do not differ.

    Examples:
        >>> whole, between, strength = shares_prior(np.array([3.0, 1.0]), np.array([10.0, 10.0]))
        >>> round(whole, 2), round(between, 3), round(strength, 1)
        (0.2, 0.004, 40.0)
    """
    whole = float(hits.sum() / trials.sum())
    known = trials > 0
    spread = whole * (1 - whole)
    between, _ = _between(hits[known] / trials[known], spread / trials[known])
    return whole, between, spread / between if between > 0 else np.inf


def shrunken_rates(events: Floats, exposures: Floats) -> Floats:
    """Rates of events by exposure, towards the rate of the whole (gamma-Poisson).

    Examples:
        >>> events, people = np.array([900.0, 100.0, 1.0]), np.array([1000.0, 1000.0, 1.0])
        >>> shrunken_rates(events, people).round(2).tolist()
        [0.9, 0.1, 0.69]
    """
    if not exposures.sum():
        return np.zeros_like(exposures)
    whole = float(events.sum() / exposures.sum())
    known = exposures > 0
    between, _ = _between(events[known] / exposures[known], whole / exposures[known])
    strength = whole / between if between > 0 else np.inf
    return _towards(events, exposures, whole, strength)


def _towards(events: Floats, exposures: Floats, whole: float, strength: float) -> Floats:
    if not np.isfinite(strength):
        return np.full(exposures.shape, whole)
    shrunken: Floats = (events + whole * strength) / np.maximum(exposures + strength, 1e-300)
    return shrunken


def _between(values: Floats, variances: Floats) -> tuple[float, float]:
    """How much true values differ (a variance), and their centre."""
    least = float(variances[variances > 0].min()) if variances.any() else 1.0
    weights = 1 / np.maximum(variances, least * 1e-6)
    centre = float((weights * values).sum() / weights.sum())
    excess = float((weights * (values - centre) ** 2).sum()) - (values.size - 1)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(excess / scale, 0.0) if scale > 0 else 0.0
    weights = 1 / np.maximum(variances + between, least * 1e-6)
    return between, float((weights * values).sum() / weights.sum())
