"""The quality of the data: what the ledgers and the prepared tables say, gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.workspace.landing import FATES, Batch
from zhike.workspace.layout import Layout
from zhike.workspace.preparing import prepared_folder
from zhike.workspace.results import records

REJECTED_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How good the data are.

    Attributes:
        batches: One entry a raw table: `file`, `batch`, `added_at`, `rows_read`, `fates`,
            `reasons`; in the order in which they were added, which is the trend.
        columns: One row a raw table, standard table and column, as preparation measured it.
        rejected: Some of the records that were set aside: `file`, `row`, `reason`, `raw`.
        repairs: One row a raw table, rule and column: how many values were repaired, and one
            before and after.
    """

    batches: tuple[Mapping[str, Any], ...]
    columns: pa.Table
    repairs: pa.Table
    rejected: tuple[Mapping[str, Any], ...]

    def measures(self) -> dict[str, Any]:
        """What a snapshot keeps of it: nothing that was written in a record."""
        told = {"row", "before", "after"} & set(self.repairs.column_names)
        return {
            "columns": records(self.columns),
            "repairs": records(self.repairs.drop_columns(sorted(told))),
        }

    def as_json(self) -> dict[str, Any]:
        """What `quality --json` prints."""
        return {
            "files": [dict(item) for item in self.batches],
            "columns": records(self.columns),
            "repairs": records(self.repairs),
            "rejected": [dict(item) for item in self.rejected],
        }


def quality_of(layout: Layout, batches: Sequence[Batch]) -> Quality:
    """The quality of all batches."""
    entries = [
        {
            "file": part.name,
            "batch": batch.id,
            "added_at": batch.added_at.isoformat(timespec="seconds"),
            "rows_read": part.rows_read,
            "fates": {fate: part.fates.get(fate, 0) for fate in FATES},
            "reasons": dict(part.reasons),
        }
        for batch in batches
        for part in batch.parts
    ]
    return Quality(
        batches=tuple(entries),
        columns=_gathered(layout, batches, "quality"),
        repairs=_gathered(layout, batches, "repairs"),
        rejected=tuple(_rejected(layout, batches)),
    )


def _rejected(layout: Layout, batches: Sequence[Batch]) -> list[dict[str, Any]]:
    """The first records set aside of each raw table."""
    found = []
    for name, file in _files(layout, batches, "records"):
        aside = [("fate", "=", "rejected")]
        rows = pq.read_table(file, columns=["_row", "reason", "raw"], filters=aside)
        rows = (
            rows.sort_by("_row").slice(0, REJECTED_SHOWN).rename_columns(["row", "reason", "raw"])
        )
        found += [{"file": name} | row for row in rows.to_pylist()]
    return found


def _gathered(layout: Layout, batches: Sequence[Batch], kind: str) -> pa.Table:
    tables = [_named(pq.read_table(file), name) for name, file in _files(layout, batches, kind)]
    return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})


def _named(rows: pa.Table, name: str) -> pa.Table:
    return rows.add_column(0, "file", pa.array([name] * rows.num_rows, pa.string()))


def _files(layout: Layout, batches: Sequence[Batch], kind: str) -> list[tuple[str, Path]]:
    found = [
        (part.name, prepared_folder(layout, batch.id, number) / f"{kind}.parquet")
        for batch in batches
        for number, part in enumerate(batch.parts)
    ]
    return [(name, file) for name, file in found if file.exists()]
