"""A set of customers in a few hundred numbers: how many have each value, and the means."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.catalogue.purchases import as_of_day
from zhike.catalogue.traits import Trait, customer_traits, traits_of
from zhike.schema import Shop
from zhike.stats import Sample

MOST_VALUES = 200
"""The values of a trait that are looked at: the most frequent ones."""
MOST_TAG_LISTS = 5000
SEPARATORS = re.compile(r"[,，、;；|]")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many customers have a value, and what they have brought."""

    customers: int
    revenue: float


@dataclass(frozen=True, kw_only=True)
class TraitSummary:
    """The traits of a set of customers.

    Attributes:
        customers: How many there are.
        revenue: Their net revenue.
        known: Trait to how many have a value of it.
        moments: Number to its count, mean and variance.
        values: Choice to its values, most frequent first, and who has them; a customer can have
            several tags. At most `MOST_VALUES` of each.
    """

    customers: int
    revenue: float
    known: Mapping[str, int]
    moments: Mapping[str, Sample]
    values: Mapping[str, Mapping[str, Counted]]

    def of(self, trait: Trait) -> int:
        """Of how many customers the shares of a trait are: all for tags, else those known."""
        return self.customers if trait.kind == "text" else self.known[trait.name]

    def counted(self, trait: str, value: str) -> Counted | None:
        """Who has a value; None where the value was too rare to be looked at."""
        values = self.values[trait]
        nobody = Counted(customers=0, revenue=0.0) if len(values) < MOST_VALUES else None
        return values.get(value, nobody)

    def without(self, inside: TraitSummary) -> TraitSummary:
        """The others, where `inside` is a part of these customers."""
        return TraitSummary(
            customers=self.customers - inside.customers,
            revenue=self.revenue - inside.revenue,
            known={name: count - inside.known[name] for name, count in self.known.items()},
            moments={
                name: _less(whole, inside.moments[name]) for name, whole in self.moments.items()
            },
            values={name: self._other_values(name, inside) for name in self.values},
        )

    def _other_values(self, trait: str, inside: TraitSummary) -> dict[str, Counted]:
        others = {}
        for value, whole in self.values[trait].items():
            part = inside.counted(trait, value)
            if part is not None:
                others[value] = Counted(
                    customers=whole.customers - part.customers,
                    revenue=whole.revenue - part.revenue,
                )
        return others


def summary_of_all(shop: Shop, as_of: date | None = None) -> TraitSummary:
    """Everybody who is known before the day, summed up once a run."""
    day = as_of_day(shop, as_of)
    return shop.remember(
        ("summary_of_all", day),
        lambda: summary_of(customer_traits(shop, day), traits_of(shop)),
    )


def summary_of(customers: ir.Table, traits: Sequence[Trait]) -> TraitSummary:
    """The traits of the customers in a part of `customer_traits`, in two queries."""
    return summaries_of(customers, traits, ibis.literal(True))[0]


def summaries_of(
    customers: ir.Table, traits: Sequence[Trait], inside: ir.BooleanValue
) -> tuple[TraitSummary, TraitSummary]:
    """The traits of those for whom something holds, and of the rest, in two queries."""
    looked_at = [trait for trait in traits if trait.kind != "day"]
    choices = [trait for trait in looked_at if trait.kind in ("choice", "text")]
    marked = customers.mutate(is_inside=inside.fill_null(False).ifelse(1, 0))
    totals = marked.group_by("is_inside").agg(**_totals(marked, looked_at)).to_pyarrow()
    parts = {row["is_inside"]: row for row in totals.to_pylist()}
    rows = _most_frequent(marked, choices)
    first, second = (
        _summary(parts.get(mark), looked_at, _values(rows, choices, prefix))
        for mark, prefix in ((1, "inside"), (0, "outside"))
    )
    return first, second


def _summary(
    row: Mapping[str, Any] | None, traits: Sequence[Trait], values: dict[str, dict[str, Counted]]
) -> TraitSummary:
    found = row or {}
    return TraitSummary(
        customers=found.get("customers", 0),
        revenue=found.get("revenue") or 0.0,
        known={trait.name: found.get(f"{trait.name}.known", 0) for trait in traits},
        moments={
            trait.name: Sample(
                count=found.get(f"{trait.name}.known", 0),
                mean=_finite(found.get(f"{trait.name}.mean")),
                variance=_finite(found.get(f"{trait.name}.variance")),
            )
            for trait in traits
            if trait.kind in ("number", "flag")
        },
        values=values,
    )


def _totals(customers: ir.Table, traits: Iterable[Trait]) -> dict[str, ir.Scalar]:
    totals: dict[str, ir.Scalar] = {
        "customers": customers.count(),
        "revenue": customers.monetary.cast("float64").sum(),
    }
    for trait in traits:
        column = customers[trait.name]
        totals[f"{trait.name}.known"] = column.count()
        if trait.kind == "flag":
            column = column.ifelse(1, 0)
        if trait.kind in ("number", "flag"):
            totals[f"{trait.name}.mean"] = column.cast("float64").mean()
            totals[f"{trait.name}.variance"] = column.cast("float64").var(how="sample")
    return totals


def _most_frequent(customers: ir.Table, choices: Sequence[Trait]) -> list[dict[str, Any]]:
    """One row a choice and value: who has it on either side, most frequent first."""
    parts = [_counts_of(customers, trait) for trait in choices]
    if not parts:
        return []
    union = parts[0] if len(parts) == 1 else ibis.union(*parts)
    rows: list[dict[str, Any]] = union.to_pyarrow().to_pylist()
    return sorted(rows, key=lambda row: (-row["customers"], row["value"]))


def _counts_of(customers: ir.Table, trait: Trait) -> ir.Table:
    known = customers.filter(customers[trait.name].notnull())
    is_inside, revenue = known.is_inside == 1, known.monetary.cast("float64")
    counts = known.group_by(value=known[trait.name].cast("string")).agg(
        customers=known.count(),
        inside_customers=is_inside.ifelse(1, None).count(),
        inside_revenue=is_inside.ifelse(revenue, None).sum().fill_null(0.0),
        outside_revenue=is_inside.ifelse(None, revenue).sum().fill_null(0.0),
    )
    most = MOST_TAG_LISTS if trait.kind == "text" else MOST_VALUES
    counts = counts.order_by(ibis.desc("customers"), "value").limit(most)
    return counts.mutate(
        trait=ibis.literal(trait.name),
        outside_customers=counts.customers - counts.inside_customers,
    )


def _values(
    rows: Sequence[Mapping[str, Any]], choices: Sequence[Trait], side: str
) -> dict[str, dict[str, Counted]]:
    values: dict[str, dict[str, Counted]] = {trait.name: {} for trait in choices}
    for row in rows:
        values[row["trait"]][row["value"]] = Counted(
            customers=row[f"{side}_customers"], revenue=row[f"{side}_revenue"]
        )
    lists = {trait.name for trait in choices if trait.kind == "text"}
    return {name: _split(found) if name in lists else found for name, found in values.items()}


def _split(lists: Mapping[str, Counted]) -> dict[str, Counted]:
    """Lists of tags as single tags, most frequent first."""
    sums: dict[str, list[Counted]] = {}
    for text, counted in lists.items():
        for tag in {part.strip() for part in SEPARATORS.split(text)} - {""}:
            sums.setdefault(tag, []).append(counted)
    tags = {
        tag: Counted(
            customers=sum(part.customers for part in parts),
            revenue=math.fsum(part.revenue for part in parts),
        )
        for tag, parts in sums.items()
    }
    by_size = sorted(tags.items(), key=lambda item: (-item[1].customers, item[0]))
    return dict(by_size[:MOST_VALUES])


def _finite(value: Any) -> float:
    """A mean or variance that there is; zero where too few are known to have one."""
    return float(value) if value is not None and math.isfinite(value) else 0.0


def _less(whole: Sample, part: Sample) -> Sample:
    """The rest of a group of numbers, from the sums of squares (Chan, Golub, LeVeque 1979)."""
    count = whole.count - part.count
    if count < 1:
        return Sample(count=0, mean=0.0, variance=0.0)
    mean = (whole.count * whole.mean - part.count * part.mean) / count
    squares = whole.variance * max(whole.count - 1, 0) - part.variance * max(part.count - 1, 0)
    squares -= count * part.count / whole.count * (mean - part.mean) ** 2
    return Sample(count=count, mean=mean, variance=max(squares, 0.0) / max(count - 1, 1))
