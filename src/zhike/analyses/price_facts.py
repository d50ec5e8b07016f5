"""What was reduced, for whom, and what was left of it."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import goods_lines, purchase_rows
from zhike.catalogue.purchases import MONEY
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

MOSTLY = 0.5
BANDS: dict[str, LazyText] = {
    "0": lazy("Full price"),
    "1": lazy("Up to 10% off"),
    "10": lazy("10% to 20% off"),
    "20": lazy("20% to 30% off"),
    "30": lazy("30% to 50% off"),
    "50": lazy("Half off or more"),
}
"""Depth of discount in percent of the list price, by the least of each band."""

CLASSES: dict[str, LazyText] = {
    "never": lazy("Never needed a discount"),
    "sometimes": lazy("Mostly at full price"),
    "mostly": lazy("Mostly at a discount"),
    "only": lazy("Only at a discount"),
    "once_full": lazy("One purchase, at full price"),
    "once_reduced": lazy("One purchase, at a discount"),
}


def priced_purchases(shop: Shop, day: date) -> ir.Table:
    """Purchases before the day with how much they were reduced.

    Returns:
        Lazy, the rows of `purchase_rows` with `depth` (what was given off by what the goods would
        have cost, at most 1) and `is_reduced`.
    """
    rows = purchase_rows(shop, day)
    depth = ibis.least(rows.off_amount / rows.list_amount.nullif(0.0), 1.0).fill_null(0.0)
    return rows.mutate(depth=depth, is_reduced=rows.off_amount > 0)


def priced_days(rows: ir.Table) -> pa.Table:
    """Purchases by day and depth of discount.

    Returns:
        One row a day and band: `day`, `band`, `purchases`, `revenue` (before refunds),
        `off_amount`, `list_amount`.
    """
    depth = rows.depth
    band = ibis.cases(
        (~rows.is_reduced, "0"), (depth < 0.1, "1"), (depth < 0.2, "10"), (depth < 0.3, "20"),
        (depth < 0.5, "30"), else_="50",
    )  # fmt: skip
    return (
        rows.group_by(day=rows.ordered_on, band=band)
        .agg(
            purchases=rows.count(),
            revenue=rows.net_amount.sum().cast("float64"),
            off_amount=rows.off_amount.sum(),
            list_amount=rows.list_amount.sum(),
        )
        .order_by("day", "band")
        .to_pyarrow()
    )


def price_members(shop: Shop, rows: ir.Table) -> ir.Table:
    """How each customer responds to prices.

    Returns:
        One row a customer: `customer_id`, `first_on`, `purchases`, `revenue` (before refunds),
        `reduced_purchases`, `reduced_share`, `off_amount`, `list_amount`, `depth`,
        `first_reduced` (whether the first purchase was; of two at the same second the one at full
        price is the first) and `price_class`.
    """
    known = rows.filter(rows.customer_id.notnull())
    reduced = known.is_reduced.ifelse(1, 0).cast("int64")
    marked = known.mutate(reduced=reduced, moment=known.ordered_at.epoch_seconds() * 2 + reduced)
    found = marked.group_by("customer_id").agg(
        first_on=marked.ordered_on.min(),
        purchases=marked.count(),
        revenue=marked.net_amount.sum().cast(MONEY),
        reduced_purchases=marked.reduced.sum().cast("int64"),
        off_amount=marked.off_amount.sum(),
        list_amount=marked.list_amount.sum(),
        first_moment=marked.moment.min(),
    )
    share = found.reduced_purchases.cast("float64") / found.purchases.cast("float64")
    found = found.mutate(
        reduced_share=share,
        depth=found.off_amount / found.list_amount.nullif(0.0),
        first_reduced=(found.first_moment % 2) == 1,
        price_class=_class_of(found.purchases, found.reduced_purchases),
    )
    return shop.engine.materialise(found.drop("first_moment"))


def member_counts(members: ir.Table, grown_on: date) -> pa.Table:
    """Customers by purchases and reduced purchases, with their money.

    Args:
        members: From `price_members`.
        grown_on: Customers who began before it have had the time to come back.

    Returns:
        One row a combination: `purchases`, `reduced_purchases`, `price_class`, `first_reduced`,
        `is_grown`, `customers`, `revenue`, `off_amount`.
    """
    rows = members.mutate(is_grown=members.first_on < ibis.literal(grown_on))
    keys = ("purchases", "reduced_purchases", "price_class", "first_reduced", "is_grown")
    return (
        rows.group_by(*keys)
        .agg(
            customers=rows.count(),
            revenue=rows.revenue.sum().cast("float64"),
            off_amount=rows.off_amount.sum(),
        )
        .to_pyarrow()
    )


def margins(shop: Shop, day: date) -> pa.Table:
    """Goods by category and whether they were reduced.

    Returns:
        One row a category and kind: `category`, `is_reduced`, `lines`, `revenue` (after vouchers
        of the order), `costed_revenue` and `cost` (of lines whose cost is known).
    """
    goods = goods_lines(shop, day)
    if goods is None:
        numbers = ("lines", "revenue", "costed_revenue", "cost")
        empty = {name: pa.array([], pa.float64()) for name in numbers}
        return pa.table(
            {"category": pa.array([], pa.string()), "is_reduced": pa.array([], pa.bool_()), **empty}
        )
    has_cost = goods.cost_amount.notnull()
    return (
        goods.group_by("category", is_reduced=goods.is_discounted)
        .agg(
            lines=goods.count(),
            revenue=goods.net_amount.sum().cast("float64"),
            costed_revenue=has_cost.ifelse(goods.net_amount, 0).sum().cast("float64"),
            cost=goods.cost_amount.sum().cast("float64").fill_null(0.0),
        )
        .to_pyarrow()
    )


def _class_of(purchases: ir.IntegerValue, reduced: ir.IntegerValue) -> ir.StringValue:
    share = reduced.cast("float64") / purchases.cast("float64")
    return ibis.cases(
        ((purchases == 1) & (reduced == 0), "once_full"),
        (purchases == 1, "once_reduced"),
        (reduced == 0, "never"),
        (reduced == purchases, "only"),
        (share < MOSTLY, "sometimes"),
        else_="mostly",
    )
