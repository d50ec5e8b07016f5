"""Ways to foretell demand: rules of thumb, smoothing, the calendar, and their mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from zhike.catalogue.festivals import CHINA, same_day_last_year
from zhike.models.demand.calendar import design_of, indices
from zhike.models.demand.smoothing import Smoothed, dispersion, smoothed

Floats = NDArray[np.float64]

WEEK = 7
CYCLE = {1: 7, 7: 52}
"""Periods in a cycle: a week of days, a year of weeks."""
DRIFT_LAG = {1: 28, 7: 13}
"""How far back a trend is measured."""
DAMPING = 0.95
DRIFT_SHARE = 0.5
"""Half of the drift goes on, as in the theta method."""
MOST_DRIFT = 0.02
NAIVE, SEASONAL_NAIVE = "naive", "seasonal_naive"
MODELS = (NAIVE, SEASONAL_NAIVE, "level", "calendar", "trend", "combined")


@dataclass(frozen=True)
class Known:
    """Sales up to a day, from which the time after it is foretold.

    Attributes:
        first: First day.
        daily: Sales a day, the whole in the first row [series, days].
        width: Days a period: 1 or 7; the days are a whole number of them.
        country: Whose festivals matter.
    """

    first: date
    daily: Floats
    width: int
    country: str

    @property
    def periods(self) -> int:
        """How many whole periods are known."""
        return int(self.daily.shape[1]) // self.width

    @property
    def sales(self) -> Floats:
        """Sales a period, not negative [series, periods]."""
        return np.maximum(summed(self.daily, self.width), 0.0)

    def until(self, periods: int) -> Known:
        """What was known after so many periods."""
        return Known(self.first, self.daily[:, : periods * self.width], self.width, self.country)


@dataclass(frozen=True)
class Foretold:
    """What one model says.

    Attributes:
        mean: What is expected, not negative [series, periods to come].
        rate: How much of an error stays in the level [series].
        dispersion: Variance one period ahead by a power of the mean [series].
    """

    mean: Floats
    rate: Floats
    dispersion: Floats


def summed(daily: Floats, width: int) -> Floats:
    """Sales of each period [series, periods]."""
    series, days = daily.shape
    found: Floats = daily.reshape(series, days // width, width).sum(axis=2)
    return found


def foretell(known: Known, ahead: int) -> Mapping[str, Foretold]:
    """What every model says of the periods to come, by its name."""
    sales = known.sales
    design = design_of(known.first, known.periods + ahead, known.width, known.country)
    index = indices(sales, design, known.width)
    lag, now = DRIFT_LAG[known.width], known.periods
    plain = smoothed(sales, np.ones(sales.shape), lag)
    dated = smoothed(sales, index[:, :now], lag)
    to_come = index[:, now:]
    last_year, season_ahead = _seasonal(known, ahead)
    flat = np.repeat(plain.level[:, None], ahead, axis=1)
    by_date = dated.level[:, None] * to_come
    drift = _drift(dated, lag, ahead)
    naive_ahead = np.hstack([sales[:, :1], sales[:, :-1]])
    parts = {
        NAIVE: Foretold(
            np.repeat(sales[:, -1:], ahead, axis=1),
            np.ones(len(sales)),
            dispersion(sales, naive_ahead),
        ),
        SEASONAL_NAIVE: Foretold(last_year, np.zeros(len(sales)), dispersion(sales, season_ahead)),
        "level": Foretold(flat, plain.rate, dispersion(sales, plain.ahead)),
        "calendar": Foretold(by_date, dated.rate, dispersion(sales, dated.ahead)),
        "trend": Foretold(by_date * drift, dated.rate, dispersion(sales, dated.ahead)),
    }
    return parts | {"combined": _combined(known, parts)}


def _combined(known: Known, parts: Mapping[str, Foretold]) -> Foretold:
    """The mean of all but the naive ones; last year joins in where there is one."""
    names = ["level", "calendar", "trend"]
    if known.width == WEEK and known.periods > CYCLE[WEEK]:
        names.append(SEASONAL_NAIVE)
    several = [parts[name] for name in names]
    smooth = several[:3]
    return Foretold(
        np.mean([one.mean for one in several], axis=0),
        np.mean([one.rate for one in smooth], axis=0),
        np.mean([one.dispersion for one in smooth], axis=0),
    )


def _drift(dated: Smoothed, lag: int, ahead: int) -> Floats:
    """By what the level is multiplied in each period to come, its growth slowing down."""
    grown = np.log(np.maximum(dated.level, 1e-12) / np.maximum(dated.earlier, 1e-12)) / lag
    a_period = DRIFT_SHARE * np.clip(grown, -MOST_DRIFT, MOST_DRIFT)
    steps = np.cumsum(DAMPING ** np.arange(1, ahead + 1))
    return np.exp(a_period[:, None] * steps[None, :])


def _seasonal(known: Known, ahead: int) -> tuple[Floats, Floats]:
    """The same days of the last cycle, to come and known; the naive rule where there are none.

    In China the days around the Spring Festival are those as far from the last one.
    """
    days = known.daily.shape[1]
    total = days + ahead * known.width
    if known.width == 1:
        back = np.arange(total) - WEEK
        while (back >= days).any():
            back = np.where(back >= days, back - WEEK, back)
    else:
        lunar = known.country == CHINA
        ordinals = [known.first + timedelta(days=number) for number in range(total)]
        before = [same_day_last_year(day, lunar=lunar) for day in ordinals]
        back = np.array([(day - known.first).days for day in before])
    there = (back >= 0) & (back < days)
    found = np.where(there, known.daily[:, np.clip(back, 0, days - 1)], 0.0)
    sums = np.maximum(summed(found, known.width), 0.0)
    whole = there.reshape(-1, known.width).all(axis=1)
    sales = known.sales
    naive = np.hstack([sales[:, :1], sales, np.repeat(sales[:, -1:], ahead, axis=1)])[
        :, : len(whole)
    ]
    filled = np.where(whole, sums, naive)
    return filled[:, known.periods :], filled[:, : known.periods]
