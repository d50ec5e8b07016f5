"""Batches put into a workspace without going through files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.workspace import Batch, Part, Workspace
from zhike.workspace.landing import LandingStore
from zhike.workspace.objects import sha256


def plant(workspace: Workspace, tables: Mapping[str, pa.Table], name: str = "planted") -> None:
    """Put tables into a workspace as a batch that was added before."""
    landing = LandingStore(workspace.folder / "landing")
    sequence = len(landing.batches()) + 1
    batch_id = f"20240101T00000{sequence}-{name}"
    folder = workspace.folder / "prepared" / batch_id / "0"
    folder.mkdir(parents=True)
    for table, rows in tables.items():
        pq.write_table(rows, folder / f"{table}.parquet")
    with workspace._kitchen() as kitchen:
        fingerprint = kitchen.fingerprint
    rows_read = max(rows.num_rows for rows in tables.values())
    part = Part(
        name=f"{name}.csv",
        encoding="utf-8",
        header=("order_id",),
        rows_read=rows_read,
        reading={
            "signature": name,
            "platform": "",
            "grain": "order_line",
            "tables": sorted(tables),
            "columns": [],
        },
        tables={table: rows.num_rows for table, rows in tables.items()},
        fates={"loaded": rows_read},
        prepared_with=fingerprint,
        hashes={table: sha256(folder / f"{table}.parquet") for table in tables},
    )
    batch = Batch(
        id=batch_id,
        sequence=sequence,
        file=f"{name}.csv",
        path=f"/exports/{name}.csv",
        content_hash=name,
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
        landed_on="2026-01-01",
        parts=(part,),
    )
    draft = landing.draft()
    pq.write_table(pa.table({"order_id": ["1"]}), draft / "0.parquet")
    landing.keep(batch, draft)
