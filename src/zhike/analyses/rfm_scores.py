"""RFM scores and names as expressions: cut values found once, customers placed by comparison."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from zhike.analyses.rfm_names import GRID, SEGMENTS, TYPE_OF
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
    """Each customer's segment and type, from the scores."""
    mean = (scores.frequency_score + scores.monetary_score + 1) // 2
    cell = 5 * (scores.recency_score - 1) + mean - 1
    flat = [name for row in GRID for name in row]
    segments = [
        (cell.isin([place for place, name in enumerate(flat) if name == segment]), segment)
        for segment in SEGMENTS
    ]
    high = {name: scores[name] > means[name] for name in SCORES}
    types = [
        (
            ibis.and_(*(high[name] == wanted for name, wanted in zip(SCORES, flags, strict=True))),
            kind,
        )
        for flags, kind in TYPE_OF.items()
    ]
    return scores.mutate(segment=ibis.cases(*segments), type=ibis.cases(*types))
