"""`export_workbook`: the published snapshot as an Excel workbook that can come back edited.

Beside the workbook its base is kept in the workspace: what each cell of the customer table showed.
When the workbook comes back, whatever differs from the base is what a person changed.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike import i18n
from zhike.i18n import LazyText, lazy
from zhike.workspace.durable import move, room_on_disk, sync_file

if TYPE_CHECKING:
    from zhike.catalogue import Analysis
    from zhike.insights import StandOuts
    from zhike.reports.workbook import SheetWritten, Workbook, Written
    from zhike.schema import Shop
    from zhike.workspace.layout import Layout
    from zhike.workspace.settings import Settings
    from zhike.workspace.snapshots import Manifest, SnapshotStore

Progress = Callable[[LazyText, int, int], None]


def _quietly(_what: LazyText, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, kw_only=True)
class ExportedWorkbook:
    """A workbook that was written.

    Attributes:
        path: Where it is.
        export_id: What it is called in the workspace's `exports`.
        customers: How many customers it holds.
        masked: Whether personal data are masked.
        sheets: What is in it, sheet by sheet.
        customer_sheets: Names of the sheets that hold the customers.
    """

    path: Path
    export_id: str
    customers: int
    masked: bool
    sheets: tuple[SheetWritten, ...]
    customer_sheets: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What `export workbook --json` prints."""
        return {
            "workbook": str(self.path),
            "export_id": self.export_id,
            "customers": self.customers,
            "masked": self.masked,
            "customer_sheets": list(self.customer_sheets),
            "sheets": [{"name": it.name, "what": it.what, "rows": it.rows} for it in self.sheets],
        }


class Exports:
    """The ways out of a workspace; `Workspace` is one of these."""

    if TYPE_CHECKING:
        folder: Path
        settings: Settings
        _layout: Layout
        _snapshots: SnapshotStore

        def _marked(self, wanted: str | None) -> tuple[Manifest, Path]: ...
        def open_snapshot(self, snapshot: str | None = None) -> Shop: ...  # noqa: D102

    def export_workbook(
        self,
        path: str | Path | None = None,
        *,
        language: str = "",
        unmasked: bool = False,
        segment: str = "",
        progress: Progress = _quietly,
    ) -> ExportedWorkbook:
        """Write the customer analysis workbook of the published snapshot.

        Args:
            path: Where; without it `customers-<as of>-<language>.xlsx` in the workspace.
            language: "zh" or "en"; without it the workspace's, else the reader's.
            unmasked: Whether names, phones, e-mail addresses and addresses are written in full.
            segment: A rule that picks the customers, such as "recency_days > 90".
            progress: Told of each step.

        Raises:
            WorkspaceError: Nothing has been computed, or the disk is full.
        """
        manifest, mark = self._marked(None)
        chosen = i18n.parse(language or self.settings.language or i18n.language())
        given = Path(path) if path else self.folder / f"customers-{manifest.as_of}-{chosen}.xlsx"
        target = given.expanduser().absolute()
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with i18n.use_language(chosen), room_on_disk(target.parent):
                shop = self.open_snapshot(manifest.id)
                export = _Export(self._layout, self._snapshots, manifest, shop, progress)
                return export.write(target, unmasked=unmasked, segment=segment)
        finally:
            mark.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Export:
    """One export under way."""

    layout: Layout
    snapshots: SnapshotStore
    manifest: Manifest
    shop: Shop
    progress: Progress

    def write(self, target: Path, *, unmasked: bool, segment: str) -> ExportedWorkbook:
        """Write the workbook and keep its base; both are there, or neither."""
        from zhike.reports.workbook import Workbook, customer_table
        from zhike.workspace.reporting import snapshot_report

        self.progress(lazy("Gathering customers"), 0, 3)
        members = self._members(segment)
        customers = customer_table(self.shop, self._analyses(), unmasked=unmasked, members=members)
        made_at = datetime.now(UTC)
        workbook = Workbook(
            report=snapshot_report(
                self.manifest, self.snapshots.folder(self.manifest.id) / "results"
            ),
            customers=customers,
            export_id=f"{made_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
            made_at=made_at,
            masked=not unmasked,
            stand_outs=self._stand_outs(),
            segment=segment,
        )
        self.progress(lazy("Writing the workbook"), 1, 3)
        written = self._written(workbook, target, unmasked=unmasked)
        self.progress(lazy("Writing the workbook"), 3, 3)
        return ExportedWorkbook(
            path=target,
            export_id=workbook.export_id,
            customers=customers.count,
            masked=workbook.masked,
            sheets=written.sheets,
            customer_sheets=written.customer_sheets,
        )

    def _written(self, workbook: Workbook, target: Path, *, unmasked: bool) -> Written:
        """Both files written beside their places, then moved there."""
        from zhike.reports.workbook import write_workbook
        from zhike.workspace.export_base import base_of

        self.layout.exports.mkdir(parents=True, exist_ok=True)
        columns = workbook.customers.columns
        with (
            tempfile.TemporaryDirectory(prefix=".zhike-", dir=target.parent) as draft,
            tempfile.TemporaryDirectory(prefix=".zhike-", dir=self.layout.exports) as base,
        ):
            sheets, kept = Path(draft) / "draft.xlsx", Path(base) / "draft.parquet"
            with base_of(kept, columns, unmasked=unmasked) as keep:
                written = write_workbook(workbook, sheets, kept=keep)
            kept.chmod(0o600)  # it holds what people are called
            for file in (kept, sheets):
                sync_file(file)
            move(kept, self.layout.exports / f"{workbook.export_id}.parquet")
            move(sheets, target)
        return written

    def _stand_outs(self) -> StandOuts | None:
        """What stands out over the results that the run kept."""
        from zhike.insights import stand_outs
        from zhike.workspace.results import read_result

        if "orders" not in self.shop:
            return None
        results = self.snapshots.folder(self.manifest.id) / "results"
        kept = {item["name"]: read_result(results, item["name"]) for item in self.manifest.analyses}
        known = {name: result for name, result in kept.items() if result is not None}
        return stand_outs(known, self.shop)

    def _analyses(self) -> dict[str, Analysis]:
        """The analyses that say something of each customer, as the run had them."""
        from zhike.analyses import REGISTRY
        from zhike.workspace.running import made

        configured: Mapping[str, Mapping[str, Any]] = self.manifest.settings["analyses"]
        done = {item["name"] for item in self.manifest.analyses if item["status"] == "done"}
        chosen = [name for name in REGISTRY if name in done]
        return {name: made(REGISTRY[name], configured.get(name, {})) for name in chosen}

    def _members(self, segment: str) -> Any:
        if not segment:
            return None
        from zhike.catalogue.rules import segment_members

        return segment_members(self.shop, segment)
