"""New and returning: whether growth comes from winning customers or from keeping them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.new_returning_parts import (
    DRIVERS,
    KINDS,
    Part,
    growth_table,
    is_beyond_chance,
    parts_of,
    periods_table,
)
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import (
    METRIC,
    Analysis,
    Calendar,
    Needs,
    OneOf,
    Shown,
    as_of_day,
    customers_of,
    purchase_history,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

PERIODS_SHOWN = 25
NOISE = 3
"""Standard deviations by which a number must differ to be spoken of."""
YEAR = {"week": 52, "month": 12, "quarter": 4}
NEW_SHARE = lazy("Share of new customers in net revenue")
NAMED = ("new", "returning")


@dataclass(frozen=True, kw_only=True)
class NewReturning(Analysis):
    """Net revenue, customers, purchases and order value of new and of returning customers.

    A customer is new in the period of the first purchase ever, with all purchases of that period,
    and returning in every later one. Refunds count in the period of their date, against the kind
    that the customer then was. What unknown customers bought is shown apart, so that the three
    add up to net revenue.

    Args:
        unit: "week" (from Monday), "month" or "quarter".
        against: What the last complete period is compared with: "last_year" (the same period of
            the year before; the previous one where the history is too short) or "previous".

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = NewReturning(unit="quarter").run(corner_shop())
        >>> found.periods.select(["period", "new_revenue", "returning_revenue"]).to_pylist()[0]
        {'period': '2024-Q1', 'new_revenue': 390.0, 'returning_revenue': 0.0}
    """

    name: ClassVar[str] = "new_returning"
    title: ClassVar[LazyText] = lazy("New and returning customers")
    question: ClassVar[LazyText] = lazy(
        "Does growth come from winning customers or from keeping them?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at", "paid_amount")})

    unit: Annotated[str, OneOf(tuple(YEAR)), lazy("Length of a period.")] = "month"
    against: Annotated[
        str,
        OneOf(("last_year", "previous")),
        lazy("What the last complete period is compared with."),
    ] = "last_year"

    def run(self, data: Shop) -> NewReturningResult:
        """Every period, and the last complete one against an earlier one."""
        day = as_of_day(data, self.as_of)
        calendar = Calendar(self.unit)
        parts = parts_of(data, day, calendar)
        numbers = [number for number, _ in parts]
        first = min(numbers, default=calendar.number(day))
        last = calendar.number(day) - 1
        now = max(last, first)  # a shop that is younger than one period is shown as it stands
        before = now - YEAR[self.unit] if self.against == "last_year" else now - 1
        before = before if before >= first else now - 1
        return NewReturningResult(
            shop=data,
            as_of=day,
            currency=data.currency,
            unit=self.unit,
            period=calendar.text(now),
            compared_with=calendar.text(before) if before >= first else "",
            now={kind: parts.get((now, kind), Part()) for kind in KINDS},
            before={kind: parts.get((before, kind), Part()) for kind in KINDS},
            periods=periods_table(parts, calendar, last),
            growth=growth_table(parts, now, before if before >= first else now),
        )


@dataclass(frozen=True, kw_only=True)
class NewReturningResult:
    """What was found about new and returning customers.

    Attributes:
        shop: What was looked at.
        as_of: The day looked back from.
        currency: What amounts are in.
        unit: "week", "month" or "quarter".
        period: The last complete period.
        compared_with: The earlier period; empty where there is none.
        now: Each kind in the period.
        before: Each kind in the earlier period.
        periods: One row a period: `period`, `is_complete`, `revenue`, `new_share` (of net revenue
            from known customers), and of each kind `…_revenue`, `…_customers`, `…_orders`,
            `…_average_order_value`.
        growth: One row a driver: `driver`, `amount`; they add up to the change of net revenue.
    """

    shop: Shop = field(repr=False)
    as_of: date
    currency: str
    unit: str
    period: str
    compared_with: str
    now: Mapping[str, Part]
    before: Mapping[str, Part]
    periods: pa.Table
    growth: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """The two kinds in the last complete period, and the change of net revenue."""
        found: dict[str, float | None] = {}
        for kind in NAMED:
            part = self.now[kind]
            found |= {
                f"{kind}_revenue": part.revenue,
                f"{kind}_customers": part.customers,
                f"{kind}_orders": part.orders,
                f"{kind}_average_order_value": part.average_order_value,
            }
        found["new_revenue_share"] = _new_share(self.now)
        found["new_revenue_share_before"] = _new_share(self.before)
        found["change"] = self._change(*KINDS) if self.compared_with else None
        return found

    def _change(self, *kinds: str) -> float:
        return sum(self.now[kind].revenue - self.before[kind].revenue for kind in kinds)

    @property
    def buyers(self) -> ir.Table:
        """Lazy, one row a customer of the last complete period."""
        return self._buyers(self.period)

    def _buyers(self, period: str) -> ir.Table:
        calendar, history = Calendar(self.unit), purchase_history(self.shop, self.as_of)
        inside = history.filter(calendar.text_of(history.ordered_on) == period)
        buyers = inside.group_by("customer_id").agg(
            orders=inside.count(), revenue=inside.net_amount.sum(), least=inside.nth.min()
        )
        return buyers.mutate(kind=(buyers.least == 1).ifelse("new", "returning")).drop("least")

    def blocks(self) -> Iterator[Block]:
        """The share of new customers, the periods, and where growth comes from."""
        yield Number(
            name="new_revenue_share",
            label=NEW_SHARE,
            value=self.numbers["new_revenue_share"],
            format="share",
            definition=lazy(
                "Net revenue from customers whose first purchase ever was in {period}, by net "
                "revenue from all known customers of it.",
                period=self.period,
            ),
            comparisons={self.compared_with: self.numbers["new_revenue_share_before"]}
            if self.compared_with
            else {},
        )
        yield self._revenue_chart()
        yield self._share_chart()
        yield self._value_chart()
        if self.compared_with:
            yield self._growth_chart()
        else:
            yield Text(
                body=lazy("There is no earlier period yet to compare with."),
                tone="note",
            )

    @property
    def _side(self) -> Format:
        return "month" if self.unit == "month" else "text"

    def _recent(self) -> pa.Table:
        return self.periods.slice(max(self.periods.num_rows - PERIODS_SHOWN, 0))

    def _periods_table(self) -> Table:
        counted: tuple[tuple[str, Format], ...] = (
            ("revenue", "amount"),
            ("customers", "count"),
            ("orders", "count"),
            ("average_order_value", "amount"),
        )
        return Table(
            name="periods",
            title=lazy("New and returning customers by period"),
            rows=self._recent(),
            columns=(
                Column(name="period", label=lazy("Period"), format=self._side),
                Column(name="revenue", label=METRIC["net_revenue"].label, format="amount"),
                Column(name="new_share", label=NEW_SHARE, format="share"),
                *(
                    Column(name=f"{kind}_{name}", label=MEASURED[kind, name], format=format)
                    for name, format in counted
                    for kind in NAMED
                ),
                Column(
                    name="anonymous_revenue",
                    label=lazy("Net revenue of unknown customers"),
                    format="amount",
                ),
            ),
            note=lazy(
                "A customer is new in the period of the first purchase ever and returning in every "
                "later one. The last period may not be over."
            ),
        )

    def _revenue_chart(self) -> Chart:
        parts = {f"{kind}_revenue": KINDS[kind] for kind in ("returning", "new", "anonymous")}
        return Chart(
            name="revenue_by_kind",
            title=lazy("Net revenue of new and returning customers"),
            option=charts.stacked_bar(
                self._recent(), "period", parts, format="amount", x_format=self._side
            ),
            alternative=lazy(
                "Bars: the net revenue of each period, parted into returning, new and unknown "
                "customers."
            ),
            table=self._periods_table(),
        )

    def _share_chart(self) -> Chart:
        return Chart(
            name="new_share",
            title=NEW_SHARE,
            option=charts.line(
                self._recent(),
                "period",
                {"new_share": NEW_SHARE},
                format="share",
                x_format=self._side,
            ),
            alternative=lazy("A line: the share that new customers bring, period after period."),
            table=self._periods_table(),
        )

    def _value_chart(self) -> Chart:
        lines = {f"{kind}_average_order_value": KINDS[kind] for kind in NAMED}
        return Chart(
            name="order_value_by_kind",
            title=lazy("Average order value of new and returning customers"),
            option=charts.line(
                self._recent(), "period", lines, format="amount", x_format=self._side
            ),
            alternative=lazy(
                "Two lines: what a purchase of new and of returning customers brings."
            ),
            table=self._periods_table(),
        )

    def _growth_chart(self) -> Chart:
        title = lazy(
            "Where the change of net revenue from {before} to {now} comes from",
            before=self.compared_with,
            now=self.period,
        )
        return Chart(
            name="growth",
            title=title,
            option=charts.waterfall(
                self.growth,
                ends=(self.compared_with, self.period),
                start=sum(part.revenue for part in self.before.values()),
                labels=DRIVERS,
            ),
            alternative=lazy(
                "Bars from one period to the other: what each driver added to net revenue or took "
                "from it."
            ),
            table=Table(
                name="growth",
                title=title,
                rows=self.growth,
                columns=(
                    Column(name="driver", label=lazy("Driver"), labels=DRIVERS),
                    Column(name="amount", label=lazy("Effect on net revenue"), format="amount"),
                ),
                note=lazy(
                    "Net revenue of a kind is customers times purchases per customer times order "
                    "value. The parts add up to the whole change."
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """Who brings the revenue, where its change comes from, and whether fewer are won."""
        new = self.now["new"]
        if self.numbers["new_revenue_share"] is not None:
            yield Finding(
                code="new_returning_share",
                sentence=lazy(
                    "New customers brought {revenue} in {period}, {share} of what known customers "
                    "brought; returning customers brought {rest}.",
                    revenue=self._money(new.revenue),
                    period=self.period,
                    share=Shown(self.numbers["new_revenue_share"], "share"),
                    rest=self._money(self.now["returning"].revenue),
                ),
                customers={"kind": "new"},
            )
        if self.compared_with:
            yield from self._growth_findings()
            yield from self._won_findings()

    def _growth_findings(self) -> Iterator[Finding]:
        before, now = ([kinds[kind] for kind in NAMED] for kinds in (self.before, self.now))
        if not is_beyond_chance(before, now, NOISE):
            return
        change = self._change(*NAMED)
        facts = {
            "change": self._money(abs(change)),
            "period": self.period,
            "before": self.compared_with,
            "new": self._money(self._change("new")),
            "returning": self._money(self._change("returning")),
            "driver": DRIVERS[self._main_driver(change)],
        }
        if change > 0:
            sentence = lazy(
                "Net revenue from known customers grew by {change} from {before} to {period}: new "
                "customers {new}, returning customers {returning}. The main driver: {driver}.",
                **facts,
            )
        else:
            sentence = lazy(
                "Net revenue from known customers fell by {change} from {before} to {period}: new "
                "customers {new}, returning customers {returning}. The main driver: {driver}.",
                **facts,
            )
        yield Finding(
            code="new_returning_growth",
            sentence=sentence,
            tone="good" if change > 0 else "bad",
            amount=abs(change),
        )

    def _main_driver(self, change: float) -> str:
        rows = [row for row in self.growth.to_pylist() if row["driver"] != "anonymous"]
        name: str = max(rows, key=lambda row: row["amount"] * (1 if change > 0 else -1))["driver"]
        return name

    def _won_findings(self) -> Iterator[Finding]:
        now, before = self.now["new"].customers, self.before["new"].customers
        if abs(now - before) <= NOISE * sqrt(now + before):
            return
        facts = {
            "now": Shown(now, "count"),
            "period": self.period,
            "before": Shown(before, "count"),
            "earlier": self.compared_with,
        }
        if now > before:
            sentence = lazy(
                "{now} new customers were won in {period}, up from {before} in {earlier}.", **facts
            )
        else:
            sentence = lazy(
                "{now} new customers were won in {period}, down from {before} in {earlier}.",
                **facts,
            )
        effect = {row["driver"]: row["amount"] for row in self.growth.to_pylist()}
        yield Finding(
            code="new_returning_won",
            sentence=sentence,
            tone="good" if now > before else "bad",
            amount=abs(effect["new_customers"]),
            customers={"kind": "new"},
        )

    def _money(self, amount: float) -> Shown:
        return Shown(amount, "amount", self.currency)

    def customers(self, **cell: str) -> ir.Table:
        """The customers of the last complete period, or of `period`; `kind` picks some."""
        period = cell.pop("period", self.period)
        return customers_of(self._buyers(period), cell)


MEASURED: dict[tuple[str, str], LazyText] = {
    ("new", "revenue"): lazy("Net revenue of new customers"),
    ("returning", "revenue"): lazy("Net revenue of returning customers"),
    ("new", "customers"): KINDS["new"],
    ("returning", "customers"): KINDS["returning"],
    ("new", "orders"): lazy("Purchases of new customers"),
    ("returning", "orders"): lazy("Purchases of returning customers"),
    ("new", "average_order_value"): lazy("Average order value of new customers"),
    ("returning", "average_order_value"): lazy("Average order value of returning customers"),
}
"""What the columns of each kind are called."""


def _new_share(parts: Mapping[str, Part]) -> float | None:
    whole = sum(parts[kind].revenue for kind in NAMED)
    return parts["new"].revenue / whole if whole > 0 else None
