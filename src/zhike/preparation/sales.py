"""Records of orders and order lines, each told apart: sale, return, adjustment, unusable.

`sale_records` adds to the wide table, all beginning with an underscore: `_order` (key),
`_problem`, `_kind`, `_code`, `_name`, `_quantity`, `_price`, `_amount` (money of the line),
`_is_return`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context, Workbench
from zhike.preparation.functions import regexp_matches
from zhike.preparation.keys import with_order_key
from zhike.preparation.kinds import special_products
from zhike.preparation.parsed import Parsed
from zhike.preparation.reading import FileReading
from zhike.preparation.standardise.amounts import LARGEST, MONEY
from zhike.preparation.validate import Check, amount_checks, day_checks, id_checks, problem_of

RETURNABLE = ("goods", "sample", "shipping", "fee")
"""Kinds whose lines of negative quantity give something back; discounts are negative anyway."""
UNPRICED = ("voucher", "discount", "adjustment", "shipping", "fee")
"""Kinds whose price may be negative."""
CANCELLATION = r"^[Cc][-_]?[0-9]{3,}$"
"""Document numbers that mark a cancellation, where the file bears it out."""
MOST, FEW = 0.9, 0.1
"""Shares of marked and of other documents that are negative where the mark means something."""

_ = ibis._


def sale_records(
    parsed: Parsed, reading: FileReading, context: Context, bench: Workbench
) -> ir.Table:
    """The wide table with what each record is."""
    records = with_order_key(parsed, reading)
    is_line = reading.grain == "order_line"
    lines = _lines(records, parsed, reading, bench) if is_line else _whole_orders(records, parsed)
    lines = bench.step(lines)
    negative = (lines._amount < 0) & (lines._price.fill_null(0) >= 0)
    returned = ((lines._quantity < 0) | negative) & lines._kind.isin(RETURNABLE)
    is_return = (_cancels(lines) | returned).fill_null(False)
    lines = bench.step(lines.mutate(_is_return=is_return))
    checks = _checks(replace(parsed, records=lines), reading, context)
    if is_line:
        free = lines._is_return | lines._kind.isin(UNPRICED)
        checks.append(((lines._price < 0) & ~free, "negative_price"))
        checks.append((lines._price.notnull() & lines._amount.isnull(), "unreadable_amount"))
    return bench.step(lines.mutate(_problem=problem_of(lines, checks)))


def _whole_orders(records: ir.Table, parsed: Parsed) -> ir.Table:
    """One record an order: its money is the order's."""
    totals = [
        records[name] for name in ("orders.gross_amount", "orders.paid_amount") if name in parsed
    ]
    fed = "order_lines.quantity" in parsed
    return records.mutate(
        _kind=ibis.literal("goods"),
        _code=ibis.literal(""),
        _name=ibis.literal(""),
        _quantity=records["order_lines.quantity"] if fed else ibis.null("float64"),
        _price=ibis.null(MONEY),
        _amount=ibis.coalesce(*totals, ibis.null(MONEY)),
    )


def _lines(records: ir.Table, parsed: Parsed, reading: FileReading, bench: Workbench) -> ir.Table:
    """Lines with their kind and money."""
    code, name = _product(records, parsed)
    coded = bench.step(records.mutate(_code=code, _name=name))
    special = special_products(coded.select(code=_._code, name=_._name), bench)
    special = special.rename(_special_code="code", _special_name="name", _special="kind")
    wide = coded.left_join(special, [("_code", "_special_code"), ("_name", "_special_name")])
    quantity, price, amount = _money(wide, parsed)
    given = wide["order_lines.kind"] if "order_lines.kind" in parsed else ibis.null("string")
    who = [wide[name].isnull() for name in reading.identity if name in parsed]
    nobody = reduce(and_, who, ibis.literal(True))
    stock = ((quantity < 0) & (amount == 0) & nobody).fill_null(False)
    return wide.mutate(
        _kind=ibis.ifelse(stock, "adjustment", ibis.coalesce(given, wide._special, "goods")),
        _quantity=quantity,
        _price=price,
        _amount=amount,
    ).drop("_special_code", "_special_name", "_special")


def _product(records: ir.Table, parsed: Parsed) -> tuple[Any, Any]:
    """Code and name, never null; a product without code goes by its name."""
    name = records["products.name"] if "products.name" in parsed else ibis.null("string")
    fed = [item for item in ("order_lines.product_id", "products.product_id") if item in parsed]
    return ibis.coalesce(*[records[item] for item in fed], name, ""), ibis.coalesce(name, "")


def _money(wide: ir.Table, parsed: Parsed) -> tuple[Any, Any, Any]:
    """Quantity, unit price and amount; each from the two others where it is not given."""

    def fed(name: str, otherwise: Any) -> Any:
        column = f"order_lines.{name}"
        return wide[column] if column in parsed else otherwise

    quantity = fed("quantity", ibis.null("float64")).fill_null(1.0)
    price, amount = fed("unit_price", ibis.null(MONEY)), fed("amount", ibis.null(MONEY))
    times = quantity * price.cast("float64")
    times = ibis.ifelse(times.abs() <= LARGEST, times, None).round(4).cast(MONEY)
    apart = (amount.cast("float64") / quantity.nullif(0.0)).round(4).try_cast(MONEY)
    if "order_lines.amount" not in parsed:
        return quantity, price, times
    # A return may be written as a negative quantity beside a positive amount.
    turned = ibis.ifelse((quantity < 0) & (amount > 0), -amount, amount)
    return quantity, ibis.coalesce(price, apart.abs()), ibis.coalesce(turned, times)


def _cancels(lines: ir.Table) -> Any:
    """Whether a document number means a cancellation: C489449, where such lines are negative."""
    marked = regexp_matches(lines._order, CANCELLATION)
    negative = (lines._quantity < 0) | (lines._amount < 0)
    seen = (
        lines.filter(_._fate.isnull())
        .aggregate(
            marked=marked.sum(),
            negative=(marked & negative).sum(),
            others=(~marked).sum(),
            other_negative=(~marked & negative).sum(),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    count = {name: value or 0 for name, value in seen.items()}
    means = count["negative"] >= MOST * max(count["marked"], 1)
    means = means and count["other_negative"] <= FEW * count["others"]
    return marked if means else ibis.literal(False)


def _checks(parsed: Parsed, reading: FileReading, context: Context) -> list[Check]:
    tables = ("order_lines",) if reading.grain == "order_line" else ("orders", "refunds")
    return [
        *id_checks(parsed, "orders.order_id", "_order"),
        *day_checks(parsed, "orders.ordered_at", context),
        *amount_checks(parsed, tables, context),
    ]
