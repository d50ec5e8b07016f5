"""Amounts of a line or of the whole order: told by whether they stay the same within an order."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.preparation.mapping.structure import Structure

ORDER_AMOUNTS = (
    "orders.paid_amount", "orders.gross_amount", "orders.discount_amount",
    "orders.shipping_amount", "orders.fee_amount", "orders.adjustment_amount",
)  # fmt: skip

_KEYLESS_LEAST = 0.1
_SLIPS = 0.02

_VARYING: Mapping[str, tuple[tuple[str, float], ...]] = {
    "orders.paid_amount": (("order_lines.amount", 0.97), ("orders.paid_amount", 0.6)),
    "orders.gross_amount": (("order_lines.amount", 0.75), ("orders.gross_amount", 0.7)),
    "orders.discount_amount": (("order_lines.discount_amount", 0.97),),
}
"""Where an amount that changes from line to line belongs instead, best first."""

_REPEATED: Mapping[str, tuple[tuple[str, float], ...]] = {
    "order_lines.amount": (("orders.paid_amount", 0.9),),
    "order_lines.discount_amount": (("orders.discount_amount", 0.97),),
}
"""Where an amount that is the same on every line of an order belongs instead."""


def settled(
    meanings: Mapping[str, Mapping[str, float]], shape: Structure | None
) -> dict[str, dict[str, float]]:
    """The meanings of the columns, with amounts turned to the grain that their values show.

    An order's total repeated on each of its lines is the order's and never a line's; an amount
    that changes from line to line is the line's, or a part of the order's to be summed.
    """
    if shape is None or not shape.repeats:
        return {name: dict(targets) for name, targets in meanings.items()}
    return {name: _turned(name, targets, shape) for name, targets in meanings.items()}


def _turned(name: str, targets: Mapping[str, float], shape: Structure) -> dict[str, float]:
    if shape.filled.get(name, 0.0) < 0.02:
        return dict(targets)
    turning = _REPEATED if shape.is_constant(name) else _VARYING
    turned: dict[str, float] = {}
    for target, score in targets.items():
        for other, factor in turning.get(target, ((target, 1.0),)):
            turned[other] = max(turned.get(other, 0.0), score * factor)
    return turned


def varies(column: str, target: str, shape: Structure | None) -> bool:
    """Whether an amount of the order is given line by line, to be summed."""
    return (
        target in ORDER_AMOUNTS
        and shape is not None
        and shape.repeats
        and shape.filled.get(column, 0.0) > 0.02
        and not shape.is_constant(column)
    )


def stands_once(shape: Structure | None, columns: list[str]) -> bool:
    """Whether the fields of an order stand on one of its lines only.

    Shopify writes the order's number on each line and the rest on the first; sheets with merged
    cells leave even the number blank.
    """
    if shape is None:
        return False
    if shape.keyless > _KEYLESS_LEAST * (shape.rows + shape.keyless):
        return bool(columns) and all(
            shape.keyless_filled.get(name, 0.0) < _SLIPS for name in columns
        )
    if not shape.repeats:
        return False
    told = [name for name in columns if shape.filled.get(name, 0.0) > 0.5]
    once = [name for name in told if shape.lone[name] > 0.9 * shape.filled[name]]
    return bool(told) and len(once) > 0.6 * len(told)
