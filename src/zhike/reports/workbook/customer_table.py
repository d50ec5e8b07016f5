"""The customer table: one row a customer, joined from the catalogue and the analyses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import Analysis, as_of_day, customer_facts, customer_traits, lacking
from zhike.reports.workbook.contents import CustomerColumn, CustomerTable
from zhike.reports.workbook.customer_columns import (
    COUNTS,
    EDITABLE,
    NOTE,
    PEOPLE,
    SCORES,
    STANDING,
    customer_columns,
)
from zhike.schema import Shop
from zhike.schema.masks import is_child, masked

BATCH_ROWS = 20_000
LONGEST = 32_000
"""Excel holds 32,767 characters in a cell, counted in UTF-16."""
DECIMALS = 6
"""More would be cut by Excel, which keeps fifteen figures."""

SOURCES: Mapping[str, tuple[str, ...]] = {
    "rfm": ("rfm_segment", "rfm_type", *(name for name, _ in SCORES)),
    "value_tiers": ("value_tier", "frequency_class"),
    "abc": ("abc_class",),
    "relationship": ("relationship",),
    "churn": ("churn_risk", "churn_reason"),
    "lifecycle": ("stage",),
}
"""Analysis to the columns that it gives."""


def customer_table(
    shop: Shop,
    analyses: Mapping[str, Analysis],
    *,
    unmasked: bool = False,
    members: ir.Table | None = None,
) -> CustomerTable:
    """The customer table of a shop, best customers first.

    Args:
        shop: What to show.
        analyses: Analysis name to the analysis with the parameters of the run.
        unmasked: Whether personal data are written in full.
        members: One row a customer to be shown (`customer_id`); all without it.
    """
    columns, rows = customer_rows(shop, analyses, unmasked=unmasked)
    if members is not None:
        rows = rows.semi_join(members, "customer_id")
    order = rows.monetary if "monetary" in rows.columns else ibis.literal(0)
    shown = rows.select(*(_written(rows, column) for column in columns), order=order)
    kept = shop.engine.materialise(shown)
    ordered = kept.order_by(kept.order.desc(nulls_first=False), "customer_id").drop("order")
    return CustomerTable(
        columns=columns,
        batches=lambda: _batches(ordered, columns),
        count=int(kept.count().to_pyarrow().as_py()),
        totals=_totals(shop, members),
    )


def customer_rows(
    shop: Shop, analyses: Mapping[str, Analysis], *, unmasked: bool = False
) -> tuple[tuple[CustomerColumn, ...], ir.Table]:
    """The columns that a shop's customers have, and one row a customer with codes as codes."""
    bought = "orders" in shop
    parts = {
        name: _of_analysis(name, analyses[name], shop)
        for name in SOURCES
        if bought and name in analyses and lacking(analyses[name], shop) is None
    }
    computed = frozenset(column for name in parts for column in SOURCES[name])
    rows = _rows(shop, list(parts.values()), unmasked=unmasked)
    columns = customer_columns(shop, computed)
    return tuple(column for column in columns if column.name in rows.columns), rows


def _of_analysis(name: str, analysis: Analysis, shop: Shop) -> ir.Table:
    """What an analysis says of each customer, under the names of the customer table."""
    rows = analysis.run(shop).customers()
    known = {source: column for column, source, _, _ in STANDING}
    picked = {
        known.get(column, column): column
        for column in rows.columns
        if known.get(column, column) in SOURCES[name]
    }
    return rows.select("customer_id", **{new: rows[old] for new, old in picked.items()})


def _rows(shop: Shop, parts: list[ir.Table], *, unmasked: bool) -> ir.Table:
    traits = customer_traits(shop) if "orders" in shop else _typed_in(shop)
    given = {name for part in parts for name in part.columns} - {"customer_id"}
    base = traits.drop(*(name for name in traits.columns if name in given))
    rows: ir.Table = reduce(_beside, [*parts, *_personal(shop, unmasked=unmasked)], base)
    absent = {*PEOPLE, *EDITABLE, "birth_on", NOTE, "account"} - {*rows.columns}
    absent |= {field.name for field in shop.custom_fields} - {*rows.columns}
    return rows.mutate(**{name: ibis.null("string") for name in sorted(absent)})


def _typed_in(shop: Shop) -> ir.Table:
    """Customers of whom nothing is known but what was typed in: there are no orders."""
    customers = shop["customers"]
    return customers.select("customer_id", *(name for name in EDITABLE if name != "birth_on"))


def _personal(shop: Shop, *, unmasked: bool) -> Iterator[ir.Table]:
    """Birthdays and the table of people, masked unless asked for."""
    born = None
    if "customers" in shop:
        born = shop["customers"].select("customer_id", "birth_on")
        shown = born.birth_on if unmasked else masked("customers.birth_on", born.birth_on)
        yield born.select("customer_id", birth_on=shown)
    if "people" not in shop:
        return
    people = shop["people"].select("customer_id", "account", *PEOPLE)
    if unmasked:
        yield people
        return
    day, child = as_of_day(shop, None), None
    if born is not None:
        people = _beside(people, born)
        child = is_child(people.birth_on, day)
    hidden = {
        name: masked(f"people.{name}", people[name], is_child=child)
        for name in ("account", *PEOPLE)
    }
    yield people.select("customer_id", **hidden)


def _beside(rows: ir.Table, more: ir.Table) -> ir.Table:
    more = more.rename(other_id="customer_id")
    return rows.left_join(more, rows.customer_id == more.other_id).drop("other_id")


def _written(rows: ir.Table, column: CustomerColumn) -> ir.Value:
    """A column as its cells hold it: words for codes, figures that Excel keeps."""
    value = rows[column.name]
    if column.kind == "day":
        return value.name(column.name)  # a masked birthday is text
    if not column.is_text:
        kind = "int64" if column.kind in ("count", "score") or column.name in COUNTS else "float64"
        value = value.cast(kind)
        return (value if kind == "int64" else value.round(DECIMALS)).name(column.name)
    text = value.cast("string")
    if column.labels:
        words = [(text == code, str(word)) for code, word in column.labels.items()]
        text = ibis.cases(*words, else_=text)
    return text.substr(0, LONGEST).nullif("").name(column.name)


def _batches(rows: ir.Table, columns: tuple[CustomerColumn, ...]) -> Iterator[pa.RecordBatch]:
    names = [column.name for column in columns]
    yield from rows.select(*names).to_pyarrow_batches(chunk_size=BATCH_ROWS)


def _totals(shop: Shop, members: ir.Table | None) -> dict[str, float]:
    if "orders" not in shop:
        return {}
    facts = customer_facts(shop)
    if members is not None:
        facts = facts.semi_join(members, "customer_id")
    sums: dict[str, Any] = {
        "customers": facts.count(),
        "purchases": facts.frequency.sum(),
        "monetary": facts.monetary.sum().cast("float64"),
    }
    [row] = facts.agg(**sums).to_pyarrow().to_pylist()
    return {name: float(value or 0) for name, value in row.items()}
