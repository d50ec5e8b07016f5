"""Expressions of metrics in words: the labels of what they are made of, and plain signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zhike.catalogue.formulas.nodes import (
    Aggregate,
    Constant,
    Formula,
    Named,
    Negative,
    Operation,
)
from zhike.catalogue.formulas.tables import vocabulary_of
from zhike.catalogue.rules.writing import written
from zhike.i18n import LazyText, language, lazy
from zhike.schema import standard_table

SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True)
class Wording:
    """An expression that is put into words when somebody reads it.

    Attributes:
        formula: The expression.
        label: Name of a metric or amount to what people read.
    """

    formula: Formula
    label: Callable[[str], LazyText]

    def __str__(self) -> str:
        return _words(self.formula, self.label)


def _words(formula: Formula, label: Callable[[str], LazyText]) -> str:
    match formula:
        case Constant(value):
            return format(value.normalize(), "f")
        case Named(name):
            return str(label(name))
        case Aggregate():
            return _aggregate(formula)
        case Negative(part):
            inner = _words(part, label)
            return f"−({inner})" if isinstance(part, Operation) else f"−{inner}"
        case Operation(sign, left, right):
            # The right side of - and / needs brackets where the left would not.
            one = _inside(left, label, STRENGTH[sign])
            other = _inside(right, label, STRENGTH[sign] + (sign in "-/"))
            return f"{one} {SIGNS[sign]} {other}"


def _inside(part: Formula, label: Callable[[str], LazyText], strength: int) -> str:
    text = _words(part, label)
    weak = isinstance(part, Operation) and STRENGTH[part.sign] < strength
    return f"({text})" if weak else text


def _aggregate(item: Aggregate) -> str:
    vocabulary, table = vocabulary_of(item.table), standard_table(item.table).label
    column = vocabulary.fields[item.column].label if item.column else ""
    facts = {"column": column, "table": table}
    said = {
        "sum": lazy("sum of {column} of {table}", **facts),
        "count": lazy("number of {table}", **facts),
        "distinct": lazy("number of different {column} of {table}", **facts),
        "average": lazy("average {column} of {table}", **facts),
        "least": lazy("least {column} of {table}", **facts),
        "most": lazy("most {column} of {table}", **facts),
    }[item.function]
    if item.condition is None:
        return str(said)
    rule = written(item.condition, vocabulary, language())
    return str(lazy("{what} where {rule}", what=said, rule=rule))
