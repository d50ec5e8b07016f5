"""Parquet files as raw tables: every value as canonical text."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.errors import SourceError
from zhike.i18n import lazy
from zhike.sources.fates import texts
from zhike.sources.headers import Header, column_names
from zhike.sources.streams import ByteSource, reading
from zhike.sources.tables import LEDGER_COLUMNS, Progress, RawTable, landing_schema

_BATCH_ROWS = 1 << 16
_LARGEST_WHOLE = float(1 << 63)


def parquet_table(source: ByteSource) -> RawTable:
    """The table of a Parquet file.

    Instants are ISO text; a floating-point column whose values are all whole prints without
    decimals, so that ids read as ids; structs become columns with dots, lists JSON text.

    Raises:
        SourceError: The file is damaged.
    """
    with _opened(source) as file:
        rows = file.metadata.num_rows
        names = _flattened(_no_rows(file.schema_arrow)).schema.names
        whole = _whole_columns(file)
    if not rows:
        raise SourceError(
            lazy("{name} has column names but no records.", name=source.name),
            hint=lazy("Export it again with its records."),
            code="no_records",
        )
    header = column_names(names)
    return RawTable(
        name=source.name,
        file=source.path,
        header=header,
        stream=_Reader(source, Header(header, 0, ()), frozenset(whole)).batches,
        sheet=source.member,
        size_bytes=source.size_bytes,
    )


@dataclass(frozen=True)
class _Reader:
    source: ByteSource
    header: Header
    whole: frozenset[str]

    def batches(self, progress: Progress) -> Iterator[pa.RecordBatch]:
        total, row = self.source.size_bytes, 1
        schema = landing_schema(self.header.names)
        with _opened(self.source) as file:
            records = max(file.metadata.num_rows, 1)
            for batch in _batches(file, self.source.name):
                flat = _flattened(batch)
                cells = [
                    as_text(column, whole=name in self.whole)
                    for name, column in zip(flat.schema.names, flat.columns, strict=True)
                ]
                numbers = pa.array(np.arange(row, row + len(batch)))
                ledger = [pa.nulls(len(batch), pa.string())] * (len(LEDGER_COLUMNS) - 1)
                row += len(batch)
                yield pa.RecordBatch.from_arrays([*cells, numbers, *ledger], schema=schema)
                progress((row - 1) * total // records, total)


def _opened(source: ByteSource) -> Any:
    with reading(source.name):
        try:
            if source.unpack is None:
                return pq.ParquetFile(source.path)
            return pq.ParquetFile(io.BytesIO(source.whole()))
        except pa.ArrowInvalid as error:
            raise EOFError from error


def _batches(file: Any, name: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    with reading(name):
        try:
            yield from file.iter_batches(_BATCH_ROWS, columns=columns)
        except pa.ArrowInvalid as error:
            raise EOFError from error


def _whole_columns(file: Any) -> set[str]:
    """Floating-point columns without a fraction in the whole file."""
    schema = file.schema_arrow
    whole = {field.name for field in schema if pa.types.is_floating(field.type)}
    if not whole:
        return whole
    for batch in file.iter_batches(_BATCH_ROWS, columns=sorted(whole)):
        for name in sorted(whole):
            column = batch.column(name)
            if not _is_whole(column):
                whole.discard(name)
        if not whole:
            break
    return whole


def _is_whole(column: pa.Array) -> bool:
    column = column.cast(pa.float64())
    fits = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), _LARGEST_WHOLE))
    whole = pc.or_(fits, pc.is_nan(column))
    return bool(pc.all(whole, min_count=0).as_py())


def _flattened(batch: pa.RecordBatch) -> pa.RecordBatch:
    if not any(pa.types.is_struct(field.type) for field in batch.schema):
        return batch
    table = pa.Table.from_batches([batch])
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    (flat,) = table.combine_chunks().to_batches() or [_no_rows(table.schema)]
    return flat


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)


def as_text(column: pa.Array, *, whole: bool = False) -> pa.Array:
    """The column as text a person would have written; empty text is null.

    Examples:
        >>> as_text(pa.array([13085.0, None]), whole=True).to_pylist()
        ['13085', None]
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_nested(kind):
        return texts([None if (v := item.as_py()) is None else _json(v) for item in column])
    if pa.types.is_floating(kind):
        column = column.cast(pa.float64())
        column = pc.if_else(pc.is_nan(column), None, column)
        column = column.cast(pa.int64()) if whole else column
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return texts([None if (v := item.as_py()) is None else _bytes(v) for item in column])
    elif pa.types.is_timestamp(kind):
        column = _without_empty_fraction(column)
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), None, text)


def _without_empty_fraction(column: pa.Array) -> pa.Array:
    """Instants to the second where nothing finer is in them."""
    seconds = pa.timestamp("s", column.type.tz)
    try:
        return column.cast(seconds)
    except pa.ArrowInvalid:
        return column


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
