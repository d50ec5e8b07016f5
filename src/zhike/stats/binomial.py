"""Whether a count is beyond chance: exact binomial tails, and many of them at once."""

from __future__ import annotations

from math import lgamma

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEPS = 300
TINY = 1e-300
EPSILON = 3e-15


def binomial_tail(hits: Floats, trials: Floats, share: float) -> Floats:
    """The chance of at least so many hits where each trial hits with the given share.

    Args:
        hits: At least so many, each at most its trials [k].
        trials: Of so many [k].
        share: Chance of one hit, strictly between 0 and 1.

    Returns:
        Chances [k].

    Examples:
        >>> hits, trials = np.array([0.0, 3.0, 2.0]), np.array([5.0, 3.0, 4.0])
        >>> binomial_tail(hits, trials, 0.5).round(6).tolist()
        [1.0, 0.125, 0.6875]

    References:
        Press, W. H. et al. (1992). Numerical Recipes in C, 2nd ed., 6.4 (the incomplete beta
        function by a continued fraction, and its relation to the binomial distribution).
    """
    certain = hits <= 0
    k, n = np.where(certain, 1.0, hits), np.where(certain, 1.0, trials)
    return np.where(certain, 1.0, _incomplete_beta(k, n - k + 1, share))


def discoveries(
    chances: Floats, times: Floats | None = None, *, rate: float = 0.05
) -> NDArray[np.bool_]:
    """Which of many tests stand when a false one among twenty is bearable (Benjamini-Hochberg).

    Args:
        chances: The chance of each result if there were nothing [k].
        times: How many tests gave that very chance [k]; None means one each.
        rate: Share of the discoveries that may be false.

    Examples:
        >>> discoveries(np.array([0.001, 0.2, 0.03, 0.012])).tolist()
        [True, False, True, True]

    References:
        Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
        Royal Statistical Society B 57, 289-300.
    """
    number = np.ones_like(chances) if times is None else times
    order = np.argsort(chances, kind="stable")
    ranks = np.cumsum(number[order])
    passed = np.flatnonzero(chances[order] <= rate * ranks / max(float(number.sum()), 1.0))
    if not passed.size:
        return np.zeros(chances.shape, dtype=np.bool_)
    found: NDArray[np.bool_] = chances <= chances[order][passed[-1]]
    return found


def _incomplete_beta(a: Floats, b: Floats, x: float) -> Floats:
    """I_x(a, b), by whichever side of the continued fraction converges fast."""
    mirrored = x > (a + 1) / (a + b + 2)
    one, other = np.where(mirrored, b, a), np.where(mirrored, a, b)
    at = np.where(mirrored, 1 - x, x)
    logs = np.array(
        [lgamma(p + q) - lgamma(p) - lgamma(q) for p, q in zip(one, other, strict=True)]
    )
    front = np.exp(logs + one * np.log(at) + other * np.log1p(-at))
    value = front * _continued_fraction(one, other, at) / one
    tail: Floats = np.where(mirrored, 1 - value, value)
    return tail


def _continued_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """Lentz's method; every element takes the same steps."""
    c = np.ones_like(a)
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    h = d.copy()
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _not_zero(1 + even * d)
        c = _not_zero(1 + even / c)
        h *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _not_zero(1 + odd * d)
        c = _not_zero(1 + odd / c)
        step = d * c
        h *= step
        if np.all(np.abs(step - 1) < EPSILON):
            break
    return h


def _not_zero(values: Floats) -> Floats:
    return np.where(np.abs(values) < TINY, TINY, values)
