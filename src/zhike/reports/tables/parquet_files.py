"""Parquet: names and codes as they are, with labels in the metadata of each column."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.reports.tables.contents import ExportColumn, ExportTable


def write_parquet(table: ExportTable, path: Path) -> int:
    """Write a table as Parquet; gives the number of rows."""
    reader = table.batches()
    described = zip(reader.schema, table.columns, strict=True)
    schema = pa.schema(
        [item.with_metadata(_metadata(column)) for item, column in described],
        metadata={"title": str(table.title)},
    )
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_table(pa.Table.from_arrays(batch.columns, schema=schema))
            count += batch.num_rows
    return count


def _metadata(column: ExportColumn) -> dict[str, str]:
    words = {code: str(word) for code, word in column.words.items()}
    described = {"label": str(column.label)}
    return described | ({"words": json.dumps(words, ensure_ascii=False)} if words else {})
