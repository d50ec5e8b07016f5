"""A raw table kept as it came: Parquet, and the hash that knows a file again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.sources.streams import reading
from zhike.sources.tables import Progress, RawTable, silent

_GROUP_ROWS = 1 << 17


def content_hash(path: Path | str) -> str:
    """SHA-256 of the bytes of a file, in hexadecimal.

    Raises:
        SourceError: The file cannot be read.
    """
    path = Path(path)
    with reading(path.name), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_parquet(table: RawTable, path: Path | str, progress: Progress = silent) -> int:
    """Write every record of the table to `path`; say how many there were.

    Memory stays at one row group however large the table is.

    Raises:
        SourceError: The file vanished, or is damaged further down.
    """
    written = 0
    kept: list[pa.RecordBatch] = []
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for batch in table.batches(progress):
            kept.append(batch)
            written += batch.num_rows
            if sum(part.num_rows for part in kept) >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(kept), row_group_size=_GROUP_ROWS)
                kept.clear()
        if kept:
            writer.write_table(pa.Table.from_batches(kept), row_group_size=_GROUP_ROWS)
    return written
