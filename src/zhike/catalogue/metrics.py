"""The metric catalogue: what each number means, in words and as a formula."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import ibis

from zhike.blocks import Format
from zhike.i18n import LazyText, lazy

period: Any = ibis._
"""One row a period, with the columns of `period_amounts`."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of the design.

    Attributes:
        name: The same everywhere: column, JSON, command line.
        label: What people read.
        definition: What it means, in a sentence.
        formula: Its value for a period, from that period's amounts and counts.
        format: How it is written.
        direction: Whether more is better ("up"), worse ("down"), or neither ("").
        level: What it is about: money, orders or customers.
    """

    name: str
    label: LazyText
    definition: LazyText
    formula: Any
    format: Format
    level: Literal["money", "orders", "customers"]
    direction: Literal["up", "down", ""] = ""


def _share(part: Any, whole: Any) -> Any:
    """A part by the whole; null where the whole is nothing."""
    return part / whole.nullif(0)


_NET = period.goods_amount - period.refund_amount
_IDENTIFIED_NET = period.identified_amount - period.identified_refund_amount
_RETENTION = _share(period.retained_customers, period.previous_customers)

METRICS: tuple[Metric, ...] = (
    Metric(
        name="net_revenue",
        label=lazy("Net revenue"),
        definition=lazy(
            "Goods less vouchers and discounts of purchases placed in the period, minus refunds "
            "dated in the period. Shipping, fees and adjustments are not in it."
        ),
        formula=_NET,
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
        formula=period.orders,
        format="count",
        level="orders",
        direction="up",
    ),
    Metric(
        name="average_order_value",
        label=lazy("Average order value"),
        definition=lazy("Net revenue by purchases."),
        formula=_share(_NET, period.orders),
        format="amount",
        level="orders",
        direction="up",
    ),
    Metric(
        name="customers",
        label=lazy("Customers"),
        definition=lazy("Identified customers with a purchase in the period."),
        formula=period.customers,
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="new_customers",
        label=lazy("New customers"),
        definition=lazy("Customers whose first purchase ever is in the period."),
        formula=period.new_customers,
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="returning_customers",
        label=lazy("Returning customers"),
        definition=lazy("Customers of the period who had bought before it."),
        formula=period.customers - period.new_customers,
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="total_customers",
        label=lazy("Customers so far"),
        definition=lazy("Identified customers with a purchase before the end of the period."),
        formula=period.total_customers,
        format="count",
        level="customers",
    ),
    Metric(
        name="active_customers",
        label=lazy("Active customers"),
        definition=lazy("Of the customers so far, those who are not lost at its end."),
        formula=period.active_customers,
        format="count",
        level="customers",
        direction="up",
    ),
    Metric(
        name="orders_per_customer",
        label=lazy("Purchases per customer"),
        definition=lazy("Identified purchases of the period by its customers."),
        formula=_share(period.identified_orders, period.customers),
        format="number",
        level="customers",
        direction="up",
    ),
    Metric(
        name="revenue_per_customer",
        label=lazy("Net revenue per customer"),
        definition=lazy("Net revenue from identified customers by the customers of the period."),
        formula=_share(_IDENTIFIED_NET, period.customers),
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
        formula=_share(period.repeat_customers, period.customers),
        format="share",
        level="customers",
        direction="up",
    ),
    Metric(
        name="retention_rate",
        label=lazy("Retention rate"),
        definition=lazy("Share of the previous period's customers who bought again in this one."),
        formula=_RETENTION,
        format="share",
        level="customers",
        direction="up",
    ),
    Metric(
        name="churn_rate",
        label=lazy("Churn rate"),
        definition=lazy("Share of the previous period's customers who did not buy in this one."),
        formula=1 - _RETENTION,
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
        formula=_share(period.returned_amount, period.paid_amount),
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
        formula=_share(_IDENTIFIED_NET, _NET),
        format="share",
        level="money",
    ),
    Metric(
        name="shipping_amount",
        label=lazy("Shipping"),
        definition=lazy("Shipping paid by customers less shipping refunded; not in net revenue."),
        formula=period.shipping_amount,
        format="amount",
        level="money",
    ),
    Metric(
        name="fee_amount",
        label=lazy("Fees"),
        definition=lazy("Platform, bank and other fees; not in net revenue."),
        formula=period.fee_amount,
        format="amount",
        level="money",
    ),
    Metric(
        name="adjustment_amount",
        label=lazy("Adjustments"),
        definition=lazy("Bad debt, samples and book adjustments; not in net revenue."),
        formula=period.adjustment_amount,
        format="amount",
        level="money",
    ),
)
"""Every metric, in the order in which they are shown."""

METRIC: dict[str, Metric] = {metric.name: metric for metric in METRICS}
"""By name."""
