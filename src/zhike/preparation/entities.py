"""Files whose records are things of one kind: customers, products, refunds, events and so on.

Records of one key are one thing: the latest that is filled wins field by field, and the earlier
records are merged. Where the key is not in the file each record is a thing of its own, named by its
content, so that the next export names it alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context, Workbench
from zhike.preparation.functions import concat_ws, last_by
from zhike.preparation.identity import customer_id
from zhike.preparation.keys import with_own_key
from zhike.preparation.parsed import Parsed
from zhike.preparation.quality import Told
from zhike.preparation.reading import FileReading, Grain
from zhike.preparation.shapes import fed_columns, typed
from zhike.preparation.tables import latest_of
from zhike.preparation.validate import (
    Check,
    amount_checks,
    day_checks,
    main_day,
    problem_of,
    required_checks,
)
from zhike.schema import StandardTable, standard_table

TABLES: dict[Grain, str] = {
    "refund": "refunds", "customer": "customers", "product": "products", "event": "events",
    "interaction": "interactions", "response": "responses", "review": "reviews",
    "ticket": "tickets", "touch": "touches", "spend": "spend", "lead": "leads",
    "market": "market", "staff": "staff",
}  # fmt: skip
_NAMED_BY = {"customers": "customer_id", "products": "product_id"}
"""Tables whose rows are nothing without a name of their own in the file."""

_ = ibis._


@dataclass(frozen=True)
class Decided:
    """Tables and the decided records behind them.

    Attributes:
        tables: Standard table to its rows.
        records: With `_row`, `fate`, `reason`, `key`, `content_hash`.
        told: Records that a rule told apart, to be counted as repairs.
    """

    tables: dict[str, ir.Table]
    records: ir.Table
    told: tuple[Told, ...] = ()


def entity_tables(
    parsed: Parsed, reading: FileReading, context: Context, bench: Workbench
) -> Decided:
    """The table of a file's grain, and with customers their people."""
    table = standard_table(TABLES[reading.grain])
    records = bench.step(_with_key(parsed, reading, table, context))
    checks = list(_checks(replace(parsed, records=records), table, context))
    records = bench.step(records.mutate(_problem=problem_of(records, checks)))
    sound = records._fate.isnull() & records._problem.isnull()
    newest = records._row.max(where=sound).over(ibis.window(group_by=_._key))
    merged = sound & (records._row < newest) & _is_one_thing(parsed, table)
    records = bench.step(records.mutate(_merged=merged.fill_null(False)))
    usable = bench.step(records.filter(records._fate.isnull() & records._problem.isnull()))
    tables = {table.name: _rows(usable, parsed, table)}
    if table.name == "customers" and any(name.startswith("people.") for name in usable.columns):
        tables["people"] = latest_of("people", usable.mutate(customer_id=_._key), usable._row)
    return Decided(tables, _decided(records))


def _with_key(
    parsed: Parsed, reading: FileReading, table: StandardTable, context: Context
) -> ir.Table:
    records = parsed.records
    identity = customer_id(records, reading.identity, context.salt)
    if table.name == "customers":
        return records.mutate(_key=identity)
    if table.name == "products":
        names = [
            records[name] for name in ("products.product_id", "products.name") if name in parsed
        ]
        return records.mutate(_key=ibis.coalesce(*names, ibis.null("string")))
    if "customer_id" in table and reading.identity:
        records = records.mutate(**{f"{table.name}.customer_id": identity})
    own = with_own_key(records, "_own", table.name[0])
    named = [
        own[f"{table.name}.{name}"] for name in _key_fields(table) if _fed(parsed, table, name)
    ]
    if len(named) < len(_key_fields(table)):
        return own.mutate(_key=own._own)
    texts = [value.cast("string").fill_null("") for value in named]
    key = texts[0].nullif("") if len(texts) == 1 else concat_ws("\x1f", *texts)
    return own.mutate(_key=key)


def _key_fields(table: StandardTable) -> list[str]:
    return [name for name in table.key if not table[name].derived]


def _fed(parsed: Parsed, table: StandardTable, name: str) -> bool:
    return f"{table.name}.{name}" in parsed


def _is_one_thing(parsed: Parsed, table: StandardTable) -> ir.Value:
    """A refund may have a record for each of its lines; all else has one row a key."""
    return ibis.literal(not (table.name == "refunds" and _fed(parsed, table, "product_id")))


def _checks(parsed: Parsed, table: StandardTable, context: Context) -> Iterator[Check]:
    key = parsed.records._key
    if table.name == "customers":
        yield key.isnull(), "missing_identity"
    else:
        name = _NAMED_BY.get(table.name, table.key[0])
        yield key.isnull(), f"missing_{name}"
        yield from (
            check for check in required_checks(parsed, table) if check[1] != f"missing_{name}"
        )
    day = main_day(table.name)
    if day:
        yield from day_checks(parsed, day, context)
    yield from amount_checks(parsed, (table.name,), context)


def _rows(usable: ir.Table, parsed: Parsed, table: StandardTable) -> ir.Table:
    fields = fed_columns(table.name, usable)
    if table.name == "refunds":
        return _refund_rows(usable, fields, parsed)
    rows = usable.group_by("_key").agg(
        **{f"{name} said": last_by(value, usable._row) for name, value in fields.items()}
    )
    columns: dict[str, Any] = {name: rows[f"{name} said"] for name in fields}
    if len(_key_fields(table)) == 1:
        columns[_key_fields(table)[0]] = rows._key
    return typed(table.name, rows, columns)


def _refund_rows(usable: ir.Table, fields: dict[str, Any], parsed: Parsed) -> ir.Table:
    rows = usable.filter(~_._merged)
    position = ibis.row_number().over(ibis.window(group_by=rows._key, order_by=rows._row)) + 1
    columns: dict[str, Any] = {name: rows[f"refunds.{name}"] for name in fields}
    columns |= {"refund_id": rows._key, "line_no": position}
    if "amount" in columns:
        columns["amount"] = columns["amount"].abs()
    if "quantity" in columns:
        columns["quantity"] = columns["quantity"].abs()
    return typed("refunds", rows, columns)


def _decided(records: ir.Table) -> ir.Table:
    fate = ibis.cases(
        (records._fate.notnull(), records._fate),
        (records._problem.notnull(), "rejected"),
        (records._merged, "merged"),
        else_="loaded",
    )
    reason = ibis.cases(
        (records._fate.notnull(), records._reason),
        (records._problem.notnull(), records._problem),
        (records._merged, "duplicate"),
    )
    return records.select(
        "_row", fate=fate, reason=reason, key=records._key, content_hash=records._hash
    )
