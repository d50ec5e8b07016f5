"""The metric catalogue: what each number means, in words and as an expression."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from zhike.blocks import Format
from zhike.catalogue.formulas import Formula, Wording, parse_formula
from zhike.catalogue.rules.fields import squeezed
from zhike.i18n import LazyText, lazy

Level = Literal["money", "orders", "customers"]
Comparison = Literal["previous period", "same period last year"]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of the design, or of the company's own.

    Attributes:
        name: The same everywhere: column, JSON, command line.
        label: What people read.
        definition: What it means, in a sentence.
        expression: How it is computed, from amounts of the period and other metrics; of the
            company's own metrics also from the standard tables.
        format: How it is written.
        level: What it is about: money, orders or customers.
        direction: Whether more is better ("up"), worse ("down"), or neither ("").
        compared_with: What it is held against where nobody asks for anything else.
        said_unit: What it is counted in, where its format does not say.
        is_own: Whether the company added it.
    """

    name: str
    label: LazyText
    definition: LazyText
    expression: str
    format: Format
    level: Level
    direction: Literal["up", "down", ""] = ""
    compared_with: Comparison = "previous period"
    said_unit: LazyText | None = None
    is_own: bool = False

    @cached_property
    def parsed(self) -> Formula:
        """Its expression, read."""
        return parse_formula(self.expression, names_of(METRICS))

    @property
    def words(self) -> LazyText:
        """Its expression in words: Net revenue ÷ Purchases."""
        return lazy("{words}", words=Wording(self.parsed, label_of))

    @property
    def unit(self) -> LazyText:
        """What it is counted in."""
        if self.said_unit is not None:
            return self.said_unit
        if self.format == "count":
            return lazy("purchases") if self.level == "orders" else lazy("customers")
        return UNITS.get(self.format, lazy("times"))


UNITS: Mapping[Format, LazyText] = {
    "amount": lazy("money"),
    "share": lazy("per cent"),
    "days": lazy("days"),
}

AMOUNTS: Mapping[str, LazyText] = {
    "goods_amount": lazy("Goods less discounts"),
    "refund_amount": lazy("Refunds of goods"),
    "identified_amount": lazy("Goods less discounts of known customers"),
    "identified_refund_amount": lazy("Refunds of goods to known customers"),
    "orders": lazy("Purchases"),
    "identified_orders": lazy("Purchases of known customers"),
    "paid_amount": lazy("Paid amount of orders"),
    "returned_amount": lazy("Everything refunded"),
    "shipping_amount": lazy("Shipping"),
    "fee_amount": lazy("Fees"),
    "adjustment_amount": lazy("Adjustments"),
    "customers": lazy("Customers"),
    "new_customers": lazy("New customers"),
    "repeat_customers": lazy("Customers with two or more purchases ever"),
    "previous_customers": lazy("Customers of the previous period"),
    "retained_customers": lazy("Those of them who bought again"),
    "total_customers": lazy("Customers so far"),
    "active_customers": lazy("Active customers"),
}
"""The amounts and counts of a period that expressions may speak of."""


def names_of(metrics: Iterable[Metric]) -> dict[str, str]:
    """What the amounts and these metrics are called in both languages, case-folded, to names."""
    known: dict[str, str] = {}
    labels = {metric.name: metric.label for metric in metrics}
    for name in (*AMOUNTS, *labels):
        known[name.casefold()] = name
    for name, label in (*labels.items(), *AMOUNTS.items()):
        known.setdefault(squeezed(label).casefold(), name)
    return known


def label_of(name: str) -> LazyText:
    """What people read for an amount or a metric of the catalogue."""
    return AMOUNTS[name] if name in AMOUNTS else METRIC[name].label


METRICS: tuple[Metric, ...] = (
    Metric(
        name="net_revenue",
        label=lazy("Net revenue"),
        definition=lazy(
            "Goods less vouchers and discounts of purchases placed in the period, minus refunds "
            "dated in the period. Shipping, fees and adjustments are not in it."
        ),
        expression="goods_amount - refund_amount",
        format="amount",
        level="money",
        direction="up",
    ),
    Metric(
        name="orders",
        label=lazy("Purchases"),
        definition=lazy(
            "Orders placed in the period that were paid, are not closed, have goods worth more "
            "than zero and were not refunded in full. Test and suspected fake orders are out."
        ),
        expression="orders",
        format="count",
        level="orders",
        direction="up",
    ),
    Metric(
        name="average_order_value",
        label=lazy("Average order value"),
        definition=lazy("Net revenue by purchases."),
        expression="net_revenue / orders",
        format="amount",
        level="orders",
        direction="up",
    ),
    Metric(
        name="customers",
        label=lazy("Customers"),
        definition=lazy("Identified customers with a purchase in the period."),
        expression="customers",
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="new_customers",
        label=lazy("New customers"),
        definition=lazy("Customers whose first purchase ever is in the period."),
        expression="new_customers",
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="returning_customers",
        label=lazy("Returning customers"),
        definition=lazy("Customers of the period who had bought before it."),
        expression="customers - new_customers",
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="total_customers",
        label=lazy("Customers so far"),
        definition=lazy("Identified customers with a purchase before the end of the period."),
        expression="total_customers",
        format="count",
        level="customers",
    ),
    Metric(
        name="active_customers",
        label=lazy("Active customers"),
        definition=lazy("Of the customers so far, those who are not lost at its end."),
        expression="active_customers",
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="orders_per_customer",
        label=lazy("Purchases per customer"),
        definition=lazy("Identified purchases of the period by its customers."),
        expression="identified_orders / customers",
        format="number",
        level="customers",
        direction="up",
    ),
    Metric(
        name="revenue_per_customer",
        label=lazy("Net revenue per customer"),
        definition=lazy("Net revenue from identified customers by the customers of the period."),
        expression="(identified_amount - identified_refund_amount) / customers",
        format="amount",
        level="customers",
        direction="up",
    ),
    Metric(
        name="repeat_rate",
        label=lazy("Repeat rate"),
        definition=lazy(
            "Share of the period's customers with two or more purchases ever by its end."
        ),
        expression="repeat_customers / customers",
        format="share",
        level="customers",
        direction="up",
    ),
    Metric(
        name="retention_rate",
        label=lazy("Retention rate"),
        definition=lazy("Share of the previous period's customers who bought again in this one."),
        expression="retained_customers / previous_customers",
        format="share",
        level="customers",
        direction="up",
    ),
    Metric(
        name="churn_rate",
        label=lazy("Churn rate"),
        definition=lazy("Share of the previous period's customers who did not buy in this one."),
        expression="1 - retention_rate",
        format="share",
        level="customers",
        direction="down",
    ),
    Metric(
        name="refund_rate",
        label=lazy("Refund rate"),
        definition=lazy(
            "Everything refunded in the period, orders given back in full included, by what was "
            "paid for the orders placed in it."
        ),
        expression="returned_amount / paid_amount",
        format="share",
        level="money",
        direction="down",
    ),
    Metric(
        name="identified_share",
        label=lazy("Identified share"),
        definition=lazy(
            "Share of net revenue from purchases whose customer is known. The rest is in money "
            "and purchases, and out of every customer number."
        ),
        expression="(identified_amount - identified_refund_amount) / net_revenue",
        format="share",
        level="money",
    ),
    Metric(
        name="shipping_amount",
        label=lazy("Shipping"),
        definition=lazy("Shipping paid by customers less shipping refunded; not in net revenue."),
        expression="shipping_amount",
        format="amount",
        level="money",
    ),
    Metric(
        name="fee_amount",
        label=lazy("Fees"),
        definition=lazy("Platform, bank and other fees; not in net revenue."),
        expression="fee_amount",
        format="amount",
        level="money",
    ),
    Metric(
        name="adjustment_amount",
        label=lazy("Adjustments"),
        definition=lazy("Bad debt, samples and book adjustments; not in net revenue."),
        expression="adjustment_amount",
        format="amount",
        level="money",
    ),
)
"""Every metric, in the order in which they are shown."""

METRIC: dict[str, Metric] = {metric.name: metric for metric in METRICS}
"""By name."""
