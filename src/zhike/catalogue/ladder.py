"""Ranks without ranking everybody: distinct values, how many stand below, what they add up to.

Scores, classes and concentration all ask how much lies below a value. Counting each distinct
value once answers that for ties too, and a handful of cut values then places every customer by
comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import ibis
import ibis.expr.types as ir

from zhike.catalogue.facts import customer_facts
from zhike.catalogue.purchases import as_of_day
from zhike.schema import Shop

Cut = int | Decimal

ROUNDING = 1e-12
"""Share by which a cut of the whole may be missed through binary fractions."""


def ladder(items: ir.Table, value: str) -> ir.Table:
    """The distinct values of a column, in order, with what stands below each.

    Returns:
        Lazy, one row a distinct value: `value`, `items` (how many have it), `below` (how many
        have less), `amount` (value x items, negative values as zero) and `amount_below`.
    """
    steps = items.group_by(value=value).agg(items=ibis._.count())
    steps = steps.mutate(amount=ibis.greatest(steps.value, 0) * steps["items"])
    upwards = ibis.window(order_by=steps.value, preceding=None, following=0)
    return steps.mutate(
        below=steps["items"].sum().over(upwards) - steps["items"],
        amount_below=steps.amount.sum().over(upwards) - steps.amount,
    )


def monetary_ladder(shop: Shop, as_of: date | None = None) -> ir.Table:
    """The ladder of customers by net revenue, computed once a run."""
    day = as_of_day(shop, as_of)
    return shop.remember(
        ("monetary_ladder", day),
        lambda: shop.engine.materialise(ladder(customer_facts(shop, day), "monetary")),
    )


def places(value: ir.NumericValue, cuts: Sequence[Cut], *, downwards: bool = False) -> ir.Value:
    """How many cuts a value reaches: at least that much, or at most where less is better."""
    exact = [_on_the_grid(value, cut, downwards) for cut in cuts]
    reached = [(value <= cut) if downwards else (value >= cut) for cut in exact]
    return sum((mark.ifelse(1, 0) for mark in reached), start=ibis.literal(0)).cast("int64")


def _on_the_grid(value: ir.NumericValue, cut: Cut, downwards: bool) -> ir.NumericScalar:
    """The cut as a number of the column's own kind, with which it compares exactly and fast.

    An engine left to itself takes a decimal constant to three places, and money has four.
    """
    kind = value.type()
    digits = 0 if kind.is_integer() else kind.scale
    nearest = ROUND_FLOOR if downwards else ROUND_CEILING
    whole = Decimal(cut).quantize(Decimal(1).scaleb(-digits), rounding=nearest)
    return ibis.literal(whole if digits else int(whole), kind)
