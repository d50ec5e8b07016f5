"""Movement: who went from which class to which between any two days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import CUSTOMERS, REVENUE, coded
from zhike.analyses.movement_classes import NEW, NOT_YET, WORDS, both_days, moves_of
from zhike.blocks import Block, Chart, Column, Finding, Table, Text
from zhike.catalogue import Analysis, Needs, OneOf, Shown, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

DEFAULT_DAYS = 90
BEST = {"stage": ("loyal", "repeat"), "rfm": ("champions", "loyal"), "value": ("top", "high")}
"""The classes that one does not like to see anybody leave."""


@dataclass(frozen=True, kw_only=True)
class Movement(Analysis):
    """Follow customers from one class to another between two days.

    The thresholds of the second day hold on both, so that nobody moves without having done
    something, or without having been silent for longer.

    Args:
        by: "rfm" (the named segments), "stage" (lifecycle) or "value" (by rank of net revenue).
        since: First day; None means 90 days before the second.
        until: Second day; None means the day looked back from.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Movement(by="stage", since=date(2024, 11, 1)).run(corner_shop())
        >>> found.moves.select(["before", "after", "customers"]).to_pylist()[0]
        {'before': 'potential', 'after': 'potential', 'customers': 1}
    """

    name: ClassVar[str] = "movement"
    title: ClassVar[LazyText] = lazy("Movement between segments")
    question: ClassVar[LazyText] = lazy("Who left which segment, and where did they go?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    by: Annotated[
        str,
        OneOf(("rfm", "stage", "value")),
        lazy("Which classes: RFM segments, lifecycle stages or value."),
    ] = "rfm"
    since: Annotated[date | None, lazy("First day; empty is 90 days before the second.")] = None
    until: Annotated[date | None, lazy("Second day; empty is the day looked back from.")] = None

    def run(self, data: Shop) -> MovementResult:
        """The classes of both days, and how many went from which to which."""
        day = as_of_day(data, self.as_of)
        until = min(self.until or day, day)
        since = min(self.since or until - timedelta(days=DEFAULT_DAYS), until)
        members = both_days(data, day, self.by, since, until)
        moves = moves_of(members, self.by)
        return MovementResult(
            as_of=day,
            currency=data.currency,
            by=self.by,
            since=since,
            until=until,
            members=members,
            moves=moves,
            balance=_balance(moves, self.by),
        )


@dataclass(frozen=True, kw_only=True)
class MovementResult:
    """What the movement analysis found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        by: "rfm", "stage" or "value".
        since: First day.
        until: Second day.
        members: Lazy, one row a customer there on the second day: `customer_id`, `before`
            (`absent` where not there yet), `after`, `monetary`.
        moves: One row a pair of classes: `before`, `after`, `customers`, `revenue` (theirs, by
            the second day).
        balance: One row a class: `class`, `before` (customers on the first day), `stayed`,
            `left`, `joined`, `after`, `left_revenue` (of those who left).
    """

    as_of: date
    currency: str
    by: str
    since: date
    until: date
    members: ir.Table
    moves: pa.Table
    balance: pa.Table

    @property
    def _words(self) -> dict[str, LazyText]:
        return {NEW: NOT_YET, **WORDS[self.by]}

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many there are, how many moved, and how many are new."""
        rows = self.moves.to_pylist()
        old = [row for row in rows if row["before"] != NEW]
        there = sum(row["customers"] for row in old)
        moved = sum(row["customers"] for row in old if row["before"] != row["after"])
        return {
            "customers": float(sum(row["customers"] for row in rows)),
            "moved": float(moved),
            "moved_share": moved / there if there else None,
            "new": float(sum(row["customers"] for row in rows if row["before"] == NEW)),
        }

    def blocks(self) -> Iterator[Block]:
        """The flows, and the balance of each class."""
        numbers, days = self.numbers, self._days()
        yield Text(
            body=lazy(
                "Between {since} and {until}, {moved} customers changed their segment, {share} of "
                "those who were there; {new} are new. The thresholds of the second day hold on "
                "both days.",
                moved=Shown(numbers["moved"], "count"),
                share=Shown(numbers["moved_share"], "share"),
                new=Shown(numbers["new"], "count"),
                **days,
            )
        )
        title = lazy("From segment to segment between {since} and {until}", **days)
        words = self._words
        yield Chart(
            name="moves",
            title=title,
            option=charts.sankey(self.moves, "before", "after", "customers", labels=words),
            alternative=lazy("Flows: how many customers went from each segment to each other."),
            table=Table(
                name="moves",
                title=title,
                rows=self.moves,
                columns=(
                    coded("before", lazy("Before"), words),
                    coded("after", lazy("After"), words),
                    CUSTOMERS,
                    REVENUE,
                ),
            ),
        )
        yield self._balance_table()

    def _balance_table(self) -> Table:
        return Table(
            name="balance",
            title=lazy("Who left and who joined"),
            rows=self.balance,
            columns=(
                coded("class", lazy("Segment"), self._words),
                Column(name="before", label=lazy("On the first day"), format="count"),
                Column(name="stayed", label=lazy("Stayed"), format="count"),
                Column(name="left", label=lazy("Left"), format="count"),
                Column(name="joined", label=lazy("Joined"), format="count"),
                Column(name="after", label=lazy("On the second day"), format="count"),
                Column(name="left_revenue", label=lazy("Net revenue of who left"), format="amount"),
            ),
        )

    def _days(self) -> dict[str, Shown]:
        return {"since": Shown(self.since, "day"), "until": Shown(self.until, "day")}

    def findings(self) -> Iterator[Finding]:
        """Who left the best classes, and where most of them went."""
        rows = self.moves.to_pylist()
        words = self._words
        for name in BEST[self.by]:
            gone = [row for row in rows if row["before"] == name and self._fell(row)]
            there = sum(row["customers"] for row in rows if row["before"] == name)
            if not gone:
                continue
            most = max(gone, key=lambda row: (row["customers"], row["after"]))
            left = sum(row["customers"] for row in gone)
            revenue = sum(row["revenue"] for row in gone)
            yield Finding(
                code=f"movement_{self.by}_{name}",
                sentence=lazy(
                    "{left} of {there} customers fell from {segment} between {since} and {until}, "
                    "most of them ({count}) to {to}; they have brought {revenue} so far.",
                    left=Shown(left, "count"),
                    there=Shown(there, "count"),
                    segment=words[name],
                    count=Shown(most["customers"], "count"),
                    to=words[most["after"]],
                    revenue=Shown(revenue, "amount", self.currency),
                    **self._days(),
                ),
                tone="bad",
                amount=revenue,
                customers={"before": name, "after": most["after"]},
            )

    def _fell(self, row: Mapping[str, Any]) -> bool:
        """Whether a move leads to a worse class; a later stage is no worse unless it is the end."""
        if self.by == "stage":
            return bool(row["after"] == "lost")
        places = list(WORDS[self.by])
        return places.index(row["after"]) > places.index(row["before"])

    def customers(self, **cell: str) -> ir.Table:
        """Who made a move, such as `before="loyal", after="lost"`; everybody without one."""
        return customers_of(self.members, cell)


def _balance(moves: pa.Table, by: str) -> pa.Table:
    rows = moves.to_pylist()
    balance: list[dict[str, Any]] = []
    for name in WORDS[by]:
        before = [row for row in rows if row["before"] == name]
        after = [row for row in rows if row["after"] == name]
        stayed = sum(row["customers"] for row in before if row["after"] == name)
        counts = [sum(row["customers"] for row in part) for part in (before, after)]
        if any(counts):
            balance.append(
                {
                    "class": name,
                    "before": counts[0],
                    "stayed": stayed,
                    "left": counts[0] - stayed,
                    "joined": counts[1] - stayed,
                    "after": counts[1],
                    "left_revenue": sum(row["revenue"] for row in before if row["after"] != name)
                    + 0.0,
                }
            )
    kinds = [(name, pa.int64()) for name in ("before", "stayed", "left", "joined", "after")]
    schema = pa.schema([("class", pa.string()), *kinds, ("left_revenue", pa.float64())])
    return pa.Table.from_pylist(balance, schema=schema)
