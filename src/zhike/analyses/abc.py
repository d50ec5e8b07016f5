"""ABC: the few customers and products that bring most of the revenue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.abc_classes import Concentration, concentration
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS, REVENUE, REVENUE_SHARE, coded
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    Share,
    Shown,
    as_of_day,
    customer_facts,
    customers_of,
    product_facts,
)
from zhike.catalogue.ladder import ladder, monetary_ladder
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

PRODUCTS_SHOWN = 20
CLASS_WORDS: dict[str, LazyText] = {
    "A": lazy("A: the vital few"),
    "B": lazy("B: the middle"),
    "C": lazy("C: the many"),
}
PRODUCTS = Column(name="products", label=lazy("Products"), format="count")
SHARES = {"customers": CUSTOMER_SHARE.label, "products": lazy("Share of products")}
GINI = lazy("The Gini coefficient: 0 when all bring the same, 1 when one brings everything.")


@dataclass(frozen=True, kw_only=True)
class ABC(Analysis):
    """Class customers and products by the share of net revenue that they bring.

    The best are in A until A brings `a_share` of the revenue, the next in B until both bring
    `b_share`, the rest in C. Equal ones are in one class.

    Args:
        a_share: Share of revenue that A brings.
        b_share: Share of revenue that A and B bring together.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = ABC().run(corner_shop())
        >>> found.customer_classes.select(["abc_class", "customers"]).to_pylist()
        [{'abc_class': 'A', 'customers': 2}, {'abc_class': 'C', 'customers': 1}]

    References:
        Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of
        the American Statistical Association 9, 209-219.
    """

    name: ClassVar[str] = "abc"
    title: ClassVar[LazyText] = lazy("ABC classes")
    question: ClassVar[LazyText] = lazy("Which few customers and products bring most revenue?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "paid_amount")})

    a_share: Annotated[float, Share(), lazy("Share of revenue that class A brings.")] = 0.7
    b_share: Annotated[
        float, Share(), lazy("Share of revenue that classes A and B bring together.")
    ] = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.b_share < self.a_share:
            least = lazy("a number from a_share ({least}) to 1", least=self.a_share)
            raise ParameterError.out_of_bounds("b_share", self.b_share, least)

    def run(self, data: Shop) -> ABCResult:
        """The classes of customers and of products."""
        day = as_of_day(data, self.as_of)
        facts = customer_facts(data, day)
        of_customers = concentration(monetary_ladder(data, day), self.a_share, self.b_share)
        sold = product_facts(data, day)
        if sold is None:
            sold = _no_products(facts)
        of_products = concentration(ladder(sold, "revenue"), self.a_share, self.b_share)
        return ABCResult(
            as_of=day,
            currency=data.currency,
            members=facts.mutate(abc_class=of_customers.class_of(facts.monetary)),
            customer_classes=_named(of_customers, "customers"),
            customer_curve=of_customers.curve,
            customer_gini=of_customers.gini,
            product_classes=_named(of_products, "products"),
            product_curve=of_products.curve,
            product_gini=of_products.gini,
            top_products=_top(data, sold, of_products),
        )


@dataclass(frozen=True, kw_only=True)
class ABCResult:
    """What ABC found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        members: Lazy, one row a customer: the customer facts and `abc_class`.
        customer_classes: One row a class that occurs: `abc_class`, `customers`, `customer_share`,
            `revenue`, `revenue_share`, `from_revenue` (the least of the class).
        customer_curve: Lorenz curve, at most 102 points: `item_share`, `revenue_share`.
        customer_gini: Gini coefficient; None without revenue.
        product_classes: As for customers, by product: `products`, `product_share` …
        product_curve: Likewise.
        product_gini: Likewise.
        top_products: The twenty products with most revenue: `product_id`, `product`, `quantity`,
            `revenue`, `abc_class`.
    """

    as_of: date
    currency: str
    members: ir.Table
    customer_classes: pa.Table
    customer_curve: pa.Table
    customer_gini: float | None
    product_classes: pa.Table
    product_curve: pa.Table
    product_gini: float | None
    top_products: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Both Gini coefficients, and how many are in A."""
        found = {"customer_gini": self.customer_gini, "product_gini": self.product_gini}
        for of, classes in (
            ("customers", self.customer_classes),
            ("products", self.product_classes),
        ):
            counts = dict(zip(*(classes[it].to_pylist() for it in ("abc_class", of)), strict=True))
            found[f"a_{of}"] = float(counts.get("A", 0))
        return found

    def blocks(self) -> Iterator[Block]:
        """Classes and curve of customers, then of products."""
        yield self._gini("customer_gini", lazy("Gini coefficient of customers"))
        yield _classes_chart(
            "customers", lazy("Customers by ABC class"), self.customer_classes, CUSTOMERS
        )
        yield _curve_chart(
            "customer_curve",
            lazy("How revenue is spread over customers"),
            self.customer_curve,
            lazy("Share of customers"),
        )
        if not self.product_classes.num_rows:
            yield Text(
                body=lazy("Add order lines to see which products bring most revenue."), tone="note"
            )
            return
        yield self._gini("product_gini", lazy("Gini coefficient of products"))
        yield _classes_chart(
            "products", lazy("Products by ABC class"), self.product_classes, PRODUCTS
        )
        yield _curve_chart(
            "product_curve",
            lazy("How revenue is spread over products"),
            self.product_curve,
            lazy("Share of products"),
        )
        yield Table(
            name="top_products",
            title=lazy("The products that bring most"),
            rows=self.top_products,
            columns=(
                Column(name="product_id", label=lazy("Product id")),
                Column(name="product", label=lazy("Product")),
                Column(name="quantity", label=lazy("Quantity"), format="number"),
                REVENUE,
                coded("abc_class", lazy("Class"), CLASS_WORDS),
            ),
            note=lazy("Vouchers and discounts of whole orders belong to no product."),
        )

    def _gini(self, name: str, label: LazyText) -> Number:
        value = self.numbers[name]
        return Number(name=name, label=label, value=value, format="number", definition=GINI)

    def findings(self) -> Iterator[Finding]:
        """How few customers bring most."""
        rows = {row["abc_class"]: row for row in self.customer_classes.to_pylist()}
        if "A" not in rows:
            return
        yield Finding(
            code="abc_customers",
            sentence=lazy(
                "{share} of customers ({customers}) bring {revenue_share} of net revenue.",
                share=Shown(rows["A"]["customer_share"], "share"),
                customers=Shown(rows["A"]["customers"], "count"),
                revenue_share=Shown(rows["A"]["revenue_share"], "share"),
            ),
            amount=rows["A"]["revenue"],
            customers={"abc_class": "A"},
        )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a class, such as `abc_class="A"`; all without one."""
        return customers_of(self.members, cell)


def _classes_chart(of: str, title: LazyText, rows: pa.Table, counted: Column) -> Chart:
    share = Column(name=rows.column_names[2], label=SHARES[of], format="share")
    return Chart(
        name=f"{of}_by_class",
        title=title,
        option=charts.columns(
            rows,
            "abc_class",
            {share.name: share.label, "revenue_share": REVENUE_SHARE.label},
            format="share",
            labels=CLASS_WORDS,
        ),
        alternative=lazy("Bars: each class by its share of heads and its share of net revenue."),
        table=Table(
            name=f"{of}_classes",
            title=title,
            rows=rows,
            columns=(
                coded("abc_class", lazy("Class"), CLASS_WORDS),
                counted,
                share,
                REVENUE,
                REVENUE_SHARE,
                Column(name="from_revenue", label=lazy("From net revenue of"), format="amount"),
            ),
        ),
    )


def _curve_chart(name: str, title: LazyText, rows: pa.Table, items: LazyText) -> Chart:
    return Chart(
        name=f"{name}_chart",
        title=title,
        option=charts.lorenz(
            rows,
            "item_share",
            "revenue_share",
            names=(items, REVENUE_SHARE.label),
            equality=lazy("If all brought the same"),
        ),
        alternative=lazy(
            "The Lorenz curve: the share of net revenue that the first share of them brings, the "
            "least first."
        ),
        table=Table(
            name=name,
            title=title,
            rows=rows,
            columns=(
                Column(name="item_share", label=items, format="share"),
                Column(name="revenue_share", label=REVENUE_SHARE.label, format="share"),
            ),
        ),
    )


def _named(found: Concentration, of: str) -> pa.Table:
    share = f"{of.removesuffix('s')}_share"
    names = {"items": of, "item_share": share}
    return found.classes.rename_columns([names.get(it, it) for it in found.classes.column_names])


def _no_products(facts: ir.Table) -> ir.Table:
    return facts.limit(0).select(
        product_id="customer_id", quantity=facts.monetary.cast("float64"), revenue="monetary"
    )


def _top(shop: Shop, sold: ir.Table, found: Concentration) -> pa.Table:
    best = sold.order_by(ibis.desc("revenue"), "product_id").limit(PRODUCTS_SHOWN)
    best = best.mutate(abc_class=found.class_of(best.revenue), revenue=best.revenue.cast("float64"))
    if "products" in shop:
        named = shop["products"].select(named_id="product_id", product="name")
        best = best.left_join(named, best.product_id == named.named_id)
    else:
        best = best.mutate(product=ibis.null("string"))
    rows = best.select("product_id", "product", "quantity", "revenue", "abc_class")
    return rows.order_by(ibis.desc("revenue"), "product_id").to_pyarrow()
