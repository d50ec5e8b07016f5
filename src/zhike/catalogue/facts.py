"""What every analysis shares about customers and days, computed once a run.

The purchase history holds, beside each identified purchase, the customer's purchase before and
after it. With these two neighbours most questions are plain counts over one scan: a customer is
active in a period where the first purchase in it has its neighbour outside, new where it has
none, silent where the next is far away. No analysis sorts the purchases again.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue.purchases import (
    ADJUSTMENT_KINDS,
    MONEY,
    accepted_orders,
    as_of_day,
    judged_orders,
)
from zhike.catalogue.refunds import refund_rows
from zhike.schema import Shop

TOTAL = "decimal(38, 4)"
AMOUNTS = (
    "orders", "identified_orders", "goods_amount", "identified_amount", "refund_amount",
    "identified_refund_amount", "shipping_amount", "fee_amount", "adjustment_amount",
    "paid_amount", "returned_amount",
)  # fmt: skip


def purchase_history(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Identified purchases before the day, each between its neighbours.

    Purchases of one day are in no particular order among themselves; no count by day depends on
    it.

    Returns:
        One row a purchase: `customer_id`, `ordered_on`, `net_amount`, `previous_on` and `next_on`
        (the customer's neighbouring purchases, null at the ends), `nth` (1 is the first) and
        `first_on` (the customer's first).
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("purchase_history", day), lambda: _purchase_history(shop, day))


def customer_facts(shop: Shop, as_of: date | None = None) -> ir.Table:
    """What each customer with a purchase before the day has bought.

    Returns:
        One row a customer: `customer_id`, `first_on`, `last_on`, `recency_days` (days from the
        last purchase to the day), `frequency` (purchases) and `monetary` (net revenue: purchases
        less refunds).
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("customer_facts", day), lambda: _customer_facts(shop, day))


def daily_amounts(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Money and orders of each day before the day, anonymous ones included.

    Shipping, fees and adjustments are those of all accepted orders, with goods or without, less
    what was refunded of them.

    Returns:
        One row a day: `day`; of purchases `orders`, `identified_orders`, `goods_amount`,
        `identified_amount` (goods less discounts); `refund_amount` and
        `identified_refund_amount` (off net revenue, on the refund's day); `shipping_amount`,
        `fee_amount`, `adjustment_amount`; `paid_amount` of accepted orders with goods, and
        `returned_amount`, all that was given back of any order.
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("daily_amounts", day), lambda: _daily_amounts(shop, day))


def daily_rows(shop: Shop, as_of: date | None = None) -> pa.Table:
    """The daily amounts, fetched: a row a day is little, and periods are summed from it often."""
    day = as_of_day(shop, as_of)
    return shop.remember(("daily_rows", day), lambda: daily_amounts(shop, day).to_pyarrow())


def _purchase_history(shop: Shop, day: date) -> ir.Table:
    judged = judged_orders(shop, day)
    known = judged.filter(judged.is_purchase & judged.customer_id.notnull()).select(
        "customer_id", "ordered_on", net_amount="goods_amount"
    )
    in_order = ibis.window(group_by=known.customer_id, order_by=known.ordered_on)
    return shop.engine.materialise(
        known.mutate(
            previous_on=known.ordered_on.lag().over(in_order),
            next_on=known.ordered_on.lead().over(in_order),
            nth=ibis.row_number().over(in_order) + 1,
            first_on=known.ordered_on.first().over(in_order),
        )
    )


def _customer_facts(shop: Shop, day: date) -> ir.Table:
    rows = purchase_history(shop, day).select("customer_id", "ordered_on", amount="net_amount")
    refunds = refund_rows(shop, day)
    if refunds is not None:
        # Among the purchases, so that customers are grouped once and joined with nothing.
        back = refunds.filter(refunds.is_net & refunds.customer_id.notnull())
        rows = rows.union(
            back.select(
                "customer_id",
                ordered_on=ibis.null("date"),
                amount=(-back.amount).cast(rows.amount.type()),
            )
        )
    facts = rows.group_by("customer_id").agg(
        first_on=rows.ordered_on.min(),
        last_on=rows.ordered_on.max(),
        frequency=rows.ordered_on.count(),
        monetary=rows.amount.sum().cast(MONEY),
    )
    bought = facts.filter(facts.frequency > 0)
    return shop.engine.materialise(
        bought.select(
            "customer_id",
            "first_on",
            "last_on",
            "frequency",
            recency_days=ibis.literal(day).delta(bought.last_on, unit="day"),
            monetary=bought.monetary,
        )
    )


def _daily_amounts(shop: Shop, day: date) -> ir.Table:
    parts = [_bought(judged_orders(shop, day)), _charged(accepted_orders(shop, day))]
    refunds = refund_rows(shop, day)
    if refunds is not None:
        parts += [_refunded(refunds)]
    daily = ibis.union(*parts)
    sums = {name: daily[name].sum() for name in AMOUNTS}
    return shop.engine.materialise(daily.group_by("day").agg(**sums))


def _bought(judged: ir.Table) -> ir.Table:
    bought = judged.filter(judged.is_purchase)
    identified = bought.customer_id.notnull()
    return _by_day(
        bought,
        bought.ordered_on,
        orders=bought.is_purchase.ifelse(1, 0),
        identified_orders=identified.ifelse(1, 0),
        goods_amount=bought.goods_amount,
        identified_amount=identified.ifelse(bought.goods_amount, 0),
    )


def _charged(orders: ir.Table) -> ir.Table:
    return _by_day(
        orders,
        orders.ordered_on,
        shipping_amount=orders.shipping_amount,
        fee_amount=orders.fee_amount,
        adjustment_amount=orders.adjustment_amount,
        paid_amount=(orders.gross_amount > 0).ifelse(orders.paid_amount, 0),
    )


def _refunded(refunds: ir.Table) -> ir.Table:
    identified_net = refunds.is_net & refunds.customer_id.notnull()
    return _by_day(
        refunds,
        refunds.refunded_on,
        refund_amount=refunds.is_net.ifelse(refunds.amount, 0),
        identified_refund_amount=identified_net.ifelse(refunds.amount, 0),
        shipping_amount=(refunds.kind == "shipping").ifelse(-refunds.amount, 0),
        fee_amount=(refunds.kind == "fee").ifelse(-refunds.amount, 0),
        adjustment_amount=refunds.kind.isin(ADJUSTMENT_KINDS).ifelse(-refunds.amount, 0),
        returned_amount=(refunds.kind != "test").ifelse(refunds.amount, 0),
    )


def _by_day(rows: ir.Table, day: ir.DateColumn, **amounts: ir.NumericValue) -> ir.Table:
    """Each amount summed by day; those not named are nothing."""
    zero = ibis.literal(0).cast(TOTAL)
    return rows.group_by(day=day).agg(
        **{
            name: amounts[name].cast(MONEY).sum().cast(TOTAL) if name in amounts else zero
            for name in AMOUNTS
        }
    )
