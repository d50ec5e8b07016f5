"""What an explanation says: the change, its exact parts, and the causes that may be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import METRIC, Period, Shown
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.insights.causes import Cause
from zhike.insights.evidence import MetricName
from zhike.insights.facts import DIMENSIONS
from zhike.insights.sentences import finding_of
from zhike.insights.sides import BEFORE
from zhike.insights.sums import ALL, member_of
from zhike.insights.tree import EFFECTS
from zhike.insights.words import DRIVER_LABELS, member_label, where_label

SHOWN_MEMBERS = 30


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a metric differs between two periods, or two segments.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        metric: What is explained.
        period: The period.
        compared: What it is compared with.
        against: "previous", "last_year" or "segment".
        drivers: One row a driver of the tree: `driver`, `amount`; they sum to the change.
        members: One row a member of each dimension: `dimension`, `member`, `change`, `before`,
            `after`, and what each driver inside it adds; the changes of a dimension sum to the
            change, the drivers of a member to its own.
        causes: One row a change that chance does not explain, the most money first: `dimension`,
            `member`, `driver`, `before`, `after`, `change`, `amount`, `z`, `p`.
        noise: One row a driver: how many times as much as customer-level chance earlier pairs of
            periods moved (`factor`).
        chance: Standard error of the change: how far which customers happened to buy moves it.
        judged: How many candidates were looked at.
        pairs: How many earlier pairs of periods there were to learn noise from.
        products: Product to its name.
        facts: Lazy, one row a line sold or given back.
    """

    as_of: date
    currency: str
    metric: MetricName
    period: Period
    compared: Period
    against: str
    drivers: pa.Table
    members: pa.Table
    causes: pa.Table
    noise: pa.Table
    chance: float
    judged: int
    pairs: int
    products: Mapping[str, str] = field(repr=False)
    facts: ir.Table = field(repr=False)

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """The metric on both sides, its change, and how many causes there are."""
        whole = self._whole()
        return {
            "before": round(whole["before"], 8),
            "after": round(whole["after"], 8),
            "change": round(whole["change"], 8),
            "causes": float(self.causes.num_rows),
        }

    def told_causes(self) -> list[Cause]:
        """The causes as they were found."""
        return [Cause(**row) for row in self.causes.to_pylist()]

    def blocks(self) -> Iterator[Block]:
        """The change, the waterfall, the causes, and what each member adds."""
        yield Text(body=self._introduction())
        yield Text(body=self._verdict(), tone="note")
        metric = METRIC[self.metric]
        yield Number(
            name=self.metric,
            label=metric.label,
            value=self.numbers["after"],
            format=metric.format,
            definition=metric.definition,
            comparisons={self._comparison: self.numbers["before"]},
            direction=metric.direction,
        )
        yield self._waterfall()
        if self.causes.num_rows:
            yield self.causes_table()
        yield self._members_table()

    def findings(self) -> Iterator[Finding]:
        """The causes that chance does not explain, the most money first."""
        for cause in self.told_causes():
            yield finding_of(
                cause, self.currency, dict(self.products), is_money=self.metric == "net_revenue"
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers behind a cause: who bought or gave back on either side.

        Args:
            **cell: `dimension` and `member`, as a finding names them; without them everybody.

        Raises:
            ParameterError: There is no such dimension.
        """
        dimension = cell.get("dimension", ALL)
        if dimension not in (ALL, *DIMENSIONS):
            raise ParameterError.unknown(lazy("dimension"), dimension, (ALL, *DIMENSIONS))
        facts = self.facts.filter(self.facts.side <= BEFORE, self.facts.customer_id.notnull())
        wanted = facts.filter(member_of(facts, dimension) == cell.get("member", ""))
        now = wanted.side == 0
        return wanted.group_by("customer_id").agg(
            purchases=now.ifelse(wanted.orders, 0.0).sum(),
            purchases_before=now.ifelse(0.0, wanted.orders).sum(),
            revenue=now.ifelse(wanted.net - wanted.returned, 0.0).sum(),
            revenue_before=now.ifelse(0.0, wanted.net - wanted.returned).sum(),
        )

    @property
    def _comparison(self) -> str:
        names = {"previous": "previous period", "last_year": "same period last year"}
        return names.get(self.against, self.against)

    def _whole(self) -> dict[str, float]:
        rows = self.members.filter(pc.equal(self.members["dimension"], ALL)).to_pylist()
        empty = {"before": 0.0, "after": 0.0, "change": 0.0}
        return rows[0] if rows else empty

    def _shown(self, value: float | None) -> Shown:
        return Shown(value, METRIC[self.metric].format, self.currency)

    def _introduction(self) -> LazyText:
        whole = self._whole()
        facts = {
            "metric": METRIC[self.metric].label,
            "before": self._shown(whole["before"]),
            "after": self._shown(whole["after"]),
            "change": self._shown(whole["change"]),
        }
        if self.against == "segment":
            return lazy(
                "{metric} of the first segment is {after}, of the second {before}: a difference "
                "of {change}.",
                **facts,
            )
        return lazy(
            "{metric} is {after} in {period}, after {before} in {compared}: a change of {change}.",
            period=self.period.label,
            compared=self.compared.label,
            **facts,
        )

    def _verdict(self) -> LazyText:
        facts = {
            "judged": Shown(self.judged, "count"),
            "pairs": Shown(self.pairs, "count"),
        }
        if not self.causes.num_rows:
            return lazy(
                "There is nothing to explain: none of {judged} possible causes differs by more "
                "than chance and {pairs} earlier comparisons make likely.",
                **facts,
            )
        return lazy(
            "{causes} of {judged} possible causes differ by more than chance and {pairs} earlier "
            "comparisons make likely.",
            causes=Shown(self.causes.num_rows, "count"),
            **facts,
        )

    def _waterfall(self) -> Chart:
        title = lazy("From the one to the other")
        format: Format = METRIC[self.metric].format
        return Chart(
            name="waterfall",
            title=title,
            option=charts.waterfall(
                self.drivers,
                ends=(lazy("Before"), lazy("Now")),
                start=self._whole()["before"],
                format="amount" if format == "amount" else "count",
                labels=DRIVER_LABELS,
            ),
            alternative=lazy(
                "Bars: what each driver adds or takes away between the two. They sum to the change."
            ),
            table=Table(
                name="drivers",
                title=title,
                rows=self.drivers,
                columns=(
                    Column(name="driver", label=lazy("Driver"), labels=DRIVER_LABELS),
                    Column(name="amount", label=lazy("Adds"), format=format),
                ),
                note=lazy(
                    "An exact split by logarithmic means: no rest, and no driver comes first."
                ),
            ),
        )

    def causes_table(self) -> Table:
        """The causes, ready to read."""
        rows = self.causes
        told = self.told_causes()
        where = [str(self._where(cause.dimension, cause.member)) for cause in told]
        shown = rows.append_column("where", pa.array(where, pa.string()))
        return Table(
            name="causes",
            title=lazy("Causes that chance does not explain"),
            rows=shown,
            columns=(
                Column(name="where", label=lazy("Where")),
                Column(name="driver", label=lazy("What changed"), labels=DRIVER_LABELS),
                Column(name="before", label=lazy("Before"), format="number"),
                Column(name="after", label=lazy("Now"), format="number"),
                Column(name="change", label=lazy("Change"), format="share"),
                Column(name="amount", label=lazy("Adds"), format=METRIC[self.metric].format),
                Column(name="z", label=lazy("Times its noise"), format="number"),
            ),
            note=lazy(
                "Where nothing happened, a table like this one has a row in at most 8 of 100 "
                "comparisons."
            ),
        )

    def _members_table(self) -> Table:
        rows = self._telling_members()
        pairs = zip(rows["dimension"].to_pylist(), rows["member"].to_pylist(), strict=True)
        where = [str(self._where(*pair)) for pair in pairs]
        format = METRIC[self.metric].format
        told = [name for name in EFFECTS if pc.any(pc.not_equal(rows[name], 0.0)).as_py()]
        return Table(
            name="largest_members",
            title=lazy("Who and what the change comes from"),
            rows=rows.append_column("where", pa.array(where, pa.string())),
            columns=(
                Column(name="where", label=lazy("Where")),
                Column(name="before", label=lazy("Before"), format=format),
                Column(name="after", label=lazy("Now"), format=format),
                Column(name="change", label=lazy("Change"), format=format),
                *(Column(name=name, label=DRIVER_LABELS[name], format=format) for name in told),
            ),
            note=lazy(
                "Members of one dimension sum to the change, and the drivers of a member to its "
                "own. Most of these differences are chance: the causes above are those that are "
                "not."
            ),
        )

    def _telling_members(self) -> pa.Table:
        """The members with the largest changes, none of them everything or another's double."""
        whole = self._whole()
        seen = {(round(whole["before"], 6), round(whole["after"], 6))}
        told = []
        rows = self.members.to_pylist()
        for place in sorted(range(len(rows)), key=lambda place: -abs(rows[place]["change"])):
            row = rows[place]
            both = (round(row["before"], 6), round(row["after"], 6))
            if row["dimension"] == ALL or both in seen or not row["change"]:
                continue
            seen.add(both)
            told.append(place)
        return self.members.take(pa.array(told[:SHOWN_MEMBERS], pa.int64()))

    def _where(self, dimension: str, member: str) -> LazyText:
        return where_label(dimension, member_label(dimension, member, dict(self.products)))
