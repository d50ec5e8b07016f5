"""The orders table: every amount filled by what is known of the others.

paid = gross − discount + shipping + fee + adjustment, unless the source says what was paid.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.parsed import Parsed
from zhike.preparation.reading import FileReading
from zhike.preparation.shapes import ZERO, fed_columns, typed
from zhike.preparation.standardise.amounts import MONEY


def order_rows(documents: ir.Table, parsed: Parsed, reading: FileReading) -> ir.Table:
    """Rows of `orders`, with what the documents say of refunds beside ("refunds.amount" …).

    Args:
        documents: Those that are sound and sell something.
        parsed: The file read.
        reading: How it was read.
    """
    columns = fed_columns("orders", documents) | _amounts(documents, parsed)
    only_tests = (documents.tests > 0) & (documents.tests == documents.lines)
    columns["is_test"] = columns.get("is_test", ibis.literal(False)).fill_null(False) | only_tests
    if reading.channel:
        columns["channel"] = ibis.coalesce(columns.get("channel"), reading.channel)
    columns |= {"order_id": documents.order_id, "customer_id": documents.customer_id}
    refunds = [name for name in documents.columns if name.startswith("refunds.")]
    return typed("orders", documents, columns, {name: documents[name] for name in refunds})


def _amounts(documents: ir.Table, parsed: Parsed) -> dict[str, Any]:
    """The six amounts, from what the source says of the order and what its lines add up to."""

    def said(name: str) -> Any:
        column = f"orders.{name}_amount"
        return documents[column] if column in documents.columns else ibis.null(MONEY)

    def lines(name: str) -> Any:
        return documents[f"{name}_amount"].fill_null(ZERO)

    priced = "order_lines.unit_price" in parsed or "order_lines.amount" in parsed
    # Selling a voucher is a gain; redeeming it, like any discount, is a negative line.
    goods_lines = lines("goods") + lines("gain")
    discount_lines = lines("gain") - lines("off")
    shipping = ibis.coalesce(said("shipping"), lines("shipping"))
    fee = ibis.coalesce(said("fee"), lines("fee"))
    adjustment = ibis.coalesce(said("adjustment"), lines("adjustment"))
    beside, paid = shipping + fee + adjustment, said("paid")
    off = said("discount").abs()
    goods = said("gross")
    if parsed.ruled("orders.gross_amount", "net_of_discount"):
        goods = goods + off.fill_null(ZERO)
    from_lines = ibis.ifelse(documents.unpriced == 0, goods_lines, ibis.null(MONEY))
    from_paid = paid - beside + off.fill_null(ZERO)
    gross = ibis.coalesce(*([from_lines] if priced else []), goods, from_paid, goods_lines)
    # What was paid for less than the goods was given off; nothing paid says nothing of that.
    given_off = ibis.ifelse(paid > 0, ibis.greatest(gross + beside - paid, ZERO), ibis.null(MONEY))
    discount = ibis.coalesce(off, discount_lines.nullif(ZERO), given_off, ZERO)
    return {
        "gross_amount": gross,
        "discount_amount": discount,
        "shipping_amount": shipping,
        "fee_amount": fee,
        "adjustment_amount": adjustment,
        "paid_amount": ibis.coalesce(paid, gross - discount + beside),
    }
