"""PostgreSQL: a server that already holds the data, or is to do the work."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from zhike.engines.arrow import as_arrow
from zhike.errors import UnavailableError
from zhike.i18n import lazy


class PostgresEngine:
    """A connection to PostgreSQL; what is kept is in temporary tables, gone with the connection.

    Args:
        address: "postgres://user:password@host:port/database".
        memory: Most that one sort or join may hold, such as "256MB"; empty leaves the server's.
        threads: Most parallel workers a query; 0 leaves the server's.

    Raises:
        UnavailableError: The extra is not installed, or the server does not answer.
    """

    name = "postgres"

    def __init__(self, address: str, *, memory: str = "", threads: int = 0) -> None:
        self.connection = _connected(address)
        self._numbers = itertools.count()
        self._set("TimeZone", "UTC")
        if memory:
            self._set("work_mem", memory)
        if threads:
            self._set("max_parallel_workers_per_gather", str(threads - 1))

    def read_parquet(self, paths: list[Path]) -> ir.Table:
        """The rows of Parquet files with one schema, copied into a temporary table."""
        files = [pq.ParquetFile(path) for path in paths]
        schema = files[0].schema_arrow
        batches = (batch for file in files for batch in file.iter_batches())
        return self._copied(f"read_{next(self._numbers)}", schema, batches)

    def load(self, name: str, rows: Any) -> ir.Table:
        """Arrow, pandas or polars rows as a temporary table."""
        table = as_arrow(rows)
        return self._copied(name, table.schema, table.to_batches())

    def materialise(self, expression: ir.Table, *, wide: bool = False) -> ir.Table:
        """The expression computed once and kept until the engine is closed."""
        name = f"kept_{next(self._numbers)}"
        kept = self.connection.create_table(name, expression, temp=True)
        self._analyse(name)
        return kept

    def close(self) -> None:
        """Let go of what was kept."""
        self.connection.disconnect()

    def _copied(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> ir.Table:
        """Rows through COPY: quoted text is text, even when empty; unquoted nothing is null."""
        from psycopg import sql

        columns = ibis.schema(schema)
        self.connection.create_table(name, schema=columns, temp=True, overwrite=True)
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(name))
        options = pacsv.WriteOptions(include_header=False)
        with self.connection.con.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in batches:
                text = io.BytesIO()
                pacsv.write_csv(_writable(batch), text, options)
                copy.write(text.getbuffer())
        self._analyse(name)
        return self.connection.table(name)

    def _analyse(self, name: str) -> None:
        """Tell the planner how large a temporary table is; nothing else would."""
        from psycopg import sql

        with self.connection.con.cursor() as cursor:
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))

    def _set(self, name: str, value: str) -> None:
        with self.connection.con.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))


def _connected(address: str) -> Any:
    try:
        import psycopg
    except ImportError as fault:
        raise UnavailableError(
            lazy("PostgreSQL needs a part that is not installed."),
            hint=lazy("Install it: pip install 'zhike[postgres]'."),
            code="postgres_missing",
        ) from fault
    try:
        return ibis.connect(address)
    except psycopg.OperationalError as fault:
        raise UnavailableError(
            lazy("PostgreSQL does not answer: {reason}", reason=str(fault).strip()),
            hint=lazy("Check the address, and that the server runs."),
            code="postgres_unreachable",
        ) from fault


def _writable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with decimals as text, which Arrow's CSV writer does not know."""
    kinds = [pa.string() if pa.types.is_decimal(kind) else kind for kind in batch.schema.types]
    return batch.cast(pa.schema(zip(batch.schema.names, kinds, strict=True)))
