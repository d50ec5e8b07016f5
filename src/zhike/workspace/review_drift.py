"""What moved between two snapshots: how inputs and classes are distributed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from zhike.catalogue import as_of_day
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop, standard_table
from zhike.stats.stability import population_stability
from zhike.workspace.results import read_result

RECENT_DAYS = 90
"""Orders of so many days before each snapshot's day are compared."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "orders": ("channel", "store", "payment"),
    "customers": ("gender", "province", "level", "acquired_from"),
}
NUMBERS: Mapping[str, tuple[str, ...]] = {"orders": ("paid_amount",), "order_lines": ("quantity",)}
MOST_CLASSES, BINS = 50, 10
CLASSES: Mapping[str, tuple[str, str, LazyText]] = {
    "rfm": ("segments", "segment", lazy("RFM segments")),
    "value_tiers": ("tiers", "tier", lazy("Value tiers")),
    "lifecycle": ("stages", "stage", lazy("Lifecycle stages")),
    "abc": ("customer_classes", "abc_class", lazy("ABC classes")),
}
"""Analysis to its table of classes, the column that names them, and what people call them."""


def input_drift(now: Shop, before: Shop) -> Iterator[tuple[str, LazyText, float]]:
    """How far each input moved: its column, what people call it, and the stability index."""
    for table, columns in CHOICES.items():
        if table in now and table in before:
            for name in columns:
                yield from _told(
                    table, name, _counts(_recent(before, table), name),
                    _counts(_recent(now, table), name),
                )  # fmt: skip
    for table, columns in NUMBERS.items():
        if table in now and table in before:
            for name in columns:
                cuts = _cuts(_recent(before, table), name)
                yield from _told(
                    table, name, _binned(_recent(before, table), name, cuts),
                    _binned(_recent(now, table), name, cuts),
                )  # fmt: skip


def class_sizes(results: Path) -> dict[str, dict[str, int]]:
    """Analysis to class to how many customers are in it, as a run kept them."""
    found = {}
    for analysis, (table, column, _title) in CLASSES.items():
        result = read_result(results, analysis)
        if result is not None and table in result.tables:
            rows = result.tables[table]
            pairs = zip(rows[column].to_pylist(), rows["customers"].to_pylist(), strict=True)
            found[analysis] = {str(name): int(count) for name, count in pairs}
    return found


def class_words(results: Path) -> dict[str, dict[str, str]]:
    """Analysis to class to the word that people read for it, in the language of the moment."""
    from zhike.blocks import Chart, Table

    words: dict[str, dict[str, str]] = {}
    for analysis, (_table, column, _title) in CLASSES.items():
        result = read_result(results, analysis)
        for block in result.blocks() if result is not None else ():
            table = block.table if isinstance(block, Chart) else block
            for item in table.columns if isinstance(table, Table) else ():
                if item.name == column and item.labels:
                    known = {code: str(word) for code, word in item.labels.items()}
                    words.setdefault(analysis, known)
    return words


def stage_moves(results: Path) -> dict[tuple[str, str], int]:
    """Stage before and after to customers, over the last month, as a run kept them."""
    result = read_result(results, "lifecycle")
    if result is None or "transitions" not in result.tables:
        return {}
    rows = result.tables["transitions"].to_pylist()
    return {(row["before"], row["after"]): int(row["customers"]) for row in rows}


def stability(before: Mapping[Any, float], now: Mapping[Any, float]) -> float | None:
    """The index of two distributions given by class; rare classes count together."""
    frequent = sorted({*before, *now}, key=lambda it: -before.get(it, 0) - now.get(it, 0))
    kept, rest = frequent[:MOST_CLASSES], frequent[MOST_CLASSES:]
    sides = [
        np.array([*(side.get(it, 0) for it in kept), sum(side.get(it, 0) for it in rest)], float)
        for side in (before, now)
    ]
    return population_stability(*sides)


def _told(
    table: str, name: str, before: Mapping[Any, float], now: Mapping[Any, float]
) -> Iterator[tuple[str, LazyText, float]]:
    known = (before.keys() | now.keys()) - {None}
    index = stability(before, now) if known else None
    if index is not None:
        described = standard_table(table)
        label = lazy("{table}: {column}", table=described.label, column=described[name].label)
        yield f"{table}.{name}", label, index


def _recent(shop: Shop, table: str) -> ir.Table:
    """Rows before the snapshot's day; of orders and their lines those of the last months."""
    day = as_of_day(shop, None)
    rows = shop[table]
    if table == "customers":
        return rows
    orders = shop["orders"]
    since = ibis.literal(day - timedelta(days=RECENT_DAYS))
    recent = orders.filter((orders.ordered_on >= since) & (orders.ordered_on < ibis.literal(day)))
    return recent if table == "orders" else rows.semi_join(recent, "order_id")


def _counts(rows: ir.Table, name: str) -> dict[Any, float]:
    counted = rows.group_by(value=rows[name].cast("string")).agg(n=rows.count()).to_pyarrow()
    return dict(zip(*(counted[it].to_pylist() for it in ("value", "n")), strict=True))


def _cuts(rows: ir.Table, name: str) -> list[float]:
    value = rows[name].cast("float64")
    cuts = {f"cut_{n}": value.quantile(n / BINS) for n in range(1, BINS)}
    [row] = rows.agg(**cuts).to_pyarrow().to_pylist()
    return sorted({float(cut) for cut in row.values() if cut is not None})


def _binned(rows: ir.Table, name: str, cuts: list[float]) -> dict[Any, float]:
    value = rows[name].cast("float64")
    above = [(value > cut).ifelse(1, 0) for cut in cuts]
    place = sum(above[1:], above[0]) if above else ibis.literal(0)
    return _counts(rows.filter(value.notnull()).mutate(bin=place), "bin")
