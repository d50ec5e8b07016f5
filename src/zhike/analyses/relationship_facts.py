"""Each customer's usual gap, the silence held against it, and what past silences came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.analyses.columns import shares
from zhike.catalogue import (
    StageThresholds,
    customer_traits,
    purchase_history,
    stage_thresholds,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

LEVELS: dict[str, LazyText] = {
    "close": lazy("Close"),
    "cooling": lazy("Cooling"),
    "at_risk": lazy("At risk"),
    "lost": lazy("Lost"),
    "unknown": lazy("No rhythm yet"),
}


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How the customers of a shop space their purchases.

    Attributes:
        typical_gap_days: Mean of all gaps between purchase days; None where there is none.
        gaps: Lazy, one row a gap: `gap_id` (the customer) and `days`.
        usual: Lazy, one row a customer with a gap: `rhythm_id`, `gaps`, `gap_days` (their sum).
    """

    typical_gap_days: float | None
    gaps: ir.Table
    usual: ir.Table


def rhythm_of(shop: Shop, day: date) -> Rhythm:
    """The gaps between purchase days; purchases of one day are one."""
    history = purchase_history(shop, day)
    gaps = history.filter(history.previous_on < history.ordered_on)
    days = gaps.ordered_on.delta(gaps.previous_on, unit="day").cast("int64")
    gaps = gaps.select(gap_id="customer_id", days=days)
    usual = shop.engine.materialise(
        gaps.group_by(rhythm_id="gap_id").agg(
            gaps=gaps.count(), gap_days=gaps.days.sum().cast("int64")
        )
    )
    sums = usual.agg(gaps=usual.gaps.sum(), days=usual.gap_days.sum()).to_pyarrow().to_pylist()[0]
    typical = float(sums["days"]) / float(sums["gaps"]) if sums["gaps"] else None
    return Rhythm(typical_gap_days=typical, gaps=gaps, usual=usual)


def relationships(shop: Shop, day: date, rhythm: Rhythm, cuts: Sequence[float]) -> ir.Table:
    """One row a buyer with usual gap, silence and level."""
    traits = customer_traits(shop, day)
    buyers = traits.filter(traits.frequency.notnull())
    rows = buyers.left_join(rhythm.usual, buyers.customer_id == rhythm.usual.rhythm_id)
    if rhythm.typical_gap_days is None:
        usual = ibis.null("float64")
    else:
        known = rows.gap_days.fill_null(0).cast("float64") + rhythm.typical_gap_days
        usual = known / (rows.gaps.fill_null(0) + 1)
    rows = rows.select(
        "customer_id",
        "recency_days",
        "frequency",
        "monetary",
        "amount_last_365_days",
        usual_gap_days=usual,
    )
    rows = rows.mutate(silence=rows.recency_days / rows.usual_gap_days)
    level = _level(rows, cuts, stage_thresholds(shop, day))
    return shop.engine.materialise(rows.mutate(level=level))


def _level(rows: ir.Table, cuts: Sequence[float], thresholds: StageThresholds) -> ir.StringValue:
    limit = thresholds.lost_after_days
    gone = ibis.literal(False) if limit is None else rows.recency_days > limit
    return ibis.cases(
        (rows.silence.isnull(), "unknown"),
        (rows.silence <= cuts[0], "close"),
        (rows.silence <= cuts[1], "cooling"),
        (~gone, "at_risk"),
        else_="lost",
    )


def levels_of(members: ir.Table) -> pa.Table:
    """Customers and money by level, closest first."""
    sums = members.group_by("level").agg(
        customers=members.count(),
        revenue=members.monetary.cast("float64").sum(),
        yearly_amount=members.amount_last_365_days.cast("float64").sum(),
        mean_recency_days=members.recency_days.cast("float64").mean(),
        mean_gap_days=members.usual_gap_days.mean(),
    )
    rows = sums.to_pyarrow()
    places = {name: place for place, name in enumerate(LEVELS)}
    order = sorted(range(rows.num_rows), key=lambda it: places[rows["level"][it].as_py()])
    rows = rows.take(pa.array(order, pa.int64()))
    return rows.add_column(2, "customer_share", shares(rows["customers"]))


def returns_of(rhythm: Rhythm, members: ir.Table, cuts: Sequence[float]) -> pa.Table:
    """For each cut, the silences that got so long and those that ended in a purchase.

    A gap is held against the customer's other gaps, so that a long one does not excuse itself.
    """
    kinds = {
        "level": pa.string(), "silences": pa.int64(), "came_back": pa.int64(),
        "return_share": pa.float64(),
    }  # fmt: skip
    if rhythm.typical_gap_days is None:
        return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
    gaps, usual = rhythm.gaps, rhythm.usual
    rows = gaps.inner_join(usual, gaps.gap_id == usual.rhythm_id)
    others = (rows.gap_days - rows.days + rhythm.typical_gap_days) / rows.gaps
    longer = {f"cut_{place}": rows.days > cut * others for place, cut in enumerate(cuts)}
    ended = rows.agg(**{name: it.ifelse(1, None).count() for name, it in longer.items()})
    going = members.agg(
        **{
            f"cut_{place}": (members.silence > cut).ifelse(1, None).count()
            for place, cut in enumerate(cuts)
        }
    )
    both = ended.mutate(kind=ibis.literal("ended")).union(going.mutate(kind=ibis.literal("going")))
    found = {row["kind"]: row for row in both.to_pyarrow().to_pylist()}
    levels = []
    for place, level in enumerate(("cooling", "at_risk")):
        came_back = found["ended"][f"cut_{place}"]
        silences = came_back + found["going"][f"cut_{place}"]
        share = came_back / silences if silences else None
        levels.append((level, silences, came_back, share))
    columns = zip(*levels, strict=True)
    return pa.table(
        {
            name: pa.array(values, kind)
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    )
