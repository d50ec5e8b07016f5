"""The orders table: every amount filled by what is known of the others.

paid = gross − discount + shipping + fee + adjustment, unless the source says what was paid.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context
from zhike.preparation.parsed import Parsed
from zhike.preparation.standardise.amounts import MONEY
from zhike.schema import Kind, standard_table

_ = ibis._
ZERO = ibis.literal(0).cast(MONEY)


def orders_table(documents: ir.Table, parsed: Parsed, context: Context) -> ir.Table:
    """Rows of `orders` from sound documents that sell something."""
    filled = documents.mutate(**_amounts(documents, parsed))
    columns: dict[str, Any] = {}
    for field in standard_table("orders").fields:
        name = f"orders.{field.name}"
        if field.name in filled.columns:
            value = filled[field.name]
        elif name in filled.columns:
            value = filled[name]
        else:
            value = ibis.null(_ibis_type(field.kind))
        if field.missing != "null" and field.kind is not Kind.MONEY:
            value = value.fill_null(_constant(field.missing))
        columns[field.name] = value.cast(_ibis_type(field.kind))
    return filled.select(**columns)


def _amounts(documents: ir.Table, parsed: Parsed) -> dict[str, Any]:
    def said(name: str) -> Any:
        column = f"orders.{name}_amount"
        return documents[column] if column in documents.columns else ibis.null(MONEY)

    def lines(*kinds: str) -> Any:
        return sum((documents[f"{kind}_amount"].fill_null(ZERO) for kind in kinds[1:]),
                   start=documents[f"{kinds[0]}_amount"].fill_null(ZERO))

    has_lines = "order_lines.unit_price" in parsed or "order_lines.amount" in parsed
    priced = (documents.unpriced == 0) if has_lines else ibis.literal(False)
    discount_said = said("discount").abs()
    goods_said = said("gross")
    if parsed.ruled("orders.gross_amount", "net_of_discount"):
        goods_said = goods_said + discount_said.fill_null(ZERO)
    shipping = ibis.coalesce(said("shipping"), lines("shipping"))
    fee = ibis.coalesce(said("fee"), lines("fee"))
    adjustment = ibis.coalesce(said("adjustment"), lines("adjustment", "sample"))
    gain = documents.gain_amount.fill_null(ZERO)
    goods_lines = lines("goods") + gain
    discount_lines = gain - lines("voucher", "discount")
    beside = shipping + fee + adjustment
    paid = said("paid")
    from_paid = paid - beside + ibis.coalesce(discount_said, ZERO)
    gross = ibis.coalesce(
        ibis.ifelse(priced, goods_lines, ibis.null(MONEY)), goods_said, from_paid, goods_lines
    )
    # What was paid for less than the goods was given off; nothing paid says nothing of that.
    given_off = ibis.ifelse(paid > 0, ibis.greatest(gross + beside - paid, ZERO), ibis.null(MONEY))
    known = discount_lines.nullif(ZERO) if has_lines else ibis.null(MONEY)
    discount = ibis.coalesce(discount_said, known, given_off, ZERO)
    return {
        "gross_amount": gross,
        "discount_amount": discount,
        "shipping_amount": shipping,
        "fee_amount": fee,
        "adjustment_amount": adjustment,
        "paid_amount": ibis.coalesce(paid, gross - discount + beside),
    }


def _ibis_type(kind: Kind) -> str:
    return IBIS_TYPES[kind]


IBIS_TYPES = {
    Kind.ID: "string",
    Kind.TEXT: "string",
    Kind.CHOICE: "string",
    Kind.INTEGER: "int64",
    Kind.NUMBER: "float64",
    Kind.MONEY: MONEY,
    Kind.FLAG: "boolean",
    Kind.INSTANT: "timestamp(6)",
    Kind.DAY: "date",
}


def _constant(missing: str) -> Any:
    return {"true": True, "false": False}.get(missing, missing)
