"""Small raw tables put through preparation, with the reading said outright."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.engines import Engine
from zhike.i18n import lazy
from zhike.preparation import Context, Prepared, prepare
from zhike.preparation.reading import ColumnReading, FileReading

LANDED_ON = date(2025, 6, 30)
Cells = Sequence[str | None]
Aside = tuple[str, str, str]
"""Fate, reason and raw text of a record that the source set aside."""


@dataclass(frozen=True)
class Dish:
    """What came out of one raw table.

    Attributes:
        prepared: As `prepare` gave it.
    """

    prepared: Prepared

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a standard table; none where it was not written."""
        path = self.prepared.tables.get(table)
        return [] if path is None else pq.read_table(path).to_pylist()

    def by(self, table: str, key: str) -> dict[Any, dict[str, Any]]:
        """The rows of a standard table by a key that no two of them share."""
        rows = self.rows(table)
        found = {row[key]: row for row in rows}
        assert len(found) == len(rows)
        return found

    def order(self, order_id: str = "A1") -> dict[str, Any]:
        """The row of an order."""
        return self.by("orders", "order_id")[order_id]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The ledger in the order of the file."""
        return sorted(pq.read_table(self.prepared.records).to_pylist(), key=lambda it: it["_row"])

    @property
    def fates(self) -> list[str]:
        """The fate of each record in the order of the file."""
        return [record["fate"] for record in self.records]


@dataclass(frozen=True)
class Kitchen:
    """An engine and a folder, enough for any number of raw tables."""

    engine: Engine
    folder: Path
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def prepare(
        self,
        columns: Mapping[str, Cells],
        *,
        aside: Mapping[int, Aside] | None = None,
        context: Mapping[str, Any] | None = None,
        readings: Mapping[str, Mapping[str, Any]] | None = None,
        **reading: Any,
    ) -> Dish:
        """Prepare a raw table.

        Args:
            columns: Header to cells. A header "table.field" feeds that field, and so does
                "table.field 2"; any other feeds nothing.
            aside: Position to what the source said of a record that it set aside.
            context: What differs from the usual context.
            readings: Header to `rule` and `options` of its reading.
            **reading: What differs from the usual file reading: `grain`, `identity`, …
        """
        folder = self.folder / str(next(self.numbers))
        folder.mkdir(parents=True)
        pq.write_table(landed(columns, aside or {}), folder / "raw.parquet")
        raw = self.engine.read_parquet([folder / "raw.parquet"])
        done = prepare(raw, _reading(columns, readings or {}, **reading),
                       self.context(**(context or {})), folder / "prepared")  # fmt: skip
        return Dish(done)

    def context(self, **differing: Any) -> Context:
        """The usual context but for what is given."""
        usual: dict[str, Any] = {"landed_on": LANDED_ON, "salt": "pepper"}
        return Context(engine=self.engine, **(usual | differing))


def landed(columns: Mapping[str, Cells], aside: Mapping[int, Aside]) -> pa.Table:
    """Cells as the file sources land them."""
    rows = len(next(iter(columns.values())))
    marks = [aside.get(at, (None, None, None)) for at in range(rows)]
    cells = {
        header: pa.array([None if at in aside else cell for at, cell in enumerate(column)],
                         pa.string())
        for header, column in columns.items()
    }  # fmt: skip
    return pa.table(
        {
            **cells,
            "_row": pa.array(range(2, rows + 2), pa.int64()),
            **{
                name: pa.array([mark[n] for mark in marks], pa.string())
                for n, name in enumerate(("_fate", "_reason", "_raw"))
            },
        }
    )


def _reading(
    columns: Mapping[str, Cells], readings: Mapping[str, Mapping[str, Any]], **reading: Any
) -> FileReading:
    items = tuple(
        ColumnReading(
            column=header,
            field=header.split(" ")[0] if "." in header else None,
            confidence=1.0,
            why=lazy("You said to leave it out."),
            **readings.get(header, {}),
        )
        for header in columns
    )
    tables = {item.field.split(".")[0] for item in items if item.field}
    usual: dict[str, Any] = {
        "signature": "by hand", "platform": "", "grain": "order", "tables": tuple(sorted(tables)),
        "columns": items,
    }  # fmt: skip
    return FileReading(**(usual | reading))
