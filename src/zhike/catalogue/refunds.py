"""What was given back: refunds with what their orders say about them."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from zhike.catalogue.purchases import MONEY, NET_KINDS, as_of_day, judged_orders
from zhike.schema import Shop


def refund_rows(shop: Shop, as_of: date | None = None) -> ir.Table | None:
    """Refunds of accepted orders, and refunds without a link, dated before the day.

    None where the shop has no refunds. An undated refund counts on its order's day; one with
    neither a date nor an order cannot be placed and is left out.

    Returns:
        One row a refund: `order_id`, `customer_id` (the order's, else its own), `product_id`,
        `kind`, `amount`, `refunded_on`; of its order `ordered_on`, `goods_amount` and
        `order_refunded` (everything has been given back, so that it is no purchase); and
        `is_net` (it goes off net revenue: goods, vouchers and discounts of purchases, or without
        a link).
    """
    day = as_of_day(shop, as_of)
    if "refunds" not in shop:
        return None
    return shop.remember(("refund_rows", day), lambda: _refund_rows(shop, day))


def _refund_rows(shop: Shop, day: date) -> ir.Table:
    rows = _linked(shop, day).union(_unlinked(shop["refunds"]))
    is_net = rows.kind.isin(NET_KINDS) & rows.of_purchase
    dated = rows.filter(rows.refunded_on < day).mutate(is_net=is_net)
    return shop.engine.materialise(dated.drop("of_purchase"))


def _linked(shop: Shop, day: date) -> ir.Table:
    refunds, judged = shop["refunds"], judged_orders(shop, day)
    orders = judged.filter(judged.order_id.notnull() & judged.is_accepted)
    orders = orders.rename(linked_id="order_id", buyer_id="customer_id")
    both = refunds.inner_join(orders, refunds.order_id == orders.linked_id)
    return both.select(
        "order_id",
        "product_id",
        "kind",
        "amount",
        "ordered_on",
        "goods_amount",
        customer_id=ibis.coalesce(both.buyer_id, both.customer_id),
        refunded_on=ibis.coalesce(both.refunded_on, both.ordered_on),
        order_refunded=both.is_refunded,
        of_purchase=both.is_purchase,
    )


def _unlinked(refunds: ir.Table) -> ir.Table:
    alone = refunds.filter(refunds.order_id.isnull())
    return alone.select(
        "order_id",
        "product_id",
        "kind",
        "amount",
        ordered_on=ibis.null("date"),
        goods_amount=ibis.null(MONEY),
        customer_id="customer_id",
        refunded_on="refunded_on",
        order_refunded=ibis.literal(False),
        of_purchase=ibis.literal(True),
    )
