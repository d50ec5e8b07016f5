"""What sets one group of customers apart from another, trait by trait."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from zhike.catalogue.summaries import TraitSummary
from zhike.catalogue.traits import Trait
from zhike.stats import (
    Sample,
    benjamini_hochberg,
    chi_square_test,
    cohens_h,
    cramers_v,
    shares_test,
    standardised_difference,
    welch_test,
)

CHANCE = 0.05
"""Corrected chance below which a difference is taken for real."""
SMALL_EFFECT = 0.2
"""Cohen's smallest effect worth mentioning, for means and for shares."""

COMPARED = {
    "index": pa.float64(), "effect": pa.float64(), "chance": pa.float64(), "stands_out": pa.bool_(),
}  # fmt: skip
SHARES = {
    "trait": pa.string(), "value": pa.string(), "customers": pa.int64(), "share": pa.float64(),
    "others_share": pa.float64(), "all_share": pa.float64(), **COMPARED,
}  # fmt: skip
MEANS = {
    "trait": pa.string(), "customers": pa.int64(), "mean": pa.float64(),
    "others_mean": pa.float64(), "all_mean": pa.float64(), **COMPARED,
}  # fmt: skip
STRENGTHS = {
    "trait": pa.string(), "known_share": pa.float64(), "strength": pa.float64(),
    "chance": pa.float64(),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """How a group differs from the others.

    Chances are corrected for the number of comparisons (Benjamini-Hochberg). A row stands out
    when its chance is below 5 % and its effect at least 0.2.

    Attributes:
        traits: One row a trait, strongest first: `known_share` of the group, `strength` (0 says
            nothing about who belongs to the group, 1 all: Cramér's V, or the correlation ratio
            of a number), `chance`.
        shares: One row a value of a choice, a flag, or a number that is a share (`value` null):
            `customers` of the group that have it, `share` of the group, of the others, of all,
            `index` (100 x share by share of all), `effect` (Cohen's h, or d), `chance`,
            `stands_out`.
        means: One row a number: the same with means; `effect` is Cohen's d.
    """

    traits: pa.Table
    shares: pa.Table
    means: pa.Table


def contrast(group: TraitSummary, others: TraitSummary, traits: Sequence[Trait]) -> Contrast:
    """What sets a group apart from others who are not in it."""
    looked_at = [trait for trait in traits if trait.kind != "day"]
    shares = [row for trait in looked_at for row in _share_rows(trait, group, others)]
    means = [
        _mean_row(trait, group, others)
        for trait in looked_at
        if trait.kind == "number" and trait.format != "share"
    ]
    _correct([*shares, *means])
    strengths = [_strength_row(trait, group, others) for trait in looked_at]
    _correct(strengths)
    strengths.sort(key=lambda row: -(row["strength"] or 0.0))
    return Contrast(
        traits=_table(strengths, STRENGTHS),
        shares=_table(shares, SHARES),
        means=_table(means, MEANS),
    )


def _share_rows(
    trait: Trait, group: TraitSummary, others: TraitSummary
) -> Iterator[dict[str, Any]]:
    if trait.kind in ("choice", "text"):
        sizes = group.of(trait), others.of(trait)
        for value in _values_of(trait, group, others):
            first, second = (it.counted(trait.name, value) for it in (group, others))
            if first is not None and second is not None:
                counts = (first.customers, sizes[0], second.customers, sizes[1])
                yield _share_row(trait, value, counts)
    elif trait.kind == "flag" or trait.format == "share":
        row = _mean_row(trait, group, others)
        for name in ("", "others_", "all_"):
            row[f"{name}share"] = row.pop(f"{name}mean")
        yield row | {"value": None}


def _values_of(trait: Trait, group: TraitSummary, others: TraitSummary) -> list[str]:
    """The values of both, those frequent in either first."""
    sums: dict[str, int] = {}
    for summary in (group, others):
        for value, counted in summary.values[trait.name].items():
            sums[value] = sums.get(value, 0) + counted.customers
    return sorted(sums, key=lambda value: (-sums[value], value))


def _share_row(trait: Trait, value: str, counts: tuple[int, int, int, int]) -> dict[str, Any]:
    first, of_first, second, of_second = counts
    share, others_share = _by(first, of_first), _by(second, of_second)
    both = share is not None and others_share is not None
    all_share = _by(first + second, of_first + of_second)
    return {
        "trait": trait.name,
        "value": value,
        "customers": first,
        "share": share,
        "others_share": others_share,
        "all_share": all_share,
        "index": _index(share, all_share),
        "effect": cohens_h(share, others_share) if both else None,  # type: ignore[arg-type]
        "chance": shares_test(*counts),
    }


def _mean_row(trait: Trait, group: TraitSummary, others: TraitSummary) -> dict[str, Any]:
    first, second = group.moments[trait.name], others.moments[trait.name]
    mean = first.mean if first.count else None
    count = first.count + second.count
    all_mean = _by(first.count * first.mean + second.count * second.mean, count)
    effect = standardised_difference(first, second) if first.count and second.count else math.nan
    return {
        "trait": trait.name,
        "customers": int(first.count),
        "mean": mean,
        "others_mean": second.mean if second.count else None,
        "all_mean": all_mean,
        "index": _index(mean, all_mean),
        "effect": None if math.isnan(effect) else effect,
        "chance": welch_test(first, second),
    }


def _strength_row(trait: Trait, group: TraitSummary, others: TraitSummary) -> dict[str, Any]:
    if trait.kind in ("number", "flag"):
        first, second = group.moments[trait.name], others.moments[trait.name]
        strength, chance = _correlation_ratio(first, second), welch_test(first, second)
    else:
        counts = np.array(_counts_of(trait, group, others))
        strength = cramers_v(counts) if counts.size else math.nan
        chance = chi_square_test(counts) if counts.size else 1.0
    return {
        "trait": trait.name,
        "known_share": _by(group.known[trait.name], group.customers),
        "strength": None if math.isnan(strength) else strength,
        "chance": chance,
    }


def _counts_of(trait: Trait, group: TraitSummary, others: TraitSummary) -> list[list[int]]:
    """Groups by values; what is too rare to be looked at, and being without a tag, is the last."""
    values = _values_of(trait, group, others)
    rows = []
    for summary in (group, others):
        found = [summary.counted(trait.name, value) for value in values]
        counts = [0 if it is None else it.customers for it in found]
        rows.append([*counts, max(summary.of(trait) - sum(counts), 0)])
    return rows


def _correlation_ratio(first: Sample, second: Sample) -> float:
    """The root of the share of the variance that lies between both groups."""
    count = first.count + second.count
    if not first.count or not second.count:
        return math.nan
    between = first.count * second.count / count * (first.mean - second.mean) ** 2
    within = sum(max(it.count - 1, 0) * it.variance for it in (first, second))
    return math.sqrt(between / (between + within)) if between + within > 0 else math.nan


def _correct(rows: list[dict[str, Any]]) -> None:
    """Put corrected chances in the place of single ones."""
    corrected = benjamini_hochberg([row["chance"] for row in rows]).tolist()
    for row, chance in zip(rows, corrected, strict=True):
        row["chance"] = chance
        row["stands_out"] = chance < CHANCE and abs(row.get("effect") or 0.0) >= SMALL_EFFECT


def _by(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _index(value: float | None, of_all: float | None) -> float | None:
    return 100 * value / of_all if value is not None and of_all else None


def _table(rows: list[dict[str, Any]], kinds: dict[str, pa.DataType]) -> pa.Table:
    return pa.table(
        {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    )
