"""Value tiers and frequency classes: who is worth most, and who buys often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import CUSTOMERS, REVENUE, TOTALS, coded, totals_by
from zhike.blocks import Block, Chart, Finding, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    OneOf,
    Share,
    Shown,
    Whole,
    as_of_day,
    customer_facts,
    customers_of,
    prospects,
    stage_thresholds,
)
from zhike.catalogue.ladder import ROUNDING, monetary_ladder, places
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

TIERS: dict[str, LazyText] = {
    "high": lazy("High value"),
    "middle": lazy("Middle value"),
    "low": lazy("Low value"),
    "none": lazy("No purchase yet"),
}
FREQUENCIES: dict[str, LazyText] = {
    "high": lazy("Buys often"),
    "low": lazy("Buys now and then"),
    "once": lazy("Bought once"),
    "potential": lazy("Never bought"),
}
MEMBER = (
    "customer_id",
    "tier",
    "frequency_class",
    "frequency",
    "monetary",
    "recency_days",
    "last_on",
)


@dataclass(frozen=True, kw_only=True)
class ValueTiers(Analysis):
    """Put customers into three tiers by net revenue and four classes by number of purchases.

    By "customers", the high tier is the best `high_share` of customers and the middle tier the
    next `middle_share`; by "revenue", the best customers who together bring `high_share` of net
    revenue, and those who bring the next `middle_share`. Equal customers are in one tier, the
    better one.

    Args:
        by: Whether shares are of "customers" or of "revenue".
        high_share: Share of the high tier.
        middle_share: Share of the middle tier.
        often: Purchases from which a customer buys often; None takes the upper quartile of
            repeat customers, at least three.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = ValueTiers(by="revenue").run(corner_shop())
        >>> found.tiers.select(["tier", "customers"]).to_pylist()[0]
        {'tier': 'high', 'customers': 1}
    """

    name: ClassVar[str] = "value_tiers"
    title: ClassVar[LazyText] = lazy("Value tiers and frequency")
    question: ClassVar[LazyText] = lazy("Who is worth most to us, and who buys often?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "paid_amount")})

    by: Annotated[
        str,
        OneOf(("customers", "revenue")),
        lazy("Whether the tiers are shares of customers or of revenue."),
    ] = "customers"
    high_share: Annotated[float, Share(), lazy("Share of the high tier.")] = 0.2
    middle_share: Annotated[float, Share(), lazy("Share of the middle tier.")] = 0.3
    often: Annotated[
        int | None,
        Whole(2, 1000),
        lazy("Purchases from which a customer buys often; empty takes them from the data."),
    ] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.high_share + self.middle_share > 1:
            most = lazy("a number from 0 to {most}", most=round(1 - self.high_share, 10))
            raise ParameterError.out_of_bounds("middle_share", self.middle_share, most)

    def run(self, data: Shop) -> ValueTiersResult:
        """The tiers, the classes, and both together."""
        day = as_of_day(data, self.as_of)
        steps = monetary_ladder(data, day)
        cuts = _cuts(steps, self.by, (self.high_share + self.middle_share, self.high_share))
        often = stage_thresholds(data, day, loyal_after=self.often).loyal_after
        members = _members(data, day, cuts, often)
        cells = _cells(members)
        return ValueTiersResult(
            as_of=day,
            currency=data.currency,
            by=self.by,
            often=often,
            high_from=float(cuts[-1]) if len(cuts) == 2 else None,
            members=members,
            tiers=totals_by(cells, "tier", TIERS),
            frequencies=totals_by(cells, "frequency_class", FREQUENCIES),
            cells=_ordered(cells),
        )


@dataclass(frozen=True, kw_only=True)
class ValueTiersResult:
    """What the tiers and classes are.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        by: Whether shares are of "customers" or of "revenue".
        often: Purchases from which a customer buys often.
        high_from: Net revenue from which a customer is in the high tier; None where nobody is.
        members: Lazy, one row a known customer: `tier`, `frequency_class`, and what they rest on.
        tiers: One row a tier that occurs: `customers`, `purchases`, `revenue`, shares.
        frequencies: One row a frequency class that occurs, the same.
        cells: One row a pair of tier and class that occurs: `customers`, `purchases`, `revenue`.
    """

    as_of: date
    currency: str
    by: str
    often: int
    high_from: float | None
    members: ir.Table
    tiers: pa.Table
    frequencies: pa.Table
    cells: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Customers in each tier and class, and what the high tier brings."""
        tiers = {row["tier"]: row for row in self.tiers.to_pylist()}
        classes = {row["frequency_class"]: row for row in self.frequencies.to_pylist()}
        return {
            **{f"{name}_value": _count(tiers, name) for name in TIERS if name != "none"},
            **{f"{name}_frequency": _count(classes, name) for name in FREQUENCIES},
            "high_revenue_share": tiers["high"]["revenue_share"] if "high" in tiers else 0.0,
            "often": float(self.often),
        }

    def blocks(self) -> Iterator[Block]:
        """The tiers, the classes, and both together."""
        yield Text(body=self._words())
        yield Chart(
            name="revenue_by_tier",
            title=lazy("Net revenue by value tier"),
            option=charts.bar(self.tiers, "tier", "revenue", format="amount", labels=TIERS),
            alternative=lazy("Bars: the net revenue of each value tier."),
            table=Table(
                name="tiers",
                title=lazy("Customers by value tier"),
                rows=self.tiers,
                columns=(coded("tier", lazy("Tier"), TIERS), *TOTALS),
            ),
        )
        yield Chart(
            name="customers_by_frequency",
            title=lazy("Customers by frequency"),
            option=charts.bar(self.frequencies, "frequency_class", "customers", labels=FREQUENCIES),
            alternative=lazy("Bars: how many customers buy often, now and then, once, or never."),
            table=Table(
                name="frequencies",
                title=lazy("Customers by frequency"),
                rows=self.frequencies,
                columns=(coded("frequency_class", lazy("Frequency"), FREQUENCIES), *TOTALS),
            ),
        )
        yield Table(
            name="cells",
            title=lazy("Value and frequency together"),
            rows=self.cells,
            columns=(
                coded("tier", lazy("Tier"), TIERS),
                coded("frequency_class", lazy("Frequency"), FREQUENCIES),
                CUSTOMERS,
                REVENUE,
            ),
        )

    def _words(self) -> LazyText:
        return lazy(
            "High value begins at {amount} of net revenue. Customers with {often} purchases or "
            "more buy often.",
            amount=Shown(self.high_from, "amount", self.currency),
            often=Shown(self.often, "count"),
        )

    def findings(self) -> Iterator[Finding]:
        """What the high tier brings."""
        row = next((row for row in self.tiers.to_pylist() if row["tier"] == "high"), None)
        if row is None:
            return
        yield Finding(
            code="value_tiers_high",
            sentence=lazy(
                "{customers} customers of high value, {share} of all, bring {revenue_share} of "
                "net revenue.",
                customers=Shown(row["customers"], "count"),
                share=Shown(row["customer_share"], "share"),
                revenue_share=Shown(row["revenue_share"], "share"),
            ),
            amount=row["revenue"],
            customers={"tier": "high"},
        )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a cell, such as `tier="high", frequency_class="once"`."""
        return customers_of(self.members, cell)


def _count(rows: Mapping[str, Mapping[str, float]], name: str) -> float:
    return float(rows[name]["customers"]) if name in rows else 0.0


def _cuts(steps: ir.Table, by: str, shares: tuple[float, float]) -> tuple[Decimal, ...]:
    """The net revenue that takes a customer into the middle tier, and into the high one."""
    part = steps["items"] if by == "customers" else steps.amount
    below = steps.below if by == "customers" else steps.amount_below
    whole = part.sum().over().cast("float64")
    placed = steps.mutate(whole=whole, above=whole - (below + part).cast("float64"))
    reached = [placed.above < (share - ROUNDING) * placed.whole for share in shares]
    found = placed.agg(
        middle=placed.value.min(where=reached[0]), high=placed.value.min(where=reached[1])
    )
    row = found.to_pyarrow().to_pylist()[0]
    return tuple(cut for cut in (row["middle"], row["high"]) if cut is not None)


def _members(shop: Shop, day: date, cuts: tuple[Decimal, ...], often: int) -> ir.Table:
    facts = customer_facts(shop, day)
    tier = places(facts.monetary, cuts)
    bought = facts.mutate(
        tier=ibis.cases((tier == 2, "high"), (tier == 1, "middle"), else_="low"),
        frequency_class=ibis.cases(
            (facts.frequency >= often, "high"), (facts.frequency > 1, "low"), else_="once"
        ),
    )
    known = prospects(shop, day)
    waiting = known.filter(known.first_on.isnull()).mutate(
        tier=ibis.literal("none"),
        frequency_class=ibis.literal("potential"),
        **{name: ibis.null(facts[name].type()) for name in MEMBER[3:]},
    )
    return bought.select(*MEMBER).union(waiting.select(*MEMBER))


def _cells(members: ir.Table) -> pa.Table:
    rows = members.group_by("tier", "frequency_class").agg(
        customers=members.count(),
        purchases=members.frequency.sum().fill_null(0),
        revenue=members.monetary.sum().cast("float64").fill_null(0.0),
    )
    return rows.to_pyarrow()


def _ordered(cells: pa.Table) -> pa.Table:
    tiers, classes = list(TIERS), list(FREQUENCIES)
    rows = sorted(
        cells.to_pylist(),
        key=lambda row: (tiers.index(row["tier"]), classes.index(row["frequency_class"])),
    )
    return pa.Table.from_pylist(rows, schema=cells.schema)
