"""Records of orders and order lines, each told apart: sale, return, adjustment, unusable.

`sale_records` adds to the wide table, all beginning with an underscore: `_order` (key),
`_problem`, `_kind`, `_code`, `_name`, `_quantity`, `_price`, `_amount` (money of the line),
`_is_return`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context, Workbench
from zhike.preparation.functions import concat_ws, left, md5, regexp_matches
from zhike.preparation.kinds import special_products
from zhike.preparation.parsed import Parsed
from zhike.preparation.reading import FileReading
from zhike.preparation.standardise.amounts import MONEY
from zhike.preparation.validate import (
    Check,
    amount_checks,
    day_checks,
    id_checks,
    problem_of,
)

RETURNABLE = ("goods", "sample", "shipping", "fee")
"""Kinds whose lines of negative quantity give something back; discounts are negative anyway."""
UNPRICED = ("voucher", "discount", "adjustment", "shipping", "fee")
"""Kinds whose price may be negative."""
CANCELLATION = r"^[Cc][-_]?[0-9]{3,}$"
"""Document numbers that mark a cancellation, where the file bears it out."""
MOST_SPECIAL = 0.9

_ = ibis._


def sale_records(
    parsed: Parsed, reading: FileReading, context: Context, bench: Workbench
) -> ir.Table:
    """The wide table with what each record is."""
    records = _with_order_key(parsed, reading)
    if reading.grain == "order":
        lines = _whole_orders(records, parsed)
    else:
        lines = _lines(records, parsed, bench)
    lines = bench.step(lines)
    negative = lines._amount < 0
    cancels = _marks_cancellation(lines, parsed)
    returned = (lines._quantity < 0) | (negative & (lines._price.fill_null(0) >= 0))
    is_return = cancels | (returned & lines._kind.isin(RETURNABLE))
    parsed = dataclasses.replace(parsed, records=lines)
    checks = _checks(parsed, reading, context)
    if reading.grain == "order_line":
        adjusts = is_return | lines._kind.isin(UNPRICED)
        checks.append(((lines._price < 0) & ~adjusts, "negative_price"))
    return bench.step(lines.mutate(_is_return=is_return.fill_null(False), _problem=problem_of(lines, checks)))


def _with_order_key(parsed: Parsed, reading: FileReading) -> ir.Table:
    """The order id, or one made of what tells orders apart where the file has none."""
    records = parsed.records
    if "orders.order_id" in parsed:
        return records.mutate(_order=records["orders.order_id"])
    who = [parsed.get(name) for name in ("orders.customer_id", *IDENTITY) if name in parsed]
    when = parsed.get("orders.ordered_at")
    if reading.grain == "order_line" and who and when is not None:
        parts = [*who, when.cast("string")]
        content = concat_ws("\x1f", *[part.fill_null("") for part in parts])
        return records.mutate(_order=ibis.literal("o") + left(md5(content), 16))
    same = ibis.window(group_by=_._hash, order_by=_._row)
    numbered = records.mutate(_nth=ibis.row_number().over(same))
    content = numbered._hash.cast("string") + "-" + numbered._nth.cast("string")
    return numbered.mutate(_order=ibis.literal("o") + left(md5(content), 16)).drop("_nth")


IDENTITY = ("people.account", "people.email", "people.phone")


def _whole_orders(records: ir.Table, parsed: Parsed) -> ir.Table:
    """One record an order: its money is the order's."""
    total = parsed.get("orders.gross_amount")
    total = total if total is not None else parsed.get("orders.paid_amount")
    amount = total if total is not None else ibis.null(MONEY)
    quantity = parsed.get("order_lines.quantity")
    return records.mutate(
        _kind=ibis.literal("goods"),
        _code=ibis.literal(""),
        _name=ibis.literal(""),
        _quantity=quantity if quantity is not None else ibis.null("float64"),
        _price=ibis.null(MONEY),
        _amount=amount,
    )


def _lines(records: ir.Table, parsed: Parsed, bench: Workbench) -> ir.Table:
    """Lines with their kind and money."""
    code, name = _product(parsed)
    coded = bench.step(records.mutate(_code=code, _name=name))
    special = special_products(coded.select(code=_._code, name=_._name), bench)
    special = special.rename(_special_code="code", _special_name="name", _special="kind")
    wide = coded.left_join(
        special, [coded._code == special._special_code, coded._name == special._special_name]
    )
    quantity, price, amount = _money(wide, parsed)
    given = wide["order_lines.kind"] if "order_lines.kind" in parsed else ibis.null("string")
    kind = ibis.coalesce(given, wide._special, "goods")
    nobody = wide["orders.customer_id"].isnull() if "orders.customer_id" in parsed else True
    stock = (quantity < 0) & (amount == 0) & nobody
    return wide.mutate(
        _kind=ibis.ifelse(stock.fill_null(False), "adjustment", kind),
        _quantity=quantity,
        _price=price,
        _amount=amount,
    ).drop("_special_code", "_special_name", "_special")


def _product(parsed: Parsed) -> tuple[Any, Any]:
    """Code and name, never null; a product without code goes by its name."""
    codes = [parsed.get(name) for name in ("order_lines.product_id", "products.product_id")]
    names = parsed.get("products.name")
    name = names.fill_null("") if names is not None else ibis.literal("")
    code = ibis.coalesce(*[item for item in (*codes, names) if item is not None], "")
    return code, name


def _money(wide: ir.Table, parsed: Parsed) -> tuple[Any, Any, Any]:
    """Quantity, unit price and amount; each from the two others where it is not given."""
    fed = {name: f"order_lines.{name}" in parsed for name in ("quantity", "unit_price", "amount")}
    quantity = (
        wide["order_lines.quantity"].fill_null(1.0) if fed["quantity"] else ibis.literal(1.0)
    )
    price = wide["order_lines.unit_price"] if fed["unit_price"] else ibis.null(MONEY)
    amount = wide["order_lines.amount"] if fed["amount"] else ibis.null(MONEY)
    times = (quantity * price.cast("float64")).round(4).cast(MONEY)
    apart = (amount.cast("float64") / quantity.nullif(0.0)).round(4).cast(MONEY)
    if fed["unit_price"]:
        return quantity, ibis.coalesce(price, apart) if fed["amount"] else price, (
            ibis.coalesce(amount, times) if fed["amount"] else times
        )
    return quantity, apart if fed["amount"] else price, amount


def _marks_cancellation(lines: ir.Table, parsed: Parsed) -> Any:
    """Whether a document number means a cancellation: C489449, where such lines are negative."""
    if "orders.order_id" not in parsed:
        return ibis.literal(False)
    marked = regexp_matches(lines._order, CANCELLATION)
    negative = (lines._quantity < 0) | (lines._amount < 0)
    counted = lines.aggregate(
        marked=marked.sum(),
        marked_negative=(marked & negative).sum(),
        others=(~marked).sum(),
        others_negative=(~marked & negative).sum(),
    ).to_pyarrow().to_pylist()[0]
    found, negatives = counted["marked"] or 0, counted["marked_negative"] or 0
    others, other_negatives = counted["others"] or 0, counted["others_negative"] or 0
    if not found or negatives < MOST_SPECIAL * found or other_negatives > 0.1 * others:
        return ibis.literal(False)
    return marked.fill_null(False)


def _checks(parsed: Parsed, reading: FileReading, context: Context) -> list[Check]:
    tables = ("order_lines",) if reading.grain == "order_line" else ("orders",)
    return [
        *id_checks(parsed, "orders.order_id"),
        *day_checks(parsed, "orders.ordered_at", context),
        *amount_checks(parsed, tables, context),
    ]
