"""Everything that was sold or given back, one row a line, with who, where and how much.

Whatever an explanation adds up, it adds up from these rows: each measure is a plain sum over any
dimension, so that members always sum to the whole. An order counts as the same share in each of
its lines, a customer as the same share in each line bought.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from zhike.catalogue import purchase_history, refund_rows, stage_thresholds
from zhike.catalogue.purchases import accepted_orders, net_amount
from zhike.catalogue.stages import stage_of
from zhike.insights.sides import BEFORE, Sides
from zhike.schema import Shop

BUCKETS = 200
"""Parts that customers are drawn into at random, to learn how much chance moves a sum."""

DIMENSIONS = (
    "channel", "category", "product", "province", "city", "customer_kind", "stage",
    "acquired_from", "weekday",
)  # fmt: skip
MEASURES = (
    "customers", "orders", "lines", "units", "reference", "amount", "net", "returns", "returned",
    "late", "returned_orders", "late_orders",
)  # fmt: skip
NOBODY = ""
"""Member of what has none: an unknown customer, an order without lines."""


def fact_rows(shop: Shop, sides: Sides) -> ir.Table:
    """Lines sold on each side, and what came back.

    Args:
        shop: Where to look.
        sides: What is compared.

    Returns:
        One row a line of an accepted order, or a refund that goes off net revenue: `side`,
        `bucket`, `customer_id`, the dimensions as text, and the measures. `reference` is units at
        the product's mean price; `net` what was paid for the line; `returned` what came back of
        it while the side was as old as the newest is now, `late` what came back afterwards.
    """
    orders = _orders(shop, sides)
    refunds = _refunds(shop, sides)
    states = _states(shop, sides, orders, refunds)
    rows = _sold(shop, orders) if refunds is None else _sold(shop, orders).union(refunds)
    rows = _with_products(shop, _with_customers(shop, rows))
    on_customer = [rows.customer_id == states.state_id, rows.side == states.state_side]
    rows = rows.left_join(states, on_customer)
    in_time = rows.is_back & ~rows.is_late
    key = ibis.coalesce(rows.customer_id, rows.order_id, rows.product_id, NOBODY)
    return shop.engine.materialise(
        rows.select(
            "side",
            "customer_id",
            "channel",
            "category",
            "province",
            "city",
            "customer_kind",
            "stage",
            "acquired_from",
            "lines",
            "units",
            "amount",
            "net",
            bucket=((key.hash() % BUCKETS + BUCKETS) % BUCKETS).cast("int64"),
            product=rows.product_id,
            weekday=rows.placed_on.day_of_week.index().cast("string"),
            customers=(~rows.is_back)
            .ifelse(rows.orders / rows.purchases.nullif(0), 0.0)
            .fill_null(0.0),
            orders=rows.orders,
            reference=ibis.coalesce(rows.units * rows.price, rows.amount),
            returns=in_time.ifelse(1.0, 0.0),
            returned=in_time.ifelse(rows.worth, 0.0),
            late=rows.is_late.ifelse(rows.worth, 0.0),
            returned_orders=in_time.ifelse(rows.orders, 0.0),
            late_orders=rows.is_late.ifelse(rows.orders, 0.0),
        ),
        wide=True,
    )


def _orders(shop: Shop, sides: Sides) -> ir.Table:
    """One row an accepted order with goods, and whether all of it came back, and how late."""
    accepted = accepted_orders(shop, sides.as_of)
    accepted = accepted.filter(accepted.gross_amount > 0)
    rows = sides.placed(
        accepted.select(
            "order_id",
            "customer_id",
            "channel",
            placed_on="ordered_on",
            goods=net_amount(accepted).cast("float64"),
        ),
        "placed_on",
    )
    refunds = refund_rows(shop, sides.as_of)
    back_on: ir.DateValue = ibis.null("date")
    if refunds is not None:
        whole = refunds.filter(refunds.order_refunded)
        whole = whole.group_by(back_id="order_id").agg(back_on=whole.refunded_on.max())
        rows = rows.left_join(whole, rows.order_id == whole.back_id).drop("back_id")
        back_on = rows.back_on
    is_back = back_on.notnull()
    is_late = (back_on >= sides.horizon_of(rows.side)).fill_null(False)
    rows = rows.mutate(is_back=is_back, is_late=is_late, order_no=ibis.row_number())
    wanted = ("order_no", "order_id", "customer_id", "channel", "side", "placed_on", "goods")
    return shop.engine.materialise(rows.select(*wanted, "is_back", "is_late"))


def _sold(shop: Shop, orders: ir.Table) -> ir.Table:
    """One row a goods line with its part of what its order brought; else one a whole order."""
    plain = ("order_id", "customer_id", "channel", "side", "placed_on", "is_back", "is_late")
    nothing, one = ibis.literal(0.0), ibis.literal(1.0)
    whole = {"orders": one, "lines": one, "units": one, "amount": orders.goods}
    worth = {"net": orders.goods, "worth": orders.goods}
    product = ibis.null("string")
    if "order_lines" not in shop:
        return orders.select(*plain, product_id=product, price=nothing, **whole, **worth)
    lines = _lines(shop, orders)
    totals = lines.group_by(total_no="order_no").agg(
        number=lines.count().cast("float64"), total=lines.amount.sum()
    )
    totals = totals.filter(totals.total > 0)
    each = lines.inner_join(totals, lines.order_no == totals.total_no)
    prices = _prices(lines)
    each = each.left_join(prices, each.product_id == prices.priced_id)
    placed = orders.rename(placed_no="order_no")
    each = each.inner_join(placed, each.order_no == placed.placed_no)
    part = each.amount / each.total * each.goods
    itemised = each.select(
        *plain,
        product_id=each.product_id,
        price=each.price,
        orders=1.0 / each.number,
        lines=one,
        units=each.units,
        amount=each.amount,
        net=part,
        worth=part,
    )
    others = orders.anti_join(totals, orders.order_no == totals.total_no)
    whole["amount"] = others.goods
    others = others.select(
        *plain,
        product_id=product,
        price=ibis.null("float64"),
        **whole,
        net=others.goods,
        worth=others.goods,
    )
    return itemised.union(others)


def _lines(shop: Shop, orders: ir.Table) -> ir.Table:
    lines = shop["order_lines"]
    goods = lines.filter(lines.kind == "goods")
    goods = goods.select(
        "product_id",
        line_of="order_id",
        units=goods.quantity.cast("float64").fill_null(1.0),
        amount=goods.amount.cast("float64").fill_null(0.0),
    )
    known = orders.select("order_no", "order_id", line_side="side")
    joined = goods.inner_join(known, goods.line_of == known.order_id)
    return shop.engine.materialise(
        joined.select("order_no", "line_side", "product_id", "units", "amount")
    )


def _prices(lines: ir.Table) -> ir.Table:
    """The mean price of each product over the two sides to explain, else over all."""
    pair = lines.line_side <= BEFORE
    sums = lines.group_by(priced_id="product_id").agg(
        amount=lines.amount.sum(),
        units=lines.units.sum(),
        pair_amount=pair.ifelse(lines.amount, 0.0).sum(),
        pair_units=pair.ifelse(lines.units, 0.0).sum(),
    )
    price = ibis.coalesce(
        sums.pair_amount / sums.pair_units.nullif(0.0), sums.amount / sums.units.nullif(0.0)
    )
    return sums.select("priced_id", price=price)


def _refunds(shop: Shop, sides: Sides) -> ir.Table | None:
    """One row a refund of something out of a purchase, on the side of its own day."""
    refunds = refund_rows(shop, sides.as_of)
    if refunds is None:
        return None
    rows = sides.placed(refunds.filter(refunds.is_net), "refunded_on")
    orders = shop["orders"].select(sold_id="order_id", channel="channel")
    rows = rows.left_join(orders, rows.order_id == orders.sold_id)
    nothing = ibis.literal(0.0)
    return rows.select(
        "order_id",
        "customer_id",
        "channel",
        "side",
        placed_on=ibis.coalesce(rows.ordered_on, rows.refunded_on),
        is_back=ibis.literal(True),
        is_late=ibis.literal(False),
        product_id="product_id",
        price=ibis.null("float64"),
        orders=nothing,
        lines=nothing,
        units=nothing,
        amount=nothing,
        net=nothing,
        worth=rows.amount.cast("float64"),
    )


def _states(shop: Shop, sides: Sides, orders: ir.Table, refunds: ir.Table | None) -> ir.Table:
    """One row a customer and side: what they had done when the side began."""
    history = purchase_history(shop, sides.as_of)
    inside = sides.placed(history, "ordered_on")
    bought = inside.group_by("customer_id", "side").agg(
        nth=inside.nth.min().cast("int64"),
        silent_from=inside.previous_on.min(),
        purchases=inside.count().cast("int64"),
    )
    rest = orders.filter(orders.is_back).select("customer_id", "side")
    rest = rest if refunds is None else rest.union(refunds.select("customer_id", "side"))
    rest = rest.filter(rest.customer_id.notnull()).distinct()
    rest = rest.anti_join(bought, ["customer_id", "side"])
    earlier = history.select(past_id="customer_id", past_on="ordered_on")
    before = [
        rest.customer_id == earlier.past_id,
        earlier.past_on < sides.start_of(rest.side),
    ]
    past = rest.left_join(earlier, before)
    silent = past.group_by("customer_id", "side").agg(
        nth=(past.past_on.count() + 1).cast("int64"),
        silent_from=past.past_on.max(),
        purchases=ibis.literal(0).cast("int64"),
    )
    states = bought.union(silent.select(*bought.columns))
    silence = sides.start_of(states.side).delta(states.silent_from, unit="day")
    stage = stage_of(states.nth - 1, silence, stage_thresholds(shop, sides.as_of))
    return states.select(
        state_id="customer_id",
        state_side="side",
        purchases="purchases",
        customer_kind=(states.nth == 1).ifelse("new", "returning"),
        stage=(states.nth == 1).ifelse("potential", stage),
    )


def _with_customers(shop: Shop, rows: ir.Table) -> ir.Table:
    names = ("province", "city", "acquired_from")
    if "customers" not in shop:
        return rows.mutate(**{name: ibis.null("string") for name in names})
    customers = shop["customers"].select(*names, known_id="customer_id")
    return rows.left_join(customers, rows.customer_id == customers.known_id).drop("known_id")


def _with_products(shop: Shop, rows: ir.Table) -> ir.Table:
    if "products" not in shop:
        return rows.mutate(category=ibis.null("string"))
    products = shop["products"].select("category", listed_id="product_id")
    return rows.left_join(products, rows.product_id == products.listed_id).drop("listed_id")
