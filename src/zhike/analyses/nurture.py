"""Nurture: which first purchases lead to a second one, and to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import CUSTOMERS
from zhike.analyses.nurture_items import (
    NEXT_FROM,
    basis_of,
    baskets,
    compared,
    first_items,
    next_items,
)
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import Analysis, Needs, OneOf, Shown, Whole, as_of_day, customers_of
from zhike.catalogue.first_days import first_days
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

SHOWN = 12
NAMED = 2
MATTERS = 0.05
"""Share by which a rate must differ to be worth a sentence, however certain it is."""
BASES: dict[str, LazyText] = {
    "category": lazy("First category"),
    "product": lazy("First product"),
}
NEXT: dict[str, LazyText] = {
    "category": lazy("Next category"),
    "product": lazy("Next product"),
}


@dataclass(frozen=True, kw_only=True)
class Nurture(Analysis):
    """What customers did next who began with a certain category or product.

    The first purchase is all of the first day, the second one is on a later day. The rate of
    second purchases is over those who have had `within_days` time. What is to be expected is that
    rate drawn towards the mean of all, the more the fewer customers there are, so that a product
    with three buyers is neither best nor worst. Who began with two categories counts in both.

    Args:
        by: "category", "product", or "auto": category where products have one.
        within_days: Days in which a second purchase is counted.
        least_customers: Customers from which a difference is spoken of.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Nurture(by="product").run(corner_shop())
        >>> found.items.select(["item", "customers", "second_rate"]).to_pylist()[0]
        {'item': 'pot', 'customers': 1, 'second_rate': 1.0}

    References:
        Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
        Royal Statistical Society B 57, 289-300.
    """

    name: ClassVar[str] = "nurture"
    title: ClassVar[LazyText] = lazy("From the first to the second purchase")
    question: ClassVar[LazyText] = lazy("Which first purchases lead to a second one, and to what?")
    needs: ClassVar[Needs] = Needs(
        columns={
            "orders": ("customer_id", "ordered_at", "paid_amount"),
            "order_lines": ("product_id",),
        }
    )

    by: Annotated[
        str,
        OneOf(("auto", "category", "product")),
        lazy("What first purchases are told apart by."),
    ] = "auto"
    within_days: Annotated[
        int, Whole(7, 365), lazy("Days in which a second purchase is counted.")
    ] = 90
    least_customers: Annotated[
        int, Whole(1, 100_000), lazy("Customers from which a difference is spoken of.")
    ] = 30

    def run(self, data: Shop) -> NurtureResult:
        """Every first item with what followed."""
        day = as_of_day(data, self.as_of)
        basis = basis_of(data, self.by)
        sums = first_items(data, day, basis, self.within_days)
        usual = [it for it in sums["item"].to_pylist() if it][:NEXT_FROM]
        return NurtureResult(
            shop=data,
            as_of=day,
            currency=data.currency,
            basis=basis,
            within_days=self.within_days,
            whole=next((row for row in sums.to_pylist() if not row["item"]), {}),
            items=compared(sums, self.least_customers),
            nexts=next_items(data, day, basis, usual),
            names=_names(data, sums) if basis == "product" else {},
        )


@dataclass(frozen=True, kw_only=True)
class NurtureResult:
    """What first purchases led to.

    Attributes:
        shop: What was looked at.
        as_of: The day looked back from.
        currency: What amounts are in.
        basis: "category" or "product".
        within_days: Days in which a second purchase is counted.
        whole: All customers: `customers`, `ripe`, `seconds`, `waited`, `amount`.
        items: One row a first item, the best first: `item`, `customers`, `recent`, `ripe` (who have
            had the time), `second_rate`, `expected_rate`, `mean_wait_days`, `first_amount`,
            `is_unusual`.
        nexts: One row a first and next item: `item`, `next_item`, `customers`, `share`, `lift`.
        names: What the products are called.
    """

    shop: Shop = field(repr=False)
    as_of: date
    currency: str
    basis: str
    within_days: int
    whole: Mapping[str, Any]
    items: pa.Table
    nexts: pa.Table
    names: Mapping[str, str] = field(repr=False)

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """The rate of second purchases over all, the days until then, the best and the worst."""
        ripe, seconds = (float(self.whole.get(name) or 0) for name in ("ripe", "seconds"))
        rates = self.items["expected_rate"].to_pylist()
        return {
            "customers": float(self.whole.get("customers") or 0),
            "second_rate": seconds / ripe if ripe else None,
            "mean_wait_days": float(self.whole["waited"]) / seconds if seconds else None,
            "usual_rate": self._usual_rate(),
            "best_expected_rate": rates[0] if rates else None,
            "worst_expected_rate": rates[-1] if rates else None,
        }

    def _usual_rate(self) -> float | None:
        """The rate over first items, those who began with several counted in each."""
        ripe = self.items["ripe"].to_pylist()
        rates = self.items["second_rate"].to_pylist()
        seconds = sum(rate * number for rate, number in zip(rates, ripe, strict=True) if number)
        return seconds / sum(ripe) if sum(ripe) else None

    @property
    def members(self) -> ir.Table:
        """Lazy, one row a customer: `first_on`, `first_amount`, `second_on`, `came_back`."""
        began = first_days(self.shop, self.as_of)
        return began.mutate(came_back=began.second_on.notnull().ifelse("yes", "no"))

    def blocks(self) -> Iterator[Block]:
        """The rate over all, the items, and what followed."""
        yield Number(
            name="second_rate",
            label=lazy("Bought again within {days} days", days=self.within_days),
            value=self.numbers["second_rate"],
            format="share",
            definition=lazy(
                "Customers with a purchase on a later day within {days} days of their first, by "
                "all whose first purchase is longer ago than that.",
                days=self.within_days,
            ),
            direction="up",
        )
        if not self.items.num_rows:
            yield Text(body=lazy("No first purchase names a product yet."), tone="note")
            return
        yield self._items_chart()
        if self.nexts.num_rows:
            yield self._nexts_chart()

    def _shown(self) -> pa.Table:
        """The best and the worst where there are too many for a picture."""
        rows = self._named(self.items, "item")
        if rows.num_rows <= 2 * SHOWN:
            return rows
        return pa.concat_tables([rows.slice(0, SHOWN), rows.slice(rows.num_rows - SHOWN)])

    def _named(self, rows: pa.Table, column: str) -> pa.Table:
        words = [self.names.get(it, it) for it in rows[column].to_pylist()]
        return rows.append_column(f"{column}_name", pa.array(words, pa.string()))

    def _items_chart(self) -> Chart:
        title = lazy("Second purchases to be expected, by what was bought first")
        counted: tuple[tuple[str, LazyText, Format], ...] = (
            ("ripe", lazy("Of those, long enough ago"), "count"),
            (
                "second_rate",
                lazy("Bought again within {days} days", days=self.within_days),
                "share",
            ),
            ("expected_rate", lazy("To be expected"), "share"),
            ("mean_wait_days", lazy("Days until then, on average"), "days"),
            ("first_amount", lazy("Value of the first purchase"), "amount"),
        )
        return Chart(
            name="expected_rates",
            title=title,
            option=charts.bar(self._shown(), "item_name", "expected_rate", format="share"),
            alternative=lazy(
                "Bars: the share of customers who buy again, by what they began with, best first."
            ),
            table=Table(
                name="items",
                title=title,
                rows=self._shown(),
                columns=(
                    Column(name="item_name", label=BASES[self.basis]),
                    CUSTOMERS,
                    *(Column(name=it, label=label, format=kind) for it, label, kind in counted),
                ),
                note=lazy(
                    "What is to be expected is the rate drawn towards that of all customers, the "
                    "more the fewer began so. Who began with several counts in each."
                ),
            ),
        )

    def _nexts_chart(self) -> Chart:
        usual = self.items.sort_by([("customers", "descending")])["item"].to_pylist()[:SHOWN]
        rows = self.nexts.filter(pc.is_in(self.nexts["item"], pa.array(usual, pa.string())))
        sizes = rows.group_by("next_item").aggregate([("customers", "sum")])
        sizes = sizes.sort_by([("customers_sum", "descending"), ("next_item", "ascending")])
        most = sizes["next_item"].slice(0, SHOWN).combine_chunks()
        rows = rows.filter(pc.is_in(rows["next_item"], most))
        rows = self._named(self._named(rows, "item"), "next_item")
        title = lazy("What follows on what: lift")
        return Chart(
            name="nexts",
            title=title,
            option=charts.heatmap(rows, "next_item_name", "item_name", "lift", format="number"),
            alternative=lazy(
                "Cells: how many times as often as usual the second purchase contains what stands "
                "above, after a first one with what stands on the left."
            ),
            table=Table(
                name="nexts",
                title=title,
                rows=self._named(
                    self._named(self.nexts.sort_by([("customers", "descending")]), "item"),
                    "next_item",
                ),
                columns=(
                    Column(name="item_name", label=BASES[self.basis]),
                    Column(name="next_item_name", label=NEXT[self.basis]),
                    CUSTOMERS,
                    Column(
                        name="share", label=lazy("Share of those who came back"), format="share"
                    ),
                    Column(name="lift", label=lazy("Times as often as usual"), format="number"),
                ),
                note=lazy("Fewer than five customers are not shown."),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """The rate over all, and first items that lead on or do not, beyond chance."""
        whole = self.numbers["second_rate"]
        if whole is None:
            return
        yield Finding(
            code="nurture_second",
            sentence=lazy(
                "{share} of customers buy again within {days} days of their first purchase, on "
                "average after {wait}.",
                share=Shown(whole, "share"),
                days=self.within_days,
                wait=Shown(self.numbers["mean_wait_days"], "days"),
            ),
            customers={"came_back": "no"},
        )
        rows = [row for row in self.items.to_pylist() if row["is_unusual"]]
        usual = self.numbers["usual_rate"] or 0.0
        for row in [it for it in rows if it["expected_rate"] > (1 + MATTERS) * usual][:NAMED]:
            yield self._item_finding(row, usual, is_good=True)
        for row in [it for it in rows[::-1] if it["expected_rate"] < (1 - MATTERS) * usual][:NAMED]:
            yield self._item_finding(row, usual, is_good=False)

    def _item_finding(self, row: Mapping[str, Any], usual: float, *, is_good: bool) -> Finding:
        facts = {
            "item": self.names.get(row["item"], row["item"]),
            "customers": Shown(row["customers"], "count"),
            "rate": Shown(row["expected_rate"], "share"),
            "usual": Shown(usual, "share"),
        }
        if is_good:
            sentence = lazy(
                "Who begins with {item} comes back: {rate} buy again, {usual} are usual "
                "({customers} customers).",
                **facts,
            )
        else:
            sentence = lazy(
                "Who begins with {item} comes back less: {rate} buy again, {usual} are usual "
                "({customers} customers).",
                **facts,
            )
        return Finding(
            code="nurture_best" if is_good else "nurture_worst",
            sentence=sentence,
            tone="good" if is_good else "bad",
            amount=abs(row["expected_rate"] - usual) * row["recent"] * row["first_amount"],
            customers={"first_item": row["item"]},
        )

    def customers(self, **cell: str) -> ir.Table:
        """Who began with `first_item="tea"`, who did not come back (`came_back="no"`); else all."""
        item = cell.pop("first_item", None)
        rows = customers_of(self.members, cell)
        if item is None:
            return rows
        began = baskets(self.shop, self.as_of, self.basis)
        return rows.semi_join(began.filter(began.step == 1, began["item"] == item), "customer_id")


def _names(shop: Shop, sums: pa.Table) -> dict[str, str]:
    """What the products of first purchases are called."""
    if "products" not in shop:
        return {}
    products = shop["products"]
    rows = products.filter(products.name.notnull()).select("product_id", "name").to_pyarrow()
    known = rows.filter(pc.is_in(rows["product_id"], sums["item"].combine_chunks()))
    return dict(zip(known["product_id"].to_pylist(), known["name"].to_pylist(), strict=True))
