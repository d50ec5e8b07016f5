"""Adding files: land, map, ask, prepare. Nothing is kept until everything is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from zhike.errors import InputError, MappingError
from zhike.i18n import LazyText, lazy
from zhike.preparation.mapping import signature, suggest
from zhike.preparation.reading import FileReading, Question
from zhike.schema.headers import fold_header
from zhike.sources import (
    RawTable,
    SourceOptions,
    content_hash,
    files_at,
    open_source,
    write_parquet,
)
from zhike.workspace.currency import settle_currency
from zhike.workspace.durable import move, remove_tree
from zhike.workspace.file_reports import (
    FileReport,
    UnsettledMappingError,
    not_data,
    seen_before,
)
from zhike.workspace.landing import Batch, LandingStore, Part, batch_id
from zhike.workspace.mappings import Mappings
from zhike.workspace.preparing import Kitchen, earlier_folders, prepared_part
from zhike.workspace.readings import reading_as_json, reading_from_json

NO_DATA = frozenset({"no_records", "unknown_file", "binary_file", "web_page"})
"""Faults of a file that is no data: a readme or a picture among the exports of a folder."""

NOTES_COLUMNS = 2
"""Notes beside tables are no wider; what is wider and lacks a column is a table to be asked for."""

Ask = Callable[[str, Question], "str | None"]
"""Asks a person about a file: gives the chosen value, or None where nobody can answer."""

Progress = Callable[[LazyText, int, int], None]
"""Told what is being done now, how many steps are done, of how many."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What people know of files beforehand.

    Attributes:
        encoding: Of the files, where their bytes do not tell.
        columns: Column to "table.field", of whichever file has it.
        tables: The same of one table alone, by its name; it comes before `columns`.
        names: What files were called where they came from, where their paths do not say it.
        aside: Files to pass over: exported workbooks, which come back another way.
    """

    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[Path, str] = field(default_factory=dict)
    aside: Collection[Path] = ()

    def named(self, file: Path) -> str:
        """What people call a file."""
        return self.names.get(file, file.name)


@dataclass
class _Draft:
    """A file that has landed but is not a batch yet.

    Attributes:
        file: Where it is.
        name: What people call it.
        content_hash: Of its bytes.
        folder: Where its records have landed.
        found: Whether it was found in a folder rather than named: then it may be no data at all.
    """

    file: Path
    name: str
    content_hash: str
    folder: Path
    found: bool
    tables: list[RawTable] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    readings: list[FileReading | None] = field(default_factory=list)


class Adding:
    """One `add`: files in, batches and reports out.

    Args:
        kitchen: What preparation works with.
        landing: Where batches are kept.
        mappings: What is remembered about headers.
        progress: Told of each step.
        wishes: What people know of the files beforehand.
    """

    def __init__(
        self,
        kitchen: Kitchen,
        landing: LandingStore,
        mappings: Mappings,
        progress: Progress,
        wishes: Wishes,
    ) -> None:
        self._kitchen = kitchen
        self._wishes = wishes
        self._landing = landing
        self._aside = frozenset(wishes.aside)
        self._mappings = mappings
        self._progress = progress
        self._left_out: list[FileReport] = []
        self._faults: list[InputError] = []

    def add(self, paths: Sequence[Path], ask: Ask | None) -> list[FileReport]:
        """Land all files, settle all questions, then keep them one by one."""
        landed: list[_Draft | Batch] = []
        try:
            for path in paths:
                for file in (it for it in files_at(path) if it not in self._aside):
                    with self._leaving_out(file, found=file != path):
                        landed.append(self._landed(file, found=file != path))
            fresh = [draft for draft in landed if isinstance(draft, _Draft)]
            for draft in fresh:
                with self._leaving_out(draft.file, found=draft.found):
                    self._read_all(draft, fresh)
            fresh = [draft for draft in fresh if draft.readings]
            usable = [item for item in landed if isinstance(item, Batch) or item.readings]
            if not usable:
                raise self._faults[0]
            self._settle_questions(fresh, ask)
            self._kitchen = settle_currency(self._kitchen, self._files(fresh))
            reports = list(self._left_out)
            for done, item in enumerate(usable):
                reports += self._kept(item, done, len(usable))
            return reports
        finally:
            for item in landed:
                if isinstance(item, _Draft):
                    remove_tree(item.folder)

    @contextmanager
    def _leaving_out(self, file: Path, *, found: bool) -> Iterator[None]:
        """A file that was found in a folder and is no data is left out, and that is said."""
        try:
            yield
        except InputError as fault:
            if not found or fault.code not in NO_DATA:
                raise
            self._faults.append(fault)
            self._left_out.append(not_data(self._wishes.named(file), fault))

    def _landed(self, file: Path, *, found: bool) -> _Draft | Batch:
        name = self._wishes.named(file)
        self._progress(lazy("Reading {file}", file=name), 0, 0)
        digest = content_hash(file)
        known = self._landing.holding(digest)
        if known is not None:
            return known
        folder = self._landing.draft()
        draft = _Draft(file=file, name=name, content_hash=digest, folder=folder, found=found)
        options = SourceOptions(encoding=self._wishes.encoding, name=name)
        try:
            for number, table in enumerate(open_source(file, options=options)):
                draft.rows.append(write_parquet(table, draft.folder / f"{number}.parquet"))
                draft.tables.append(table)
        except BaseException:
            remove_tree(draft.folder)
            raise
        return draft

    def _read_all(self, draft: _Draft, drafts: Sequence[_Draft]) -> None:
        """Read every table; beside others that are, one may be none (a sheet of notes)."""
        readings: list[FileReading | None] = []
        unknown: InputError | None = None
        for number, table in enumerate(draft.tables):
            said = self._meant_for(table, drafts)
            try:
                readings.append(self._read(draft, number, said))
            except MappingError as fault:
                if not may_be_notes(table, fault):
                    raise
                unknown = fault
                readings.append(None)
        if unknown is not None and not any(readings):
            raise MappingError(unknown.message, hint=unknown.hint, code="unknown_file")
        draft.readings = readings

    def _read(self, draft: _Draft, number: int, overrides: Mapping[str, str]) -> FileReading:
        table = draft.tables[number]
        kept = self._mappings.recall(signature(table.header))
        remembered = reading_from_json(kept) if kept else None
        return suggest(self._raw(draft, number), table.header, table.name, overrides, remembered)

    def _settle_questions(self, drafts: Sequence[_Draft], ask: Ask | None) -> None:
        open_questions = []
        for draft in drafts:
            for number, table in enumerate(draft.tables):
                answers = said = self._meant_for(table, drafts)
                reading = draft.readings[number]
                for question in reading.questions if reading else ():
                    answer = ask(table.name, question) if ask else None
                    if answer is None:
                        open_questions.append((table.name, question))
                    else:
                        answers = answers | as_override(answer)
                if answers != said:
                    draft.readings[number] = self._read(draft, number, answers)
        if open_questions:
            raise UnsettledMappingError(open_questions)

    def _meant_for(self, table: RawTable, drafts: Sequence[_Draft]) -> dict[str, str]:
        """What was said of this table's columns, and of columns that no table has."""
        folded = {fold_header(column) for column in table.header}
        known = {
            fold_header(column)
            for draft in drafts
            for item in draft.tables
            for column in item.header
        }
        meant = {
            column: target
            for column, target in self._wishes.columns.items()
            if fold_header(column) in folded or fold_header(column) not in known
        }
        return meant | dict(self._wishes.tables.get(table.name, {}))

    def _files(self, drafts: Sequence[_Draft]) -> Iterator[tuple[ir.Table, FileReading]]:
        for draft in drafts:
            for number, reading in enumerate(draft.readings):
                if reading is not None:
                    yield self._raw(draft, number), reading

    def _raw(self, draft: _Draft, number: int) -> ir.Table:
        return self._kitchen.engine.read_parquet([draft.folder / f"{number}.parquet"])

    def _kept(self, item: _Draft | Batch, done: int, of: int) -> list[FileReport]:
        known = item if isinstance(item, Batch) else self._landing.holding(item.content_hash)
        if known is not None or isinstance(item, Batch):
            return [seen_before(known, part) for part in known.parts] if known else []
        self._progress(lazy("Preparing {file}", file=item.name), done, of)
        batch = self._prepared(self._new_batch(item), item.folder)
        self._landing.keep(batch, item.folder)
        for part in (part for part in batch.parts if part.tables):
            self._mappings.remember(part.reading["signature"], part.name, part.reading)
        return [FileReport(file=part.name, batch=batch.id, part=part) for part in batch.parts]

    def _prepared(self, batch: Batch, landed: Path) -> Batch:
        """The batch with its standard tables prepared and its fates settled."""
        folder = self._kitchen.draft()
        layout, before = self._kitchen.layout, self._landing.batches()
        parts = []
        for number, part in enumerate(batch.parts):
            if not part.reading["tables"]:
                parts.append(part)
                continue
            earlier = earlier_folders(layout, before, part.feed, batch.sequence)
            raw = landed / f"{number}.parquet"
            inside = folder / str(number)
            parts.append(prepared_part(self._kitchen, part, raw, batch.landed_on, inside, earlier))
        remove_tree(layout.prepared / batch.id)  # of an `add` that was killed just here
        move(folder, layout.prepared / batch.id)
        return replace(batch, parts=tuple(parts))

    def _new_batch(self, draft: _Draft) -> Batch:
        now = datetime.now(UTC)
        zone = ZoneInfo(self._kitchen.settings.timezone)
        last = max((batch.sequence for batch in self._landing.batches()), default=0)
        return Batch(
            id=batch_id(now, draft.content_hash),
            sequence=last + 1,
            file=draft.name,
            path=self._wishes.names.get(draft.file, str(draft.file)),
            content_hash=draft.content_hash,
            added_at=now,
            landed_on=now.astimezone(zone).date().isoformat(),
            parts=tuple(
                _part(table, rows, reading)
                for table, rows, reading in zip(
                    draft.tables, draft.rows, draft.readings, strict=True
                )
            ),
        )


def may_be_notes(table: RawTable, fault: MappingError) -> bool:
    """Whether a table that is none of ours may be a sheet of notes beside others."""
    narrow = len(table.header) <= NOTES_COLUMNS
    return fault.code == "unknown_file" or (fault.code == "missing_field" and narrow)


def _part(table: RawTable, rows: int, reading: FileReading | None) -> Part:
    """A raw table as it is kept; of one that is no standard table all records are skipped."""
    part = Part(
        name=table.name,
        encoding=table.encoding,
        header=tuple(table.header),
        rows_read=rows,
        reading=reading_as_json(reading) if reading else _no_reading(table),
    )
    if reading is None:
        return replace(part, fates={"skipped": rows}, reasons={"no_table": rows})
    return part


def _no_reading(table: RawTable) -> dict[str, Any]:
    columns = [{"column": column, "field": None} for column in table.header]
    return {
        "signature": signature(table.header),
        "platform": "",
        "grain": "",
        "tables": [],
        "columns": columns,
    }


def as_override(answer: str) -> dict[str, str]:
    """What the answer to a question says of a column."""
    column, _, target = answer.rpartition("=")
    return {column: target}
