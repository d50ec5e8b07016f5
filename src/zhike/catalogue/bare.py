"""A shop from bare tables: what an analysis needs without a workspace."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.engines import Engine, open_engine
from zhike.errors import InputError
from zhike.i18n import lazy
from zhike.schema import Field, Kind, Shop, StandardTable, standard_table

LEAST = ("customer_id", "ordered_at", "paid_amount")
"""The columns that a bare `orders` table must have."""


def shop_from(
    *,
    orders: Any,
    engine: Engine | None = None,
    currency: str = "CNY",
    as_of: date | None = None,
    **tables: Any,
) -> Shop:
    """A shop of bare tables, with every column that they leave out filled in.

    `orders` needs `customer_id`, `ordered_at` and `paid_amount`, one row an order; rows with the
    same `order_id` are one order and are added up (and are its lines, where they name a
    `product_id`). An order without a status is completed; goods are what was paid unless other
    amounts are given. Times are taken as they are written, so that a day is the day written.

    Args:
        orders: Arrow, pandas or polars rows, an Ibis table, or the path of a Parquet file.
        engine: Where to run; an embedded DuckDB of its own where none is given. An Ibis table
            must be of this engine.
        currency: ISO code that every amount is in.
        as_of: Default day to look from; None means the day after the last order.
        **tables: Further standard tables (`order_lines`, `customers`, `refunds` …), likewise.

    Raises:
        InputError: `orders` lacks a column that cannot be filled in.
        ParameterError: There is no standard table of that name.

    Examples:
        >>> import pyarrow as pa
        >>> shop = shop_from(orders=pa.table({
        ...     "customer_id": ["a", "a", "b"],
        ...     "ordered_at": ["2024-01-05", "2024-02-05", "2024-02-07"],
        ...     "paid_amount": [10.0, 20.0, 5.0],
        ... }))
        >>> shop["orders"].gross_amount.sum().to_pyarrow().as_py()
        Decimal('35.0000')
    """
    engine = engine or open_engine()
    raw = {"orders": _as_table(engine, "orders", orders)}
    _check(raw["orders"])
    raw |= {name: _as_table(engine, name, rows) for name, rows in tables.items()}
    if "product_id" in raw["orders"].columns:
        raw.setdefault("order_lines", _lines_of(raw["orders"]))
    filled = {name: _filled(table, standard_table(name)) for name, table in raw.items()}
    if "status" in raw["orders"].columns:
        filled.setdefault("refunds", _refunds_by_status(filled["orders"]))
    kept = {name: engine.materialise(table) for name, table in filled.items()}
    return Shop(engine, kept, currency=currency, timezone="UTC", as_of=as_of)


def _as_table(engine: Engine, name: str, rows: Any) -> ir.Table:
    if isinstance(rows, ir.Table):
        return rows
    if isinstance(rows, str | Path):
        return engine.read_parquet([Path(rows)])
    return engine.load(f"given_{name}", rows)


def _check(orders: ir.Table) -> None:
    missing = [name for name in LEAST if name not in orders.columns]
    if missing:
        raise InputError(
            lazy(
                "The orders have no column {missing}; their columns are: {columns}.",
                missing=", ".join(missing),
                columns=", ".join(orders.columns),
            ),
            hint=lazy("Rename your columns to the standard names first."),
        )


def _filled(raw: ir.Table, standard: StandardTable) -> ir.Table:
    """Every column of the standard table, in order and with its type."""
    if standard.name == "orders":
        raw = _one_row_an_order(raw)
    for day, instant in (("ordered_on", "ordered_at"), ("refunded_on", "refunded_at")):
        if instant in raw.columns and day not in raw.columns:
            raw = raw.mutate(**{day: raw[instant].cast("timestamp").date()})
    if standard.name == "orders":
        raw = _with_amounts(raw)
    numbered = {"line_no": ibis.row_number() + 1} if "line_no" in standard.key else {}
    raw = raw.mutate(**{name: n for name, n in numbered.items() if name not in raw.columns})
    return raw.select(**{item.name: _column(raw, item) for item in standard.fields})


def _column(raw: ir.Table, item: Field) -> ir.Value:
    kind = ibis.dtype(item.arrow_type)
    if item.name not in raw.columns:
        value = ibis.null(kind)
    elif item.kind is Kind.MONEY:
        value = raw[item.name].cast("decimal(18, 4)")
    else:
        value = raw[item.name].cast(kind)
    if item.missing == "null":
        return value
    missing = item.missing == "true" if item.kind is Kind.FLAG else item.missing
    return value.fill_null(ibis.literal(missing).cast(kind))


def _one_row_an_order(orders: ir.Table) -> ir.Table:
    if "order_id" not in orders.columns:
        return orders.mutate(order_id=(ibis.row_number() + 1).cast("string"))
    summed = {
        name: orders[name].cast("decimal(18, 4)").sum()
        for name in orders.columns
        if name.endswith("_amount")
    }
    others = {
        name: orders[name].min()
        for name in orders.columns
        if name not in summed and name in standard_table("orders") and name != "order_id"
    }
    return orders.group_by(orders.order_id.cast("string").name("order_id")).agg(**others, **summed)


def _with_amounts(orders: ir.Table) -> ir.Table:
    """Fill the amounts so that paid = goods - discount + shipping + fee + adjustment."""
    money = {
        name: orders[name].cast("decimal(18, 4)").fill_null(0)
        for name in orders.columns
        if name.endswith("_amount")
    }
    zero = ibis.literal(0).cast("decimal(18, 4)")
    extras = [money.get(name, zero) for name in ("shipping_amount", "fee_amount")]
    extra = extras[0] + extras[1] + money.get("adjustment_amount", zero)
    goods_paid = money["paid_amount"] - extra
    gross = money.get("gross_amount", goods_paid + money.get("discount_amount", zero))
    discount = money.get("discount_amount", ibis.greatest(gross - goods_paid, zero))
    names = ("shipping_amount", "fee_amount", "adjustment_amount")
    filled = {name: money.get(name, zero) for name in names}
    return orders.mutate(**{**filled, **money, "gross_amount": gross, "discount_amount": discount})


def _lines_of(rows: ir.Table) -> ir.Table:
    lines = _one_row_an_order(rows) if "order_id" not in rows.columns else rows
    return lines.mutate(amount=lines.paid_amount)


def _refunds_by_status(orders: ir.Table) -> ir.Table:
    """A status "refunded" without a refund row is the whole goods amount, on an unknown day."""
    refunded = orders.filter(orders.status == "refunded")
    rows = refunded.select(
        "order_id",
        "customer_id",
        refund_id=refunded.order_id,
        line_no=ibis.literal(1),
        amount=refunded.gross_amount - refunded.discount_amount,
    )
    return _filled(rows, standard_table("refunds"))
