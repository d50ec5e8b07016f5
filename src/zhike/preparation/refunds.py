"""Refunds: returns that came as documents of their own, and those that came with the order.

`refund_id` is the key of the records that a row came from: the document's number for a return,
the order's for what came with the order. `order_id` is null where the source links nothing.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.parsed import Parsed
from zhike.preparation.shapes import TYPES, ZERO, fed_columns, typed
from zhike.schema import standard_table

_ = ibis._


def refunds_table(
    records: ir.Table, documents: ir.Table, orders: ir.Table | None, parsed: Parsed
) -> ir.Table:
    """All refunds that a file of orders or lines tells of."""
    refunds = _returned(records, documents)
    if orders is None:
        return refunds
    if "refunds.amount" in parsed or "orders.status" in parsed:
        refunds = refunds.union(_with_orders(orders))
    by_line = "orders.status" in parsed and "order_lines.quantity" in parsed
    if by_line and "refunds.amount" not in parsed:
        refunds = refunds.union(_gone_lines(records, orders))
    return _numbered(refunds)


def _numbered(refunds: ir.Table) -> ir.Table:
    """Each row under its own number; an order may have returned lines beside a refund."""
    rows = ibis.window(
        group_by=refunds.refund_id,
        order_by=[refunds.order_id.notnull(), refunds.line_no, refunds.product_id, refunds.amount],
    )
    return refunds.mutate(line_no=(ibis.row_number().over(rows) + 1).cast("int64"))


def _returned(records: ir.Table, documents: ir.Table) -> ir.Table:
    """Return lines as refunds without link, dated when the return was booked."""
    lines = records.filter(_._fate.isnull(), _._problem.isnull(), _._is_return)
    told = documents.select(
        document=_.order_id,
        at=_column(documents, "orders.ordered_at"),
        on=_column(documents, "orders.ordered_on"),
        customer=_.customer_id,
    )
    rows = lines.inner_join(told, [("_order", "document")])
    columns = {
        "refund_id": rows._order,
        "line_no": _position(rows),
        "customer_id": rows.customer,
        "product_id": rows._code.nullif(""),
        "kind": rows._kind,
        "refunded_at": rows["at"],
        "refunded_on": rows["on"],
        "quantity": rows._quantity.abs(),
        # Positive; a positive line of a cancellation takes part of the refund back.
        "amount": -rows._amount.fill_null(ZERO),
    }
    return typed("refunds", rows, columns)


def _with_orders(orders: ir.Table) -> ir.Table:
    """Refunds that the order itself tells of: an amount given back, or the word refunded."""
    whole = ibis.ifelse(
        orders.status == "refunded", orders.gross_amount - orders.discount_amount, None
    )
    said = _column(orders, "refunds.amount").abs().nullif(ZERO)
    rows = orders.mutate(back=ibis.coalesce(said, whole)).filter(_.back > 0)
    columns = fed_columns("refunds", rows) | {
        "refund_id": rows.order_id,
        "line_no": ibis.literal(1),
        "order_id": rows.order_id,
        "customer_id": rows.customer_id,
        "kind": ibis.literal("goods"),
        "amount": rows.back,
    }
    return typed("refunds", rows, columns)


def _gone_lines(records: ir.Table, orders: ir.Table) -> ir.Table:
    """Lines refunded or closed in an order that otherwise stands; when, nobody says."""
    standing = orders.filter(~_.status.isin(["refunded", "closed"])).select(
        document=_.order_id, customer=_.customer_id
    )
    lines = records.filter(
        _._fate.isnull(),
        _._problem.isnull(),
        ~_._is_return,
        _["orders.status"].isin(["refunded", "closed"]),
        _._amount > 0,
    )
    rows = lines.inner_join(standing, [("_order", "document")])
    columns = {
        "refund_id": rows._order,
        "line_no": _position(rows),
        "order_id": rows._order,
        "customer_id": rows.customer,
        "product_id": rows._code.nullif(""),
        "kind": rows._kind,
        "quantity": rows._quantity,
        "amount": rows._amount,
    }
    return typed("refunds", rows, columns)


def _position(rows: ir.Table) -> ir.Value:
    return ibis.row_number().over(ibis.window(group_by=rows._order, order_by=rows._row)) + 1


def _column(table: ir.Table, name: str) -> Any:
    owner, field = name.split(".", 1)
    kind = TYPES[standard_table(owner)[field].kind]
    return table[name] if name in table.columns else ibis.null(kind)
