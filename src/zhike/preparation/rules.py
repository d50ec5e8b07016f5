"""Several columns that feed one field, made one value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.slots import Slot

_RANKS = {"paid": 1, "shipped": 2, "completed": 3, "pending": 4, "closed": 5, "refunded": 6}

Fed = tuple[Slot, Any]
"""A slot and its value."""


def combined(fed: Sequence[Fed]) -> ir.Value:
    """The value of a field: by the rules of its columns, else the first that is filled."""
    second = [value for slot, value in fed if slot.rule == "second_status"]
    first = [value for slot, value in fed if slot.rule != "second_status"]
    if second:
        return _refined(_filled(first or second[:1]), second if first else second[1:])
    return _filled(first)


def _filled(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else ibis.coalesce(*values)


def _refined(status: Any, others: Sequence[Any]) -> ir.Value:
    """The status as a second column refines it.

    Refunded, closed and pending hold whichever column says so, in this order; else the one that
    is further on counts.
    """
    for other in others:
        status = ibis.cases(
            (status.isnull(), other),
            (other.isnull(), status),
            (_rank(other) > _rank(status), other),
            else_=status,
        )
    return status


def _rank(status: Any) -> Any:
    return status.cases(*_RANKS.items(), else_=0)
