"""`export_tables`: the customers and every result table for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zhike import i18n
from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.workspace.durable import room_on_disk

if TYPE_CHECKING:
    from zhike.reports.tables import ExportTable
    from zhike.schema import Shop
    from zhike.workspace.objects import ObjectStore
    from zhike.workspace.settings import Settings
    from zhike.workspace.snapshots import Manifest, SnapshotStore

TableFormat = Literal["csv", "parquet", "duckdb", "sav"]
FORMATS: tuple[TableFormat, ...] = ("csv", "parquet", "duckdb", "sav")
IN_FRONT = frozenset({"customers", "people", "custom_fields"})
"""Standard tables that the exported customers stand for, with their masks."""


@dataclass(frozen=True, kw_only=True)
class ExportedTables:
    """Tables that were written.

    Attributes:
        path: The folder, or the one file.
        format: In which form.
        tables: Name to its number of rows.
        masked: Whether personal data are masked.
    """

    path: Path
    format: str
    tables: Mapping[str, int]
    masked: bool

    def as_json(self) -> dict[str, Any]:
        """What `export csv --json` prints."""
        return {
            "path": str(self.path),
            "format": self.format,
            "masked": self.masked,
            "tables": dict(self.tables),
        }


class TableExports:
    """The ways out for other programs; `Workspace` is one of these."""

    if TYPE_CHECKING:
        folder: Path
        settings: Settings
        _snapshots: SnapshotStore
        _objects: ObjectStore

        def _marked(self, wanted: str | None) -> tuple[Manifest, Path]: ...
        def open_snapshot(self, snapshot: str | None = None) -> Shop: ...  # noqa: D102

    def export_tables(
        self,
        format: str,
        path: str | Path | None = None,
        *,
        language: str = "",
        unmasked: bool = False,
    ) -> ExportedTables:
        """Write the customers and every result table of the published snapshot.

        Args:
            format: "csv", "parquet" or "sav" for a folder with a file a table, "duckdb" for one
                file that also holds the standard tables.
            path: Where; without it `tables-<as of>-<language>-<format>` in the workspace.
            language: "zh" or "en" for labels and words.
            unmasked: Whether names, phones, e-mail addresses and addresses are written in full.

        Raises:
            ParameterError: There is no such format.
            UnavailableError: SPSS files are wanted without the extra `spss`.
        """
        if format not in FORMATS:
            raise ParameterError.unknown(lazy("format"), format, FORMATS)
        manifest, mark = self._marked(None)
        chosen = i18n.parse(language or self.settings.language or i18n.language())
        ending = ".duckdb" if format == "duckdb" else f"-{format}"
        given = Path(path) if path else self.folder / f"tables-{manifest.as_of}-{chosen}{ending}"
        target = given.expanduser().absolute()
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with i18n.use_language(chosen), room_on_disk(target.parent):
                tables = self._tables(manifest, unmasked=unmasked)
                if format == "duckdb":
                    counts = self._one_file(manifest, tables, target, unmasked=unmasked)
                else:
                    counts = _a_file_each(format, tables, target)
        finally:
            mark.unlink(missing_ok=True)
        return ExportedTables(path=target, format=format, tables=counts, masked=not unmasked)

    def _tables(self, manifest: Manifest, *, unmasked: bool) -> Iterator[ExportTable]:
        from zhike.reports.tables import customer_export, result_exports
        from zhike.workspace.results import read_result
        from zhike.workspace.running import as_run

        shop = self.open_snapshot(manifest.id)
        analyses = as_run(manifest)
        yield customer_export(shop, analyses, unmasked=unmasked)
        folder = self._snapshots.folder(manifest.id) / "results"
        for name in analyses:
            result = read_result(folder, name)
            if result is not None:
                yield from result_exports(name, result.title, result.tables, result.blocks())

    def _one_file(
        self, manifest: Manifest, tables: Iterator[ExportTable], path: Path, *, unmasked: bool
    ) -> dict[str, int]:
        from zhike.reports.tables import write_duckdb

        standard = {
            name: self._objects.path(entry["object"])
            for name, entry in manifest.tables.items()
            if name not in IN_FRONT
        }
        return write_duckdb(tables, standard, path, unmasked=unmasked)


def _a_file_each(format: str, tables: Iterator[ExportTable], folder: Path) -> dict[str, int]:
    from zhike.reports.tables import write_csv, write_parquet, write_sav

    write = {"csv": write_csv, "parquet": write_parquet, "sav": write_sav}[format]
    folder.mkdir(exist_ok=True)
    counts = {}
    for table in tables:
        draft = folder / f".{table.name}.draft"
        counts[table.name] = write(table, draft)
        draft.replace(folder / f"{table.name}.{format}")
    return counts
