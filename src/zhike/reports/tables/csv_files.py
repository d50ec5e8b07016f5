"""CSV that a spreadsheet opens rightly: a byte-order mark, words for codes, inert cells."""

from __future__ import annotations

import codecs
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from zhike.reports.tables.contents import ExportColumn, ExportTable

ALIVE = r"^[=+\-@\t\r\n]"
"""What makes a spreadsheet take a text for a formula."""

DECIMALS = 6
"""What stands behind is noise of binary fractions."""


def write_csv(table: ExportTable, path: Path) -> int:
    """Write a table as CSV with people's headers; gives the number of rows.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    header = _distinct([str(column.label) for column in table.columns])
    count = 0
    reader = table.batches()
    kinds = zip(header, table.columns, reader.schema, strict=True)
    schema = pa.schema([(name, _type(column, item.type)) for name, column, item in kinds])
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8)
        with csv.CSVWriter(file, schema) as writer:
            for batch in reader:
                written = map(written_column, batch.columns, table.columns)
                writer.write_batch(pa.record_batch(list(written), schema=schema))
                count += batch.num_rows
    return count


def written_column(values: pa.Array, column: ExportColumn) -> pa.Array:
    """A column as people read it: words for codes, nothing that would run."""
    if not pa.types.is_string(values.type):
        return pc.round(values, DECIMALS) if pa.types.is_floating(values.type) else values
    return inert(worded(values, column))


def worded(values: pa.Array, column: ExportColumn) -> pa.Array:
    """Codes as words; a code without a word stays itself."""
    if not column.words:
        return values
    codes = pa.array(list(column.words), pa.string())
    words = pa.array([str(word) for word in column.words.values()], pa.string())
    return pc.coalesce(words.take(pc.index_in(values, value_set=codes)), values)


def inert(values: pa.Array) -> pa.Array:
    """Text that a spreadsheet takes for text.

    Examples:
        >>> inert(pa.array(["=1+1", "ann", None])).to_pylist()
        ["'=1+1", 'ann', None]
    """
    alive = pc.match_substring_regex(values, ALIVE)
    quoted = pc.binary_join_element_wise(pa.scalar("'"), values, pa.scalar(""))
    return pc.if_else(alive, quoted, values)


def _type(column: ExportColumn, kind: pa.DataType) -> pa.DataType:
    return pa.string() if column.words else kind


def _distinct(names: list[str]) -> list[str]:
    """Headers that differ, as whoever reads the file by name needs."""
    return [
        name if name not in names[:place] else f"{name} ({names[:place].count(name) + 1})"
        for place, name in enumerate(names)
    ]
