"""Acquisition: where customers come from, what those customers become, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from typing import Annotated, Any, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.acquisition_facts import (
    UNKNOWN,
    basis_of,
    funnel_of,
    months_of_sources,
    newcomers,
    revenue_by_age,
    source_sums,
    spend_by_source,
    waits,
)
from zhike.analyses.acquisition_sources import curves_of, second_rates, sources_table
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    OneOf,
    Share,
    Shown,
    Whole,
    as_of_day,
    customers_of,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

SOURCES_SHOWN = 6
MONTHS_SHOWN = 25
LEAST_CUSTOMERS = 30
NOISE = 3
MATTERS = 0.05
"""Share by which a rate must differ to be worth a sentence, however certain it is."""
WORDS: dict[str, LazyText] = {UNKNOWN: lazy("Not known")}
SOURCE = Column(name="source", label=lazy("Source"), labels=WORDS)
BASES: dict[str, LazyText] = {
    "source": lazy("A source is what the customer table says about where a customer came from."),
    "channel": lazy(
        "Nobody says where customers came from: a source is the channel of the first purchase."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Acquisition(Analysis):
    """Customers by where they came from, from the first purchase on.

    The second purchase is one on a later day. Its rate counts those who have not had the time yet
    for as long as they were watched (Kaplan-Meier). What a customer has brought after so many
    months (of thirty days) is a mean over those whose first purchase is that long ago. Where there
    is a table of spend, its channels are matched with the sources by name, and the cost of the
    last 365 days is divided by the customers won in them.

    Args:
        by: "source" (`acquired_from` of the customer table), "channel" (of the first purchase),
            or "auto": the source where anybody has one.
        within_days: Days in which a second purchase is counted.
        margin: Share of net revenue that remains to pay for winning a customer.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Acquisition().run(corner_shop())
        >>> found.sources.select(["source", "customers", "first_order_value"]).to_pylist()
        [{'source': 'online', 'customers': 3, 'first_order_value': 76.66666666666667}]

    References:
        Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations.
        JASA 53, 457-481.
    """

    name: ClassVar[str] = "acquisition"
    title: ClassVar[LazyText] = lazy("Acquisition")
    question: ClassVar[LazyText] = lazy(
        "Where do customers come from, and which source brings good ones?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at", "paid_amount")})

    by: Annotated[
        str,
        OneOf(("auto", "source", "channel")),
        lazy("What a source is: where the customer came from, or the first channel."),
    ] = "auto"
    within_days: Annotated[
        int, Whole(7, 365), lazy("Days in which a second purchase is counted.")
    ] = 90
    margin: Annotated[
        float, Share(), lazy("Share of net revenue that remains to pay for winning a customer.")
    ] = 1.0

    def run(self, data: Shop) -> AcquisitionResult:
        """Every source, its months, its curve, and the leads."""
        day = as_of_day(data, self.as_of)
        basis = basis_of(data, self.by)
        members = newcomers(data, day, basis)
        curves = curves_of(revenue_by_age(data, day, members))
        waited = waits(members, day, self.within_days)
        return AcquisitionResult(
            as_of=day,
            currency=data.currency,
            basis=basis,
            within_days=self.within_days,
            members=members,
            sources=sources_table(
                source_sums(members, day, self.within_days),
                second_rates(waited, self.within_days),
                curves,
                spend_by_source(data, day),
                self.margin,
            ),
            months=months_of_sources(members),
            curves=curves,
            funnel=funnel_of(data, day, members),
        )


@dataclass(frozen=True, kw_only=True)
class AcquisitionResult:
    """What was found about sources.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        basis: What a source is: "source" or "channel".
        within_days: Days in which a second purchase is counted.
        members: Lazy, one row a customer: `customer_id`, `source`, `first_on`, `first_amount`,
            `second_on`.
        sources: One row a source, most customers first: `source` (empty: not known), `customers`,
            `customer_share`, `recent` (won in the last 365 days), `first_order_value`,
            `second_rate`, `expected_second_rate` (drawn towards all sources), `revenue_3`,
            `revenue_6`, `revenue_12` (per customer after so many months), `spend`,
            `acquisition_cost`, `payback_months` (null: not within twelve).
        months: One row a source and month: `source`, `month`, `customers`.
        curves: One row a source and month after the first purchase: `source`, `months`,
            `customers`, `revenue_per_customer`.
        funnel: One row a source of leads: `source`, `leads`, `customers`, `first`, `second`.
    """

    as_of: date
    currency: str
    basis: str
    within_days: int
    members: ir.Table = field(repr=False)
    sources: pa.Table
    months: pa.Table
    curves: pa.Table
    funnel: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Customers won, the rate of second purchases over all, spend and cost of a customer."""
        customers = pc.sum(self.sources["customers"]).as_py() or 0
        spend = pc.sum(self.sources["spend"]).as_py()
        paid = self.sources.filter(pc.is_valid(self.sources["spend"]))
        won = pc.sum(paid["recent"]).as_py() or 0
        leads, first = (pc.sum(self.funnel[name]).as_py() or 0 for name in ("leads", "first"))
        return {
            "customers": float(customers),
            "sources": float(self.sources.num_rows),
            "recent_customers": float(pc.sum(self.sources["recent"]).as_py() or 0),
            "spend": spend,
            "acquisition_cost": spend / won if spend is not None and won else None,
            "leads": float(leads),
            "lead_conversion": first / leads if leads else None,
        }

    def blocks(self) -> Iterator[Block]:
        """The sources, their months, what their customers bring, and the leads."""
        yield Text(body=BASES[self.basis], tone="plain" if self.basis == "source" else "note")
        if not self.sources.num_rows:
            yield Text(body=lazy("Nobody has bought yet."), tone="note")
            return
        if self.numbers["acquisition_cost"] is not None:
            yield Number(
                name="acquisition_cost",
                label=lazy("Cost of winning a customer"),
                value=self.numbers["acquisition_cost"],
                format="amount",
                definition=lazy(
                    "Spend of the last 365 days on sources that customers came from, by the "
                    "customers won from them in these days."
                ),
                direction="down",
            )
        yield self._months_chart()
        yield self._sources_chart()
        yield self._curves_chart()
        if self.funnel.num_rows:
            yield self._funnel_chart()

    def _largest(self) -> list[str]:
        names: list[str] = self.sources["source"].to_pylist()
        return names[:SOURCES_SHOWN]

    def _months_chart(self) -> Chart:
        rows, parts = self._by_month()
        title = lazy("New customers by source and month")
        return Chart(
            name="customers_by_source",
            title=title,
            option=charts.stacked_bar(rows, "month", parts, x_format="month"),
            alternative=lazy("Bars: the new customers of each month, parted by source."),
            table=Table(
                name="months",
                title=title,
                rows=self.months,
                columns=(
                    Column(name="month", label=lazy("Month"), format="month"),
                    SOURCE,
                    CUSTOMERS,
                ),
            ),
        )

    def _by_month(self) -> tuple[pa.Table, dict[str, LazyText | str]]:
        """New customers of the largest sources and the others, a column each, for the picture."""
        largest = self._largest()
        counts: dict[str, dict[str, int]] = {}
        for row in self.months.to_pylist():
            name = f"source_{largest.index(row['source'])}" if row["source"] in largest else "other"
            month = counts.setdefault(row["month"], {})
            month[name] = month.get(name, 0) + row["customers"]
        parts: dict[str, LazyText | str] = {
            f"source_{place}": WORDS.get(name, name) for place, name in enumerate(largest)
        }
        if any("other" in month for month in counts.values()):
            parts["other"] = lazy("All other sources")
        shown = sorted(counts)[-MONTHS_SHOWN:]
        table = {
            "month": pa.array(shown, pa.string()),
            **{
                name: pa.array([counts[it].get(name, 0) for it in shown], pa.int64())
                for name in parts
            },
        }
        return pa.table(table), parts

    def _sources_chart(self) -> Chart:
        rows = self.sources.slice(0, SOURCES_SHOWN * 2)
        return Chart(
            name="second_rate_by_source",
            title=lazy("Second purchases by source"),
            option=charts.bar(rows, "source", "second_rate", format="share", labels=WORDS),
            alternative=lazy(
                "Bars: the share of each source's customers who bought again in {days} days.",
                days=self.within_days,
            ),
            table=self._sources_table(),
        )

    def _sources_table(self) -> Table:
        has_spend = self.numbers["spend"] is not None
        counted: tuple[tuple[str, LazyText, Format], ...] = (
            ("recent", lazy("Won in the last 365 days"), "count"),
            ("first_order_value", lazy("Value of the first purchase"), "amount"),
            (
                "second_rate",
                lazy("Bought again in {days} days", days=self.within_days),
                "share",
            ),
            ("revenue_3", lazy("Net revenue per customer after 3 months"), "amount"),
            ("revenue_6", lazy("Net revenue per customer after 6 months"), "amount"),
            ("revenue_12", lazy("Net revenue per customer after 12 months"), "amount"),
        )
        costs: tuple[tuple[str, LazyText, Format], ...] = (
            ("spend", lazy("Spend of the last 365 days"), "amount"),
            ("acquisition_cost", lazy("Cost of winning a customer"), "amount"),
            ("payback_months", lazy("Paid back after months"), "number"),
        )
        return Table(
            name="sources",
            title=lazy("Sources"),
            rows=self.sources,
            columns=(
                SOURCE,
                CUSTOMERS,
                CUSTOMER_SHARE,
                *(
                    Column(name=it, label=label, format=kind)
                    for it, label, kind in (*counted, *(costs if has_spend else ()))
                ),
            ),
            note=lazy(
                "A month has thirty days. Revenue after so many months is a mean over customers "
                "whose first purchase is that long ago; refunds are taken off."
            ),
        )

    def _curves_chart(self) -> Chart:
        rows, lines = self._by_age()
        title = lazy("What a customer of each source has brought")
        return Chart(
            name="revenue_by_age",
            title=title,
            option=charts.line(rows, "months", lines, format="amount"),
            alternative=lazy(
                "Lines: cumulative net revenue per customer of each source, by months after the "
                "first purchase."
            ),
            table=Table(
                name="curves",
                title=title,
                rows=self.curves,
                columns=(
                    SOURCE,
                    Column(name="months", label=lazy("Months after the first"), format="count"),
                    CUSTOMERS,
                    Column(
                        name="revenue_per_customer",
                        label=lazy("Cumulative net revenue per customer so far"),
                        format="amount",
                    ),
                ),
            ),
        )

    def _by_age(self) -> tuple[pa.Table, dict[str, LazyText | str]]:
        """The curves of the largest sources, a column each, for the picture."""
        there = set(self.curves["source"].to_pylist())
        names = [name for name in self._largest() if name in there]
        brought = {
            (row["source"], row["months"]): row["revenue_per_customer"]
            for row in self.curves.to_pylist()
        }
        months = sorted({month for _, month in brought})
        table = {
            f"source_{place}": pa.array([brought.get((name, it)) for it in months], pa.float64())
            for place, name in enumerate(names)
        }
        lines = {f"source_{place}": WORDS.get(name, name) for place, name in enumerate(names)}
        return pa.table({"months": pa.array(months, pa.int64()), **table}), lines

    def _funnel_chart(self) -> Chart:
        steps = {
            "leads": lazy("Leads"),
            "customers": lazy("Became a customer"),
            "first": lazy("Bought"),
            "second": lazy("Bought on a second day"),
        }
        title = lazy("From lead to second purchase")
        return Chart(
            name="funnel",
            title=title,
            option=charts.columns(
                self.funnel.slice(0, SOURCES_SHOWN), "source", steps, labels=WORDS
            ),
            alternative=lazy("Bars: how many leads of each source came how far."),
            table=Table(
                name="funnel",
                title=title,
                rows=self.funnel,
                columns=(
                    SOURCE,
                    *(Column(name=it, label=label, format="count") for it, label in steps.items()),
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """The largest source, those whose customers stay less or more, and what does not pay."""
        rows = self.sources.to_pylist()
        known = [row for row in rows if row["source"] != UNKNOWN]
        if len(known) > 1:
            yield self._largest_finding(known[0])
            yield from self._quality_findings(rows, known)
        yield from self._payback_findings(known)
        if self.numbers["lead_conversion"] is not None:
            yield Finding(
                code="acquisition_leads",
                sentence=lazy(
                    "{share} of {leads} leads have bought.",
                    share=Shown(self.numbers["lead_conversion"], "share"),
                    leads=Shown(self.numbers["leads"], "count"),
                ),
            )

    def _largest_finding(self, row: dict[str, Any]) -> Finding:
        return Finding(
            code="acquisition_largest",
            sentence=lazy(
                "{source} brought most customers: {customers}, {share} of all.",
                source=row["source"],
                customers=Shown(row["customers"], "count"),
                share=Shown(row["customer_share"], "share"),
            ),
            customers={"source": row["source"]},
        )

    def _quality_findings(
        self, rows: list[dict[str, Any]], known: list[dict[str, Any]]
    ) -> Iterator[Finding]:
        """Sources whose rate of second purchases differs from all by more than chance."""
        rated = [row for row in rows if row["second_rate"] is not None]
        number = sum(row["customers"] for row in rated)
        whole = sum(row["second_rate"] * row["customers"] for row in rated) / max(number, 1)
        for row in known:
            rate, customers = row["second_rate"], row["customers"]
            if rate is None or customers < LEAST_CUSTOMERS:
                continue
            noise = NOISE * sqrt(whole * (1 - whole) / customers)
            if abs(rate - whole) <= max(noise, MATTERS * whole):
                continue
            facts = {
                "source": row["source"],
                "rate": Shown(rate, "share"),
                "whole": Shown(whole, "share"),
                "days": self.within_days,
            }
            if rate > whole:
                sentence = lazy(
                    "Customers from {source} stay: {rate} buy again in {days} days, {whole} of "
                    "all.",
                    **facts,
                )
            else:
                sentence = lazy(
                    "Customers from {source} come back less: {rate} buy again in {days} days, "
                    "{whole} of all.",
                    **facts,
                )
            yield Finding(
                code="acquisition_quality",
                sentence=sentence,
                tone="good" if rate > whole else "bad",
                amount=abs(rate - whole) * row["recent"] * row["first_order_value"],
                customers={"source": str(row["source"])},
            )

    def _payback_findings(self, known: list[dict[str, Any]]) -> Iterator[Finding]:
        for row in known:
            cost, brought = row["acquisition_cost"], row["revenue_12"]
            if cost is None or brought is None or row["payback_months"] is not None:
                continue
            yield Finding(
                code="acquisition_no_payback",
                sentence=lazy(
                    "{source} does not pay back in a year: a customer costs {cost} and has brought "
                    "{brought} after twelve months.",
                    source=row["source"],
                    cost=Shown(cost, "amount", self.currency),
                    brought=Shown(brought, "amount", self.currency),
                ),
                tone="bad",
                amount=row["spend"],
                customers={"source": str(row["source"])},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a source, such as `source="抖音"`; all without one."""
        return customers_of(self.members, cell)
