"""Several columns that feed one field, made one value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import concat_ws
from zhike.preparation.slots import Slot

_PROGRESS = ("pending", "paid", "shipped", "completed")

Fed = tuple[Slot, Any]
"""A slot and its value."""


def combined(fed: Sequence[Fed]) -> ir.Value:
    """The value of a field: by the rules of its columns, else the first that is filled."""
    second = [value for slot, value in fed if slot.rule == "second_status"]
    first = [value for slot, value in fed if slot.rule != "second_status"]
    if second:
        return _refined(_filled(first or second[:1]), second if first else second[1:])
    if len(fed) > 1 and all(slot.rule == "part" for slot, _ in fed):
        return _joined(fed)
    return _filled(first)


def _filled(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else ibis.coalesce(*values)


def _joined(fed: Sequence[Fed]) -> ir.Value:
    """Family and given name, say, in the order that `part` gives them."""
    ordered = sorted(fed, key=lambda item: int(item[0].options.get("part", 0)))
    separator = str(ordered[0][0].options.get("join", " "))
    text = concat_ws(separator, *[value for _, value in ordered])
    return text.nullif("")


def _refined(status: Any, others: Sequence[Any]) -> ir.Value:
    """The status as a second column refines it.

    Refunded and closed end an order whichever column says so; else the one that is further on
    counts, unless the first says that nothing was paid.
    """
    for other in others:
        status = ibis.cases(
            (status.isnull(), other),
            (other.isnull(), status),
            (other.isin(["refunded", "closed"]), other),
            (status.isin(["pending", "refunded", "closed"]), status),
            (_rank(other) > _rank(status), other),
            else_=status,
        )
    return status


def _rank(status: Any) -> Any:
    return status.cases(*[(word, rank) for rank, word in enumerate(_PROGRESS)], else_=0)
