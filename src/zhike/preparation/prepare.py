"""From a landed raw table to standard tables, ledger, repairs and quality."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context, Prepared, Workbench, workbench, write
from zhike.preparation.documents import documents
from zhike.preparation.identity import customer_id
from zhike.preparation.ledger import count_fates, ledger
from zhike.preparation.orders import orders_table
from zhike.preparation.parsed import Parsed, parse
from zhike.preparation.reading import FileReading
from zhike.preparation.refunds import refunds_with_orders, returned_lines
from zhike.preparation.sales import sale_records
from zhike.preparation.tables import latest_of, order_lines_table, products_table

_ = ibis._


def prepare(raw: ir.Table, reading: FileReading, context: Context, folder: Path) -> Prepared:
    """Standardise, validate and split a raw table; write what comes out into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with workbench(context.engine, folder) as bench:
        parsed = parse(raw, reading, context, bench)
        parsed = dataclasses.replace(parsed, records=bench.keep(parsed.records))
        tables, decided = _sales(parsed, reading, context, bench)
        return _written(tables, ledger(decided, raw), context, folder)


def _sales(
    parsed: Parsed, reading: FileReading, context: Context, bench: Workbench
) -> tuple[dict[str, ir.Table], ir.Table]:
    records = sale_records(parsed, reading, context, bench)
    parsed = dataclasses.replace(parsed, records=records)
    found = bench.step(documents(records, parsed, reading, context))
    found = bench.keep(found.mutate(customer_id=customer_id(found, context.salt)))
    sound = found.filter(_["orders.ordered_at"].notnull())
    unusable = bench.keep(found.filter(_["orders.ordered_at"].isnull()).select("order_id"))
    orders = bench.step(orders_table(sound.filter(_.lines > 0), parsed, context))
    tables = {
        "orders": orders,
        "order_lines": order_lines_table(records, unusable),
        "products": products_table(records),
        "customers": latest_of("customers", sound, "last_row"),
        "people": latest_of("people", sound, "last_row"),
        "refunds": returned_lines(records, sound).union(
            refunds_with_orders(sound, orders, parsed)
        ),
    }
    decided = records.left_join(
        unusable.rename(unusable="order_id"), [("_order", "unusable")]
    )
    reason = ibis.coalesce(
        decided._reason,
        decided._problem,
        ibis.ifelse(decided.unusable.notnull(), "order_rejected", None),
    )
    fate = ibis.coalesce(decided._fate, ibis.ifelse(reason.notnull(), "rejected", "loaded"))
    return tables, decided.select(
        "_row", fate=fate, reason=reason, key=decided._order, content_hash=decided._hash
    )


def _written(
    tables: dict[str, ir.Table], records: ir.Table, context: Context, folder: Path
) -> Prepared:
    counts, paths = {}, {}
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        write(table, path, context.engine)
        rows = int(context.engine.read_parquet([path]).count().execute())
        if rows:
            counts[name], paths[name] = rows, path
        else:
            path.unlink()
    write(records, folder / "records.parquet", context.engine)
    fates, reasons = count_fates(context.engine.read_parquet([folder / "records.parquet"]))
    return Prepared(
        folder=folder,
        tables=paths,
        counts=counts,
        rows_read=sum(fates.values()),
        fates=fates,
        reasons=reasons,
    )
