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

from zhike.catalogue.purchases import (
    ADJUSTMENT_KINDS,
    MONEY,
    accepted_orders,
    as_of_day,
    is_purchase,
    purchases,
    refund_rows,
)
from zhike.schema import Shop


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
        last purchase to the day), `frequency` (purchases), `purchase_days` (days with one) and
        `monetary` (net revenue: purchases less refunds).
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


def _purchase_history(shop: Shop, day: date) -> ir.Table:
    bought = purchases(shop, day)
    known = bought.filter(bought.customer_id.notnull()).select(
        "customer_id", "ordered_on", "net_amount"
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
    history = purchase_history(shop, day)
    new_day = history.previous_on.isnull() | (history.previous_on < history.ordered_on)
    facts = history.group_by("customer_id").agg(
        first_on=history.first_on.min(),
        last_on=history.ordered_on.max(),
        frequency=history.count(),
        purchase_days=new_day.ifelse(1, 0).sum(),
        bought=history.net_amount.sum(),
    )
    refunds = refund_rows(shop, day)
    if refunds is not None:
        given_back = (
            refunds.filter(refunds.is_net & refunds.customer_id.notnull())
            .group_by(refunded_id="customer_id")
            .agg(given_back=ibis._.amount.sum())
        )
        facts = facts.left_join(given_back, facts.customer_id == given_back.refunded_id)
        facts = facts.mutate(bought=facts.bought - facts.given_back.fill_null(0))
    return shop.engine.materialise(
        facts.select(
            "customer_id",
            "first_on",
            "last_on",
            "frequency",
            "purchase_days",
            recency_days=ibis.literal(day).delta(facts.last_on, unit="day"),
            monetary=facts.bought.cast(MONEY),
        )
    )


def _daily_amounts(shop: Shop, day: date) -> ir.Table:
    orders = is_purchase(accepted_orders(shop, day), shop, day)
    goods = orders.gross_amount - orders.discount_amount
    identified = orders.customer_id.notnull()
    daily = orders.group_by(day=orders.ordered_on).agg(
        orders=orders.is_purchase.ifelse(1, 0).sum(),
        identified_orders=(orders.is_purchase & identified).ifelse(1, 0).sum(),
        goods_amount=goods.sum(where=orders.is_purchase),
        identified_amount=goods.sum(where=orders.is_purchase & identified),
        refund_amount=_nothing(),
        identified_refund_amount=_nothing(),
        shipping_amount=orders.shipping_amount.sum(),
        fee_amount=orders.fee_amount.sum(),
        adjustment_amount=orders.adjustment_amount.sum(),
        paid_amount=orders.paid_amount.sum(where=orders.gross_amount > 0),
        returned_amount=_nothing(),
    )
    refunds = refund_rows(shop, day)
    if refunds is not None:
        daily = daily.union(_daily_refunds(refunds, daily))
    amounts = [name for name in daily.columns if name != "day"]
    summed = daily.group_by("day").agg(**{name: daily[name].sum().fill_null(0) for name in amounts})
    return shop.engine.materialise(summed)


def _daily_refunds(refunds: ir.Table, like: ir.Table) -> ir.Table:
    of_kind = refunds.kind
    amount = refunds.amount
    daily = refunds.group_by(day=refunds.refunded_on).agg(
        orders=ibis.literal(0, like.orders.type()),
        identified_orders=ibis.literal(0, like.identified_orders.type()),
        goods_amount=_nothing(),
        identified_amount=_nothing(),
        refund_amount=amount.sum(where=refunds.is_net),
        identified_refund_amount=amount.sum(where=refunds.is_net & refunds.customer_id.notnull()),
        shipping_amount=-amount.sum(where=of_kind == "shipping"),
        fee_amount=-amount.sum(where=of_kind == "fee"),
        adjustment_amount=-amount.sum(where=of_kind.isin(ADJUSTMENT_KINDS)),
        paid_amount=_nothing(),
        returned_amount=amount.sum(where=of_kind != "test"),
    )
    return daily.cast({name: kind for name, kind in like.schema().items() if name != "day"})


def _nothing() -> ir.DecimalScalar:
    return ibis.literal(0).cast("decimal(38, 4)")
