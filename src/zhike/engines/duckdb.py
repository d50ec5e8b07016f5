"""DuckDB inside this process: the engine that is always there."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from zhike.engines.quoting import literal, quoted
from zhike.errors import UnavailableError
from zhike.i18n import format_number, lazy

STOPPING_SECONDS = 0.05
"""How often a question that has run out of time is told to stop: between two of its queries
there may be nothing to stop."""


class DuckDBEngine:
    """An in-memory DuckDB that spills to a folder of its own, gone when it is closed.

    Args:
        address: "duckdb"; there is nothing to choose.
        memory: Most that it may hold, such as "2GB"; empty leaves DuckDB's own share.
        threads: Most threads; 0 means all.

    Examples:
        >>> engine = DuckDBEngine(threads=1)
        >>> engine.load("answers", {"answer": [42]}).count().execute()
        1
        >>> engine.close()
    """

    name = "duckdb"

    def __init__(self, address: str = "duckdb", *, memory: str = "", threads: int = 0) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="zhike-duckdb-"))
        settings: dict[str, Any] = {
            "temp_directory": str(self._scratch),
            "preserve_insertion_order": False,  # an order that is kept is kept by a column
            "autoinstall_known_extensions": False,  # what is not in the wheel is not fetched
        }
        if memory:
            settings["memory_limit"] = memory
        if threads:
            settings["threads"] = threads
        self.connection = ibis.duckdb.connect(**settings)
        self.connection.settings["TimeZone"] = "UTC"
        # An engine that nobody closes (an example, a bare table) leaves nothing behind either;
        # lazy tables may outlive it, and hold on to the connection.
        self._swept = weakref.finalize(
            self.connection, shutil.rmtree, self._scratch, ignore_errors=True
        )
        self._numbers = itertools.count()

    def read_parquet(self, paths: list[Path]) -> ir.Table:
        """The rows of Parquet files with one schema, as a lazy table."""
        return self.connection.read_parquet([str(path) for path in paths])

    def load(self, name: str, rows: Any) -> ir.Table:
        """Arrow, pandas or polars rows as a table of this engine."""
        return self.connection.create_table(name, ibis.memtable(rows), overwrite=True)

    def materialise(self, expression: ir.Table, *, wide: bool = False) -> ir.Table:
        """The expression computed once and kept until the engine is closed."""
        name = f"kept_{next(self._numbers)}"
        if wide:
            return self._filed(name, expression)
        return self.connection.create_table(name, expression, temp=True)

    def forget(self, kept: ir.Table) -> None:
        """Let go of a table that was materialised, and is not wide."""
        name = kept.op().name  # without its database
        self.connection.raw_sql(f"DROP TABLE {quoted(name)}")

    def _filed(self, name: str, expression: ir.Table) -> ir.Table:
        """The expression in a file of its own: as quick to write as a table, a fifth of its size.

        Texts that repeat are read back as places in a list, which group several times faster than
        the texts of a table in memory; and what is not read takes no room.
        """
        kinds = self.connection.compiler.type_mapper
        columns = [
            # A sum of integers is wider than Parquet knows, and would come back as a float.
            f"CAST({quoted(column)} AS {kinds.to_string(kind)}) AS {quoted(column)}"
            if kind.is_integer()
            else quoted(column)
            for column, kind in expression.schema().items()
        ]
        path = self._scratch / f"{name}.parquet"
        rows = f"SELECT {', '.join(columns)} FROM ({self.connection.compile(expression)})"  # noqa: S608
        self.connection.raw_sql(
            f"COPY ({rows}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION uncompressed)"
        )
        return self.connection.read_parquet(str(path))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let what is asked inside the block take no longer than that.

        Raises:
            UnavailableError: It took longer and was stopped.
        """
        done = threading.Event()

        def stop() -> None:
            waited = seconds
            while not done.wait(waited):
                self.connection.con.interrupt()
                waited = STOPPING_SECONDS

        watch = threading.Thread(target=stop, name="zhike-deadline", daemon=True)
        watch.start()
        try:
            yield
        except (duckdb.InterruptException, OSError) as fault:  # Arrow's readers say OSError
            if "interrupt" not in str(fault).lower():
                raise
            raise UnavailableError(
                lazy(
                    "This took longer than {seconds} seconds and was stopped.",
                    seconds=format_number(seconds),
                ),
                hint=lazy("Ask it on the command line, where it may take its time."),
                code="too_long",
            ) from None
        finally:
            done.set()
            watch.join()

    def close(self) -> None:
        """Let go of what was kept, spilled files included."""
        self.connection.disconnect()
        self._swept()
