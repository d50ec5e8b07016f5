"""Sums of the facts by member, side and bucket of customers: all that evidence is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.insights.facts import BUCKETS, DIMENSIONS, MEASURES, NOBODY
from zhike.insights.sides import BEFORE

Floats = NDArray[np.float64]

MOST_MEMBERS = 200
"""Members of a dimension that are told apart, by what they brought; the others are one."""

ALL = "all"
"""The dimension whose only member is everything."""

OTHERS = "\N{HORIZONTAL ELLIPSIS}"
"""Member that stands for those beyond the largest."""

TOLD_APART = ("product", "city", "channel", "category", "acquired_from", "province")
"""Dimensions that may have more members than can be told apart."""

PLACE = {name: place for place, name in enumerate(MEASURES)}


@dataclass(frozen=True)
class Sums:
    """Sums of every measure.

    Attributes:
        members: Dimension and member of each row.
        values: Sums [members, sides, buckets, measures].
        listed: Dimension to the members told apart, where not all are.
    """

    members: tuple[tuple[str, str], ...]
    values: Floats
    listed: dict[str, tuple[str, ...]]

    def totals(self, side: int) -> Floats:
        """Sums of one side [members, measures]."""
        whole: Floats = self.values[:, side].sum(axis=1)
        return whole


def sums_of(facts: ir.Table, sides: int, listed: dict[str, tuple[str, ...]] | None = None) -> Sums:
    """The sums of every member of every dimension, in one query.

    Args:
        facts: From `fact_rows`.
        sides: How many there are.
        listed: Members told apart, as an earlier call said; None finds out.
    """
    listed = _listed(facts) if listed is None else listed
    # One grouping of everything laid end to end: half as much to compile as one a dimension.
    names = (ALL, *DIMENSIONS)
    parts = [_labelled(facts, 0, ibis.literal(NOBODY))]
    parts += [
        _labelled(facts, place, _member(facts, name, listed.get(name)))
        for place, name in enumerate(DIMENSIONS, start=1)
    ]
    laid = ibis.union(*parts)
    summed = laid.group_by("dimension", "member", "side", "bucket").agg(
        **{name: laid[name].sum() for name in MEASURES}
    )
    rows = summed.to_pyarrow()
    keys = [
        (names[place], member)
        for place, member in zip(
            rows["dimension"].to_pylist(), rows["member"].to_pylist(), strict=True
        )
    ]
    order = {(ALL, NOBODY): -1} | {(name, ""): place for place, name in enumerate(DIMENSIONS)}
    members = sorted(set(keys), key=lambda key: (order[key[0], ""], key[1]))
    places = {key: place for place, key in enumerate(members)}
    values = np.zeros((max(len(members), 1), sides, BUCKETS, len(MEASURES)))
    at = tuple(
        [np.array([places[key] for key in keys], int)]
        + [np.asarray(rows[name]).astype(int) for name in ("side", "bucket")]
    )
    if keys:
        values[at] = np.column_stack([_floats(rows[name]) for name in MEASURES])
    return Sums(tuple(members) or ((ALL, NOBODY),), values, listed)


def member_of(facts: ir.Table, dimension: str) -> ir.StringValue:
    """The member that each row belongs to."""
    if dimension == ALL:
        return ibis.literal(NOBODY)
    return facts[dimension].fill_null(NOBODY)


def without(facts: ir.Table, causes: Sequence[tuple[str, str]]) -> ir.Table:
    """The rows that belong to none of these members."""
    for dimension, member in causes:
        facts = facts.filter(member_of(facts, dimension) != member)
    return facts


def _member(facts: ir.Table, dimension: str, listed: tuple[str, ...] | None) -> ir.StringValue:
    member = member_of(facts, dimension)
    return member if listed is None else member.isin(listed).ifelse(member, OTHERS)


def _labelled(facts: ir.Table, place: int, member: ir.StringValue) -> ir.Table:
    """The rows with their member of a dimension, which is told by its place: shorter to group."""
    return facts.select(
        "side", "bucket", *MEASURES, dimension=ibis.literal(place, "int64"), member=member
    )


def _listed(facts: ir.Table) -> dict[str, tuple[str, ...]]:
    """The largest members of the dimensions that have too many."""
    counts = facts.agg(**{name: facts[name].nunique() for name in TOLD_APART}).to_pyarrow()
    row = counts.to_pylist()[0]
    listed = {}
    for name in (name for name in TOLD_APART if row[name] > MOST_MEMBERS):
        pair = facts.filter(facts.side <= BEFORE)
        sizes = pair.group_by(member=member_of(pair, name)).agg(size=pair.net.sum())
        largest = sizes.order_by(ibis.desc("size"), "member").limit(MOST_MEMBERS)
        listed[name] = tuple(largest.to_pyarrow()["member"].to_pylist())
    return listed


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column).astype(float)
