"""Net revenue by day, week and month without gaps, and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.catalogue import Calendar, daily_amounts
from zhike.schema import Shop
from zhike.stats import Decomposition, stl

PERIODS = {"day": 7, "week": 52, "month": 12}
"""How many of each make one cycle: a week of days, a year of weeks or months."""
DAILY_TREND = 91
"""A quarter: a shopping festival of two weeks stays a bump, and does not become the trend."""
LEAST_DAYS = 28
LEAST_SOLD = 0.5
"""Share of days with a sale, below which daily revenue is too sparse to be taken apart."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Daily:
    """Net revenue of every day from the first purchase on, days without any as zero.

    Attributes:
        first: The first day.
        revenue: One value a day [n].
    """

    first: date
    revenue: Floats

    @property
    def days(self) -> list[date]:
        """The days [n]."""
        return [self.first + timedelta(days=number) for number in range(self.revenue.size)]

    def between(self, from_on: date, to_on: date) -> Floats:
        """The days from one up to, without, the other; those outside the data are left out."""
        begin, end = (from_on - self.first).days, (to_on - self.first).days
        return self.revenue[max(begin, 0) : max(end, 0)]

    def holds(self, from_on: date, to_on: date) -> bool:
        """Whether the data reach over all these days."""
        return self.first <= from_on and (to_on - self.first).days <= self.revenue.size


@dataclass(frozen=True)
class Series:
    """Revenue by period, whole periods only.

    Attributes:
        unit: "day", "week" or "month".
        names: The periods as people write them [n].
        revenue: One value a period [n].
        parts: Trend, season and remainder; None with less than two cycles.
    """

    unit: str
    names: list[str]
    revenue: Floats
    parts: Decomposition | None

    def rows(self) -> pa.Table:
        """`period`, `revenue`, `trend`, `season`, `remainder`; the parts null without them."""
        parts = self.parts
        nothing = pa.nulls(self.revenue.size, pa.float64())
        named = {
            "trend": nothing if parts is None else pa.array(parts.trend),
            "season": nothing if parts is None else pa.array(parts.season),
            "remainder": nothing if parts is None else pa.array(parts.remainder),
        }
        return pa.table(
            {
                "period": pa.array(self.names, pa.string()),
                "revenue": pa.array(self.revenue, pa.float64()),
                **named,
            }
        )


def daily_of(shop: Shop, day: date) -> Daily:
    """Net revenue by day up to the day looked back from."""
    amounts = daily_amounts(shop, day)
    rows = amounts.select(
        "day", "orders", revenue=(amounts.goods_amount - amounts.refund_amount).cast("float64")
    ).to_pyarrow()
    sold = [on for on, orders in zip(*_lists(rows, "day", "orders"), strict=True) if orders > 0]
    if not sold:
        return Daily(day, np.zeros(0))
    first = min(sold)
    revenue = np.zeros((day - first).days)
    for on, amount in zip(*_lists(rows, "day", "revenue"), strict=True):
        if on >= first:
            revenue[(on - first).days] += amount
    return Daily(first, revenue)


def series_of(daily: Daily, unit: str) -> Series:
    """The revenue of whole periods; "auto" takes months from two years on, else days."""
    if unit == "auto":
        months = series_of(daily, "month")
        return months if months.parts is not None else series_of(daily, "day")
    if unit == "day":
        return Series(unit, [day.isoformat() for day in daily.days], daily.revenue, parts_of(daily))
    calendar = Calendar(unit)
    numbers = np.array([calendar.number(day) for day in daily.days], dtype=np.int64)
    if not numbers.size:
        return Series(unit, [], np.zeros(0), None)
    # The first and the last period may lack days: they are whole where the next day begins one.
    begin = numbers[0] + (calendar.number(daily.first - timedelta(days=1)) == numbers[0])
    after = calendar.number(daily.first + timedelta(days=int(numbers.size)))
    whole = range(int(begin), after)
    sums: Floats = np.bincount(
        numbers - numbers[0], weights=daily.revenue, minlength=after - int(numbers[0])
    ).astype(np.float64)
    revenue = sums[int(begin - numbers[0]) :][: len(whole)]
    enough = revenue.size >= 2 * PERIODS[unit]
    parts = stl(revenue, PERIODS[unit], seasonal=None) if enough else None
    return Series(unit, [calendar.text(number) for number in whole], revenue, parts)


def parts_of(daily: Daily) -> Decomposition | None:
    """Trend over a quarter and weekdays; None with less than four weeks, or too few sales."""
    sold = np.count_nonzero(daily.revenue) / max(daily.revenue.size, 1)
    if daily.revenue.size < LEAST_DAYS or sold < LEAST_SOLD:
        return None
    return stl(daily.revenue, PERIODS["day"], seasonal=35, trend=DAILY_TREND, robust=True)


def _lists(rows: pa.Table, *names: str) -> list[list]:  # type: ignore[type-arg]
    return [rows[name].to_pylist() for name in names]
