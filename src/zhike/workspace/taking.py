"""Taking an edited workbook back: read, tell columns and rows apart, merge, keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.i18n import LazyText, lazy
from zhike.schema import CustomField
from zhike.sources import files_at
from zhike.workspace.custom_fields import fields_of, write_field
from zhike.workspace.editable import Editable, editable_fields
from zhike.workspace.edits import Edit, EditLog
from zhike.workspace.landing import FATES, LandingStore
from zhike.workspace.linking import Linking, Links, hiding, renaming
from zhike.workspace.merging import Merging, computed_changes
from zhike.workspace.overrides import IS_NEW
from zhike.workspace.preparing import Kitchen
from zhike.workspace.present import Present
from zhike.workspace.returned import KEY, CustomerSheet, Returned, returned_workbook
from zhike.workspace.rows import Exported, Refused, Who, moved_ids, who_is_who
from zhike.workspace.settings import read_settings


@dataclass(frozen=True, kw_only=True)
class WorkbookReport:
    """What became of an edited workbook.

    Attributes:
        file: What people call it.
        export: The export that it goes back to.
        rows_read: Rows with anything in them.
        edits: What was taken.
        conflicts: What waits for a decision.
        new_customers: Customers whom nobody knew before.
        same: Changed cells that say what holds already.
        refused: Cells and rows that were not taken.
        fields: The company's own fields that were `added`, `renamed`, `hidden`.
        notes: What else is to be said.
    """

    file: str
    export: str
    rows_read: int
    edits: tuple[Edit, ...]
    conflicts: tuple[Edit, ...]
    new_customers: tuple[str, ...]
    same: int
    refused: tuple[Refused, ...]
    fields: Mapping[str, tuple[CustomField, ...]]
    notes: tuple[LazyText, ...]

    def as_json(self) -> dict[str, Any]:
        """As `add --json` prints it, beside the files that were added."""
        return {
            "file": self.file,
            "batch": "",
            "workbook": self.export,
            "rows_read": self.rows_read,
            "edits": [_cell(edit) for edit in self.edits],
            "conflicts": [_cell(edit) | {"number": edit.number} for edit in self.conflicts],
            "new_customers": list(self.new_customers),
            "same": self.same,
            "refused": [item.as_json() for item in self.refused],
            "fields": {
                what: [{"name": it.name, "label": it.label, "type": it.type} for it in items]
                for what, items in self.fields.items()
            },
            "notes": [str(note) for note in self.notes],
            # What every report has, so that programs need not tell them apart.
            "platform": "zhike_workbook",
            "encoding": "",
            "tables": [],
            "fates": dict.fromkeys(FATES, 0),
            "reasons": {},
            "mapping": [],
            "unmapped": [],
        }


@dataclass(frozen=True)
class Taking:
    """One workbook being taken back; whoever does it holds the workspace's lock.

    Args:
        kitchen: Settings, paths and the engine.
        landing: The batches.
        by: Who brings it; empty asks the computer.
    """

    kitchen: Kitchen
    landing: LandingStore
    by: str = ""

    def take(self, book: Returned) -> WorkbookReport:
        """Merge the workbook and keep what came of it."""
        log = EditLog(self.kitchen.layout.edits)
        custom = fields_of(read_settings(self.kitchen.layout.settings).fields)
        present = Present(self.kitchen, self.landing)
        notes = list(book.warnings)
        exported, export = self._exported(book, custom, present, log, notes)
        book = _of_export(book, export)
        links = Linking(book, exported.titles, custom, log).links()
        rows, refused = self._rows(book, exported)
        who = {sheet.name: found for sheet, found in rows}
        merging = Merging(book, exported, log, present)
        merged = merging.merged(links.linked, who)
        new = self._new(rows, exported, log, present)
        edits = [*merging.new_customers(new), *merged.edits]
        kept = self._keep(book, links, edits, custom, log)
        notes += [*links.notes, *_computed(links, exported, who), *_gone(exported, rows)]
        return WorkbookReport(
            file=book.name,
            export=book.export,
            rows_read=sum(len(sheet.rows) for sheet, _ in rows),
            edits=tuple(edit for edit in kept if edit.kind == "edit" and edit.field != IS_NEW),
            conflicts=tuple(edit for edit in kept if edit.kind == "conflict"),
            new_customers=tuple(new),
            same=merged.same,
            refused=(*refused, *merged.refused),
            fields={
                "added": tuple(links.added.values()),
                "renamed": tuple(links.renamed.values()),
                "hidden": tuple(links.hidden.values()),
            },
            notes=tuple(notes),
        )

    def _exported(
        self,
        book: Returned,
        custom: Mapping[str, CustomField],
        present: Present,
        log: EditLog,
        notes: list[LazyText],
    ) -> tuple[Exported, str]:
        """What the workbook showed when it was written, and the export's id."""
        known = self.kitchen.layout.exports / f"{book.export}.parquet"
        if book.export and known.is_file():
            return Exported.of(pq.read_table(known)), book.export
        fitting = max(self._others(book), default=None, key=lambda found: found[:2])
        if fitting is not None and not book.export:
            return Exported.of(pq.read_table(fitting[2])), fitting[2].stem
        notes.append(
            lazy(
                "What this workbook showed when it was written is not kept here; it was compared "
                "with what holds now, and masked values were left alone."
            )
        )
        return Exported.of(_now(present, log, editable_fields(custom)), is_kept=False), book.export

    def _others(self, book: Returned) -> Iterator[tuple[int, str, Path]]:
        """Exports by how many of the workbook's cells they explain; of equal ones the latest."""
        keys = {column.key for sheet in book.sheets for column in sheet.columns if column.key}
        for path in self.kitchen.layout.exports.glob("[!.]*.parquet"):
            if keys <= set(pq.read_schema(path).names):
                exported = Exported.of(pq.read_table(path))
                equal = 0
                for sheet in book.sheets:
                    who = who_is_who(sheet, exported.places)
                    for column in sheet.columns:
                        if column.key:
                            changed = computed_changes(exported, sheet, column, who)
                            equal += len(sheet.rows) - len(changed)
                yield equal, path.stem, path

    def _rows(
        self, book: Returned, exported: Exported
    ) -> tuple[list[tuple[CustomerSheet, Who]], list[Refused]]:
        """Who each row is; rows whose id was changed are nobody's."""
        rows = [(sheet, who_is_who(sheet, exported.places)) for sheet in book.sheets]
        refused = [item for _, who in rows for item in who.refused]
        for number, row, was in list(moved_ids(rows, exported)):
            sheet, who = rows[number]
            ids = next(column for column in sheet.columns if column.key == KEY)
            why = lazy("this was the row of {customer}; ids cannot be changed", customer=was)
            refused.append(Refused(place=sheet.place(row, ids), value=who.customers[row], why=why))
            who.customers[row] = ""
        return rows, refused

    def _new(
        self,
        rows: list[tuple[CustomerSheet, Who]],
        exported: Exported,
        log: EditLog,
        present: Present,
    ) -> list[str]:
        """Customers of the rows whom neither the export, the data nor an edit knows."""
        there = dict.fromkeys(one for _, who in rows for one in who.customers if one)
        unknown = [one for one in there if one not in exported.places]
        standing = log.standing()
        known = present.known(unknown) | {one for one in unknown if (one, IS_NEW) in standing}
        return [one for one in unknown if one not in known]

    def _keep(
        self,
        book: Returned,
        links: Links,
        edits: list[Edit],
        custom: Mapping[str, CustomField],
        log: EditLog,
    ) -> list[Edit]:
        """Declare fields, then write the edits; what is declared twice says the same."""
        for items in (links.added, links.renamed, links.hidden):
            for item in items.values():
                write_field(self.kitchen.layout.settings, item)
        whole = [renaming(custom[name], item, book) for name, item in links.renamed.items()]
        whole += [hiding(item, book) for item in links.hidden.values()]
        return log.append([*whole, *edits], by=self.by)


def returned_among(
    paths: Sequence[Path], names: Mapping[Path, str] | None = None
) -> tuple[dict[Path, Returned], bool]:
    """The exported workbooks among files, and whether there is nothing else.

    Args:
        paths: Files, folders or patterns.
        names: What files were called where they came from.
    """
    called = names or {}
    files = [file for path in paths for file in files_at(path)]
    found = {file: returned_workbook(file, called.get(file, "")) for file in files}
    books = {file: book for file, book in found.items() if book is not None}
    return books, bool(books) and len(books) == len(found)


def _of_export(book: Returned, export: str) -> Returned:
    """The workbook with the export that it was found to go back to."""
    return replace(book, about={**book.about, "export_id": export})


def _now(present: Present, log: EditLog, fields: Mapping[str, Editable]) -> pa.Table:
    """What holds now, as if it had been exported: one row a customer."""
    values: dict[str, dict[str, Any]] = {}
    for table in ("customers", "people"):
        rows = present.rows(table)
        if rows is not None:
            names = [name for name, item in fields.items() if item.table == table]
            for row in rows.select(KEY, *names).to_pyarrow().to_pylist():
                values.setdefault(row.pop(KEY), {}).update(row)
    for (customer, name), edit in log.standing().items():
        if name in fields:
            values.setdefault(customer, {})[name] = edit.value
    columns = {KEY: pa.array(list(values), pa.string())}
    for name in fields:
        said = [row.get(name) for row in values.values()]
        columns[name] = pa.array([None if it is None else str(it) for it in said], pa.string())
    return pa.table(columns)


def _computed(links: Links, exported: Exported, who: Mapping[str, Who]) -> Iterator[LazyText]:
    """What is to be said of computed cells that were changed."""
    for sheet, column in links.computed:
        rows = computed_changes(exported, sheet, column, who[sheet.name])
        if rows:
            yield lazy(
                "{count} changed cells of {title} were left out ({place} is the first): that "
                "column is computed.",
                count=len(rows),
                title=column.title or column.key,
                place=sheet.place(rows[0], column),
            )


def _gone(exported: Exported, rows: list[tuple[CustomerSheet, Who]]) -> Iterator[LazyText]:
    there = reduce(lambda seen, found: seen | set(found[1].customers), rows, set[str]())
    count = sum(1 for customer in exported.places if customer not in there)
    if count:
        yield lazy(
            "{count} customers have no row in the workbook any more; nobody was deleted.",
            count=count,
        )


def _cell(edit: Edit) -> dict[str, Any]:
    return {
        "customer_id": edit.customer_id,
        "field": edit.field,
        "value": edit.value,
        "base": edit.base,
        "cell": edit.place,
    }
