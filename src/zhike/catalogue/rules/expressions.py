"""Conditions as bound Ibis expressions; no text of a rule ever becomes a text of SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.catalogue.rules.conditions import (
    And,
    Between,
    Compare,
    Condition,
    Empty,
    In,
    Matches,
    Member,
    Not,
    Or,
    Value,
)

COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda field, value: field == value,
    "!=": lambda field, value: field != value,
    "<": lambda field, value: field < value,
    "<=": lambda field, value: field <= value,
    ">": lambda field, value: field > value,
    ">=": lambda field, value: field >= value,
}


def expression_of(
    condition: Condition,
    column: Callable[[str], ir.Column],
    member: Callable[[str], ir.BooleanValue],
) -> ir.BooleanValue:
    """The condition over columns.

    Args:
        condition: What a rule says.
        column: Gives the column of a field.
        member: Gives the expression of a saved segment.
    """

    def of(item: Condition) -> Any:
        match item:
            case Or(parts):
                return _balanced([of(part) for part in parts], lambda one, other: one | other)
            case And(parts):
                return _balanced([of(part) for part in parts], lambda one, other: one & other)
            case Not(part):
                return ~of(part)
            case Member(segment):
                return member(segment)
        return _test(item, column(item.field))

    return of(condition)


def _test(test: Compare | In | Between | Empty | Matches, column: Any) -> Any:
    if isinstance(test, Empty):
        return _empty(column, test.negated)
    value = _compared(column)
    match test:
        case Compare(_, sign, given):
            return COMPARED[sign](value, _literal(given))
        case In(_, values, negated):
            listed = [_literal(given) for given in values]
            return value.notin(listed) if negated else value.isin(listed)
        case Between(_, low, high, negated):
            met = value.between(_literal(low), _literal(high))
        case Matches(_, how, part, negated):
            looked_for = _literal(part)
            met = value.contains(looked_for) if how == "contains" else value.startswith(looked_for)
    return ~met if negated else met


def _compared(column: Any) -> Any:
    """Money as the number that its decimals are, equal on all engines; an instant as its day."""
    if column.type().is_decimal():
        return column.cast("float64")
    return column.date() if column.type().is_timestamp() else column


def _empty(column: Any, negated: bool) -> Any:
    if not column.type().is_string():
        return column.notnull() if negated else column.isnull()
    nothing = ibis.literal("")
    if negated:
        return column.notnull() & (column != nothing)
    return column.isnull() | (column == nothing)


def _literal(value: Value) -> ir.Scalar:
    match value:
        case bool():
            return ibis.literal(value, "boolean")
        case Decimal():
            if value == value.to_integral_value():
                return ibis.literal(int(value), "int64")
            return ibis.literal(float(value), "float64")
        case date():
            return ibis.literal(value, "date")
    return ibis.literal(value, "string")


def _balanced(parts: Sequence[Any], joined: Callable[[Any, Any], Any]) -> Any:
    """The parts joined two by two, so that a thousand of them are ten deep rather than thousand."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return joined(_balanced(parts[:middle], joined), _balanced(parts[middle:], joined))
