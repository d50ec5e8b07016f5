"""Classes by share of revenue, the Lorenz curve and the Gini coefficient, all from one ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.catalogue.ladder import ROUNDING, places

CLASSES = ("A", "B", "C")


@dataclass(frozen=True, kw_only=True)
class Concentration:
    """How unevenly revenue is spread over items.

    Attributes:
        classes: One row a class that occurs: `abc_class`, `items`, `item_share`, `revenue`,
            `revenue_share` (of all that is earned, negative items as nothing), `from_revenue` (the
            least revenue of its items).
        curve: The Lorenz curve, least items first, at most 102 points: `item_share`,
            `revenue_share`.
        gini: 0 (all equal) to 1 (one has everything); None without revenue.
        cuts: The revenue from which an item is in B, and in A.
    """

    classes: pa.Table
    curve: pa.Table
    gini: float | None
    cuts: tuple[Decimal, ...]

    def class_of(self, revenue: ir.NumericValue) -> ir.StringValue:
        """The class of an item with that revenue."""
        reached = places(revenue, self.cuts)
        return ibis.cases((reached >= 2, "A"), (reached == 1, "B"), else_="C")


def concentration(steps: ir.Table, a_share: float, b_share: float) -> Concentration:
    """Classes, curve and Gini coefficient from a ladder of revenue.

    An item is in A while those strictly above it bring less than `a_share` of all revenue, in B
    while less than `b_share`, else in C; equal items are in one class. Without revenue of its
    own an item is in C, and counts as nothing in the curve.
    """
    whole = steps.amount.sum().over().cast("float64")
    above = whole - (steps.amount_below + steps.amount).cast("float64")
    earns = steps.value > 0
    ranked = steps.mutate(
        abc_class=ibis.cases(
            (earns & (above < (a_share - ROUNDING) * whole), "A"),
            (earns & (above < (b_share - ROUNDING) * whole), "B"),
            else_="C",
        ),
        percent=(100 * steps.below // steps["items"].sum().over()).cast("int64"),
        items_up_to=steps.below + steps["items"],
        amount_up_to=steps.amount_below + steps.amount,
        trapezes=steps["items"] * (2 * steps.amount_below + steps.amount),
    )
    rows = ranked.group_by("percent", "abc_class").agg(
        items=ranked["items"].sum().cast("int64"),
        revenue=(ranked.value * ranked["items"]).sum().cast("float64"),
        earned=ranked.amount.sum().cast("float64"),
        least=ranked.value.min(),
        items_up_to=ranked.items_up_to.max().cast("float64"),
        amount_up_to=ranked.amount_up_to.max().cast("float64"),
        trapezes=ranked.trapezes.sum().cast("float64"),
    )
    return _summed(rows.order_by("items_up_to").to_pyarrow())


def _summed(rows: pa.Table) -> Concentration:
    """The whole summary from at most a hundred and two rows."""
    classes = np.asarray(rows["abc_class"].to_pylist(), dtype=object)
    items, revenue, earned, items_up_to, amount_up_to, trapezes = (
        np.asarray(rows[name]).astype(np.float64)
        for name in ("items", "revenue", "earned", "items_up_to", "amount_up_to", "trapezes")
    )
    number, whole = items.sum(), earned.sum()
    least = rows["least"].to_pylist()
    found = [name for name in CLASSES if (classes == name).any()]
    of = {name: np.flatnonzero(classes == name) for name in CLASSES}
    floors = {name: min(least[place] for place in of[name]) for name in found}

    def sums(values: NDArray[np.float64]) -> list[float]:
        return [float(values[of[name]].sum()) for name in found]

    return Concentration(
        classes=pa.table(
            {
                "abc_class": pa.array(found, pa.string()),
                "items": pa.array(sums(items), pa.float64()).cast(pa.int64()),
                "item_share": pa.array(sums(items / max(number, 1)), pa.float64()),
                "revenue": pa.array(sums(revenue), pa.float64()),
                "revenue_share": pa.array(sums(_by(earned, whole)), pa.float64()),
                "from_revenue": pa.array([float(floors[name]) for name in found], pa.float64()),
            }
        ),
        curve=pa.table(
            {
                "item_share": np.append(0.0, items_up_to / max(number, 1)),
                "revenue_share": np.append(0.0, _by(amount_up_to, whole)),
            }
        ),
        gini=float(1 - trapezes.sum() / (number * whole)) if whole > 0 else None,
        cuts=_cuts(floors),
    )


def _cuts(floors: Mapping[str, Decimal]) -> tuple[Decimal, ...]:
    """The revenue that B takes, then A; where nobody is in B, it would begin where A does."""
    b, a = floors.get("B", floors.get("A")), floors.get("A")
    return tuple(cut for cut in (b, a) if cut is not None)


def _by(values: NDArray[np.float64], whole: float) -> NDArray[np.float64]:
    return values / whole if whole > 0 else np.zeros_like(values)
