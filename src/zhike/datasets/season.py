"""When the simulated company sells: growth, months, weekdays, hours, festivals, and its clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from zhike.datasets.columns import DAY_SECONDS, NEVER, Flags, Floats, Ints
from zhike.datasets.company import SHARES, Company

EPOCH = date(1970, 1, 1)

# First day of the lunar year, from published almanacs.
SPRING_FESTIVALS: tuple[date, ...] = (
    date(2015, 2, 19), date(2016, 2, 8), date(2017, 1, 28), date(2018, 2, 16), date(2019, 2, 5),
    date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10),
    date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13),
    date(2030, 2, 3),
)  # fmt: skip


@dataclass(frozen=True)
class Season:
    """The planted calendar of a company.

    Attributes:
        weights: How many times as many orders as on a mean day, shape [days]; their mean is 1.
        elapsed: Weight that has passed before each day, shape [days + 1]. A customer who buys at
            a rate λ buys at the rate λ · weight on each day: purchases are a plain Poisson
            process in elapsed weight.
        arrivals: Share of new customers won by the end of each day, shape [days + 1].
        hours: Share of orders placed by the end of each hour, shape [25].
        events: Name of the festival of each day, "" on plain days.
        presale: Days on which goods are sold ahead, shape [days].
    """

    weights: Floats
    elapsed: Floats
    arrivals: Floats
    hours: Floats
    events: tuple[str, ...]
    presale: Flags

    @classmethod
    def of(cls, company: Company) -> Season:
        """The calendar of a company's words over its period."""
        plan = company.words["calendar"]
        days = [company.start + timedelta(days=number) for number in range(company.days)]
        plain = np.array(
            [plan["months"][day.month - 1] * plan["weekdays"][day.weekday()] for day in days]
        )
        festivals = _festivals(company, plan)
        factors = np.array([festivals.get(day, ("", 1.0))[1] for day in days])
        weights = plain * factors
        weights /= weights.mean()
        growth = (1 + SHARES.yearly_growth) ** (np.arange(company.days) / 365.25)
        won = growth * np.sqrt(weights)
        presale = np.array([any(_between(day, *span) for span in plan["presales"]) for day in days])
        return cls(
            weights=weights,
            elapsed=np.concatenate([[0.0], np.cumsum(weights)]),
            arrivals=np.concatenate([[0.0], np.cumsum(won) / won.sum()]),
            hours=np.concatenate([[0.0], np.cumsum(plan["hours"]) / sum(plan["hours"])]),
            events=tuple(festivals.get(day, ("", 1.0))[0] for day in days),
            presale=presale.astype(bool),
        )

    def day_at(self, elapsed: Floats) -> Ints:
        """The day on which so much weight has passed."""
        return np.searchsorted(self.elapsed, elapsed, side="right").astype(np.int64) - 1

    def calendar(self, start: date) -> pa.Table:
        """The planted truth: `day`, `weight`, `event`."""
        first = (start - EPOCH).days
        number = np.arange(first, first + len(self.weights), dtype=np.int32)
        return pa.table(
            {
                "day": pa.array(number).cast(pa.date32()),
                "weight": self.weights,
                "event": list(self.events),
            }
        )


def _festivals(company: Company, plan: dict[str, Any]) -> dict[date, tuple[str, float]]:
    found: dict[date, tuple[str, float]] = {}
    for year in range(company.start.year, company.end.year + 1):
        for name, first, last, times in plan["events"]:
            span = (date(year, *first), date(year, *last))
            found |= dict.fromkeys(_days(*span), (name, times))
        if company.language == "en":
            friday = _fourth_friday(year)
            found |= dict.fromkeys(_days(friday, friday + timedelta(3)), ("Black Friday", 3.2))
    for festival in SPRING_FESTIVALS:
        for name, first, last, times in plan["lunar_events"]:
            span = (festival + timedelta(first), festival + timedelta(last))
            found |= dict.fromkeys(_days(*span), (name, times))
    return found


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]


def _between(day: date, first: list[int], last: list[int]) -> bool:
    return tuple(first) <= (day.month, day.day) <= tuple(last)


def _fourth_friday(year: int) -> date:
    """The day after Thanksgiving, the fourth Thursday of November."""
    first = date(year, 11, 1)
    thursday = first + timedelta((3 - first.weekday()) % 7 + 21)
    return thursday + timedelta(1)


@dataclass(frozen=True)
class Clock:
    """Local seconds to UTC and back for whole columns, summer time included.

    Offsets are looked up by the hour, so that a column costs one indexing and works without the
    time-zone database of the platform.
    """

    first: int
    to_utc_offsets: Ints
    to_local_offsets: Ints

    @classmethod
    def of(cls, company: Company) -> Clock:
        """The clock of a company's zone, from two days before its start to a year after its end."""
        zone = ZoneInfo(company.words["timezone"])
        start = datetime.combine(company.start, datetime.min.time(), UTC) - timedelta(days=2)
        hours = range((company.days + 400) * 24)
        stamps = [start + timedelta(hours=number) for number in hours]
        local = [stamp.replace(tzinfo=zone).utcoffset() or timedelta() for stamp in stamps]
        utc = [stamp.astimezone(zone).utcoffset() or timedelta() for stamp in stamps]
        return cls(
            first=int(start.timestamp()) // 3600,
            to_utc_offsets=np.array([int(each.total_seconds()) for each in local]),
            to_local_offsets=np.array([int(each.total_seconds()) for each in utc]),
        )

    def to_utc(self, local: Ints) -> Ints:
        """UTC seconds of local ones; `NEVER` stays."""
        return self._shifted(local, -self.to_utc_offsets)

    def to_local(self, utc: Ints) -> Ints:
        """Local seconds of UTC ones; `NEVER` stays."""
        return self._shifted(utc, self.to_local_offsets)

    def _shifted(self, stamps: Ints, offsets: Ints) -> Ints:
        missing = stamps == NEVER
        known = np.where(missing, self.first * 3600, stamps)
        hour = np.clip(known // 3600 - self.first, 0, len(offsets) - 1)
        return np.where(missing, NEVER, known + offsets[hour])


def midnight(day: date) -> int:
    """Local seconds at the beginning of a day."""
    return (day - EPOCH).days * DAY_SECONDS
