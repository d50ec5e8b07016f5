"""What a rule says, as a tree of frozen nodes.

Missing values follow SQL: a comparison with a missing value is neither true nor false but
unknown; `not` leaves it unknown; `and` is false where a part is false, `or` true where a part is
true, otherwise an unknown part makes them unknown. A segment has the customers for whom its rule
is true. Only `is empty` and `is not empty` are always true or false.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Sign = Literal["=", "!=", "<", "<=", ">", ">="]
Value = Decimal | str | date | bool


@dataclass(frozen=True)
class Compare:
    """A field beside a value: `recency_days > 90`."""

    field: str
    sign: Sign
    value: Value


@dataclass(frozen=True)
class In:
    """A field among values: `city in ('上海', '杭州')`; negated `not in`."""

    field: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True)
class Between:
    """A field from one value to another, both included."""

    field: str
    low: Decimal | date
    high: Decimal | date
    negated: bool = False


@dataclass(frozen=True)
class Empty:
    """A field without a value; a text without characters has none."""

    field: str
    negated: bool = False


@dataclass(frozen=True)
class Matches:
    """A text with a part, or with a beginning; upper and lower case differ."""

    field: str
    how: Literal["contains", "starts with"]
    part: str
    negated: bool = False


@dataclass(frozen=True)
class Member:
    """Customers of a saved segment."""

    segment: str


@dataclass(frozen=True)
class Not:
    """What its part is not."""

    part: Condition


@dataclass(frozen=True)
class And:
    """All of its parts, at least two, none of them an `And` itself."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    """Any of its parts, at least two, none of them an `Or` itself."""

    parts: tuple[Condition, ...]


Condition = Compare | In | Between | Empty | Matches | Member | Not | And | Or


def all_of(*parts: Condition) -> Condition:
    """All of the conditions as one, without needless brackets."""
    flat = tuple(
        inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))
    )
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(*parts: Condition) -> Condition:
    """Any of the conditions as one, without needless brackets."""
    flat = tuple(
        inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))
    )
    return flat[0] if len(flat) == 1 else Or(flat)


def leaves(condition: Condition) -> list[Compare | In | Between | Empty | Matches | Member]:
    """Its conditions without `and`, `or` and `not`, from left to right."""
    match condition:
        case Not(part):
            return leaves(part)
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in leaves(part)]
    return [condition]
