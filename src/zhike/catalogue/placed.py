"""Purchases one by one, with when, where and at what price they were made."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from zhike.catalogue.purchases import as_of_day, purchases
from zhike.schema import Shop


def purchase_rows(shop: Shop, as_of: date | None = None) -> ir.Table:
    """The purchases before the day, anonymous ones included, computed once a run.

    Returns:
        One row a purchase: `order_id`, `customer_id` (null where nobody knows), `ordered_at`,
        `ordered_on`, `channel` (null where it names none), `paid_amount`, `gross_amount` (goods),
        `net_amount` (goods less discounts), `is_reduced` (the order has a discount of its own),
        and as floats `off_amount` (vouchers and discounts of the order, and of its lines where
        those have their own) and `list_amount` (what the goods would have cost).
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("purchase_rows", day), lambda: _purchase_rows(shop, day))


def _purchase_rows(shop: Shop, day: date) -> ir.Table:
    bought = purchases(shop, day)
    rows = bought.select(
        "order_id", "customer_id", "ordered_at", "ordered_on", "channel", "paid_amount",
        "gross_amount", "net_amount",
        is_reduced=(bought.discount_amount > 0).fill_null(False),
        own_off=bought.discount_amount.cast("float64").fill_null(0.0),
        gross=bought.gross_amount.cast("float64"),
    )  # fmt: skip
    lines_off: ir.Value = ibis.literal(0.0)
    if _any_line_discount(shop):
        lines = shop["order_lines"]
        reduced = lines.filter(lines.kind == "goods", lines.discount_amount > 0)
        off = reduced.group_by(line_order_id="order_id").agg(
            lines_off=reduced.discount_amount.sum().cast("float64")
        )
        rows = rows.left_join(off, rows.order_id == off.line_order_id)
        lines_off = rows.lines_off.fill_null(0.0)
    # What was paid on top is no discount.
    return shop.engine.materialise(
        rows.select(
            "order_id", "customer_id", "ordered_at", "ordered_on", "channel", "paid_amount",
            "gross_amount", "net_amount", "is_reduced",
            off_amount=ibis.greatest(rows.own_off, 0.0) + lines_off,
            list_amount=rows.gross + lines_off,
        ),
        wide=True,
    )  # fmt: skip


def _any_line_discount(shop: Shop) -> bool:
    """Whether any line has a discount of its own; where none has, nobody joins them."""

    def look() -> bool:
        most = shop["order_lines"].discount_amount.max().to_pyarrow().as_py()
        return most is not None and most > 0

    return "order_lines" in shop and shop.remember("any_line_discount", look)
