"""Lists of customers: filtered and sorted where the data are, cut to what is asked for."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.errors import ParameterError
from zhike.i18n import lazy

COMPARISONS: Mapping[str, Callable[[Any, Any], ir.BooleanValue]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
CONDITION = re.compile(r"\s*(?P<column>\w+)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>.*?)\s*$")


def listed(
    rows: ir.Table, *, where: Iterable[str] = (), sort: str = "", limit: int | None = None
) -> ir.Table:
    """The rows that meet all conditions, sorted, at most `limit` of them.

    Args:
        rows: One row a customer.
        where: Conditions such as "segment=champions", "monetary>=1000", "last_on<2024-03-01".
        sort: A column; "-monetary" puts the largest first. Equal rows follow by customer.
        limit: Most rows; None means all.

    Raises:
        ParameterError: A condition is none, or names a column that there is not.
    """
    for condition in where:
        rows = rows.filter(_meets(rows, condition))
    order = [_order(rows, sort)] if sort else []
    by_customer = "customer_id" in rows.columns and sort.lstrip("-+") != "customer_id"
    ties = [rows.customer_id] if by_customer else []
    if order or limit is not None:
        rows = rows.order_by([*order, *ties])
    return rows if limit is None else rows.limit(limit)


def _meets(rows: ir.Table, condition: str) -> ir.BooleanValue:
    parts = CONDITION.match(condition)
    if parts is None:
        allowed = lazy("a condition such as segment=champions or monetary>=1000")
        raise ParameterError.out_of_bounds("where", condition, allowed)
    column = _column(rows, parts["column"])
    return COMPARISONS[parts["sign"]](column, _value(column, parts["value"]))


def _order(rows: ir.Table, sort: str) -> ir.Value:
    column = _column(rows, sort.lstrip("-+"))
    return ibis.desc(column) if sort.startswith("-") else ibis.asc(column)


def _column(rows: ir.Table, name: str) -> ir.Column:
    if name not in rows.columns:
        raise ParameterError.unknown(lazy("column"), name, rows.columns)
    return rows[name]


def _value(column: ir.Column, text: str) -> Any:
    """The text as a value of the column's type."""
    kind = column.type()
    try:
        if kind.is_date():
            return ibis.literal(date.fromisoformat(text))
        if kind.is_boolean():
            return {"true": True, "false": False}[text.lower()]
        if kind.is_numeric():
            return float(text)
    except (ValueError, KeyError) as fault:
        allowed = lazy("a value of the column {column}", column=column.get_name())
        raise ParameterError.out_of_bounds("where", text, allowed) from fault
    return text
