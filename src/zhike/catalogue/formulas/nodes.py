"""What an expression of a metric says, as a tree of frozen nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhike.catalogue.rules.conditions import Condition

Function = Literal["sum", "count", "distinct", "average", "least", "most"]


@dataclass(frozen=True)
class Constant:
    """A number."""

    value: Decimal


@dataclass(frozen=True)
class Named:
    """A metric, or an amount of the period."""

    name: str


@dataclass(frozen=True)
class Negative:
    """Minus its part."""

    part: Formula


@dataclass(frozen=True)
class Operation:
    """Two parts and what is done with them; by nothing is nothing known."""

    sign: Literal["+", "-", "*", "/"]
    left: Formula
    right: Formula


@dataclass(frozen=True)
class Aggregate:
    """Rows of a standard table in the period: `sum(order_lines.quantity where category = '茶')`."""

    function: Function
    table: str
    column: str = ""
    condition: Condition | None = None


Formula = Constant | Named | Negative | Operation | Aggregate


def leaves_of(formula: Formula) -> Iterator[Constant | Named | Aggregate]:
    """Its numbers, names and aggregates, from left to right."""
    match formula:
        case Negative(part):
            yield from leaves_of(part)
        case Operation(_, left, right):
            yield from leaves_of(left)
            yield from leaves_of(right)
        case _:
            yield formula
