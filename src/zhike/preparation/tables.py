"""Standard tables that follow from the order flow: lines, refunds, products, customers, people."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import last_by
from zhike.preparation.orders import IBIS_TYPES, ZERO
from zhike.schema import standard_table

_ = ibis._


def typed(table: str, rows: ir.Table, columns: dict[str, Any]) -> ir.Table:
    """The rows with every column of a standard table, in its order and types."""
    selected: dict[str, Any] = {}
    for field in standard_table(table).fields:
        kind = IBIS_TYPES[field.kind]
        selected[field.name] = columns.get(field.name, ibis.null(kind)).cast(kind)
    return rows.select(**selected)


def order_lines_table(records: ir.Table, unusable: ir.Table) -> ir.Table:
    """Sound sale lines of sound documents, numbered within their order as the file has them."""
    rows = records.filter(
        _._fate.isnull(), _._problem.isnull(), ~_._is_return, _._order.notnull()
    )
    rows = rows.anti_join(unusable, rows._order == unusable.order_id)
    position = ibis.row_number().over(ibis.window(group_by=_._order, order_by=_._row)) + 1
    cost = (
        rows["order_lines.unit_cost"]
        if "order_lines.unit_cost" in rows.columns
        else ibis.null("decimal(18, 4)")
    )
    columns = {
        "order_id": rows._order,
        "line_no": position,
        "product_id": rows._code.nullif(""),
        "kind": rows._kind,
        "quantity": rows._quantity,
        "unit_price": rows._price,
        "amount": rows._amount.fill_null(ZERO),
        "unit_cost": cost,
    }
    return typed("order_lines", rows, columns)


def products_table(records: ir.Table) -> ir.Table:
    """Products that lines name: the name said most often of those sold, the rest as last said."""
    rows = records.filter(
        _._fate.isnull(), _._problem.isnull(), (_._code != ""), _._kind.isin(["goods", "sample"])
    )
    others = [
        name
        for name in rows.columns
        if name.startswith("products.") and name not in ("products.name", "products.product_id")
    ]
    said = rows.group_by(code=_._code, name=_._name).agg(
        sold=(_._amount > 0).sum(),
        last_row=_._row.max(),
        **{name: last_by(rows[name], rows._row) for name in others},
    )
    # One order of all names: how often sold, then how late; both fit into one number.
    rank = said.sold.fill_null(0) * (1 << 40) + said.last_row
    best = said.group_by(product_id=_.code).agg(
        name=last_by(said.name.nullif(""), rank),
        **{name.split(".")[1]: last_by(said[name], said.last_row) for name in others},
    )
    return typed("products", best, {name: best[name] for name in best.columns})


def latest_of(table: str, rows: ir.Table, order: Any) -> ir.Table:
    """One row a customer: of each field the latest that is filled."""
    fields = [name for name in rows.columns if name.startswith(f"{table}.")]
    known = rows.filter(_.customer_id.notnull())
    latest = known.group_by("customer_id").agg(
        **{
            name.split(".")[1]: last_by(known[name], known[order])
            for name in fields
            if not name.endswith(".customer_id")
        }
    )
    return typed(table, latest, {name: latest[name] for name in latest.columns})
