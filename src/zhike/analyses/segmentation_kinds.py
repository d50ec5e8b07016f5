"""The usual ways of parting customers, as one expression each over the customer traits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import STAGES, customer_traits, traits_of
from zhike.catalogue.summaries import SEPARATORS
from zhike.catalogue.traits import GENDERS
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

KINDS = (
    "behavioural", "lifecycle", "value", "demographic", "geographic", "need", "psychographic",
)  # fmt: skip
MOST_SEGMENTS = 40
MOST_COMBINATIONS = 5000
UNKNOWN = "unknown"
FREQUENCIES: dict[str, LazyText] = {
    "prospects": lazy("Prospects, no purchase yet"),
    "1": lazy("One purchase"),
    "2": lazy("Two purchases"),
    "3-4": lazy("Three or four purchases"),
    "5-9": lazy("Five to nine purchases"),
    "10+": lazy("Ten purchases or more"),
}
VALUES: dict[str, LazyText] = {
    "top": lazy("The top 5%"),
    "high": lazy("The next 15%"),
    "middle": lazy("The next 30%"),
    "low": lazy("The lower half"),
    "prospects": lazy("Prospects, no purchase yet"),
}
QUANTILES = {"top": 0.95, "high": 0.80, "middle": 0.50}
AGES: dict[str, LazyText] = {
    "0-19": lazy("under 20"),
    "20-29": lazy("20 to 29"),
    "30-39": lazy("30 to 39"),
    "40-49": lazy("40 to 49"),
    "50-59": lazy("50 to 59"),
    "60+": lazy("60 and over"),
    UNKNOWN: lazy("age not known"),
}
SUMS: dict[str, pa.DataType] = {
    "by": pa.string(), "segment": pa.string(), "customers": pa.int64(),
    "customer_share": pa.float64(), "purchases": pa.int64(), "revenue": pa.float64(),
    "revenue_share": pa.float64(), "revenue_per_customer": pa.float64(),
    "average_order_value": pa.float64(), "repeat_share": pa.float64(),
    "mean_recency_days": pa.float64(),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """One way of parting the customers.

    Attributes:
        members: Lazy, one row a customer: every trait and `segment`.
        labels: Words for its segments, in order; empty where they are the company's own words.
        several: Whether `segment` lists several, as tags do.
    """

    members: ir.Table
    labels: Mapping[str, LazyText] = field(default_factory=dict)
    several: bool = False


def segmentations_of(shop: Shop, day: date, wanted: Sequence[str]) -> dict[str, Segmentation]:
    """The wanted ways that the shop's data allow."""
    traits = customer_traits(shop, day)
    there = {trait.name for trait in traits_of(shop)}
    ways: dict[str, Callable[[], Segmentation | None]] = {
        "behavioural": lambda: _labelled(traits, _by_frequency(traits), FREQUENCIES),
        "lifecycle": lambda: _labelled(traits, traits.stage, STAGES),
        "value": lambda: _labelled(traits, _by_value(traits), VALUES),
        "demographic": lambda: _demographic(traits, there),
        "geographic": lambda: _first_of(traits, there, ("province", "city", "country")),
        "need": lambda: _first_of(traits, there, ("category",)),
        "psychographic": lambda: _tagged(traits, there),
    }
    found = {name: ways[name]() for name in KINDS if name in wanted}
    return {name: way for name, way in found.items() if way is not None}


def sums_of(found: Mapping[str, Segmentation]) -> pa.Table:
    """Customers, purchases and money of every segment, in one query."""
    parts = [_sums(name, way) for name, way in found.items()]
    parts += [part.limit(0) for part in parts[:1]]  # a union wants two
    rows = ibis.union(*parts).to_pyarrow().to_pylist() if parts else []
    shown: list[dict[str, Any]] = []
    for name, way in found.items():
        own = [row for row in rows if row["by"] == name]
        whole = {it: sum(row[it] for row in own) for it in ("customers", "revenue")}
        if way.several:
            own = _split(own)
        shown += [_with_shares(row, whole) for row in _ordered(own, way.labels)[:MOST_SEGMENTS]]
    return pa.table({it: pa.array([row[it] for row in shown], kind) for it, kind in SUMS.items()})


def _sums(name: str, way: Segmentation) -> ir.Table:
    rows = way.members
    sums = rows.group_by("segment").agg(
        customers=rows.count(),
        buyers=rows.frequency.count(),
        repeaters=(rows.frequency > 1).ifelse(1, None).count(),
        purchases=rows.frequency.sum().cast("int64").fill_null(0),
        revenue=rows.monetary.cast("float64").sum().fill_null(0.0),
        recency=rows.recency_days.sum().cast("int64").fill_null(0),
    )
    most = sums.order_by(ibis.desc("customers"), "segment").limit(MOST_COMBINATIONS)
    return most.mutate(by=ibis.literal(name))


def _with_shares(row: dict[str, Any], whole: Mapping[str, float]) -> dict[str, Any]:
    def by(part: float, of: float) -> float | None:
        return part / of if of else None

    return row | {
        "customer_share": by(row["customers"], whole["customers"]),
        "revenue_share": by(row["revenue"], whole["revenue"]),
        "revenue_per_customer": by(row["revenue"], row["customers"]),
        "average_order_value": by(row["revenue"], row["purchases"]),
        "repeat_share": by(row["repeaters"], row["buyers"]),
        "mean_recency_days": by(row["recency"], row["buyers"]),
    }


def _ordered(rows: list[dict[str, Any]], labels: Mapping[str, LazyText]) -> list[dict[str, Any]]:
    """In the order of their words; the company's own words by money, the unknown last."""
    places = {code: place for place, code in enumerate(labels) if code != UNKNOWN}
    return sorted(
        rows,
        key=lambda row: (
            places.get(row["segment"], len(places) + (row["segment"] == UNKNOWN)),
            -row["revenue"],
            row["segment"],
        ),
    )


def _split(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lists of tags as one row a tag; sums add up, as each customer has one list."""
    tags: dict[str, dict[str, Any]] = {}
    for row in rows:
        for tag in {part.strip() for part in SEPARATORS.split(row["segment"])} - {""}:
            sums = tags.setdefault(tag, dict.fromkeys(row, 0) | {"by": row["by"], "segment": tag})
            for name, value in row.items():
                if name not in ("by", "segment"):
                    sums[name] += value
    return list(tags.values())


def _labelled(
    traits: ir.Table, segment: ir.StringValue, labels: Mapping[str, LazyText]
) -> Segmentation:
    return Segmentation(members=traits.mutate(segment=segment), labels=labels)


def _by_frequency(traits: ir.Table) -> ir.StringValue:
    bought = traits.frequency
    return ibis.cases(
        (bought.isnull(), "prospects"),
        (bought == 1, "1"),
        (bought == 2, "2"),
        (bought <= 4, "3-4"),
        (bought <= 9, "5-9"),
        else_="10+",
    )


def _by_value(traits: ir.Table) -> ir.StringValue:
    """By rank of net revenue; equal customers are in the same, upper part."""
    money = traits.monetary.cast("float64")
    cuts = traits.agg(**{name: money.quantile(share) for name, share in QUANTILES.items()})
    found = cuts.to_pyarrow().to_pylist()[0]
    reached = [(money >= cut, name) for name, cut in found.items() if cut is not None]
    return ibis.cases((money.isnull(), "prospects"), *reached, else_="low")


def _demographic(traits: ir.Table, there: set[str]) -> Segmentation | None:
    if "age" not in there:
        return _first_of(traits, there, ("age_band", "gender", "income_band"))
    decade = ibis.cases(
        (traits.age.isnull(), UNKNOWN),
        *((traits.age < int(code[:2]) + 10, code) for code in list(AGES)[1:5]),
        else_="60+",
    )
    age = (traits.age < 20).fill_null(False).ifelse("0-19", decade)
    if "gender" not in there:
        return _labelled(traits, age, AGES)
    genders = {**GENDERS, UNKNOWN: lazy("gender not known")}
    labels = {
        f"{gender} {code}": lazy("{gender}, {age}", gender=word, age=years)
        for gender, word in genders.items()
        for code, years in AGES.items()
    }
    return _labelled(traits, traits.gender.fill_null(UNKNOWN) + " " + age, labels)


def _first_of(traits: ir.Table, there: set[str], names: Sequence[str]) -> Segmentation | None:
    """By the first of these traits that the shop has."""
    name = next((it for it in names if it in there), None)
    if name is None:
        return None
    labels = {UNKNOWN: lazy("Not known"), **(GENDERS if name == "gender" else {})}
    return _labelled(traits, traits[name].fill_null(UNKNOWN), labels)


def _tagged(traits: ir.Table, there: set[str]) -> Segmentation | None:
    if "tags" not in there:
        return None
    labels = {UNKNOWN: lazy("Without a tag")}
    segment = traits.tags.fill_null(UNKNOWN)
    return Segmentation(members=traits.mutate(segment=segment), labels=labels, several=True)
