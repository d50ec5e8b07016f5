"""What was in the baskets: goods lines with what their order says about them."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from zhike.catalogue.placed import purchase_rows
from zhike.catalogue.purchases import as_of_day
from zhike.schema import Shop


def goods_lines(shop: Shop, as_of: date | None = None) -> ir.Table | None:
    """The goods lines of purchases before the day, joined with their orders once a run.

    None where the shop has no order lines. Vouchers and discounts of a whole order belong to no
    product; `net_amount` spreads them over its lines by their amounts.

    Returns:
        One row a goods line that names its product: `customer_id` (null where nobody knows),
        `ordered_on`, `product_id`, `category` (null where the product has none), `quantity`,
        `amount` (before vouchers of the order); as floats `net_amount` (after them) and
        `cost_amount` (null where neither line nor product has a cost); and `is_discounted` (the
        line or its order was reduced).
    """
    day = as_of_day(shop, as_of)
    if "order_lines" not in shop:
        return None
    return shop.remember(("goods_lines", day), lambda: _goods_lines(shop, day))


def _goods_lines(shop: Shop, day: date) -> ir.Table:
    lines, bought = shop["order_lines"], purchase_rows(shop, day)
    goods = lines.filter(lines.kind == "goods", lines.product_id.notnull())
    orders = bought.select(
        "customer_id",
        "ordered_on",
        "is_reduced",
        bought_id="order_id",
        net_share=bought.net_amount.cast("float64") / bought.gross_amount.cast("float64"),
    )
    joined = goods.inner_join(orders, goods.order_id == orders.bought_id)
    category, unit_cost = ibis.null("string"), joined.unit_cost
    if "products" in shop:
        products = shop["products"].select(
            priced_id="product_id", category="category", usual_cost="unit_cost"
        )
        joined = joined.left_join(products, joined.product_id == products.priced_id)
        category, unit_cost = joined.category, ibis.coalesce(joined.unit_cost, joined.usual_cost)
    return shop.engine.materialise(
        joined.select(
            "customer_id",
            "ordered_on",
            "product_id",
            "quantity",
            "amount",
            category=category,
            net_amount=joined.amount.cast("float64") * joined.net_share,
            cost_amount=unit_cost.cast("float64") * joined.quantity,
            is_discounted=joined.is_reduced | (joined.discount_amount > 0).fill_null(False),
        ),
        wide=True,
    )
