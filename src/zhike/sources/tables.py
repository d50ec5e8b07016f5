"""A raw table: one table of a file as it was written, read as a stream of Arrow batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from zhike.i18n import LazyText

Fate = Literal["skipped", "rejected"]
"""What became of a record that is not data; a normal record has none."""

ROW, FATE, REASON, RAW = "_row", "_fate", "_reason", "_raw"
LEDGER_COLUMNS: tuple[str, ...] = (ROW, FATE, REASON, RAW)
"""The columns that every batch carries after those of the file."""

Progress = Callable[[int, int], None]
"""Told how many bytes of the file are read, and how many there are."""


def silent(_done_bytes: int, _total_bytes: int) -> None:
    """Progress that nobody watches."""


def landing_schema(header: tuple[str, ...]) -> pa.Schema:
    """The columns of the file as text, then those of the ledger.

    Examples:
        >>> landing_schema(("order", "paid")).names
        ['order', 'paid', '_row', '_fate', '_reason', '_raw']
    """
    written = [pa.field(name, pa.string()) for name in header]
    ledger = [(ROW, pa.int64()), (FATE, pa.string()), (REASON, pa.string()), (RAW, pa.string())]
    return pa.schema(written + [pa.field(name, kind) for name, kind in ledger])


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """One table of a file: a CSV, a sheet, a member of a zip.

    Every record of the table except its header is in exactly one row of the batches, in file
    order. Cells are text exactly as written, empty ones null. `_row` is the record's position as
    a person counts it (the header included); `_fate` is null for a normal record, else "skipped"
    or "rejected" with a `_reason` code and the `_raw` text, and then the cells are null.

    Attributes:
        name: What people read: "orders.xlsx › Sheet1".
        file: The file on disk.
        header: Column names, unique whatever their case, none empty.
        stream: Reads the table from its beginning, each time anew.
        sheet: Sheet or archive member, "" where there is but one table.
        encoding: How the text is encoded, "" where the format says it itself.
        notes: What was decided in reading it, and why.
        size_bytes: Size of the file on disk, the total of its progress.
    """

    name: str
    file: Path
    header: tuple[str, ...]
    stream: Callable[[Progress], Iterator[pa.RecordBatch]]
    sheet: str = ""
    encoding: str = ""
    notes: tuple[LazyText, ...] = ()
    size_bytes: int = 0

    @property
    def schema(self) -> pa.Schema:
        """The schema of every batch."""
        return landing_schema(self.header)

    def batches(self, progress: Progress = silent) -> Iterator[pa.RecordBatch]:
        """The table from its beginning, in batches of bounded size.

        Raises:
            SourceError: The file vanished, or is damaged further down.
        """
        return self.stream(progress)
