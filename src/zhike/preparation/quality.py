"""How good a file is: how full and valid its columns are, how fresh, and what was repaired.

Written beside the standard tables. `quality.parquet` has one row a field that a column feeds;
`repairs.parquet` one row a column and rule, one a rule that told records apart, and one a check
between columns that did not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.engines import Engine
from zhike.preparation.parsed import Parsed
from zhike.preparation.slots import Slot
from zhike.preparation.values import repair_column
from zhike.schema import Kind

LOST = "unreadable"
REPLACED = "unknown_word"
CENT = 0.01  # parts are rounded one by one

QUALITY = pa.schema(
    [
        ("table", pa.string()),
        ("column", pa.string()),
        ("source_column", pa.string()),
        ("rows", pa.int64()),
        ("filled", pa.int64()),
        ("valid", pa.int64()),
        ("first", pa.string()),
        ("last", pa.string()),
    ]
)
REPAIRED = pa.schema(
    [
        ("column", pa.string()),
        ("field", pa.string()),
        ("rule", pa.string()),
        ("count", pa.int64()),
        ("row", pa.int64()),
        ("before", pa.string()),
        ("after", pa.string()),
    ]
)

Row = dict[str, Any]
_ = ibis._


@dataclass(frozen=True)
class Told:
    """Records that a rule told apart: stock adjustments, lines read as refunds.

    Attributes:
        rule: Its code.
        records: Those that it applies to.
    """

    rule: str
    records: ir.Table


def write_quality(
    parsed: Parsed, raw: ir.Table, told: Sequence[Told], engine: Engine, folder: Path
) -> None:
    """Measure a file that was read, and write what was found.

    Args:
        parsed: The file read.
        raw: The file as landed; examples of repairs are taken from it.
        told: What rules told apart, to be counted beside the repairs.
        engine: DuckDB.
        folder: Where the standard tables of the file are, and where the measures go.
    """
    repairs = _repairs(parsed, raw)
    counted = [row for item in told for row in _counted(item)]
    checks = _inconsistencies(engine, folder)
    _write(_columns(parsed, repairs), QUALITY, folder / "quality.parquet")
    _write(repairs + counted + checks, REPAIRED, folder / "repairs.parquet")


def _columns(parsed: Parsed, repairs: list[Row]) -> list[Row]:
    """How full, how valid and how fresh each field is, by one pass."""
    used = parsed.records.filter(_._fate.isnull())
    measures: dict[str, Any] = {"rows": used.count()}
    slots = {slot.target: slot for slot in reversed(parsed.slots)}
    for target, slot in slots.items():
        measures[f"filled {target}"] = used[target].count()
        if slot.field.kind in (Kind.INSTANT, Kind.DAY):
            measures[f"first {target}"] = used[target].min().cast("string")
            measures[f"last {target}"] = used[target].max().cast("string")
    [seen] = used.aggregate(**measures).to_pyarrow().to_pylist()
    rows = [_column(slot, seen, repairs) for slot in slots.values()]
    return sorted(rows, key=lambda row: (row["table"], row["column"]))


def _column(slot: Slot, seen: Row, repairs: list[Row]) -> Row:
    counts = {row["rule"]: row["count"] for row in repairs if row["field"] == slot.target}
    table, column = slot.target.split(".", 1)
    there = seen[f"filled {slot.target}"]
    return {
        "table": table,
        "column": column,
        "source_column": slot.column,
        "rows": seen["rows"],
        "filled": min(there + counts.get(LOST, 0) + counts.get(REPLACED, 0), seen["rows"]),
        "valid": there,
        "first": seen.get(f"first {slot.target}"),
        "last": seen.get(f"last {slot.target}"),
    }


def _repairs(parsed: Parsed, raw: ir.Table) -> list[Row]:
    """How often each rule changed each column, with the first value that it changed."""
    records = parsed.records.filter(_._fate.isnull())
    found = [
        _of_slot(records, n, slot.target)
        for n, slot in enumerate(parsed.slots)
        if repair_column(n) in records.columns
    ]
    if not found:
        return []
    rows = reduce(lambda left, right: left.union(right), found).order_by("slot", "rule")
    counted: list[Row] = rows.to_pyarrow().to_pylist()
    written = _as_landed(raw, sorted({row["row"] for row in counted}))
    return [_example(parsed.slots[row["slot"]], row, written[row["row"]]) for row in counted]


def _of_slot(records: ir.Table, n: int, target: str) -> ir.Table:
    changed = records.filter(records[repair_column(n)].notnull())
    return changed.group_by(rule=changed[repair_column(n)]).agg(
        slot=ibis.literal(n, "int64"),
        count=changed.count(),
        row=changed._row.min(),
        after=changed[target].cast("string").argmin(changed._row),
    )


def _as_landed(raw: ir.Table, rows: list[int]) -> dict[int, Row]:
    if not rows:
        return {}
    found = raw.filter(raw._row.isin(rows)).to_pyarrow().to_pylist()
    return {record["_row"]: record for record in found}


def _example(slot: Slot, counted: Row, written: Row) -> Row:
    """One row of the repairs; personal data keep their shape alone."""
    before, after = written[slot.column], counted["after"]
    if slot.field.personal or slot.cut is not None:
        before, after = _shape(before), _shape(after)
    return {
        "column": slot.column,
        "field": slot.target,
        "rule": counted["rule"],
        "count": counted["count"],
        "row": counted["row"],
        "before": before,
        "after": after,
    }


def _shape(text: str | None) -> str | None:
    """Digits as 9, letters as x: how it was written, not what.

    Examples:
        >>> _shape("+86 138-0013-8000"), _shape("Li@Example.com")
        ('+99 999-9999-9999', 'xx@xxxxxxx.xxx')
    """
    if text is None:
        return None
    return "".join("9" if sign.isdigit() else "x" if sign.isalpha() else sign for sign in text)


def _counted(item: Told) -> list[Row]:
    count = int(item.records.count().to_pyarrow().as_py())
    return [{"rule": item.rule, "count": count}] if count else []


def _inconsistencies(engine: Engine, folder: Path) -> list[Row]:
    """Orders whose columns contradict one another; they are kept, and counted here."""
    path = folder / "orders.parquet"
    if not path.exists():
        return []
    orders = engine.read_parquet([path])
    goods = orders.gross_amount - orders.discount_amount
    parts = goods + orders.shipping_amount + orders.fee_amount + orders.adjustment_amount
    apart = (orders.paid_amount - parts).cast("float64").abs() > CENT
    checks = {
        "paid_differs": ("orders.paid_amount", (orders.paid_amount > 0) & apart),
        "paid_before_ordered": ("orders.paid_at", orders.paid_at < orders.ordered_at),
    }
    counts = {rule: found.fill_null(False).sum() for rule, (_field, found) in checks.items()}
    [seen] = orders.aggregate(**counts).to_pyarrow().to_pylist()
    return [
        {"field": checks[rule][0], "rule": rule, "count": int(count)}
        for rule, count in seen.items()
        if count
    ]


def _write(rows: list[Row], schema: pa.Schema, path: Path) -> None:
    named = [{name: row.get(name) for name in schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(named, schema=schema), path)
