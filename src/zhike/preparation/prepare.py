"""From a landed raw table to standard tables, ledger, repairs and quality."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from zhike.preparation.context import Context, Prepared, Workbench, workbench, write
from zhike.preparation.documents import documents
from zhike.preparation.entities import Decided, entity_tables
from zhike.preparation.identity import customer_id
from zhike.preparation.ledger import count_fates, ledger
from zhike.preparation.money import converted
from zhike.preparation.orders import order_rows
from zhike.preparation.parsed import Parsed, parse
from zhike.preparation.parts import in_parts
from zhike.preparation.quality import Told, write_quality
from zhike.preparation.reading import FileReading
from zhike.preparation.refunds import refunds_table
from zhike.preparation.sales import sale_records
from zhike.preparation.tables import latest_of, order_lines_table, products_table, sound_lines
from zhike.schema import standard_table

_ = ibis._


def prepare(raw: ir.Table, reading: FileReading, context: Context, folder: Path) -> Prepared:
    """Standardise, validate and split a raw table; write what comes out into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with workbench(context.engine, folder) as bench:
        parsed = parse(raw, reading, context, bench)
        parsed = replace(parsed, records=bench.keep(parsed.records))
        parsed = replace(parsed, records=bench.step(converted(parsed, context)))
        of_orders = reading.grain in ("order", "order_line")
        decide = _sales if of_orders else entity_tables
        decided = decide(parsed, reading, context, bench)
        counts = _write_tables(decided.tables, context, folder)
        write(ledger(decided.records, raw), folder / "records.parquet", context.engine)
        write_quality(parsed, raw, decided.told, context.engine, folder)
    fates, reasons = count_fates(context.engine.read_parquet([folder / "records.parquet"]))
    return Prepared(
        folder=folder,
        tables={name: folder / f"{name}.parquet" for name in counts},
        counts=counts,
        rows_read=sum(fates.values()),
        fates=fates,
        reasons=reasons,
    )


def _sales(parsed: Parsed, reading: FileReading, context: Context, bench: Workbench) -> Decided:
    """What a file of orders or order lines feeds."""
    records = sale_records(parsed, reading, context, bench)
    parsed = replace(parsed, records=records)
    count = int(records.count().to_pyarrow().as_py())
    added_up = [
        bench.step(documents(part, parsed, reading, context)) for part in in_parts(records, count)
    ]
    found = bench.keep(
        *[
            part.mutate(customer_id=customer_id(part, reading.identity, context.salt))
            for part in added_up
        ]
    )
    is_dated = "orders.ordered_at" in parsed
    dated = found["orders.ordered_at"].notnull() if is_dated else ibis.literal(True)
    sound = bench.step(found.filter(dated))
    unusable = bench.keep(found.filter(~dated).select("order_id"))
    if reading.grain == "order":
        records = bench.step(_latest_records(records))
    tables = _order_tables(records, sound, parsed, reading)
    if reading.grain == "order_line":
        lines = sound_lines(records, unusable)
        numbered = [order_lines_table(part) for part in in_parts(lines, count)]
        tables["order_lines"] = bench.keep(*numbered) if len(numbered) > 1 else numbered[0]
        tables["products"] = products_table(lines)
    return Decided(tables, _decided(records, unusable), _told(records))


def _told(records: ir.Table) -> tuple[Told, ...]:
    used = records.filter(_._fate.isnull(), _._problem.isnull())
    stock = (_._kind == "adjustment") & (_._quantity < 0) & (_._amount == 0)
    return (
        Told("return_document", used.filter(_._is_return)),
        Told("stock_adjustment", used.filter(stock & ~_._is_return)),
    )


def _order_tables(
    records: ir.Table, sound: ir.Table, parsed: Parsed, reading: FileReading
) -> dict[str, ir.Table]:
    tables: dict[str, ir.Table] = {}
    orders = None
    if "orders.ordered_at" in parsed:
        orders = order_rows(sound.filter(_.lines > 0), parsed, reading)
        tables["orders"] = orders.select(*standard_table("orders").arrow_schema.names)
    tables["refunds"] = refunds_table(records, sound, orders, parsed)
    if reading.identity:
        for name in ("customers", "people"):
            if name == "customers" or any(each.startswith("people.") for each in sound.columns):
                tables[name] = latest_of(name, sound, _lateness(sound))
    return tables


def _lateness(documents: ir.Table) -> ir.Value:
    """By the order's time, then by place in the file: exports often run backwards."""
    if "orders.ordered_at" not in documents.columns:
        return documents.last_row
    seconds: Any = documents["orders.ordered_at"].epoch_seconds().cast("int64")
    return seconds * (1 << 30) + documents.last_row


def _latest_records(records: ir.Table) -> ir.Table:
    """Of several records of one order only the last sound one speaks; the others are merged."""
    sound = records._fate.isnull() & records._problem.isnull()
    newest = records._row.max(where=sound).over(ibis.window(group_by=records._order))
    merged = (sound & (records._row < newest)).fill_null(False)
    fate = ibis.ifelse(merged, "merged", records._fate)
    reason = ibis.ifelse(merged, "duplicate", records._reason)
    return records.mutate(_fate=fate, _reason=reason)


def _decided(records: ir.Table, unusable: ir.Table) -> ir.Table:
    told = records.left_join(unusable.rename(_unusable="order_id"), [("_order", "_unusable")])
    lost = ibis.ifelse(told._unusable.notnull(), "order_rejected", None)
    reason = ibis.coalesce(told._reason, told._problem, lost)
    fate = ibis.coalesce(told._fate, ibis.ifelse(reason.notnull(), "rejected", "loaded"))
    return told.select("_row", fate=fate, reason=reason, key=told._order, content_hash=told._hash)


def _write_tables(tables: dict[str, ir.Table], context: Context, folder: Path) -> dict[str, int]:
    counts = {}
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        write(table, path, context.engine)
        rows = pq.read_metadata(path).num_rows
        if rows:
            counts[name] = rows
        else:
            path.unlink()
    return counts
