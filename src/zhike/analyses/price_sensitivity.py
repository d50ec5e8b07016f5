"""Price sensitivity: what is sold at a discount, who needs one, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import (
    CUSTOMER_SHARE,
    CUSTOMERS,
    PURCHASES,
    coded,
)
from zhike.analyses.price_facts import (
    BANDS,
    CLASSES,
    margins,
    member_counts,
    price_members,
    priced_days,
    priced_purchases,
)
from zhike.analyses.price_tables import (
    band_rows,
    category_rows,
    class_rows,
    first_rows,
    margin_rows,
    response_rows,
)
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import Analysis, Needs, Shown, Whole, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

NOISE = 3
OFF = Column(name="off_amount", label=lazy("Given off"), format="amount")
BEFORE_REFUNDS = Column(name="revenue", label=lazy("Revenue before refunds"), format="amount")
SHARE_BEFORE_REFUNDS = Column(
    name="revenue_share", label=lazy("Share of revenue before refunds"), format="share"
)
EACH = Column(
    name="revenue_per_customer", label=lazy("Per customer, before refunds"), format="amount"
)
PRICES: dict[str, LazyText] = {
    "full": lazy("At full price"),
    "reduced": lazy("At a discount"),
}


@dataclass(frozen=True, kw_only=True)
class PriceSensitivity(Analysis):
    """How much is sold at a discount, what deeper discounts bring, and which customers need them.

    The discount of a purchase is its vouchers and discounts together with those of its lines; its
    depth is that by what it would have cost. What happens on days of deep discounts happens at
    festivals too: the response is what was seen, not what a discount alone would do.

    Args:
        grown_days: Customers count in the comparison of first purchases once they began so many
            days ago.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = PriceSensitivity().run(corner_shop())
        >>> found.classes.select(["price_class", "customers"]).to_pylist()
        [{'price_class': 'sometimes', 'customers': 1}, {'price_class': 'mostly', 'customers': 1}, \
{'price_class': 'once_reduced', 'customers': 1}]

    References:
        Blattberg, R. C., Briesch, R. and Fox, E. J. (1995). How promotions work. Marketing Science
        14(3), G122-G132.
    """

    name: ClassVar[str] = "price_sensitivity"
    title: ClassVar[LazyText] = lazy("Price and promotion sensitivity")
    question: ClassVar[LazyText] = lazy("Who needs a discount, and what do discounts bring?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("ordered_at", "paid_amount")})

    grown_days: Annotated[
        int,
        Whole(1, 3650),
        lazy("Days since the first purchase after which customers are compared by it."),
    ] = 180

    def run(self, data: Shop) -> PriceSensitivityResult:
        """Purchases by depth, customers by class, and margins."""
        day = as_of_day(data, self.as_of)
        rows = priced_purchases(data, day)
        days = priced_days(rows)
        members = price_members(data, rows)
        counts = member_counts(members, day - timedelta(days=self.grown_days))
        parts = margins(data, day)
        unit, response = response_rows(days)
        return PriceSensitivityResult(
            as_of=day,
            currency=data.currency,
            grown_days=self.grown_days,
            members=members,
            bands=band_rows(days),
            response_unit=unit,
            response=response,
            classes=class_rows(counts),
            first_prices=first_rows(counts),
            margins=margin_rows(parts),
            categories=category_rows(parts),
        )


@dataclass(frozen=True, kw_only=True)
class PriceSensitivityResult:
    """What the analysis of prices found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        grown_days: Age from which customers are compared by their first purchase.
        members: One row a customer: `first_on`, `purchases`, `revenue` (before refunds),
            `reduced_purchases`, `reduced_share`, `off_amount`, `list_amount`, `depth`,
            `first_reduced`, `price_class`.
        bands: One row a depth: `band`, `purchases`, `purchase_share`, `revenue` (before refunds),
            `revenue_share`, `off_amount`, `purchase_value`.
        response_unit: What the response is counted in: "day" or "week".
        response: Days (or weeks) in five classes by their mean discount: `depth_class`,
            `periods`, `depth`, `purchase_index`, `low`, `high`; no rows with too few purchases.
        classes: One row a class: `price_class`, `customers`, `customer_share`, `by_chance` (how
            many there would be if all customers were alike), `purchases`, `revenue` (before
            refunds), `revenue_share`, `off_amount`, `revenue_per_customer`.
        first_prices: Customers won at full price or at a discount: `first_price`, `customers`,
            `repeat_share`, `revenue_per_customer`.
        margins: Goods at full price or at a discount: `price`, `revenue`, `revenue_share`,
            `costed_share`, `margin_amount`, `margin_rate`.
        categories: One row a category: `category`, `revenue`, `reduced_share`,
            `full_margin_rate`, `reduced_margin_rate`.
    """

    as_of: date
    currency: str
    grown_days: int
    members: ir.Table
    bands: pa.Table
    response_unit: str
    response: pa.Table
    classes: pa.Table
    first_prices: pa.Table
    margins: pa.Table
    categories: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Shares at a discount, what was given off, and how many need one or never do."""
        reduced = self.bands.filter(pc.not_equal(self.bands["band"], "0"))
        off, revenue = (pc.sum(self.bands[name]).as_py() for name in ("off_amount", "revenue"))
        classes = {row["price_class"]: row for row in self.classes.to_pylist()}
        margin = {row["price"]: row["margin_rate"] for row in self.margins.to_pylist()}
        some = self.bands.num_rows > 0
        return {
            "reduced_purchase_share": (pc.sum(reduced["purchase_share"]).as_py() or 0.0)
            if some
            else None,
            "reduced_revenue_share": (pc.sum(reduced["revenue_share"]).as_py() or 0.0)
            if some
            else None,
            "off_amount": off,
            "mean_depth": off / (off + revenue) if some and off + revenue > 0 else None,
            "never_customers": float(classes.get("never", {}).get("customers", 0)),
            "only_customers": float(classes.get("only", {}).get("customers", 0)),
            "full_margin_rate": margin.get("full"),
            "reduced_margin_rate": margin.get("reduced"),
        }

    def blocks(self) -> Iterator[Block]:
        """Discounts and their depth, the response, the classes of customers, and margins."""
        yield from self._headlines()
        if self.numbers["reduced_purchase_share"] == 0:
            yield Text(body=lazy("No purchase was made at a discount."), tone="note")
            return
        yield self._bands_chart()
        if self.response.num_rows:
            yield self._response_chart()
        yield self._classes_chart()
        yield Table(
            name="first_prices",
            title=lazy("Customers by the price of their first purchase"),
            rows=self.first_prices,
            columns=(
                coded("first_price", lazy("First purchase"), PRICES),
                CUSTOMERS,
                Column(name="repeat_share", label=lazy("Bought again"), format="share"),
                EACH,
            ),
            note=lazy(
                "Only customers who began at least {days} days ago.",
                days=Shown(self.grown_days, "count"),
            ),
        )
        yield from self._margin_tables()

    def _headlines(self) -> Iterator[Number]:
        yield Number(
            name="reduced_purchase_share",
            label=lazy("Purchases at a discount"),
            value=self.numbers["reduced_purchase_share"],
            format="share",
            definition=lazy("Share of purchases with a voucher or discount on order or lines."),
        )
        yield Number(
            name="mean_depth",
            label=lazy("Mean depth of discount"),
            value=self.numbers["mean_depth"],
            format="share",
            definition=lazy("Everything given off by what all purchases would have cost."),
            direction="down",
        )
        yield Number(
            name="off_amount",
            label=OFF.label,
            value=self.numbers["off_amount"],
            format="amount",
            definition=lazy("Vouchers and discounts of purchases, before the day."),
            direction="down",
        )

    def _bands_chart(self) -> Chart:
        title = lazy("Purchases by depth of discount")
        shares = {
            "purchase_share": lazy("Share of purchases"),
            "revenue_share": lazy("Share of revenue before refunds"),
        }
        return Chart(
            name="bands",
            title=title,
            option=charts.with_words(
                charts.columns(self.bands, "band", shares, format="share"), "xAxis", BANDS
            ),
            alternative=lazy("Bars: how many purchases were made at which discount."),
            table=Table(
                name="bands",
                title=title,
                rows=self.bands,
                columns=(
                    coded("band", lazy("Depth"), BANDS),
                    PURCHASES,
                    *(
                        Column(name=name, label=label, format="share")
                        for name, label in shares.items()
                    ),
                    BEFORE_REFUNDS,
                    OFF,
                    Column(
                        name="purchase_value", label=lazy("Value of a purchase"), format="amount"
                    ),
                ),
            ),
        )

    def _response_chart(self) -> Chart:
        by_day = self.response_unit == "day"
        title = (
            lazy("Days by their discount, and their purchases")
            if by_day
            else lazy("Weeks by their discount, and their purchases")
        )
        index = lazy("Purchases (100: the weeks around)")
        return Chart(
            name="response",
            title=title,
            option=charts.columns(
                self.response, "depth_class", {"purchase_index": index}, format="number"
            ),
            alternative=lazy(
                "Bars: how busy the times with the least and with the deepest discounts were, "
                "beside the weeks around them."
            ),
            table=Table(
                name="response",
                title=title,
                rows=self.response,
                columns=(
                    Column(name="depth_class", label=lazy("Fifth, by discount"), format="count"),
                    Column(
                        name="periods",
                        label=lazy("Days") if by_day else lazy("Weeks"),
                        format="count",
                    ),
                    Column(name="depth", label=lazy("Mean discount"), format="share"),
                    Column(name="purchase_index", label=index, format="number"),
                    Column(name="low", label=lazy("Lower end"), format="number"),
                    Column(name="high", label=lazy("Upper end"), format="number"),
                ),
                note=lazy(
                    "What was seen, not what a discount causes: festivals bring both discounts and "
                    "customers. Try it on some customers and not on others to know."
                ),
            ),
        )

    def _classes_chart(self) -> Chart:
        title = lazy("Customers by how they buy")
        counts = {"customers": CUSTOMERS.label, "by_chance": lazy("If all were alike")}
        return Chart(
            name="classes",
            title=title,
            option=charts.with_words(
                charts.columns(self.classes, "price_class", counts), "xAxis", CLASSES
            ),
            alternative=lazy(
                "Bars: how many customers buy at full price, at a discount or both, beside how "
                "many there would be if all customers were alike."
            ),
            table=Table(
                name="classes",
                title=title,
                rows=self.classes,
                columns=(
                    coded("price_class", lazy("Class"), CLASSES),
                    CUSTOMERS,
                    CUSTOMER_SHARE,
                    Column(name="by_chance", label=lazy("If all were alike"), format="count"),
                    PURCHASES,
                    BEFORE_REFUNDS,
                    SHARE_BEFORE_REFUNDS,
                    OFF,
                    EACH,
                ),
                note=lazy(
                    "With few purchases many are in a class by chance; only what exceeds it says "
                    "something about customers."
                ),
            ),
        )

    def _margin_tables(self) -> Iterator[Table]:
        if pc.sum(self.margins["costed_share"]).as_py():
            yield Table(
                name="margins",
                title=lazy("Margin at full price and at a discount"),
                rows=self.margins,
                columns=(
                    coded("price", lazy("Price"), PRICES),
                    BEFORE_REFUNDS,
                    Column(name="costed_share", label=lazy("With a known cost"), format="share"),
                    Column(name="margin_amount", label=lazy("Margin"), format="amount"),
                    Column(name="margin_rate", label=lazy("Margin rate"), format="share"),
                ),
                note=lazy("Goods after vouchers, before refunds; only lines whose cost is known."),
            )
        if self.categories.num_rows:
            yield Table(
                name="categories",
                title=lazy("Discounts by category"),
                rows=self.categories,
                columns=(
                    Column(name="category", label=lazy("Category")),
                    BEFORE_REFUNDS,
                    Column(name="reduced_share", label=lazy("Sold at a discount"), format="share"),
                    Column(
                        name="full_margin_rate",
                        label=lazy("Margin rate at full price"),
                        format="share",
                    ),
                    Column(
                        name="reduced_margin_rate",
                        label=lazy("Margin rate at a discount"),
                        format="share",
                    ),
                ),
            )

    def findings(self) -> Iterator[Finding]:
        """Who waits for discounts, who gets them without need, and what they cost in margin."""
        classes = {row["price_class"]: row for row in self.classes.to_pylist()}
        if "only" in classes and _more_than_chance(classes["only"]):
            yield Finding(
                code="price_only_reduced",
                sentence=lazy(
                    "Repeat customers who buy only at a discount: {customers}, where chance would "
                    "make {usual}. They were given {off} off.",
                    customers=Shown(classes["only"]["customers"], "count"),
                    usual=Shown(round(classes["only"]["by_chance"]), "count"),
                    off=Shown(classes["only"]["off_amount"], "amount", self.currency),
                ),
                tone="bad",
                amount=classes["only"]["off_amount"],
                customers={"price_class": "only"},
            )
        if "sometimes" in classes and classes["sometimes"]["off_amount"] > 0:
            yield Finding(
                code="price_without_need",
                sentence=lazy(
                    "Customers who mostly pay the full price were still given {off} off "
                    "({customers} customers).",
                    off=Shown(classes["sometimes"]["off_amount"], "amount", self.currency),
                    customers=Shown(classes["sometimes"]["customers"], "count"),
                ),
                amount=classes["sometimes"]["off_amount"],
                customers={"price_class": "sometimes"},
            )
        yield from self._about_margin()

    def _about_margin(self) -> Iterator[Finding]:
        rows = {row["price"]: row for row in self.margins.to_pylist()}
        if any(rows.get(name, {}).get("margin_rate") is None for name in ("full", "reduced")):
            return
        full, reduced = rows["full"], rows["reduced"]
        gap = full["margin_rate"] - reduced["margin_rate"]
        if gap <= 0:
            return
        yield Finding(
            code="price_margin",
            sentence=lazy(
                "Goods sold at a discount leave {reduced} of their price, goods at full price "
                "{full}.",
                reduced=Shown(reduced["margin_rate"], "share"),
                full=Shown(full["margin_rate"], "share"),
            ),
            tone="bad",
            amount=gap * reduced["revenue"] * reduced["costed_share"],
        )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a `price_class`."""
        return customers_of(self.members, cell)


def _more_than_chance(row: Mapping[str, float]) -> bool:
    return row["customers"] > row["by_chance"] + NOISE * sqrt(row["by_chance"])
