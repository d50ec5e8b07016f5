"""Standard tables that follow from the order flow: lines, products, customers, people."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import last_by
from zhike.preparation.shapes import ZERO, fed_columns, typed

_ = ibis._


def sound_lines(records: ir.Table, unusable: ir.Table) -> ir.Table:
    """Sale lines without a fault of their own or of their order."""
    rows = records.filter(_._fate.isnull(), _._problem.isnull(), ~_._is_return, _._order.notnull())
    return rows.anti_join(unusable, [("_order", "order_id")])


def order_lines_table(lines: ir.Table) -> ir.Table:
    """Lines numbered within their order as the file has them; equal ones stay apart."""
    position = ibis.row_number().over(ibis.window(group_by=lines._order, order_by=lines._row)) + 1
    columns = fed_columns("order_lines", lines) | {
        "order_id": lines._order,
        "line_no": position,
        "product_id": lines._code.nullif(""),
        "kind": lines._kind,
        "quantity": lines._quantity,
        "unit_price": lines._price,
        "amount": lines._amount.fill_null(ZERO),
    }
    return typed("order_lines", lines, columns)


def products_table(lines: ir.Table) -> ir.Table:
    """Goods that lines name: the name said most often of those sold, the rest as last said."""
    rows = lines.filter(_._code != "", _._kind == "goods")
    others = {
        name: value
        for name, value in fed_columns("products", rows).items()
        if name not in ("name", "product_id")
    }
    said = rows.group_by(code=_._code, name=_._name).agg(
        sold=(_._amount > 0).sum(),
        last_row=_._row.max(),
        **{name: last_by(value, rows._row) for name, value in others.items()},
    )
    # One order of all names: how often sold, then how late; both fit into one number.
    rank = said.sold.fill_null(0) * (1 << 36) + said.last_row
    best = said.group_by(product_id=_.code).agg(
        name_said=last_by(said["name"].nullif(""), rank),
        **{name: last_by(said[name], said.last_row) for name in others},
    )
    return typed(
        "products", best, {name: best[name] for name in best.columns} | {"name": best.name_said}
    )


def latest_of(table: str, rows: ir.Table, rank: Any) -> ir.Table:
    """One row a customer: of each field the latest that is filled.

    Args:
        table: "customers" or "people".
        rows: With `customer_id` and columns "table.field".
        rank: Whole number that grows with time.
    """
    ranked = rows.mutate(_rank=rank).filter(_.customer_id.notnull())
    fields = fed_columns(table, ranked)
    fields.pop("customer_id", None)
    latest = ranked.group_by("customer_id").agg(
        **{f"{name} said": last_by(value, ranked._rank) for name, value in fields.items()}
    )
    return typed(
        table,
        latest,
        {name: latest[f"{name} said"] for name in fields} | {"customer_id": latest.customer_id},
    )
