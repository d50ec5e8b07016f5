"""How far demand may be from what is expected: intervals of periods and of their sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv

from zhike.models.demand.smoothing import POWER

Floats = NDArray[np.float64]

NOMINAL = 0.9
SMALLEST = 1e-9
WIDENINGS = np.geomspace(1.0, 6.0, 64)
"""By what standard deviations may be multiplied, so that intervals hold as much as they say."""


def variances(mean: Floats, rate: Floats, dispersion: Floats) -> Floats:
    """Variance of the error of each period to come [series, periods].

    An error stays in the level by the rate, so that the error h periods ahead is made of one of
    its own and of h - 1 that stayed.

    References:
        Hyndman, R. J. and Athanasopoulos, G. (2021). Forecasting: principles and practice, 3rd
        ed., section 8.7, table 8.8 (ETS(A,N,N)).
    """
    one = _one_ahead(mean, dispersion)
    steps = np.arange(mean.shape[1])
    return one * (1 + steps[None, :] * rate[:, None] ** 2)


def variance_of_sum(mean: Floats, rate: Floats, dispersion: Floats) -> Floats:
    """Variance of the error of the sum of all periods to come [series].

    References:
        Snyder, R. D., Koehler, A. B., Hyndman, R. J. and Ord, J. K. (2004). Exponential smoothing
        models: means and variances for lead-time demand. European Journal of Operational Research
        158(2), 444-455 (local level model).
    """
    one = _one_ahead(mean, dispersion)
    left = np.arange(mean.shape[1])[::-1]
    total: Floats = (one * (1 + left[None, :] * rate[:, None]) ** 2).sum(axis=1)
    return total


def _one_ahead(mean: Floats, dispersion: Floats) -> Floats:
    floor = np.maximum(mean.mean(axis=1, keepdims=True), SMALLEST) / 20
    spread: Floats = dispersion[:, None] * np.maximum(mean, floor) ** POWER
    return np.maximum(spread, SMALLEST)


def quantile(mean: Floats, variance: Floats, share: float) -> Floats:
    """The value below which demand stays with a probability: a gamma of this mean and variance."""
    mean = np.maximum(mean, SMALLEST)
    shape = np.maximum(mean**2 / variance, SMALLEST)
    found: Floats = gammaincinv(shape, share) * variance / mean
    return found


def interval(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The ends between which demand lies nine times of ten; the mean is always between them."""
    low, high = (quantile(mean, variance, share) for share in (0.05, 0.95))
    return np.minimum(low, mean), np.maximum(high, mean)


def inside(came: Floats, mean: Floats, variance: Floats) -> NDArray[np.bool_]:
    """Whether what came lies within the interval."""
    low, high = interval(mean, variance)
    return np.asarray((came >= low) & (came <= high))


def widening(came: Floats, mean: Floats, variance: Floats, target: float = NOMINAL) -> float:
    """By what standard deviations are to be multiplied so that intervals hold their share.

    Args:
        came: What came, where it had been foretold [cases].
        mean: What had been foretold [cases].
        variance: With what variance [cases].
        target: The share that is to lie within.
    """
    if not came.size:
        return 1.0
    mean, came = np.maximum(mean, SMALLEST), np.maximum(came, 0)

    def holds(place: int) -> bool:
        wide = variance * WIDENINGS[place] ** 2
        below = gammainc(np.maximum(mean**2 / wide, SMALLEST), came * mean / wide)
        return bool(((below >= 0.05) & (below <= 0.95)).mean() >= target)

    few, enough = 0, WIDENINGS.size - 1
    while few < enough:
        middle = (few + enough) // 2
        few, enough = (few, middle) if holds(middle) else (middle + 1, enough)
    return float(WIDENINGS[few])
