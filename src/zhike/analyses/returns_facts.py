"""What came back: orders and lines with a refund, beside those that were sold."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import Calendar, daily_amounts, goods_lines
from zhike.catalogue.availability import filled_columns
from zhike.catalogue.purchases import (
    MONEY,
    NET_KINDS,
    accepted_orders,
    judged_orders,
    refunded_orders,
)
from zhike.schema import Shop

MONTHS = Calendar("month")


def returned(shop: Shop, day: date) -> ir.Table | None:
    """Refunds of goods before the day, of accepted orders or without a link; once a run.

    None where the shop has no refunds.

    Returns:
        One row a refund: `order_id` (null: without a link), `occasion` (the order, else the
        refund's own number), `customer_id`, `channel`, `product_id` (null: of the whole order),
        `amount`, `delay_days` (from order to refund; null: undated or without a link), `way`
        ("returned", "refund_only" or "unknown").
    """
    if "refunds" not in shop:
        return None
    return shop.remember(("returned", day), lambda: _returned(shop, day))


def _returned(shop: Shop, day: date) -> ir.Table:
    refunds, orders = shop["refunds"], accepted_orders(shop, day)
    goods = refunds.filter(refunds.kind.isin(NET_KINDS), refunds.amount > 0)
    goods = goods.mutate(
        way=ibis.cases(
            (goods.goods_returned.isnull(), "unknown"),
            (goods.goods_returned, "returned"),
            else_="refund_only",
        )
    )
    before = goods.filter(
        goods.order_id.notnull(), goods.refunded_on.isnull() | (goods.refunded_on < day)
    )
    sold = orders.filter(orders.gross_amount > 0).select(
        "channel", "ordered_on", sold_id="order_id", buyer_id="customer_id"
    )
    both = before.inner_join(sold, before.order_id == sold.sold_id)
    delay = both.refunded_on.delta(both.ordered_on, unit="day")
    linked = both.select(
        "order_id",
        "channel",
        "product_id",
        "amount",
        "way",
        occasion="order_id",
        customer_id="buyer_id",
        delay_days=(delay < 0).ifelse(0, delay).cast("int64"),  # `greatest` skips nulls
    )
    alone = goods.filter(goods.order_id.isnull(), goods.refunded_on < day).select(
        "order_id",
        "product_id",
        "amount",
        "way",
        "customer_id",
        channel=ibis.null("string"),
        occasion="refund_id",
        delay_days=ibis.null("int64"),
    )
    return shop.engine.materialise(linked.union(alone.select(*linked.columns)))


def product_rows(shop: Shop, day: date) -> pa.Table:
    """Lines sold and given back of each product.

    A line counts as given back where a refund names its product, or where its whole order was
    given back; of several refunds of one product in one order, one line. A refund without a link
    counts where it names a product.

    Returns:
        One row a product: `product_id`, `product`, `category`, `lines` (sold, those given back
        included), `returned` (of them), `amount` (given back).
    """
    lines, refunds = goods_lines(shop, day), returned(shop, day)
    if lines is None or refunds is None:
        return _no_products()
    sold = lines.group_by("product_id").agg(
        lines=lines.count().cast("int64"), returned=_zero(), amount=_no_money()
    )
    undone = _undone_lines(shop, day)
    whole = undone.group_by("product_id").agg(
        lines=undone.count().cast("int64"),
        returned=undone.count().cast("int64"),
        amount=undone.amount.sum().cast(MONEY),
    )
    single = refunds.filter(refunds.product_id.notnull())
    back = _whole_orders(shop, day)
    single = single.anti_join(back, single.order_id == back.whole_id)
    once = single.group_by("product_id", "occasion").agg(amount=single.amount.sum())
    partly = once.group_by("product_id").agg(
        lines=_zero(), returned=once.count().cast("int64"), amount=once.amount.sum().cast(MONEY)
    )
    rows = ibis.union(sold, whole, partly)
    summed = rows.group_by("product_id").agg(
        lines=rows["lines"].sum().cast("int64"),
        returned=rows.returned.sum().cast("int64"),
        amount=rows.amount.sum().cast("float64"),
    )
    names = {"product": ibis.null("string"), "category": ibis.null("string")}
    if "products" in shop:
        products = shop["products"]
        known = products.select("category", named_id="product_id", product="name")
        summed = summed.left_join(known, summed.product_id == known.named_id)
        names = {name: summed[name] for name in names}
    return summed.select("product_id", "lines", "returned", "amount", **names).to_pyarrow()


def _undone_lines(shop: Shop, day: date) -> ir.Table:
    """The goods lines of orders that were given back in full."""
    lines, back = shop["order_lines"], _whole_orders(shop, day)
    goods = lines.filter(lines.kind == "goods", lines.product_id.notnull())
    return goods.semi_join(back, goods.order_id == back.whole_id)


def _whole_orders(shop: Shop, day: date) -> ir.Table:
    orders = refunded_orders(shop, day)
    if orders is None:
        return shop["orders"].limit(0).select(whole_id="order_id")
    return orders.select(whole_id="order_id")


def channel_rows(shop: Shop, day: date) -> pa.Table:
    """Orders and refunds of each channel.

    Returns:
        One row a channel: `channel`, `orders`, `returned` (with a refund), `paid` and `amount`
        (given back); no row where no order names one.
    """
    refunds = returned(shop, day)
    if refunds is None or not filled_columns(shop, "orders")["channel"]:
        return _empty(channel="string", orders="int64", returned="int64", paid="float64",
                      amount="float64")  # fmt: skip
    orders = accepted_orders(shop, day)
    orders = orders.filter(orders.gross_amount > 0, orders.channel.notnull())
    sold = orders.group_by("channel").agg(
        orders=orders.count().cast("int64"),
        returned=_zero(),
        paid=orders.paid_amount.sum().cast("float64"),
        amount=ibis.literal(0.0),
    )
    known = refunds.filter(refunds.channel.notnull())
    once = known.group_by("channel", "order_id").agg(amount=known.amount.sum())
    back = once.group_by("channel").agg(
        orders=_zero(),
        returned=once.count().cast("int64"),
        paid=ibis.literal(0.0),
        amount=once.amount.sum().cast("float64"),
    )
    rows = sold.union(back)
    sums = rows.group_by("channel").agg(
        orders=rows.orders.sum().cast("int64"),
        returned=rows.returned.sum().cast("int64"),
        paid=rows.paid.sum(),
        amount=rows.amount.sum(),
    )
    return sums.to_pyarrow().sort_by([("orders", "descending"), ("channel", "ascending")])


def month_rows(shop: Shop, day: date) -> pa.Table:
    """Refunds by their month and what was paid for the orders of it: `month`, `paid`, `amount`."""
    daily = daily_amounts(shop, day)
    sums = daily.group_by(month=MONTHS.text_of(daily.day)).agg(
        paid=daily.paid_amount.sum().cast("float64"),
        amount=daily.returned_amount.sum().cast("float64"),
    )
    return sums.to_pyarrow().sort_by("month")


def way_rows(shop: Shop, day: date) -> pa.Table:
    """Refunds by way and delay: `way`, `delay_days` (null: undated), `refunds`, `amount`."""
    refunds = returned(shop, day)
    if refunds is None:
        return _empty(way="string", delay_days="int64", refunds="int64", amount="float64")
    sums = refunds.group_by("way", "delay_days").agg(
        refunds=refunds.count().cast("int64"), amount=refunds.amount.sum().cast("float64")
    )
    return sums.to_pyarrow().sort_by([("way", "ascending"), ("delay_days", "ascending")])


def buyers(shop: Shop, day: date) -> ir.Table:
    """Lazy, one row a customer with an order of goods: `orders`, `returned`, `amount` (back).

    `orders` counts those given back in full too; `returned` those with any refund of goods
    (and refunds without a link, at most as many as there are orders).
    """
    return shop.remember(("return_buyers", day), lambda: _buyers(shop, day))


def _buyers(shop: Shop, day: date) -> ir.Table:
    judged, refunds = judged_orders(shop, day), returned(shop, day)
    counted = judged.is_purchase | (judged.is_accepted & judged.is_refunded)
    sold = judged.filter(counted & judged.customer_id.notnull())
    rows = sold.group_by("customer_id").agg(orders=sold.count().cast("int64"))
    if refunds is None:
        return rows.mutate(returned=_zero(), amount=_no_money())
    known = refunds.filter(refunds.customer_id.notnull())
    back = known.group_by(back_id="customer_id").agg(
        returned=known.occasion.nunique().cast("int64"), amount=known.amount.sum().cast(MONEY)
    )
    both = rows.left_join(back, rows.customer_id == back.back_id)
    return shop.engine.materialise(
        both.select(
            "customer_id",
            "orders",
            returned=ibis.least(both.returned.fill_null(0), both.orders),
            amount=both.amount.fill_null(0).cast(MONEY),
        )
    )


def buyer_cells(members: ir.Table) -> pa.Table:
    """How many customers have so many orders, and so many of them with a refund."""
    cells = members.group_by("orders", "returned").agg(
        customers=members.count().cast("int64"), amount=members.amount.sum().cast("float64")
    )
    return cells.to_pyarrow().sort_by([("orders", "ascending"), ("returned", "ascending")])


def _zero() -> Any:
    return ibis.literal(0, "int64")


def _no_money() -> Any:
    return ibis.literal(0).cast(MONEY)


def _no_products() -> pa.Table:
    return _empty(
        product_id="string", lines="int64", returned="int64", amount="float64", product="string",
        category="string",
    )  # fmt: skip


def _empty(**kinds: str) -> pa.Table:
    types = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
    return pa.table({name: pa.array([], types[kind]) for name, kind in kinds.items()})
