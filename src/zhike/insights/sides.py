"""What is compared with what: two periods, with earlier ones to know noise by, or two segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import ibis
import ibis.expr.types as ir

from zhike.catalogue import Period
from zhike.errors import ParameterError
from zhike.i18n import lazy

Against = Literal["previous", "last_year"]
EARLIER_PAIRS = 3
NOW, BEFORE = 0, 1


@dataclass(frozen=True)
class Sides:
    """Sides of a comparison, by number: 0 is what is explained, 1 what it is compared with.

    Attributes:
        periods: Period of each side, disjoint; of two segments the same one twice.
        pairs: Which sides are compared: the pair to explain, then earlier ones like it.
        as_of: Day to look back from.
        members: For two segments, their customers: `customer_id`, `side`.
    """

    periods: tuple[Period, ...]
    pairs: tuple[tuple[int, int], ...]
    as_of: date
    members: ir.Table | None = None

    @classmethod
    def of_periods(cls, period: Period, against: Against, as_of: date, first_on: date) -> Sides:
        """A period and the one before it or the same of last year, and earlier such pairs.

        Raises:
            ParameterError: The whole time has nothing before it.
        """
        wanted: list[Period] = []
        pairs: list[tuple[int, int]] = []
        after: Period | None = period
        while after is not None and len(pairs) <= EARLIER_PAIRS:
            before = after.previous() if against == "previous" else after.last_year()
            # A first period knows no refunds of earlier orders and nobody who came back.
            if before is None or (pairs and before.from_on - first_on < timedelta(before.days)):
                break
            places = [_place(wanted, item) for item in (after, before)]
            pairs.append((places[0], places[1]))
            after = after.previous()
        if not pairs:
            raise ParameterError.out_of_bounds(
                "period", str(period), lazy("a period that has another one before it")
            )
        return cls(tuple(wanted), tuple(pairs), as_of)

    @classmethod
    def of_segments(cls, period: Period, one: ir.Table, other: ir.Table, as_of: date) -> Sides:
        """Two sets of customers in one period; who is in both counts with the first."""
        mine = one.select("customer_id").distinct()
        theirs = other.select("customer_id").distinct().anti_join(mine, "customer_id")
        members = mine.mutate(side=ibis.literal(NOW)).union(
            theirs.mutate(side=ibis.literal(BEFORE))
        )
        return cls((period, period), ((NOW, BEFORE),), as_of, members)

    @property
    def spans_days(self) -> tuple[int, ...]:
        """How many days of each side have passed."""
        return tuple(max((self._end(item) - item.from_on).days, 1) for item in self.periods)

    def placed(self, rows: ir.Table, on: str) -> ir.Table:
        """The rows that belong to a side, with its number as `side`."""
        day = rows[on]
        if self.members is not None:
            period = self.periods[NOW]
            inside = rows.filter(day >= period.from_on, day < period.to_on)
            members = self.members.rename(member_id="customer_id")
            joined = inside.inner_join(members, inside.customer_id == members.member_id)
            return joined.drop("member_id")
        first = min(item.from_on for item in self.periods)
        last = max(item.to_on for item in self.periods)
        side = ibis.cases(
            *(
                ((day >= item.from_on) & (day < item.to_on), number)
                for number, item in enumerate(self.periods)
            )
        )
        inside = rows.filter(day >= first, day < last).mutate(side=side.cast("int64"))
        return inside.filter(inside.side.notnull())

    def start_of(self, side: ir.IntegerValue) -> ir.DateValue:
        """The first day of each row's side."""
        return _by_side(side, [item.from_on for item in self.periods])

    def horizon_of(self, side: ir.IntegerValue) -> ir.DateValue:
        """The day by which each side is as old as the newest one is on the day looked from."""
        newest = max(self._end(item) for item in self.periods)
        lag = self.as_of - newest
        return _by_side(side, [self._end(item) + lag for item in self.periods])

    def _end(self, period: Period) -> date:
        return min(period.to_on, max(self.as_of, period.from_on + timedelta(days=1)))


def _place(periods: list[Period], period: Period) -> int:
    if period not in periods:
        periods.append(period)
    return periods.index(period)


def _by_side(side: ir.IntegerValue, days: Sequence[date]) -> ir.DateValue:
    return ibis.cases(*((side == number, ibis.literal(day)) for number, day in enumerate(days)))
