"""The ledger: exactly one fate for every source record.

`records.parquet` has one row a record: `_row`, `fate`, `reason` (code), `raw` (text of what was
set aside), `key` (of the thing that the record belongs to) and `content_hash`.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import to_json

FATES = ("loaded", "updated", "unchanged", "merged", "rejected", "skipped")

_ = ibis._


def ledger(decided: ir.Table, raw: ir.Table) -> ir.Table:
    """The ledger of records whose `fate`, `reason`, `key` and `content_hash` are decided.

    The raw text is only fetched for the few that were set aside.
    """
    aside = decided.filter(_.fate.isin(["rejected", "skipped"])).select(aside_row=_._row)
    found = raw.semi_join(aside, [("_row", "aside_row")])
    written = found.select(aside_row=_._row, raw=ibis.coalesce(found._raw, _as_json(found)))
    rows = decided.left_join(written, [decided._row == written.aside_row])
    return rows.select("_row", "fate", "reason", "raw", "key", "content_hash")


def _as_json(raw: ir.Table) -> ir.Value:
    """The record as JSON by its headers, where the source kept no text of it."""
    columns = [name for name in raw.columns if name not in ("_row", "_fate", "_reason", "_raw")]
    return to_json(ibis.struct({name: raw[name] for name in columns})).cast("string")


def count_fates(records: ir.Table) -> tuple[dict[str, int], dict[str, int]]:
    """Records by fate (all six, zero included), and by reason."""
    rows = records.group_by("fate", "reason").agg(records=_.count()).to_pyarrow().to_pylist()
    fates = dict.fromkeys(FATES, 0)
    reasons: dict[str, int] = {}
    for row in rows:
        fates[row["fate"]] += row["records"]
        if row["reason"]:
            reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["records"]
    return fates, reasons
