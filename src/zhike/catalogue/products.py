"""What each product brought in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from zhike.catalogue.purchases import MONEY, as_of_day, unpurchased_orders
from zhike.catalogue.refunds import refund_rows
from zhike.schema import Shop


def product_facts(shop: Shop, as_of: date | None = None) -> ir.Table | None:
    """What each product sold before the day, from the goods lines of purchases.

    None where the shop has no order lines. Vouchers and discounts of a whole order belong to no
    product and stay out.

    Returns:
        One row a product: `product_id`, `lines`, `quantity`, `revenue` (lines less refunds that
        name the product).
    """
    day = as_of_day(shop, as_of)
    if "order_lines" not in shop:
        return None
    return shop.remember(("product_facts", day), lambda: _product_facts(shop, day))


def _product_facts(shop: Shop, day: date) -> ir.Table:
    lines = shop["order_lines"]
    goods = lines.filter(lines.kind == "goods", lines.product_id.notnull())
    goods = goods.anti_join(unpurchased_orders(shop, day), "order_id")
    sold = goods.group_by("product_id").agg(
        lines=goods.count(), quantity=goods.quantity.sum(), revenue=goods.amount.sum()
    )
    refunds = refund_rows(shop, day)
    if refunds is not None:
        named = refunds.filter(refunds.is_net & refunds.product_id.notnull())
        given_back = named.group_by("product_id").agg(
            lines=ibis.literal(0, "int64"),
            quantity=ibis.literal(0.0),
            revenue=(-named.amount.sum()).cast(sold.revenue.type()),
        )
        both = sold.union(given_back)
        sold = both.group_by("product_id").agg(
            lines=both["lines"].sum(), quantity=both.quantity.sum(), revenue=both.revenue.sum()
        )
    return shop.engine.materialise(sold.mutate(revenue=sold.revenue.cast(MONEY)))


def product_names(shop: Shop) -> Mapping[str, str]:
    """What products are called, by id; those without a name are left out."""

    def find() -> Mapping[str, str]:
        if "products" not in shop:
            return {}
        table = shop["products"]
        rows = table.filter(table.product_id.notnull() & table["name"].notnull())
        found = rows.select("product_id", "name").to_pyarrow()
        columns = (found[name].to_pylist() for name in ("product_id", "name"))
        return dict(zip(*columns, strict=True))

    return shop.remember("product_names", find)
