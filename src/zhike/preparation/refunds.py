"""Refunds: returns that came as documents of their own, and those that came with the order.

`refund_id` is the key of the records that a row came from: the document's number for a return,
the order's for what came with the order. `order_id` is null where the source links nothing.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.orders import ZERO
from zhike.preparation.parsed import Parsed
from zhike.preparation.tables import typed

_ = ibis._


def returned_lines(records: ir.Table, documents: ir.Table) -> ir.Table:
    """Return lines as refunds without link, dated when the return was booked."""
    rows = records.filter(_._fate.isnull(), _._problem.isnull(), _._is_return)
    dated = documents.filter(_["orders.ordered_at"].notnull())
    rows = rows.inner_join(
        dated.select(
            document=_.order_id,
            at=_["orders.ordered_at"],
            on=_["orders.ordered_on"],
            customer=_.customer_id,
        ),
        [("_order", "document")],
    )
    position = ibis.row_number().over(ibis.window(group_by=_._order, order_by=_._row)) + 1
    amount = rows._amount.fill_null(ZERO)
    columns = {
        "refund_id": rows._order,
        "line_no": position,
        "customer_id": rows.customer,
        "product_id": rows._code.nullif(""),
        "kind": rows._kind,
        "refunded_at": rows.at,
        "refunded_on": rows.on,
        "quantity": rows._quantity.abs(),
        # Positive; a positive line of a cancellation takes part of the refund back.
        "amount": -amount,
    }
    return typed("refunds", rows, columns)


def refunds_with_orders(documents: ir.Table, orders: ir.Table, parsed: Parsed) -> ir.Table:
    """Refunds that the order itself tells of: an amount given back, or the word refunded."""
    said = _column(documents, "refunds.amount", "decimal(18, 4)").abs().nullif(ZERO)
    known = documents.select(
        document=_.order_id,
        said=said,
        at=_column(documents, "refunds.refunded_at", "timestamp(6)"),
        on=_column(documents, "refunds.refunded_on", "date"),
        back=_column(documents, "refunds.goods_returned", "boolean"),
        units=_column(documents, "refunds.quantity", "float64"),
    )
    rows = orders.inner_join(known, [("order_id", "document")])
    whole = rows.gross_amount - rows.discount_amount
    amount = ibis.coalesce(rows.said, ibis.ifelse(rows.status == "refunded", whole, None))
    rows = rows.mutate(given_back=amount).filter(_.given_back > 0)
    columns = {
        "refund_id": rows.order_id,
        "line_no": ibis.literal(1),
        "order_id": rows.order_id,
        "customer_id": rows.customer_id,
        "kind": ibis.literal("goods"),
        "refunded_at": rows["at"],
        "refunded_on": rows["on"],
        "quantity": rows.units,
        "amount": rows.given_back,
        "goods_returned": rows.back,
    }
    return typed("refunds", rows, columns)


def _column(table: ir.Table, name: str, kind: str) -> Any:
    return table[name] if name in table.columns else ibis.null(kind)
