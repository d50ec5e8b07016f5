"""Daily sales of simulated shops whose expectation is known: for judging forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from zhike.datasets.season import SPRING_FESTIVALS

Floats = NDArray[np.float64]

WEEKDAYS = (0.9, 0.92, 0.95, 1.0, 1.1, 1.15, 0.98)


@dataclass(frozen=True)
class DailySales:
    """Sales of a shop by product.

    Attributes:
        first: The first day.
        daily: The whole in the first row, then its products [products + 1, days].
        expected: What was to be expected of each, before chance [products + 1, days].
    """

    first: date
    daily: Floats
    expected: Floats


def daily_sales(seed: int, days: int, products: int = 8) -> DailySales:
    """A shop drawn by chance: how large it is, how it grows, its season and its festivals.

    The level wanders; a year has its season; weekdays differ; sales rise before the Spring
    Festival and fall in it, by the moon, and rise for 618 and Double 11. Products share this to
    different degrees. Counts are overdispersed.

    Args:
        seed: Equal seeds give equal shops.
        days: How many.
        products: How many products.
    """
    rng = np.random.default_rng(seed)
    first = date(2021, 1, 1) + timedelta(days=int(rng.integers(0, 365)))
    calendar = [first + timedelta(days=number) for number in range(days)]
    time = np.arange(days)
    size = np.exp(rng.normal(3.5, 1.0))
    growth = rng.normal(0.1, 0.2) * time / 365
    wander = np.cumsum(rng.normal(0, 0.008, days))
    effects = _effects(rng, calendar)
    sizes = rng.dirichlet(np.full(products, 0.8)) * size
    rows, due = [], []
    for own in sizes:
        drift = wander + np.cumsum(rng.normal(0, 0.006, days))
        follows = rng.normal(1, 0.3)
        mean = own * np.exp(growth + drift + follows * effects)
        noise = rng.gamma(8.0, 1 / 8.0, days)
        rows.append(rng.poisson(mean * noise))
        due.append(mean)
    daily, expected = np.array(rows, dtype=np.float64), np.array(due)
    return DailySales(
        first,
        np.vstack([daily.sum(axis=0), daily]),
        np.vstack([expected.sum(axis=0), expected]),
    )


def _effects(rng: np.random.Generator, calendar: list[date]) -> Floats:
    """What the calendar adds to the logarithm of sales [days]."""
    turn = 2 * np.pi * np.array([day.timetuple().tm_yday for day in calendar]) / 365.25
    depth, peak = rng.uniform(0.05, 0.4), rng.uniform(0, 2 * np.pi)
    found: Floats = depth * np.cos(turn - peak)
    found = found + np.log(np.array(WEEKDAYS))[[day.weekday() for day in calendar]]
    before, during, mid_year, eleven = rng.uniform((0.1, 0.4, 0.2, 0.4), (0.5, 1.2, 0.8, 1.2))
    for place, day in enumerate(calendar):
        away = [(day - new_year).days for new_year in SPRING_FESTIVALS]
        found[place] += before * any(-21 <= gap < -1 for gap in away)
        found[place] -= during * any(-1 <= gap < 7 for gap in away)
        found[place] += mid_year * (day.month == 6 and 12 <= day.day <= 18)
        found[place] += eleven * (day.month == 11 and 5 <= day.day <= 11)
    return found
