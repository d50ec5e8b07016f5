"""A DuckDB file for other programs to read: tables below, documented views in front."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from zhike.engines.quoting import literal, quoted

BEHIND = "stored"


@dataclass(frozen=True, kw_only=True)
class Documented:
    """One table with what it means.

    Attributes:
        name: Of the view.
        comment: What a row is.
        columns: Column to its meaning; only these are shown.
        words: Column to the words for its codes.
        rows: Gives the rows as Arrow batches; None where `file` has them.
        file: A Parquet file with the rows.
    """

    name: str
    comment: str
    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows: Callable[[], Any] | None = None
    file: Path | None = None


def write_duckdb_file(path: Path, tables: Iterable[Documented]) -> dict[str, int]:
    """Write the tables, and a documented view before each; gives rows by view.

    The file is made beside its place and moved there whole, and may only be read.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    counts = {}
    with duckdb.connect(draft) as connection:
        connection.execute(f"CREATE SCHEMA {BEHIND}")
        for table in tables:
            counts[table.name] = _stored(connection, table)
            _viewed(connection, table)
        connection.execute("CHECKPOINT")
    if path.exists():
        path.chmod(stat.S_IREAD | stat.S_IWRITE)  # Windows replaces no read-only file
    draft.replace(path)
    path.chmod(stat.S_IREAD | stat.S_IRGRP | stat.S_IROTH)
    return counts


def _stored(connection: duckdb.DuckDBPyConnection, table: Documented) -> int:
    target = f"{BEHIND}.{quoted(table.name)}"
    columns = ", ".join(map(quoted, table.columns))
    if table.file is not None:
        source = connection.read_parquet(str(table.file))
    else:
        source = connection.from_arrow(table.rows())  # type: ignore[misc]
    connection.register("incoming", source)
    connection.execute(f"CREATE TABLE {target} AS SELECT {columns} FROM incoming")  # noqa: S608
    connection.unregister("incoming")
    row = connection.execute(f"SELECT count(*) FROM {target}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def _viewed(connection: duckdb.DuckDBPyConnection, table: Documented) -> None:
    source = f"{BEHIND}.{quoted(table.name)}"
    columns = {name: quoted(name) for name in table.columns}
    _documented_view(connection, table.name, columns, source, table)
    if table.words:
        worded = columns | {name: _worded(name, words) for name, words in table.words.items()}
        _documented_view(connection, f"{table.name}_words", worded, source, table)


def _documented_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    source: str,
    table: Documented,
) -> None:
    view = quoted(name)
    shown = ", ".join(f"{text} AS {quoted(column)}" for column, text in columns.items())
    connection.execute(f"CREATE VIEW {view} AS SELECT {shown} FROM {source}")  # noqa: S608
    connection.execute(f"COMMENT ON VIEW {view} IS {literal(table.comment)}")
    for column, meaning in table.columns.items():
        connection.execute(f"COMMENT ON COLUMN {view}.{quoted(column)} IS {literal(meaning)}")


def _worded(name: str, words: Mapping[str, str]) -> str:
    column = quoted(name)
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(word)}" for code, word in words.items())
    return f"CASE {column} {cases} ELSE {column} END"
