"""The base of an export: what the customer table said when it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from zhike.reports.workbook import CustomerColumn


@contextmanager
def base_of(
    path: Path, columns: tuple[CustomerColumn, ...], *, unmasked: bool
) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """A file that takes the batches of a customer table as they are written."""
    with pq.ParquetWriter(path, base_schema(columns, unmasked)) as writer:
        yield lambda batch: _keep(writer, batch)


def base_schema(columns: tuple[CustomerColumn, ...], unmasked: bool) -> pa.Schema:
    """How the base of an export holds the columns: text as it is shown, the rest typed.

    Each carries its title, so that a title that was changed since can be told.
    """
    return pa.schema(
        pa.field(
            column.name,
            _arrow_type(column, unmasked),
            metadata={"title": str(column.label)},
        )
        for column in columns
    )


def _arrow_type(column: CustomerColumn, unmasked: bool) -> pa.DataType:
    if column.is_text or (column.name == "birth_on" and not unmasked):
        return pa.string()
    whole = {"day": pa.date32(), "count": pa.int64(), "score": pa.int64()}
    return whole.get(column.kind, pa.float64())


def _keep(writer: pq.ParquetWriter, batch: pa.RecordBatch) -> None:
    columns = [
        batch.column(name).cast(writer.schema.field(name).type) for name in writer.schema.names
    ]
    writer.write_batch(pa.record_batch(columns, schema=writer.schema))
