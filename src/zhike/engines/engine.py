"""What an engine is: a connection that runs Ibis expressions and keeps intermediates."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

import ibis
import ibis.expr.types as ir


@runtime_checkable
class Engine(Protocol):
    """A place where relational work runs.

    Attributes:
        name: "duckdb", "postgres" or "spark".
        connection: The Ibis backend.
    """

    name: str
    connection: ibis.BaseBackend

    def read_parquet(self, paths: list[Path]) -> ir.Table:
        """The rows of Parquet files with one schema, as a lazy table."""
        ...

    def load(self, name: str, rows: object) -> ir.Table:
        """Arrow, pandas or polars rows as a table of this engine."""
        ...

    def materialise(self, expression: ir.Table, *, wide: bool = False) -> ir.Table:
        """The expression computed once and kept until the engine is closed.

        Args:
            expression: What is to be computed.
            wide: Many rows of many columns, of which each reader wants a few: an engine that
                holds tables in memory keeps this one in a file.
        """
        ...

    def close(self) -> None:
        """Let go of what was kept."""
        ...


def open_engine(address: str = "duckdb", *, memory: str = "", threads: int = 0) -> Engine:
    """The engine at an address: "duckdb", "postgres://…" or "spark[://…]".

    Args:
        address: Name, or URL where there is a server.
        memory: Most that DuckDB may hold, such as "2GB"; its default is a share of the machine's.
        threads: Most threads; 0 means all.

    Raises:
        ParameterError: No engine answers to that address.
        UnavailableError: Its extra is not installed, or its server does not answer.
    """
    from zhike.engines.registry import engine_class

    return engine_class(address)(address, memory=memory, threads=threads)
