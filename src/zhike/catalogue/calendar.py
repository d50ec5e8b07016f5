"""Calendar periods by number: weeks, months, quarters that can be counted and compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

FIRST_MONDAY = date(1970, 1, 5)


@dataclass(frozen=True)
class Calendar:
    """Days as numbers of weeks (from Monday), months or quarters, and back.

    Attributes:
        unit: "week", "month" or "quarter".

    Examples:
        >>> quarters = Calendar("quarter")
        >>> quarters.number(date(2024, 5, 1)) - quarters.number(date(2023, 12, 31))
        2
        >>> quarters.text(quarters.number(date(2024, 5, 1)))
        '2024-Q2'
    """

    unit: str

    @property
    def _in_a_year(self) -> int:
        return {"month": 12, "quarter": 4}[self.unit]

    def number(self, day: date) -> int:
        """The number of the period that a day is in; the next period has one more."""
        if self.unit == "week":
            return (day - FIRST_MONDAY).days // 7
        return day.year * self._in_a_year + (day.month - 1) * self._in_a_year // 12

    def number_of(self, day: ir.DateValue) -> ir.IntegerValue:
        """The number of the period of each day of a column."""
        if self.unit == "week":
            monday = ibis.literal(FIRST_MONDAY)
            return (day.delta(monday, unit="day") // 7).cast("int64")
        if self.unit == "month":
            return (day.year() * 12 + day.month() - 1).cast("int64")
        return (day.year() * 4 + day.quarter() - 1).cast("int64")

    def text(self, number: int) -> str:
        """A period as people write it: "2024-03", "2024-Q1", or the Monday of the week."""
        if self.unit == "week":
            return (FIRST_MONDAY + timedelta(weeks=number)).isoformat()
        year, place = divmod(number, self._in_a_year)
        return f"{year}-{place + 1:02d}" if self.unit == "month" else f"{year}-Q{place + 1}"

    def text_of(self, day: ir.DateValue) -> ir.StringValue:
        """The period of each day of a column, as people write it."""
        if self.unit == "quarter":
            return day.year().cast("string") + "-Q" + ((day.month() + 2) // 3).cast("string")
        if self.unit == "month":
            return day.year().cast("string") + _two_digits(day.month())
        # Put together from its parts: engines write a truncated day as text in their own ways.
        monday = day.truncate("W")
        month, last = _two_digits(monday.month()), _two_digits(monday.day())
        return monday.year().cast("string") + month + last


def _two_digits(number: ir.IntegerValue) -> ir.StringValue:
    return (number < 10).ifelse("-0", "-") + number.cast("string")
