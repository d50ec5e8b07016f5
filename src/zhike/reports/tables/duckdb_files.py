"""One DuckDB file for BI programs: documented views over tables that nobody edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from zhike.engines.duckdb_file import Documented, write_duckdb_file
from zhike.reports.tables.contents import ExportColumn, ExportTable
from zhike.schema import standard_table


def write_duckdb(
    tables: Iterable[ExportTable], standard: Mapping[str, Path], path: Path, *, unmasked: bool
) -> dict[str, int]:
    """Write tables and standard tables into a DuckDB file; gives view names and row counts.

    Codes are codes there; a view `<name>_words` beside it has the words where a table has any.

    Args:
        tables: Customers and results.
        standard: Standard table to the Parquet file of it.
        path: The file; one that is there is replaced.
        unmasked: Whether columns that name or reach a person stay in the standard tables.
    """
    described = [_described(table) for table in tables]
    described += [_standard(name, file, unmasked=unmasked) for name, file in standard.items()]
    return write_duckdb_file(path, described)


def _described(table: ExportTable) -> Documented:
    return Documented(
        name=table.name,
        comment=str(table.title),
        columns={column.name: _comment(column) for column in table.columns},
        words={
            column.name: {code: str(word) for code, word in column.words.items()}
            for column in table.columns
            if column.words
        },
        rows=table.batches,
    )


def _comment(column: ExportColumn) -> str:
    if not column.words:
        return str(column.label)
    words = "; ".join(f"{code} = {word}" for code, word in column.words.items())
    return f"{column.label} ({words})"


def _standard(name: str, file: Path, *, unmasked: bool) -> Documented:
    table = standard_table(name)
    return Documented(
        name=name,
        comment=f"{table.label}. {table.grain}",
        columns={
            item.name: f"{item.label}. {item.description}"
            for item in table.fields
            if unmasked or item.personal != "direct"
        },
        words={},
        file=file,
    )
