"""What was reduced, for whom, and what was left of it."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import as_of_day, customer_facts, goods_lines, purchases
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


def priced_purchases(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Purchases with what was given off them, vouchers of the order and its lines' own discounts.

    Returns:
        Lazy, one row a purchase: `customer_id`, `ordered_on`, `ordered_at`, `net_amount`,
        `off_amount`, `list_amount` (what it would have cost), `depth` (the one by the other) and
        `is_reduced`.
    """
    day = as_of_day(shop, as_of)
    bought = purchases(shop, day)
    columns = bought.select(
        "order_id", "customer_id", "ordered_on", "ordered_at", "net_amount",
        own_off=bought.discount_amount.cast("float64").fill_null(0.0),
        gross=bought.gross_amount.cast("float64"),
    )  # fmt: skip
    if _any_line_discount(shop):
        lines = shop["order_lines"]
        reduced = lines.filter(lines.kind == "goods", lines.discount_amount > 0)
        off = reduced.group_by(line_order_id="order_id").agg(
            lines_off=reduced.discount_amount.sum().cast("float64")
        )
        columns = columns.left_join(off, columns.order_id == off.line_order_id)
        lines_off: ir.Value = columns.lines_off.fill_null(0.0)
    else:
        lines_off = ibis.literal(0.0)
    # What was paid extra is no discount; a discount above the price is the whole of it.
    given = ibis.greatest(columns.own_off, 0.0) + lines_off
    priced = columns.mutate(off_amount=given, list_amount=columns.gross + lines_off)
    depth = ibis.least(priced.off_amount / priced.list_amount.nullif(0.0), 1.0).fill_null(0.0)
    return priced.select(
        "customer_id", "ordered_on", "ordered_at", "net_amount", "off_amount", "list_amount",
        depth=depth, is_reduced=priced.off_amount > 0,
    )  # fmt: skip


def depth_bands(rows: ir.Table) -> pa.Table:
    """Purchases by depth of discount and day's month: `band`, `purchases`, `revenue`, amounts."""
    depth = rows.depth
    band = ibis.cases(
        (~rows.is_reduced, "0"), (depth < 0.1, "1"), (depth < 0.2, "10"), (depth < 0.3, "20"),
        (depth < 0.5, "30"), else_="50",
    )  # fmt: skip
    return (
        rows.group_by(band=band)
        .agg(
            purchases=rows.count(),
            revenue=rows.net_amount.sum().cast("float64"),
            off_amount=rows.off_amount.sum(),
            list_amount=rows.list_amount.sum(),
        )
        .to_pyarrow()
    )


def days_of(rows: ir.Table) -> pa.Table:
    """Purchases and discounts by day: `day`, `purchases`, `off_amount`, `list_amount`."""
    return (
        rows.group_by(day=rows.ordered_on)
        .agg(
            purchases=rows.count(),
            off_amount=rows.off_amount.sum(),
            list_amount=rows.list_amount.sum(),
        )
        .order_by("day")
        .to_pyarrow()
    )


def price_members(shop: Shop, day: date, rows: ir.Table) -> ir.Table:
    """How each customer responds to prices, computed once a run.

    Returns:
        One row a customer: `customer_id`, `frequency`, `monetary`, `reduced_purchases`,
        `reduced_share`, `off_amount`, `list_amount`, `depth`, `first_reduced` (whether the first
        purchase was; of two at the same second the one at full price is the first), `first_on`
        and `price_class`.
    """
    known = rows.filter(rows.customer_id.notnull())
    reduced = known.is_reduced.ifelse(1, 0).cast("int64")
    marked = known.mutate(reduced=reduced, moment=known.ordered_at.epoch_seconds() * 2 + reduced)
    found = marked.group_by(buyer_id="customer_id").agg(
        purchases=marked.count(),
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
    facts = customer_facts(shop, day).select("customer_id", "frequency", "monetary", "first_on")
    joined = facts.inner_join(found, facts.customer_id == found.buyer_id)
    return shop.engine.materialise(joined.drop("buyer_id", "purchases", "first_moment"))


def member_counts(members: ir.Table, grown_on: date) -> pa.Table:
    """Customers by purchases and reduced purchases, with their money.

    Args:
        members: From `price_members`.
        grown_on: Customers who began before it have had the time to come back.

    Returns:
        One row a combination: `frequency`, `reduced_purchases`, `price_class`, `first_reduced`,
        `is_grown`, `customers`, `revenue`, `off_amount`.
    """
    rows = members.mutate(is_grown=members.first_on < ibis.literal(grown_on))
    keys = ("frequency", "reduced_purchases", "price_class", "first_reduced", "is_grown")
    return (
        rows.group_by(*keys)
        .agg(
            customers=rows.count(),
            revenue=rows.monetary.sum().cast("float64"),
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


def _any_line_discount(shop: Shop) -> bool:
    """Whether any line has a discount of its own; where none has, nobody joins them."""

    def look() -> bool:
        most = shop["order_lines"].discount_amount.max().to_pyarrow().as_py()
        return most is not None and most > 0

    return "order_lines" in shop and shop.remember("any_line_discount", look)
