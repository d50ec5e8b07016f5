"""Periods: half-open stretches of business days, and what they are compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from zhike.catalogue.festivals import FESTIVALS
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy

MONTHS = {"month": 1, "quarter": 3, "year": 12}
_WORDS = lazy(
    "a month (2024-03), a quarter (2024-Q1), a year (2024), last-90-days, "
    "two days (2024-01-01..2024-02-01), "
    "a festival (2024-spring-festival, 2024-618, 2024-double-11) or all"
)


@dataclass(frozen=True)
class PeriodText:
    """A constraint: text that `Period.parse` reads."""

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        try:
            return isinstance(value, str) and bool(Period.parse(value, as_of=date(2000, 1, 1)))
        except ParameterError:
            return False

    def words(self) -> LazyText:
        """What is allowed."""
        return _WORDS


@dataclass(frozen=True)
class Period:
    """The days from `from_on` up to, but without, `to_on`.

    Attributes:
        kind: "month", "quarter", "year", "days", "all" or the name of a festival; it decides what
            comes before. A festival meets the same one a year before, wherever the moon puts it.

    Examples:
        >>> day = date(2024, 3, 15)
        >>> print(Period.parse("2024-Q1", as_of=day).previous())
        2023-Q4
        >>> print(Period.last_month(as_of=day))
        2024-02
        >>> Period.parse("last-90-days", as_of=day).from_on
        datetime.date(2023, 12, 16)
        >>> Period.parse("2024-spring-festival", as_of=day).last_year().from_on
        datetime.date(2023, 1, 21)
    """

    from_on: date
    to_on: date
    kind: str = "days"

    @classmethod
    def parse(cls, text: str, *, as_of: date, first_on: date | None = None) -> Period:
        """The period that a person wrote; empty means the last complete month.

        Args:
            text: "2024-03", "2024-Q1", "2024", "last-90-days", "2024-01-01..2024-02-01",
                "2024-double-11" or "all".
            as_of: Day to look back from.
            first_on: Day of the first order, where "all" begins.

        Raises:
            ParameterError: It is none of these.
        """
        written = text.strip().lower()
        if not written:
            return cls.last_month(as_of=as_of)
        if written == "all":
            return cls(min(first_on or as_of, as_of), as_of, "all")
        if match := re.fullmatch(r"last-([1-9]\d{0,4})-days?", written):
            return cls(as_of - timedelta(days=int(match[1])), as_of)
        try:
            period = cls._of_dates(written)
        except ValueError:
            period = None
        if period is None or period.from_on >= period.to_on:
            raise ParameterError.out_of_bounds("period", text, _WORDS)
        return period

    @classmethod
    def _of_dates(cls, written: str) -> Period | None:
        if match := re.fullmatch(r"([1-9]\d{3})", written):
            return _calendar(int(match[1]), 1, "year")
        if match := re.fullmatch(r"([1-9]\d{3})-?q([1-4])", written):
            return _calendar(int(match[1]), 3 * int(match[2]) - 2, "quarter")
        if match := re.fullmatch(r"([1-9]\d{3})-(\d{1,2})", written):
            return _calendar(int(match[1]), int(match[2]), "month")
        if match := re.fullmatch(r"([1-9]\d{3})-([a-z0-9-]+)", written):
            return _festival(match[2].replace("-", "_"), int(match[1]))
        first, dots, last = written.partition("..")
        return cls(date.fromisoformat(first), date.fromisoformat(last)) if dots else None

    @classmethod
    def last_month(cls, *, as_of: date) -> Period:
        """The last calendar month that had ended by the day."""
        ended = as_of.replace(day=1) - timedelta(days=1)
        return _calendar(ended.year, ended.month, "month")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.to_on - self.from_on).days

    @property
    def last_on(self) -> date:
        """Its last day."""
        return self.to_on - timedelta(days=1)

    @property
    def label(self) -> LazyText | str:
        """What people read."""
        if self.kind == "all":
            return lazy("the whole time")
        if self.kind in FESTIVALS:
            label = FESTIVALS[self.kind].label
            return lazy("{festival} {year}", festival=label, year=self.last_on.year)
        return str(self)

    def __str__(self) -> str:
        if self.kind == "all":
            return "all"
        if self.kind == "year":
            return f"{self.from_on.year}"
        if self.kind == "quarter":
            return f"{self.from_on.year}-Q{(self.from_on.month + 2) // 3}"
        if self.kind == "month":
            return f"{self.from_on:%Y-%m}"
        if self.kind in FESTIVALS:
            return f"{self.last_on.year}-{self.kind.replace('_', '-')}"
        return f"{self.from_on}..{self.to_on}"

    def previous(self) -> Period | None:
        """The period just before it, of the same kind; None before the whole time."""
        if self.kind == "all":
            return None
        if self.kind in MONTHS:
            return self._months_back(MONTHS[self.kind])
        return Period(self.from_on - timedelta(days=self.days), self.from_on)

    def last_year(self) -> Period | None:
        """The same period of the year before; None for the whole time.

        A festival is compared with the same festival.
        """
        if self.kind == "all":
            return None
        if self.kind in FESTIVALS:
            return _festival(self.kind, self.last_on.year - 1)
        if self.kind in MONTHS:
            return self._months_back(12)
        from_on = _year_before(self.from_on)
        return Period(from_on, from_on + timedelta(days=self.days))

    def _months_back(self, months: int) -> Period:
        began = _add_months(self.from_on, -months)
        return _calendar(began.year, began.month, self.kind)


def _calendar(year: int, month: int, kind: str) -> Period:
    from_on = date(year, month, 1)
    return Period(from_on, _add_months(from_on, MONTHS[kind]), kind)


def _festival(name: str, year: int) -> Period | None:
    stretch = FESTIVALS[name].of(year) if name in FESTIVALS else None
    return Period(*stretch, name) if stretch else None


def _add_months(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _year_before(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
