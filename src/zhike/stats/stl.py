"""STL: a series as trend, season and remainder."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from zhike.stats.loess import loess
from zhike.stats.survival import Floats

INNER_LOOPS, ROBUST_INNER_LOOPS, ROBUST_OUTER_LOOPS = 5, 2, 15
SEASONAL_WINDOW = 7


@dataclass(frozen=True)
class Decomposition:
    """What adds up to a series.

    Attributes:
        trend: Slow movement [n].
        season: What repeats, itself changing slowly [n].
        remainder: What is left [n].
    """

    trend: Floats
    season: Floats
    remainder: Floats

    @property
    def trend_strength(self) -> float:
        """0 (none) to 1: how much of what is not seasonal is trend (Hyndman's F_T)."""
        return _strength(self.remainder, self.trend)

    @property
    def season_strength(self) -> float:
        """0 (none) to 1: how much of what is not trend is seasonal (Hyndman's F_S)."""
        return _strength(self.remainder, self.season)


def stl(
    values: Floats,
    period: int,
    *,
    seasonal: int | None = SEASONAL_WINDOW,
    trend: int | None = None,
    robust: bool = False,
) -> Decomposition:
    """Seasonal-trend decomposition by loess.

    Args:
        values: Evenly spaced, at least two periods [n].
        period: How many values make one cycle, at least 2.
        seasonal: Window of the seasonal loess, odd, at least 7: the larger, the steadier. None
            lets every cycle be the same, as a few cycles need.
        trend: Window of the trend's loess, odd; by default the least that keeps season and trend
            apart (equation 5 of the paper).
        robust: Whether outliers shall weigh less.

    Examples:
        >>> days = np.arange(28)
        >>> parts = stl(100 + days + np.where(days % 7 == 6, 30.0, 0.0), 7)
        >>> round(parts.season_strength, 2), round(parts.trend_strength, 2)
        (1.0, 1.0)

    References:
        Cleveland, R. B. et al. (1990). STL. Journal of Official Statistics 6(1), 3-73. Strengths:
        Hyndman, R. J. and Athanasopoulos, G. (2021). Forecasting: principles and practice, 3rd
        ed., section 4.3; after Wang, X., Smith, K. A. and Hyndman, R. J. (2006).
        Characteristic-based clustering for time series data. DMKD 13, 335-364.
    """
    window = seasonal or 10 * values.size + 1
    trend = trend or _odd(1.5 * period / (1 - 1.5 / window))
    low_pass, degree = _odd(period + 1), 0 if seasonal is None else 1
    weights: Floats | None = None
    level, season = np.zeros(values.size), np.zeros(values.size)
    for turn in range(ROBUST_OUTER_LOOPS + 1 if robust else 1):
        for _ in range(ROBUST_INNER_LOOPS if robust else INNER_LOOPS):
            cycles = _cycles(values - level, period, window, weights, degree)
            season = cycles[period:-period] - loess(_low_pass(cycles, period), low_pass)
            level = loess(values - season, trend, weights=weights)
        if robust and turn < ROBUST_OUTER_LOOPS:
            weights = _bisquare(values - level - season)
    return Decomposition(level, season, values - level - season)


def _cycles(
    values: Floats, period: int, window: int, weights: Floats | None, degree: int
) -> Floats:
    """Each place of the cycle smoothed over the cycles, one cycle more at both ends."""
    smoothed = np.empty(values.size + 2 * period)
    for place in range(period):
        part = values[place::period]
        at = np.arange(0.0, part.size + 2)
        own = None if weights is None else weights[place::period]
        smoothed[place::period] = loess(part, window, at=at, weights=own, degree=degree)
    return smoothed


def _low_pass(values: Floats, period: int) -> Floats:
    for window in (period, period, 3):
        values = np.convolve(values, np.full(window, 1 / window), "valid")
    return values


def _bisquare(remainder: Floats) -> Floats:
    """Weights of robust fitting: nothing beyond six median absolute remainders."""
    size = np.abs(remainder)
    reach = 6 * float(np.median(size))
    if reach <= 0:
        return np.ones(size.size)
    share = size / reach
    weights = np.where(share <= 0.001, 1.0, (1 - np.minimum(share, 1) ** 2) ** 2)
    return np.where(share > 0.999, 0.0, weights)


def _odd(least: float) -> int:
    whole = ceil(least)
    return whole + 1 - whole % 2


def _strength(remainder: Floats, part: Floats) -> float:
    together = float(np.var(remainder + part))
    return max(0.0, 1 - float(np.var(remainder)) / together) if together > 0 else 0.0
