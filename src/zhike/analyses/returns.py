"""Returns: what comes back, of which products and customers beyond chance, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import CUSTOMERS
from zhike.analyses.returns_facts import (
    buyer_cells,
    buyers,
    channel_rows,
    month_rows,
    product_rows,
    way_rows,
)
from zhike.analyses.returns_unusual import categories_table, products_table, unusual_cells
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import METRIC, Analysis, Needs, Shown, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop
from zhike.stats import quantile_of_counts

PRODUCTS_SHOWN = 20
MONTHS_SHOWN = 25
NAMED = 3
WAYS: dict[str, LazyText] = {
    "returned": lazy("Goods came back"),
    "refund_only": lazy("Money back, goods kept"),
    "unknown": lazy("The data do not say"),
}
RATE = Column(name="return_rate", label=lazy("Return rate"), format="share")
BACK = Column(name="amount", label=lazy("Given back"), format="amount")


@dataclass(frozen=True, kw_only=True)
class Returns(Analysis):
    """Refunds of goods by product, category, channel, month and customer.

    Of products, the rate is the share of lines sold that were given back (named in a refund, or in
    an order that was given back in full); of channels and customers, the share of orders with a
    refund of goods; of months, money refunded in it by money paid for its orders. A product or
    customer is *unusual* where so many returns would come about by chance too rarely (exact
    binomial tail, false discoveries held at one in twenty by Benjamini and Hochberg), with at
    least three returns and a quarter more than usual.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Returns().run(corner_shop())
        >>> found.products.select(["product", "lines", "returned"]).to_pylist()[0]
        {'product': 'Green tea', 'lines': 4, 'returned': 1}

    References:
        Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
        Royal Statistical Society B 57, 289-300.
    """

    name: ClassVar[str] = "returns"
    title: ClassVar[LazyText] = lazy("Returns and refunds")
    question: ClassVar[LazyText] = lazy("What comes back, and of what more than it should?")
    needs: ClassVar[Needs] = Needs(
        columns={
            "orders": ("customer_id", "ordered_at", "paid_amount"),
            "refunds": ("amount",),
        }
    )

    def run(self, data: Shop) -> ReturnsResult:
        """Everything that came back, beside what was sold."""
        day = as_of_day(data, self.as_of)
        members = buyers(data, day)
        products = products_table(product_rows(data, day))
        return ReturnsResult(
            as_of=day,
            currency=data.currency,
            buyers=members,
            products=products,
            categories=categories_table(products),
            channels=_with_rates(channel_rows(data, day), "returned", "orders"),
            months=_with_rates(month_rows(data, day), "amount", "paid"),
            ways=way_rows(data, day),
            cells=unusual_cells(buyer_cells(members)),
        )


@dataclass(frozen=True, kw_only=True)
class ReturnsResult:
    """What came back.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        buyers: Lazy, one row a customer: `customer_id`, `orders`, `returned` (with a refund of
            goods), `amount` given back.
        products: One row a product, those unusual with most money first: `product_id`, `product`,
            `category`, `lines`, `returned`, `return_rate`, `expected_rate` (drawn towards the
            whole), `amount`, `excess_amount`, `chance`, `is_unusual`.
        categories: One row a category, highest rate first: `category`, `lines`, `returned`,
            `return_rate`, `amount`.
        channels: One row a channel: `channel`, `orders`, `returned`, `paid`, `amount`,
            `return_rate` (of orders).
        months: One row a month: `month`, `paid`, `amount`, `return_rate` (of money).
        ways: One row a way and delay: `way`, `delay_days`, `refunds`, `amount`.
        cells: One row a pair: `orders`, `returned`, `customers`, `amount`, `chance`, `is_unusual`.
    """

    as_of: date
    currency: str
    buyers: ir.Table = field(repr=False)
    products: pa.Table
    categories: pa.Table
    channels: pa.Table
    months: pa.Table
    ways: pa.Table
    cells: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Return rates of lines and of money, how soon it comes back, and what is unusual."""
        lines, back = (_sum(self.products[name]) for name in ("lines", "returned"))
        paid, amount = (_sum(self.months[name]) for name in ("paid", "amount"))
        ways = {row["way"]: row["refunds"] for row in self._by_way().to_pylist()}
        told = ways.get("returned", 0) + ways.get("refund_only", 0)
        unusual = self.products.filter(self.products["is_unusual"])
        return {
            "line_return_rate": back / lines if lines else None,
            "refund_rate": amount / paid if paid else None,
            "refund_amount": _sum(self.ways["amount"]),
            "refunds": _sum(self.ways["refunds"]),
            "refund_only_share": ways.get("refund_only", 0) / told if told else None,
            "median_delay_days": self._delay(0.5),
            "late_delay_days": self._delay(0.9),
            "unusual_products": float(unusual.num_rows),
            "excess_amount": _sum(unusual["excess_amount"]),
            "unusual_customers": _sum(self.cells.filter(self.cells["is_unusual"])["customers"]),
        }

    def _delay(self, share: float) -> float | None:
        dated = self.ways.filter(pc.is_valid(self.ways["delay_days"]))
        days, refunds = (np.asarray(dated[it]).astype(np.int64) for it in ("delay_days", "refunds"))
        found = quantile_of_counts(days, refunds, share)
        return None if found is None else float(found)

    def _by_way(self) -> pa.Table:
        sums = self.ways.group_by("way").aggregate([("refunds", "sum"), ("amount", "sum")])
        rows = sums.rename_columns(["way", "refunds", "amount"])
        return rows.sort_by([("refunds", "descending"), ("way", "ascending")])

    @property
    def members(self) -> ir.Table:
        """Lazy, one row a customer: the buyers and `is_unusual` ("yes" or "no")."""
        cells = self.cells.filter(self.cells["is_unusual"]).to_pylist()
        pairs = [row["orders"] * CODE + row["returned"] for row in cells]
        code = self.buyers.orders * CODE + self.buyers.returned
        return self.buyers.mutate(is_unusual=code.isin(pairs or [-1]).ifelse("yes", "no"))

    def blocks(self) -> Iterator[Block]:
        """Rates over time, then by product, category, channel, way and customer."""
        yield self._number("refund_rate", METRIC["refund_rate"].label, "share",
                           METRIC["refund_rate"].definition)  # fmt: skip
        if not self.ways.num_rows:
            yield Text(body=lazy("Nothing has come back."), tone="note")
            return
        if self.numbers["median_delay_days"] is not None:
            yield self._number(
                "median_delay_days",
                lazy("Half of the refunds come within"),
                "days",
                lazy(
                    "The median of the days from the order to its refund, of those that are dated."
                ),
            )
        yield self._months_chart()
        yield from self._by_product()
        yield from self._by_group()
        yield self._ways_table()
        yield self._by_customer()

    def _number(self, name: str, label: LazyText, format: Format, definition: LazyText) -> Number:
        return Number(
            name=name,
            label=label,
            value=self.numbers[name],
            format=format,
            definition=definition,
            direction="down",
        )

    def _months_chart(self) -> Chart:
        rows = self.months.slice(max(self.months.num_rows - MONTHS_SHOWN, 0))
        title = lazy("Refunds by month")
        return Chart(
            name="refund_rate_by_month",
            title=title,
            option=charts.line(
                rows,
                "month",
                {"return_rate": METRIC["refund_rate"].label},
                format="share",
                x_format="month",
            ),
            alternative=lazy("A line: money refunded in each month by money paid for its orders."),
            table=Table(
                name="months",
                title=title,
                rows=rows,
                columns=(
                    Column(name="month", label=lazy("Month"), format="month"),
                    Column(name="paid", label=lazy("Paid for orders"), format="amount"),
                    BACK,
                    Column(name="return_rate", label=METRIC["refund_rate"].label, format="share"),
                ),
            ),
        )

    def _by_product(self) -> Iterator[Block]:
        if not self.products.num_rows:
            return
        back = self.products.filter(pc.greater(self.products["returned"], 0))
        if back.num_rows:
            yield self._products_chart(back.slice(0, PRODUCTS_SHOWN))
        else:
            yield Text(body=lazy("The refunds do not say which products they are of."), tone="note")

    def _products_chart(self, rows: pa.Table) -> Chart:
        title = lazy("Products that come back more than usual")
        return Chart(
            name="products",
            title=title,
            option=charts.bar(rows, "product", "return_rate", format="share"),
            alternative=lazy("Bars: the return rate of products, most money lost first."),
            table=Table(
                name="products",
                title=title,
                rows=rows,
                columns=(
                    Column(name="product", label=lazy("Product")),
                    Column(name="lines", label=lazy("Lines sold"), format="count"),
                    Column(name="returned", label=lazy("Given back (lines)"), format="count"),
                    RATE,
                    Column(name="expected_rate", label=lazy("To be expected"), format="share"),
                    BACK,
                    Column(
                        name="excess_amount",
                        label=lazy("Given back beyond the usual rate"),
                        format="amount",
                    ),
                    Column(
                        name="is_unusual",
                        label=lazy("Beyond chance"),
                        labels={"True": lazy("yes"), "False": lazy("no")},
                    ),
                ),
                note=lazy(
                    "Beyond chance: so many returns would hardly come about if the product were "
                    "like the others; of products marked so, one in twenty may be marked wrongly."
                ),
            ),
        )

    def _by_group(self) -> Iterator[Chart]:
        if self.categories.num_rows:
            yield _rates_chart(
                "category",
                lazy("Return rate by category"),
                self.categories,
                (
                    Column(name="category", label=lazy("Category")),
                    Column(name="lines", label=lazy("Lines sold"), format="count"),
                    Column(name="returned", label=lazy("Given back (lines)"), format="count"),
                ),
            )
        if self.channels.num_rows > 1:
            yield _rates_chart(
                "channel",
                lazy("Return rate by channel"),
                self.channels,
                (
                    Column(name="channel", label=lazy("Channel")),
                    Column(name="orders", label=lazy("Orders"), format="count"),
                    Column(name="returned", label=lazy("Orders with a refund"), format="count"),
                ),
            )

    def _ways_table(self) -> Table:
        return Table(
            name="ways",
            title=lazy("Returned, or only refunded"),
            rows=self._by_way(),
            columns=(
                Column(name="way", label=lazy("Way"), labels=WAYS),
                Column(name="refunds", label=lazy("Refunds"), format="count"),
                BACK,
            ),
        )

    def _by_customer(self) -> Table | Text:
        rows = self.cells.filter(self.cells["is_unusual"])
        if not rows.num_rows:
            return Text(
                body=lazy("No customer gives back more than chance would have it."), tone="note"
            )
        order = [("chance", "ascending"), ("orders", "ascending"), ("returned", "ascending")]
        return Table(
            name="customers",
            title=lazy("Customers who give back more than chance would have it"),
            rows=rows.sort_by(order).slice(0, PRODUCTS_SHOWN),
            columns=(
                Column(name="orders", label=lazy("Orders"), format="count"),
                Column(name="returned", label=lazy("Orders with a refund"), format="count"),
                CUSTOMERS,
                BACK,
            ),
            note=lazy("Nobody is accused: it is worth asking them what was wrong."),
        )

    def findings(self) -> Iterator[Finding]:
        """Products and customers beyond chance, with the money."""
        unusual = self.products.filter(self.products["is_unusual"]).slice(0, NAMED).to_pylist()
        usual = self.numbers["line_return_rate"]
        for row in unusual:
            yield Finding(
                code="returns_product",
                sentence=lazy(
                    "{product} comes back more than usual: {rate} of {lines} lines, {usual} over "
                    "all; beyond the usual rate {amount} were given back.",
                    product=row["product"],
                    rate=Shown(row["return_rate"], "share"),
                    lines=Shown(row["lines"], "count"),
                    usual=Shown(usual, "share"),
                    amount=self._money(row["excess_amount"]),
                ),
                tone="bad",
                amount=row["excess_amount"],
            )
        cells = self.cells.filter(self.cells["is_unusual"])
        if cells.num_rows:
            yield Finding(
                code="returns_customers",
                sentence=lazy(
                    "{customers} customers give back more orders than chance would have it, "
                    "{amount} together.",
                    customers=Shown(_sum(cells["customers"]), "count"),
                    amount=self._money(_sum(cells["amount"])),
                ),
                tone="bad",
                amount=_sum(cells["amount"]),
                customers={"is_unusual": "yes"},
            )
        if self.numbers["refund_only_share"]:
            yield Finding(
                code="returns_refund_only",
                sentence=lazy(
                    "{share} of the refunds that say so were money back without the goods.",
                    share=Shown(self.numbers["refund_only_share"], "share"),
                ),
            )

    def _money(self, amount: float) -> Shown:
        return Shown(amount, "amount", self.currency)

    def customers(self, **cell: str) -> ir.Table:
        """Everybody who bought; `is_unusual="yes"` those who give back more than chance has it."""
        return customers_of(self.members, cell)


CODE = 1_000_000
"""Two counts as one number."""


def _rates_chart(name: str, title: LazyText, rows: pa.Table, columns: tuple[Column, ...]) -> Chart:
    return Chart(
        name=f"rate_by_{name}",
        title=title,
        option=charts.bar(rows.slice(0, PRODUCTS_SHOWN), name, "return_rate", format="share"),
        alternative=lazy("Bars: the return rate of each."),
        table=Table(name=f"{name}_rates", title=title, rows=rows, columns=(*columns, RATE, BACK)),
    )


def _with_rates(rows: pa.Table, part: str, whole: str) -> pa.Table:
    values = zip(rows[part].to_pylist(), rows[whole].to_pylist(), strict=True)
    rates = [one / other if other else None for one, other in values]
    return rows.append_column("return_rate", pa.array(rates, pa.float64()))


def _sum(values: pa.ChunkedArray) -> float:
    return float(pc.sum(values).as_py() or 0)
