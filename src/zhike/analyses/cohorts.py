"""Cohorts: whether those who began together keep coming back, and what they bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.cohort_cells import cohort_sums, first_column, means_of, triangle
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Calendar,
    Needs,
    OneOf,
    Shown,
    Whole,
    as_of_day,
    customer_facts,
    customers_of,
    purchase_history,
)
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

COHORTS_SHOWN = 24
PERIOD = Column(name="period", label=lazy("Periods after the first"), format="count")
COHORTS = Column(name="cohorts", label=lazy("Cohorts"), format="count")
SIZE = Column(name="size", label=lazy("Size of the cohort"), format="count")
RETENTION = Column(name="retention", label=lazy("Retention"), format="share")
WORTH = Column(
    name="revenue_per_customer",
    label=lazy("Cumulative net revenue per customer"),
    format="amount",
)


@dataclass(frozen=True, kw_only=True)
class Cohorts(Analysis):
    """Follow customers by the period of their first purchase.

    Period k is the k-th calendar period after the first; a cell is shown only once its period
    has ended, so that nobody is counted as gone who has not had the time to come back. Refunds
    count in the period of their date, those dated before the first purchase in period 0.

    Args:
        unit: "week" (from Monday), "month" or "quarter".
        most_periods: How many periods after the first are followed at most.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Cohorts(unit="quarter").run(corner_shop())
        >>> found.cells.select(["period", "customers", "retention"]).to_pylist()[1]
        {'period': 1, 'customers': 1, 'retention': 0.3333333333333333}
    """

    name: ClassVar[str] = "cohorts"
    title: ClassVar[LazyText] = lazy("Cohorts")
    question: ClassVar[LazyText] = lazy("Do new customers come back, and what are they worth?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    unit: Annotated[str, OneOf(("week", "month", "quarter")), lazy("Length of a period.")] = "month"
    most_periods: Annotated[
        int, Whole(1, 520), lazy("How many periods after the first are followed at most.")
    ] = 36

    def run(self, data: Shop) -> CohortsResult:
        """Retention and cumulative net revenue per customer of every cohort."""
        day = as_of_day(data, self.as_of)
        calendar = Calendar(self.unit)
        sums = cohort_sums(data, day, calendar).to_pyarrow()
        cells = triangle(sums, calendar, calendar.number(day) - 1, self.most_periods)
        history = purchase_history(data, day)
        return CohortsResult(
            shop=data,
            as_of=day,
            currency=data.currency,
            unit=self.unit,
            visits=history.select(
                "customer_id",
                period=calendar.number_of(history.ordered_on)
                - calendar.number_of(history.first_on),
            ),
            cohorts=first_column(cells),
            cells=cells,
            means=means_of(cells),
        )


@dataclass(frozen=True, kw_only=True)
class CohortsResult:
    """What the cohort analysis found.

    Attributes:
        shop: What was looked at.
        as_of: The day looked back from.
        currency: What amounts are in.
        unit: "week", "month" or "quarter".
        visits: Lazy, one row a purchase: `customer_id` and `period`, the number of periods after
            the first.
        cohorts: One row a cohort whose first period has ended: `cohort`, `size`, `revenue` of
            that period, and its `periods` that have ended since.
        cells: One row a cohort and period that has ended: `cohort`, `period`, `size`, `customers`
            who bought in it, `retention`, `revenue`, `cumulative_revenue`,
            `revenue_per_customer` (cumulative, by size).
        means: One row a period, over the cohorts that have reached it: `period`, `cohorts`,
            `size`, `retention`, `revenue_per_customer`.
    """

    shop: Shop = field(repr=False)
    as_of: date
    currency: str
    unit: str
    visits: ir.Table
    cohorts: pa.Table
    cells: pa.Table
    means: pa.Table

    @property
    def members(self) -> ir.Table:
        """Lazy, one row a customer: the customer facts and `cohort`. No cell needs them."""
        facts = customer_facts(self.shop, self.as_of)
        return facts.mutate(cohort=Calendar(self.unit).text_of(facts.first_on))

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many cohorts, and how the mean one does after one period and at the end."""
        rows = {row["period"]: row for row in self.means.to_pylist()}
        last = rows[max(rows)] if rows else {}
        return {
            "cohorts": float(self.cohorts.num_rows),
            "retention_1": rows.get(1, {}).get("retention"),
            "retention_3": rows.get(3, {}).get("retention"),
            "revenue_per_customer_0": rows.get(0, {}).get("revenue_per_customer"),
            "revenue_per_customer_last": last.get("revenue_per_customer"),
        }

    def blocks(self) -> Iterator[Block]:
        """Retention and worth of each cohort, and of the mean one."""
        yield Number(
            name="retention_1",
            label=lazy("Come back one period later"),
            value=self.numbers["retention_1"],
            format="share",
            definition=lazy(
                "Share of customers who buy in the period after that of their first purchase, over "
                "all cohorts that have had the time to."
            ),
            direction="up",
        )
        yield self._heatmap(
            "retention",
            lazy("Retention by cohort"),
            "share",
            lazy("Cells: the share of each cohort that bought in each later period."),
        )
        yield self._heatmap(
            "revenue_per_customer",
            lazy("Cumulative net revenue per customer by cohort"),
            "amount",
            lazy("Cells: what a customer of each cohort has brought by each later period."),
        )
        yield self._mean_chart()
        if not self.cells.num_rows:
            yield Text(body=lazy("No cohort has completed its first period yet."), tone="note")

    def _mean_chart(self) -> Chart:
        title = lazy("The mean cohort")
        return Chart(
            name="mean_retention",
            title=title,
            option=charts.line(
                self.means.slice(1), "period", {"retention": RETENTION.label}, format="share"
            ),
            alternative=lazy("A line: the share that comes back, period after period."),
            table=Table(
                name="means",
                title=title,
                rows=self.means,
                columns=(PERIOD, COHORTS, SIZE, RETENTION, WORTH),
                note=lazy("Each period is a mean over the cohorts that have reached its end."),
            ),
        )

    def _heatmap(self, value: str, title: LazyText, format: Format, words: LazyText) -> Chart:
        shown = self.cohorts["cohort"].to_pylist()[-COHORTS_SHOWN:]
        recent = self.cells.filter(pc.is_in(self.cells["cohort"], pa.array(shown, pa.string())))
        first = 1 if value == "retention" else 0  # all of a cohort bought in period 0
        rows = recent.filter(pc.greater_equal(recent["period"], first))
        side: Format = "month" if self.unit == "month" else "text"
        return Chart(
            name=f"{value}_by_cohort",
            title=title,
            option=charts.heatmap(rows, "period", "cohort", value, format=format, y_format=side),
            alternative=words,
            table=Table(
                name="cells",
                title=title,
                rows=recent,
                columns=(
                    Column(name="cohort", label=lazy("Cohort"), format=side),
                    PERIOD,
                    SIZE,
                    Column(name="customers", label=lazy("Customers"), format="count"),
                    RETENTION,
                    Column(name="revenue", label=lazy("Net revenue"), format="amount"),
                    WORTH,
                ),
                note=lazy(
                    "Cohorts by first purchase; period k is the k-th one after it. Only periods "
                    "that have ended are shown."
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """How much of the mean cohort comes back."""
        rows = {row["period"]: row for row in self.means.to_pylist()}
        if 1 in rows and rows[1]["retention"] is not None:
            yield Finding(
                code="cohorts_retention",
                sentence=lazy(
                    "{share} of new customers buy again in the period after their first purchase "
                    "({cohorts} cohorts).",
                    share=Shown(rows[1]["retention"], "share"),
                    cohorts=Shown(rows[1]["cohorts"], "count"),
                ),
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a cohort; with `period="2"` those of them who bought in it."""
        period = cell.pop("period", None)
        rows = customers_of(self.members, cell)
        if period is None:
            return rows
        if not period.isdecimal():
            raise ParameterError.out_of_bounds("period", period, Whole(0, 520).words())
        return rows.semi_join(self.visits.filter(self.visits.period == int(period)), "customer_id")
