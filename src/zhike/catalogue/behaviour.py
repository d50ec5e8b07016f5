"""How each customer buys: where, at what discount, on which days, what comes back, and of what."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from zhike.catalogue.availability import filled_columns
from zhike.catalogue.baskets import goods_lines
from zhike.catalogue.favourites import (
    MOST_COUNTED,
    Favourites,
    distinct_values,
    ranked_favourites,
)
from zhike.catalogue.placed import purchase_rows
from zhike.catalogue.purchases import (
    MONEY,
    NET_KINDS,
    as_of_day,
    refunded_orders,
)
from zhike.catalogue.refunds import refund_rows
from zhike.schema import Shop

SATURDAY = 5
EPOCH = date(1970, 1, 1)
LATELY_DAYS = (90, 365)


def customer_behaviour(shop: Shop, as_of: date | None = None) -> ir.Table:
    """How each customer bought before the day, from one pass over the purchases.

    Returns:
        One row a customer with a purchase: `customer_id`; `channel` (most used; ties by name)
        and `first_channel`; `discount_share` and `weekend_share` of purchases; `refund_rate`
        (goods given back by goods bought, orders given back in full included);
        `orders_last_90_days`, `orders_last_365_days` and `amount_last_365_days` (goods less
        discounts, before refunds).
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("customer_behaviour", day), lambda: _customer_behaviour(shop, day))


def customer_categories(shop: Shop, as_of: date | None = None) -> ir.Table:
    """What each customer bought on most goods lines of purchases, and on the first day.

    Returns:
        One row a customer: `customer_id`, `category` and `first_category` (ties by
        name). No row where products have no categories.
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("customer_categories", day), lambda: _customer_categories(shop, day))


def has_categories(shop: Shop) -> bool:
    """Whether order lines lead to products with a category."""
    tables = "order_lines" in shop and "products" in shop
    return tables and bool(filled_columns(shop, "products")["category"])


def _customer_behaviour(shop: Shop, day: date) -> ir.Table:
    bought = purchase_rows(shop, day)
    bought = bought.filter(bought.customer_id.notnull())
    names = distinct_values(shop["orders"].channel)
    few = names if len(names) <= MOST_COUNTED else []
    channels = Favourites(bought.channel, bought.ordered_at.epoch_seconds(), few)
    rows = bought.select("customer_id", "ordered_on", "net_amount", "is_reduced",
                         **channels.codes())  # fmt: skip
    since = {days: rows.ordered_on >= day - timedelta(days=days) for days in LATELY_DAYS}
    counted = rows.group_by("customer_id").agg(
        purchases=rows.count(),
        discounted=_times(rows.is_reduced),
        on_weekends=_times(rows.ordered_on.day_of_week.index() >= SATURDAY),
        bought=rows.net_amount.sum().cast("float64"),
        orders_last_90_days=_times(since[90]),
        orders_last_365_days=_times(since[365]),
        amount_last_365_days=since[365].ifelse(rows.net_amount, 0).sum().cast(MONEY),
        **channels.counts(rows),
    )
    kept = counted.select(
        "customer_id",
        "bought",
        channel=channels.favourite(counted),
        first_channel=channels.first(counted),
        discount_share=counted.discounted / counted.purchases,
        weekend_share=counted.on_weekends / counted.purchases,
        orders_last_90_days=counted.orders_last_90_days,
        orders_last_365_days=counted.orders_last_365_days,
        amount_last_365_days=counted.amount_last_365_days,
    )
    if len(names) > len(few):
        favourites = ranked_favourites(bought, "channel", "ordered_at").rename(
            other_id="customer_id"
        )
        kept = kept.drop("channel", "first_channel").left_join(
            favourites, kept.customer_id == favourites.other_id
        )
        kept = kept.rename(channel="favourite", first_channel="first").drop("other_id")
    return _with_refunds(kept, shop, day)


def _times(condition: ir.BooleanValue) -> ir.IntegerScalar:
    # A count of what is not null is the cheapest sum there is.
    return condition.ifelse(1, None).count().cast("int64")


def _with_refunds(rows: ir.Table, shop: Shop, day: date) -> ir.Table:
    """`refund_rate` in place of `bought`; nothing where the shop has no refunds."""
    back = _given_back(shop, day)
    if back is None:
        return rows.mutate(refund_rate=ibis.null("float64")).drop("bought")
    both = rows.left_join(back, rows.customer_id == back.refunded_id)
    whole = both.bought + both.undone.fill_null(0.0)
    rate = both.returned.fill_null(0.0) / whole.nullif(0.0)
    return both.mutate(refund_rate=rate).drop("bought", "refunded_id", "returned", "undone")


def _given_back(shop: Shop, day: date) -> ir.Table | None:
    """One row a customer: goods money returned, and that of orders which were undone by it."""
    refunds, undone = refund_rows(shop, day), refunded_orders(shop, day)
    if refunds is None or undone is None:
        return None
    goods = refunds.filter(refunds.kind.isin(NET_KINDS), refunds.customer_id.notnull())
    undone = undone.filter(undone.customer_id.notnull())
    zero = ibis.literal(0.0)
    parts = goods.select(
        refunded_id="customer_id", returned=goods.amount.cast("float64"), undone=zero
    ).union(
        undone.select(
            refunded_id="customer_id", returned=zero, undone=undone.goods_amount.cast("float64")
        )
    )
    return parts.group_by("refunded_id").agg(
        returned=parts.returned.sum(), undone=parts.undone.sum()
    )


def _customer_categories(shop: Shop, day: date) -> ir.Table:
    goods = goods_lines(shop, day)
    if goods is None or not has_categories(shop):
        names = {name: ibis.null("string") for name in ("category", "first_category")}
        return shop["orders"].select("customer_id", **names).limit(0)
    lines = goods.filter(goods.customer_id.notnull(), goods.category.notnull())
    lines = lines.filter(lines.category != "")
    values = distinct_values(shop["products"].category)
    if len(values) > MOST_COUNTED:
        ranked = ranked_favourites(lines, "category", "ordered_on")
        return shop.engine.materialise(ranked.rename(category="favourite", first_category="first"))
    since_epoch = lines.ordered_on.delta(ibis.literal(EPOCH), unit="day")
    categories = Favourites(lines.category, since_epoch, values)
    rows = lines.select("customer_id", **categories.codes())
    counted = rows.group_by("customer_id").agg(**categories.counts(rows))
    return shop.engine.materialise(
        counted.select(
            "customer_id",
            category=categories.favourite(counted),
            first_category=categories.first(counted),
        )
    )
