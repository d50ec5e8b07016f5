"""What preparation needs to know, and what it hands back."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from zhike.engines import Engine


@dataclass(frozen=True, kw_only=True)
class Context:
    """What is the same for every file of a workspace.

    Attributes:
        engine: DuckDB; files are always prepared on it.
        timezone: Business time zone; times without an offset are in it.
        currency: ISO code that every amount is turned into.
        landed_on: Business day on which the file came; nothing in it may be later.
        salt: The workspace's secret; surrogate customer ids are made with it.
        rates: ISO code to what one unit is worth in `currency`.
    """

    engine: Engine
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    landed_on: date
    salt: str
    rates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What came out of one raw table.

    Attributes:
        folder: Where the files are.
        tables: Standard table to its file.
        counts: Standard table to its number of rows.
        rows_read: Source records, the header not counted.
        fates: Fate to number of records, before earlier batches are looked at; they sum to
            `rows_read`.
        reasons: Reason code to number of records that were not loaded.
    """

    folder: Path
    tables: Mapping[str, Path]
    counts: Mapping[str, int]
    rows_read: int
    fates: Mapping[str, int]
    reasons: Mapping[str, int]

    @property
    def records(self) -> Path:
        """The ledger: one row a source record."""
        return self.folder / "records.parquet"

    @property
    def repairs(self) -> Path:
        """What was mended by which rule, with counts and an example."""
        return self.folder / "repairs.parquet"

    @property
    def quality(self) -> Path:
        """Per table and column: rows, filled, valid, distinct and so on."""
        return self.folder / "quality.parquet"


_numbers = itertools.count()


class Workbench:
    """Steps between landing and standard tables, swept when the work is done.

    A step that is put down is not written out again inside the next one: Ibis would otherwise
    repeat each expression wherever it is used.

    Args:
        engine: Where the steps run.
        folder: Where large steps are kept.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._connection: Any = engine.connection
        self._folder = folder
        self._views: list[str] = []

    def step(self, expression: ir.Table) -> ir.Table:
        """The expression under a name, computed wherever it is used."""
        name = f"step_{next(_numbers)}"
        self._views.append(name)
        made: ir.Table = self._connection.create_view(name, expression)
        return made

    def keep(self, *parts: ir.Table) -> ir.Table:
        """The rows of all parts, computed one after the other and kept in Parquet files."""
        paths = [self._folder / f"step_{next(_numbers)}.parquet" for _ in parts]
        for part, path in zip(parts, paths, strict=True):
            # Dictionaries pay where a file is read often; a step is read a few times.
            write(part, path, self._engine, dictionary_size_limit=1000)
        kept = self._engine.read_parquet(paths)
        self._views.append(kept.get_name())
        return kept

    def sweep(self) -> None:
        """Forget every step."""
        while self._views:
            self._connection.drop_view(self._views.pop(), force=True)


@contextmanager
def workbench(engine: Engine, beside: Path) -> Iterator[Workbench]:
    """A workbench whose files lie beside the result, on the same disk."""
    with tempfile.TemporaryDirectory(dir=beside, prefix=".steps-") as folder:
        bench = Workbench(engine, Path(folder))
        try:
            yield bench
        finally:
            bench.sweep()


def write(expression: ir.Table, path: Path, engine: Engine, **options: object) -> None:
    """The rows of an expression as a Parquet file, by DuckDB's own options."""
    connection: Any = engine.connection
    connection.to_parquet(expression, path, compression="zstd", compression_level=1, **options)
