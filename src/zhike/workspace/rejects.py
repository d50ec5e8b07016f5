"""The records that were set aside: all of them, with their text, a page at a time or as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.i18n import lazy
from zhike.preparation import REASONS
from zhike.reports.tables import ExportColumn, ExportTable, write_csv
from zhike.workspace.landing import Batch
from zhike.workspace.layout import Layout
from zhike.workspace.preparing import prepared_folder
from zhike.workspace.workspace import Workspace

PAGE_ROWS = 50
BATCH_ROWS = 10_000
COLUMNS = ("file", "row", "reason", "raw")


@dataclass(frozen=True, kw_only=True)
class RejectPage:
    """One page of the records that were set aside.

    Attributes:
        rows: `file`, `row`, `reason` as its code, `raw` as it stood in the file.
        found: How many there are.
        page: Which page this is, from 1.
        pages: How many there are.
    """

    rows: tuple[Mapping[str, Any], ...]
    found: int
    page: int
    pages: int


class Rejects:
    """The records that were set aside of all batches, or of one.

    Args:
        workspace: Whose.
        batch: Id of a batch; empty for all. Of one that there is not there are none.
    """

    def __init__(self, workspace: Workspace, batch: str = "") -> None:
        self._workspace = workspace
        known = workspace.sources()
        self.batches = [item for item in known if item.id == batch] if batch else known

    @property
    def found(self) -> int:
        """How many there are."""
        return sum(rejected_of(batch) for batch in self.batches)

    @property
    def reasons(self) -> dict[str, int]:
        """Reason code to how many were set aside for it, the most frequent first."""
        counts: dict[str, int] = {}
        with self._rows() as rows:
            if rows is not None:
                told = rows.group_by("reason").agg(count=rows.count()).to_pyarrow().to_pylist()
                counts = {item["reason"] or "": item["count"] for item in told}
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def page(self, page: int) -> RejectPage:
        """A page of them, by file and row."""
        found = self.found
        pages = max(-(-found // PAGE_ROWS), 1)
        page = min(max(page, 1), pages)
        shown: list[dict[str, Any]] = []
        with self._rows() as rows:
            if rows is not None:
                part = _sorted(rows).limit(PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
                shown = part.select(*COLUMNS).to_pyarrow().to_pylist()
        return RejectPage(rows=tuple(shown), found=found, page=page, pages=pages)

    def write(self, path: Path) -> int:
        """Write all of them as CSV, reasons in words; gives how many."""
        with self._rows() as rows:

            def batches() -> pa.RecordBatchReader:
                if rows is None:
                    return pa.table(
                        {name: pa.array([], pa.string()) for name in COLUMNS}
                    ).to_reader()
                return _sorted(rows).select(*COLUMNS).to_pyarrow_batches(chunk_size=BATCH_ROWS)

            return write_csv(
                ExportTable(
                    name="rejected",
                    title=lazy("Records that were set aside"),
                    columns=_EXPORTED,
                    batches=batches,
                ),
                path,
            )

    @contextmanager
    def _rows(self) -> Iterator[ir.Table | None]:
        """The records, from the ledger of every part that has some."""
        from zhike.engines import open_engine

        parts = [
            (f"{batch.sequence:09}", number, part.name, file)
            for batch in self.batches
            for number, part in enumerate(batch.parts)
            if part.fates.get("rejected") and (file := self._ledger(batch, number)).exists()
        ]
        if not parts:
            yield None
            return
        engine = open_engine(memory=self._workspace.settings.memory)
        try:
            first, *others = (
                _aside(engine.read_parquet([file]), place, number, name)
                for place, number, name, file in parts
            )
            yield first.union(*others) if others else first
        finally:
            engine.close()

    def _ledger(self, batch: Batch, number: int) -> Path:
        return prepared_folder(Layout(self._workspace.folder), batch.id, number) / "records.parquet"


def rejected_of(batch: Batch) -> int:
    """How many records of a batch were set aside."""
    return sum(part.fates.get("rejected", 0) for part in batch.parts)


def _aside(ledger: ir.Table, place: str, number: int, name: str) -> ir.Table:
    aside = ledger.filter(ledger.fate == "rejected")
    return aside.select(
        place=ibis.literal(place),
        part=ibis.literal(number, "int64"),
        file=ibis.literal(name),
        row=aside["_row"],
        reason=aside.reason,
        raw=aside.raw,
    )


def _sorted(rows: ir.Table) -> ir.Table:
    return rows.order_by(rows.place.desc(), rows.part, rows["row"])


_EXPORTED = (
    ExportColumn(name="file", label=lazy("File"), is_text=True),
    ExportColumn(name="row", label=lazy("Row")),
    ExportColumn(name="reason", label=lazy("Reason"), words=REASONS),
    ExportColumn(name="raw", label=lazy("Text"), is_text=True),
)
