"""Lifecycle: who is a prospect, new, coming back, loyal, lost, and how that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import CUSTOMERS, TOTALS, coded, totals_by
from zhike.analyses.lifecycle_counts import members_at, monthly_counts, stages_at
from zhike.blocks import Block, Chart, Column, Finding, Table, Text
from zhike.catalogue import (
    STAGES,
    Analysis,
    Needs,
    Period,
    Shown,
    StageThresholds,
    Whole,
    as_of_day,
    customers_of,
    stage_thresholds,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

BEFORE: dict[str, LazyText] = {"new": lazy("Not known yet"), **STAGES}


@dataclass(frozen=True, kw_only=True)
class Lifecycle(Analysis):
    """Put every known customer into one of five stages: potential, first, repeat, loyal, lost.

    *Potential* is known without a purchase; *first* has one, *repeat* several, *loyal* at least
    `loyal_after`; *lost* has been silent for more than `lost_after_days`. Nobody changes stage
    without doing something, or not doing it for long enough: the thresholds of the day hold for
    all earlier days too.

    Args:
        lost_after_days: None takes the day by which 90 % of those who ever come back have come
            back (Kaplan-Meier, silences still going on censored).
        loyal_after: Purchases; None takes the upper quartile of repeat customers, at least three.
        since: First day of the transitions; None means the first of the last complete month.
        until: Their second day; None means the day after that month.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Lifecycle(lost_after_days=200).run(corner_shop())
        >>> found.stages.select(["stage", "customers"]).to_pylist()[0]
        {'stage': 'potential', 'customers': 1}
    """

    name: ClassVar[str] = "lifecycle"
    title: ClassVar[LazyText] = lazy("Customer lifecycle")
    question: ClassVar[LazyText] = lazy("Where do our customers stand, and how many are we losing?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    lost_after_days: Annotated[
        int | None,
        Whole(1, 3650),
        lazy("Days of silence after which a customer is lost; empty takes them from the data."),
    ] = None
    loyal_after: Annotated[
        int | None,
        Whole(2, 1000),
        lazy("Purchases that make a customer loyal; empty takes them from the data."),
    ] = None
    since: Annotated[
        date | None, lazy("First day of the transitions; empty begins the last complete month.")
    ] = None
    until: Annotated[
        date | None, lazy("Second day of the transitions; empty ends the last complete month.")
    ] = None

    def run(self, data: Shop) -> LifecycleResult:
        """The stages now, month by month, and between two days."""
        day = as_of_day(data, self.as_of)
        thresholds = stage_thresholds(
            data, day, lost_after_days=self.lost_after_days, loyal_after=self.loyal_after
        )
        month = Period.last_month(as_of=day)
        until = min(self.until or month.to_on, day)
        since = min(self.since or month.from_on, until)
        stages = members_at(data, day, thresholds)
        cells = _cells(stages)
        return LifecycleResult(
            as_of=day,
            currency=data.currency,
            thresholds=thresholds,
            since=since,
            until=until,
            members=stages,
            stages=totals_by(cells, "stage", STAGES),
            months=monthly_counts(data, day, thresholds),
            transitions=_ordered(stages_at(data, day, since, until, thresholds).to_pyarrow()),
        )


@dataclass(frozen=True, kw_only=True)
class LifecycleResult:
    """What the lifecycle analysis found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        thresholds: When a customer is lost, and when loyal.
        since: First day of the transitions.
        until: Their second day.
        members: Lazy, one row a known customer: `stage` and the customer facts, null for those
            who never bought.
        stages: One row a stage that occurs: `customers`, `purchases`, `revenue`, shares.
        months: One row a complete month: `month`, and customers in each stage at its end.
        transitions: One row a pair of stages, `before` at the start of `since` and `after` at the
            start of `until`: `customers`.
    """

    as_of: date
    currency: str
    thresholds: StageThresholds
    since: date
    until: date
    members: ir.Table
    stages: pa.Table
    months: pa.Table
    transitions: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Customers in each stage, and the two thresholds."""
        names, customers = (self.stages[it].to_pylist() for it in ("stage", "customers"))
        counts = dict(zip(names, customers, strict=True))
        lost_after = self.thresholds.lost_after_days
        return {
            **{name: float(counts.get(name, 0)) for name in STAGES},
            "lost_after_days": None if lost_after is None else float(lost_after),
            "loyal_after": float(self.thresholds.loyal_after),
        }

    def blocks(self) -> Iterator[Block]:
        """The thresholds in words, the stages, the months, the transitions."""
        yield Text(body=self._lost_words())
        yield Text(body=self._loyal_words())
        yield Chart(
            name="customers_by_stage",
            title=lazy("Customers by stage"),
            option=charts.bar(self.stages, "stage", "customers", labels=STAGES),
            alternative=lazy("Bars: how many customers are in each stage of the lifecycle."),
            table=Table(
                name="stages",
                title=lazy("Customers by stage"),
                rows=self.stages,
                columns=(coded("stage", lazy("Stage"), STAGES), *TOTALS),
            ),
        )
        yield Chart(
            name="stages_by_month",
            title=lazy("Stages at the end of each month"),
            option=charts.stacked_bar(self.months, "month", STAGES, x_format="month"),
            alternative=lazy("Bars: how many customers were in each stage, month after month."),
            table=Table(
                name="months",
                title=lazy("Stages at the end of each month"),
                rows=self.months,
                columns=(
                    Column(name="month", label=lazy("Month"), format="month"),
                    *(Column(name=it, label=STAGES[it], format="count") for it in STAGES),
                ),
            ),
        )
        yield self._transitions_chart()

    def _lost_words(self) -> LazyText:
        days = self.thresholds.lost_after_days
        if days is None:
            return lazy(
                "Nobody has come back yet, so that there is nothing to tell when a customer is "
                "lost: nobody is called lost. Give lost_after_days to decide it yourself."
            )
        if not self.thresholds.lost_estimated:
            return lazy("Lost: silent for more than {days}, as given.", days=Shown(days, "days"))
        return lazy(
            "Lost: silent for more than {days}. By that day 90% of those who ever come back have "
            "come back, judged by {returns} returns; silences still going on are allowed for "
            "(Kaplan-Meier).",
            days=Shown(days, "days"),
            returns=Shown(self.thresholds.returns, "count"),
        )

    def _loyal_words(self) -> LazyText:
        if not self.thresholds.loyal_estimated:
            return lazy(
                "Loyal: {count} purchases or more, as given.",
                count=Shown(self.thresholds.loyal_after, "count"),
            )
        return lazy(
            "Loyal: {count} purchases or more, the upper quartile of repeat customers (at least "
            "three). The same thresholds hold for all earlier days.",
            count=Shown(self.thresholds.loyal_after, "count"),
        )

    def _transitions_chart(self) -> Chart:
        title = lazy(
            "From stage to stage between {since} and {until}",
            since=Shown(self.since, "day"),
            until=Shown(self.until, "day"),
        )
        return Chart(
            name="transitions",
            title=title,
            option=charts.sankey(self.transitions, "before", "after", "customers", labels=BEFORE),
            alternative=lazy("Flows: how many customers went from each stage to each other."),
            table=Table(
                name="transitions",
                title=title,
                rows=self.transitions,
                columns=(
                    coded("before", lazy("Before"), BEFORE),
                    coded("after", lazy("After"), STAGES),
                    CUSTOMERS,
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """Those lost, those won back, and those who never bought."""
        moves = {(row["before"], row["after"]): row for row in self.transitions.to_pylist()}
        lost = sum(
            row["customers"]
            for (before, after), row in moves.items()
            if after == "lost" and before != "lost"
        )
        won = sum(
            row["customers"]
            for (before, after), row in moves.items()
            if before == "lost" and after != "lost"
        )
        days = {"since": Shown(self.since, "day"), "until": Shown(self.until, "day")}
        if lost:
            yield Finding(
                code="lifecycle_lost",
                sentence=lazy(
                    "{count} customers were lost between {since} and {until}.",
                    count=Shown(lost, "count"),
                    **days,
                ),
                tone="bad",
                customers={"stage": "lost"},
            )
        if won:
            yield Finding(
                code="lifecycle_won_back",
                sentence=lazy(
                    "{count} lost customers bought again between {since} and {until}.",
                    count=Shown(won, "count"),
                    **days,
                ),
                tone="good",
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a stage, such as `stage="lost"`; all who are known without one."""
        return customers_of(self.members, cell)


def _cells(stages: ir.Table) -> pa.Table:
    rows = stages.group_by("stage").agg(
        customers=stages.count(),
        purchases=stages.frequency.sum().fill_null(0),
        revenue=stages.monetary.sum().cast("float64").fill_null(0.0),
    )
    return rows.to_pyarrow()


def _ordered(transitions: pa.Table) -> pa.Table:
    place = {name: number for number, name in enumerate(BEFORE)}
    rows = sorted(
        transitions.to_pylist(), key=lambda row: (place[row["before"]], place[row["after"]])
    )
    return pa.Table.from_pylist(rows, schema=transitions.schema)
