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
    traits = [trait for trait in traits if trait.kind != "day"]
    numbers = [trait.name for trait in traits if trait.kind in ("number", "flag")]
    row = customers.agg(**_totals(customers, traits)).to_pyarrow().to_pylist()[0]
    return TraitSummary(
        customers=row["customers"],
        revenue=row["revenue"] or 0.0,
        known={trait.name: row[f"{trait.name}.known"] for trait in traits},
        moments={
            name: Sample(
                count=row[f"{name}.known"],
                mean=_finite(row[f"{name}.mean"]),
                variance=_finite(row[f"{name}.variance"]),
            )
            for name in numbers
        },
        values=_values(customers, [it for it in traits if it.kind in ("choice", "text")]),
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


def _values(customers: ir.Table, choices: Sequence[Trait]) -> dict[str, dict[str, Counted]]:
    if not choices:
        return {}
    parts = [_most_frequent(customers, trait) for trait in choices]
    union = parts[0] if len(parts) == 1 else ibis.union(*parts)
    values: dict[str, dict[str, Counted]] = {trait.name: {} for trait in choices}
    rows = union.to_pyarrow().to_pylist()
    for row in sorted(rows, key=lambda row: (-row["customers"], row["value"])):
        values[row["trait"]][row["value"]] = Counted(
            customers=row["customers"], revenue=row["revenue"]
        )
    lists = {trait.name for trait in choices if trait.kind == "text"}
    return {name: _split(found) if name in lists else found for name, found in values.items()}


def _most_frequent(customers: ir.Table, trait: Trait) -> ir.Table:
    known = customers.filter(customers[trait.name].notnull())
    counts = known.group_by(value=known[trait.name].cast("string")).agg(
        customers=known.count(),
        revenue=known.monetary.cast("float64").sum().fill_null(0.0),
    )
    most = MOST_TAG_LISTS if trait.kind == "text" else MOST_VALUES
    counts = counts.order_by(ibis.desc("customers"), "value").limit(most)
    return counts.select("value", "customers", "revenue", trait=ibis.literal(trait.name))


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
