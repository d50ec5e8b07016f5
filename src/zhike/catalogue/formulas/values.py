"""What expressions of metrics come to, over numbers that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import ibis.expr.types as ir

from zhike.catalogue.formulas.nodes import (
    Aggregate,
    Constant,
    Formula,
    Named,
    Negative,
    Operation,
)
from zhike.catalogue.formulas.tables import rows_of, vocabulary_of
from zhike.catalogue.periods import Period
from zhike.catalogue.rules.expressions import expression_of
from zhike.schema import Shop


def value_of(
    formula: Formula,
    named: Callable[[str], float | None],
    counted: Mapping[Aggregate, float | None],
) -> float | None:
    """The number that an expression comes to; None where a part is not known, or by nothing."""
    match formula:
        case Constant(value):
            return float(value)
        case Named(name):
            return named(name)
        case Aggregate():
            return counted.get(formula)
        case Negative(part):
            inner = value_of(part, named, counted)
            return None if inner is None else -inner
        case Operation(sign, left, right):
            one, other = (value_of(part, named, counted) for part in (left, right))
            if one is None or other is None or (sign == "/" and other == 0):
                return None
            return float(_done(sign, one, other))


def counted_in(
    shop: Shop, aggregates: Iterable[Aggregate], periods: Mapping[str, Period], as_of: date
) -> dict[str, dict[Aggregate, float | None]]:
    """What aggregates come to in each period: one query a table.

    Returns:
        Period's name to aggregate to its value; a sum or number of no rows is 0, all else of none
        is None. Where the shop lacks the table everything is None.
    """
    wanted = list(dict.fromkeys(aggregates))
    found: dict[str, dict[Aggregate, float | None]] = {name: {} for name in periods}
    first = min(item.from_on for item in periods.values())
    last = max(item.to_on for item in periods.values())
    for table in dict.fromkeys(item.table for item in wanted):
        several = [item for item in wanted if item.table == table]
        rows = rows_of(shop, table, as_of, first, last)
        if rows is None:
            continue
        asked = {
            f"value_{n}_{m}": _aggregated(rows, item, period)
            for n, period in enumerate(periods.values())
            for m, item in enumerate(several)
        }
        values = rows.agg(**asked).to_pyarrow().to_pylist()[0]
        for n, name in enumerate(periods):
            for m, item in enumerate(several):
                found[name][item] = _number(item, values[f"value_{n}_{m}"])
    return found


def _aggregated(rows: ir.Table, item: Aggregate, period: Period) -> Any:
    inside = (rows.is_day >= period.from_on) & (rows.is_day < period.to_on)
    if item.condition is not None:
        known = vocabulary_of(item.table).fields
        inside &= expression_of(
            item.condition, lambda name: rows[known[name].holder], lambda _: inside
        ).fill_null(False)
    if item.function == "count":
        if item.column:
            inside &= rows[item.column].notnull()
        return inside.ifelse(1, 0).sum()
    column: Any = rows[item.column]
    if item.function == "distinct":
        return inside.ifelse(column, None).nunique()
    number = inside.ifelse(column.cast("float64"), None)
    done = {"sum": number.sum, "average": number.mean, "least": number.min, "most": number.max}
    return done[item.function]()


def _number(item: Aggregate, value: Any) -> float | None:
    if value is None:
        return 0.0 if item.function in ("sum", "count", "distinct") else None
    return float(value)


def _done(sign: str, one: Any, other: Any) -> Any:
    match sign:
        case "+":
            return one + other
        case "-":
            return one - other
        case "*":
            return one * other
    return one / other
