"""RFM scores and names as expressions: cut values found once, customers placed by comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike.analyses.rfm_names import GRID, TYPE_OF
from zhike.catalogue.ladder import Cut, ladder, places

SCORES = ("recency_score", "frequency_score", "monetary_score")
MEASURES = {"recency": "recency_days", "frequency": "frequency", "monetary": "monetary"}


def rank_cuts(facts: ir.Table, monetary: ir.Table) -> dict[str, tuple[Cut, ...]]:
    """The values from which scores 2 to 5 are given by rank, worst first."""
    ladders = {
        # Fewer days are better: on the ladder of negative days, worse stands below.
        "recency": ladder(facts.mutate(silence=-facts.recency_days), "silence"),
        "frequency": ladder(facts, "frequency"),
        "monetary": monetary,
    }
    steps_by_score = [
        steps.select(
            dimension=ibis.literal(name),
            value=steps.value.cast("decimal(18, 4)"),
            score=(1 + 5 * steps.below // steps["items"].sum().over()).cast("int64"),
        )
        for name, steps in ladders.items()
    ]
    lowest = (
        ibis.union(*steps_by_score).group_by("dimension", "score").agg(value=ibis._.value.min())
    )
    rows = lowest.to_pyarrow().to_pylist()
    cuts: dict[str, tuple[Cut, ...]] = {}
    for name in MEASURES:
        found = {row["score"]: row["value"] for row in rows if row["dimension"] == name}
        # Ties can leave a score to nobody; then the next better one takes its cut.
        reached = ([at for score, at in found.items() if score >= least] for least in (2, 3, 4, 5))
        values = [min(at) for at in reached if at]
        cuts[name] = tuple(-int(at) for at in values) if name == "recency" else tuple(values)
    return cuts


def scored(facts: ir.Table, cuts: Mapping[str, tuple[Cut, ...]]) -> ir.Table:
    """The customer facts with the three scores: one more than the cuts reached."""
    scores = {
        f"{name}_score": 1 + places(facts[column], cuts[name], downwards=name == "recency")
        for name, column in MEASURES.items()
    }
    return facts.mutate(**scores)


def named(scores: ir.Table, means: Mapping[str, float]) -> ir.Table:
    """Each customer's segment and type, from the scores.

    Nested by score, so that a customer is compared a few times and not with every name.
    """
    mean = (scores.frequency_score + scores.monetary_score + 1) // 2
    rows = [
        (scores.recency_score == score, _first_reached(mean, row))
        for score, row in enumerate(GRID, start=1)
    ]
    high = [scores[name] > floor(means[name]) for name in SCORES]
    return scores.mutate(segment=ibis.cases(*rows), type=_type_of(high))


def _first_reached(mean: ir.IntegerValue, row: tuple[str, ...]) -> ir.StringValue:
    """The name of the run of equal names in a row of the grid that the mean score is in."""
    ends = {name: place for place, name in enumerate(row, start=1)}
    *runs, (last, _) = ends.items()
    return ibis.cases(*((mean <= end, name) for name, end in runs), else_=last)


def _type_of(high: list[ir.BooleanValue], flags: tuple[bool, ...] = ()) -> ir.StringValue:
    if len(flags) == len(high):
        return ibis.literal(TYPE_OF[flags[0], flags[1], flags[2]])
    mark = high[len(flags)]
    return mark.ifelse(_type_of(high, (*flags, True)), _type_of(high, (*flags, False)))


def cells_of(scores: ir.Table) -> pa.Table:
    """Customers and their money by the three scores: at most 125 rows, enough for every summary."""
    cells = scores.group_by(*SCORES).agg(
        customers=scores.count(),
        purchases=scores.frequency.sum(),
        revenue=scores.monetary.sum(),
    )
    return cells.order_by(*SCORES).to_pyarrow()


def means_of(cells: pa.Table) -> dict[str, float]:
    """The mean of each score over customers."""
    customers = pc.sum(cells["customers"]).as_py() or 1
    return {
        name: (pc.sum(pc.multiply(cells[name], cells["customers"])).as_py() or 0) / customers
        for name in SCORES
    }


def type_above(means: Mapping[str, float]) -> Callable[[int, int, int], str]:
    """What names the type of three scores, given their means."""

    def type_of(*scores: int) -> str:
        above = [score > means[name] for name, score in zip(SCORES, scores, strict=True)]
        return TYPE_OF[above[0], above[1], above[2]]

    return type_of


def labelled(cells: pa.Table, column: str, name_of: Callable[[int, int, int], str]) -> pa.Table:
    """The cells with one more column: the name that their three scores get."""
    names = [
        name_of(*scores) for scores in zip(*(cells[it].to_pylist() for it in SCORES), strict=True)
    ]
    return cells.append_column(column, pa.array(names, pa.string()))


def grid_of(cells: pa.Table) -> pa.Table:
    """Customers and revenue by recency and frequency score."""
    by = list(SCORES[:2])
    sums = cells.group_by(by).aggregate([("customers", "sum"), ("revenue", "sum")])
    rows = sums.rename_columns([*by, "customers", "revenue"]).sort_by(
        [(it, "ascending") for it in by]
    )
    return rows.set_column(3, "revenue", pc.cast(rows["revenue"], pa.float64()))
