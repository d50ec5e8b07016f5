"""The level of many series at once, smoothed at the rate that would have foretold them best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from coreforecast.grouped_array import GroupedArray
from coreforecast.lag_transforms import ExponentiallyWeightedMean
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.6)
START = 13
"""How many of the first periods say where the level begins."""
POWER = 1.5
"""Variance grows as this power of the mean: between counts (1) and proportional noise (2)."""
TINY = 1e-12


@dataclass(frozen=True)
class Smoothed:
    """Levels by which a calendar is multiplied.

    Attributes:
        level: After the last period [series].
        earlier: The level half a cycle before, for its drift [series].
        rate: How much a new period moves the level, 0 to 1 [series].
        ahead: What was foretold of each period from those before it [series, periods].
    """

    level: Floats
    earlier: Floats
    rate: Floats
    ahead: Floats


def smoothed(sales: Floats, index: Floats, lag: int) -> Smoothed:
    """Discounted sales by the discounted calendar, at the best rate for each series.

    The level is what Harvey and Fernandes' filter of counts says: the sum of past sales by the sum
    of the calendar's index, both discounted; without a calendar it is simple exponential
    smoothing. The rate is the one of the grid with the least squared error one period ahead,
    errors weighed by the inverse of what was foretold.

    Args:
        sales: Not negative [series, periods].
        index: What the calendar says of each period, 1 on average [series, periods].
        lag: How many periods back the earlier level is taken.

    References:
        Harvey, A. C. and Fernandes, C. (1989). Time series models for count or qualitative
        observations. Journal of Business & Economic Statistics 7(4), 407-417.
    """
    series, periods = sales.shape
    start = min(START, periods)
    known = _with_start(sales, start), _with_start(index, start)
    least = np.full(series, np.inf)
    level, earlier, rate = np.zeros(series), np.zeros(series), np.zeros(series)
    ahead = np.zeros((series, periods))
    for candidate in RATES:
        sold, due = (_discounted(values, candidate) for values in known)
        levels = sold / np.maximum(due, TINY)
        foretold = levels[:, :-1] * index
        errors = (sales - foretold) ** 2 / np.maximum(foretold, TINY + foretold.mean() / 100)
        cost = errors[:, min(start, periods // 2) :].mean(axis=1)
        better = cost < least
        least = np.where(better, cost, least)
        level = np.where(better, levels[:, -1], level)
        earlier = np.where(better, levels[:, -1 - min(lag, periods)], earlier)
        rate = np.where(better, candidate, rate)
        ahead = np.where(better[:, None], foretold, ahead)
    return Smoothed(level, earlier, rate, ahead)


def _with_start(values: Floats, start: int) -> Floats:
    first = values[:, :start].mean(axis=1, keepdims=True)
    return np.hstack([first, values])


def _discounted(values: Floats, rate: float) -> Floats:
    """Exponentially weighted means, row by row [series, periods]."""
    series, periods = values.shape
    stops = np.arange(series + 1, dtype=np.int32) * periods
    grouped = GroupedArray(np.ascontiguousarray(values).ravel(), stops, num_threads=1)
    means = ExponentiallyWeightedMean(lag=0, alpha=rate).transform(grouped)
    return np.asarray(means, dtype=np.float64).reshape(series, periods)


def dispersion(sales: Floats, ahead: Floats) -> Floats:
    """How far sales were from what was foretold, by a power of what was foretold [series]."""
    floor = np.maximum(sales.mean(axis=1, keepdims=True), TINY) / 20
    scaled = (sales - ahead) ** 2 / np.maximum(ahead, floor) ** POWER
    start = min(START, sales.shape[1] // 2)
    found: Floats = np.maximum(np.nanmean(scaled[:, start:], axis=1), TINY)
    return found
