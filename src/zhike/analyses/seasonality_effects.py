"""What weekdays, months, festivals and holidays do to revenue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from zhike.analyses.seasonality_series import Daily, Floats, Series
from zhike.catalogue.festivals import FESTIVALS, public_holidays, same_day_last_year
from zhike.i18n import LazyText
from zhike.stats import Decomposition

YEAR = 12
MONTHS_SHOWN = 13
SURE = 1.96


@dataclass(frozen=True, kw_only=True)
class Special:
    """The days that are no plain days.

    Attributes:
        holidays: Public holiday by its English name to its days.
        labels: The same names in both languages.
        days: All days of festivals and public holidays.
        lunar: Whether Chinese festivals matter.
    """

    holidays: dict[str, list[date]] = field(default_factory=dict)
    labels: dict[str, LazyText] = field(default_factory=dict)
    days: frozenset[date] = frozenset()
    lunar: bool = False


def special_days(daily: Daily, country: str, *, lunar: bool) -> Special:
    """The festivals and public holidays within the data."""
    if not daily.revenue.size:
        return Special(lunar=lunar)
    last = daily.days[-1]
    holidays: dict[str, list[date]] = {}
    labels: dict[str, LazyText] = {}
    for item in public_holidays(country, daily.first, last):
        holidays.setdefault(item.name, []).append(item.day)
        labels[item.name] = item.label
    days = {day for several in holidays.values() for day in several}
    if lunar:
        for _, _, first, after in festivals_between(daily.first.year, last.year):
            days |= {first + timedelta(days=n) for n in range((after - first).days)}
    return Special(holidays=holidays, labels=labels, days=frozenset(days), lunar=lunar)


def festivals_between(first: int, last: int) -> list[tuple[str, int, date, date]]:
    """Each festival of each year: name, year, first day, the day after the last."""
    return [
        (name, year, *stretch)
        for name, festival in FESTIVALS.items()
        for year in range(first, last + 1)
        if (stretch := festival.of(year)) is not None
    ]


def weekday_rows(daily: Daily, parts: Decomposition | None, special: Special) -> pa.Table:
    """Revenue of each weekday by the trend, on plain days.

    Returns:
        One row a weekday (1 Monday): `weekday`, `days`, `index` (100: a mean day), `low`, `high`
        (95 %).
    """
    days = daily.days if parts is not None else []
    trend = np.zeros(0) if parts is None else parts.trend
    ratios: list[list[float]] = [[] for _ in range(7)]
    for place, day in enumerate(days):
        if trend[place] > 0 and day not in special.days:
            ratios[day.weekday()].append(daily.revenue[place] / trend[place])
    if not all(ratios):
        ratios = []
    means = [float(np.mean(one)) for one in ratios]
    overall = float(np.mean(means)) if means else 0.0
    if overall <= 0:
        ratios, means = [], []
    widths = [SURE * float(np.std(one, ddof=1)) / len(one) ** 0.5 if len(one) > 1 else 0.0
              for one in ratios]  # fmt: skip
    return pa.table(
        {
            "weekday": pa.array(range(1, len(ratios) + 1), pa.int64()),
            "days": pa.array([len(one) for one in ratios], pa.int64()),
            "index": _floats(100 * mean / overall for mean in means),
            "low": _floats(
                100 * (mean - width) / overall for mean, width in zip(means, widths, strict=True)
            ),
            "high": _floats(
                100 * (mean + width) / overall for mean, width in zip(means, widths, strict=True)
            ),
        }
    )


def month_rows(months: Series) -> pa.Table:
    """Each calendar month by the twelve months around it, averaged over the years.

    Returns:
        One row a calendar month: `month_of_year` (1 to 12), `years`, `index` (100: a mean month);
        no rows with less than two years.
    """
    ratios: list[list[float]] = [[] for _ in range(YEAR)]
    around = _centred_mean(months.revenue)
    for place, mean in enumerate(around):
        if mean > 0:
            month = int(months.names[place + YEAR // 2].split("-")[1])
            ratios[month - 1].append(months.revenue[place + YEAR // 2] / mean)
    means = [float(np.mean(one)) for one in ratios] if all(ratios) else []
    overall = float(np.mean(means)) if means else 0.0
    means = means if overall > 0 else []
    return pa.table(
        {
            "month_of_year": pa.array(range(1, len(means) + 1), pa.int64()),
            "years": pa.array([len(one) for one in ratios][: len(means)], pa.int64()),
            "index": _floats(100 * mean / overall for mean in means),
        }
    )


def festival_rows(daily: Daily, parts: Decomposition | None, special: Special) -> pa.Table:
    """Each festival of each year that lies within the data, beside the same one a year before.

    Returns:
        `festival`, `year`, `from_on`, `last_on`, `revenue`, `usual` (trend and weekdays), `lift`
        (revenue by usual, less one), `growth_rate` (against the same festival a year before).
    """
    rows = []
    if parts is not None and special.lunar:
        usual = Daily(daily.first, np.maximum(parts.trend + parts.season, 0))
        revenue: dict[tuple[str, int], float] = {}
        last = daily.days[-1].year
        for name, year, first, after in festivals_between(daily.first.year, last):
            if not daily.holds(first, after):
                continue
            sold = float(daily.between(first, after).sum())
            expected = float(usual.between(first, after).sum())
            before = revenue.get((name, year - 1))
            revenue[name, year] = sold
            lift = sold / expected - 1 if expected > 0 else None
            growth = sold / before - 1 if before else None
            last_on = after - timedelta(days=1)
            rows.append((name, year, first, last_on, sold, expected, lift, growth))
    kinds = {
        "festival": pa.string(), "year": pa.int64(), "from_on": pa.date32(),
        "last_on": pa.date32(), "revenue": pa.float64(), "usual": pa.float64(),
        "lift": pa.float64(), "growth_rate": pa.float64(),
    }  # fmt: skip
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )


def holiday_rows(daily: Daily, parts: Decomposition | None, special: Special) -> pa.Table:
    """Public holidays over all years: `holiday`, `days`, `revenue`, `usual`, `lift`."""
    rows: list[tuple[str, int, float, float]] = []
    if parts is not None:
        usual = np.maximum(parts.trend + parts.season, 0)
        for name, days in special.holidays.items():
            places = [(day - daily.first).days for day in days]
            sold, expected = daily.revenue[places].sum(), usual[places].sum()
            rows.append((name, len(days), float(sold), float(expected)))
    return pa.table(
        {
            "holiday": pa.array([row[0] for row in rows], pa.string()),
            "days": pa.array([row[1] for row in rows], pa.int64()),
            "revenue": _floats(row[2] for row in rows),
            "usual": _floats(row[3] for row in rows),
            "lift": _floats(row[2] / row[3] - 1 if row[3] > 0 else None for row in rows),
        }
    )


def growth_rows(daily: Daily, months: Series, special: Special) -> pa.Table:
    """The last thirteen whole months beside the year before, by date and by festival.

    Returns:
        `month`, `revenue`, `last_year`, `growth_rate` (same dates), `aligned_last_year`,
        `aligned_growth_rate` (days near the Spring Festival by their distance from it); null
        where the data do not reach back.
    """
    rows: list[tuple[str, float, float | None, float | None]] = []
    for name, revenue in list(zip(months.names, months.revenue, strict=True))[-MONTHS_SHOWN:]:
        year, month = (int(part) for part in name.split("-"))
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        before = (first.replace(year=year - 1), after.replace(year=after.year - 1))
        days = [first + timedelta(days=n) for n in range((after - first).days)]
        fair = {same_day_last_year(day, lunar=special.lunar) for day in days}
        plain = float(daily.between(*before).sum()) if daily.holds(*before) else None
        places = sorted((day - daily.first).days for day in fair)
        reached = places[0] >= 0
        aligned = float(daily.revenue[places].sum()) if reached else None
        rows.append((name, float(revenue), plain, aligned))
    return pa.table(
        {
            "month": pa.array([row[0] for row in rows], pa.string()),
            "revenue": _floats(row[1] for row in rows),
            "last_year": _floats(row[2] for row in rows),
            "growth_rate": _floats(row[1] / row[2] - 1 if row[2] else None for row in rows),
            "aligned_last_year": _floats(row[3] for row in rows),
            "aligned_growth_rate": _floats(row[1] / row[3] - 1 if row[3] else None for row in rows),
        }
    )


def _centred_mean(values: Floats) -> Floats:
    """The mean of the twelve months around each, the two at the ends counting half."""
    if values.size <= YEAR:
        return np.zeros(0)
    kernel = np.concatenate([[0.5], np.ones(YEAR - 1), [0.5]]) / YEAR
    return np.convolve(values, kernel, "valid")


def _floats(values: Iterable[float | None]) -> pa.Array:
    return pa.array(list(values), pa.float64())
