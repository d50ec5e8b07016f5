"""Adding files: land, map, ask, prepare. Nothing is kept until everything is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zhike.errors import MappingError
from zhike.i18n import LazyText, language, lazy
from zhike.preparation.mapping import suggest
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
from zhike.workspace.durable import move, remove_tree
from zhike.workspace.landing import FATES, Batch, LandingStore, Part, batch_id
from zhike.workspace.mappings import Mappings, reading_as_json, reading_from_json
from zhike.workspace.preparing import Kitchen, earlier_folders, prepared_part

Ask = Callable[[str, Question], "str | None"]
"""Asks a person about a file: gives the chosen value, or None where nobody can answer."""

Progress = Callable[[LazyText, int, int], None]
"""Told what is being done now, how many steps are done, of how many."""


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What became of one file, or one sheet of it.

    Attributes:
        file: What people call it.
        batch: The batch that holds it.
        part: How it was read, and the fates of its records.
    """

    file: str
    batch: str
    part: Part

    def as_json(self) -> dict[str, Any]:
        """The report as `add --json` prints it."""
        reading, part = self.part.reading, self.part
        mapped = [item for item in reading["columns"] if item["field"]]
        return {
            "file": self.file,
            "batch": self.batch,
            "platform": reading["platform"],
            "encoding": part.encoding,
            "tables": sorted(part.tables),
            "rows_read": part.rows_read,
            "fates": {fate: part.fates.get(fate, 0) for fate in FATES},
            "reasons": dict(part.reasons),
            "mapping": [
                {key: item[key] for key in ("column", "field", "confidence")} | {"why": _why(item)}
                for item in mapped
            ],
            "unmapped": [item["column"] for item in reading["columns"] if not item["field"]],
        }


@dataclass
class _Draft:
    """A file that has landed but is not a batch yet."""

    file: Path
    content_hash: str
    folder: Path
    tables: list[RawTable] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    readings: list[FileReading] = field(default_factory=list)


class Adding:
    """One `add`: files in, batches and reports out.

    Args:
        kitchen: What preparation works with.
        landing: Where batches are kept.
        mappings: What is remembered about headers.
        progress: Told of each step.
        encoding: Of the files, where a person knows it better.
    """

    def __init__(
        self,
        kitchen: Kitchen,
        landing: LandingStore,
        mappings: Mappings,
        progress: Progress,
        encoding: str = "",
    ) -> None:
        self._kitchen = kitchen
        self._options = SourceOptions(encoding=encoding)
        self._landing = landing
        self._mappings = mappings
        self._progress = progress

    def add(
        self, paths: Sequence[Path], overrides: Mapping[str, str], ask: Ask | None
    ) -> list[FileReport]:
        """Land all files, settle all questions, then keep them one by one."""
        drafts: list[_Draft | Batch] = []
        try:
            for path in paths:
                drafts += [self._landed(file) for file in files_at(path)]
            fresh = [draft for draft in drafts if isinstance(draft, _Draft)]
            for draft in fresh:
                for number, table in enumerate(draft.tables):
                    said = _meant_for(table.header, overrides, fresh)
                    draft.readings.append(self._read(draft, number, said))
            self._settle_questions(fresh, overrides, ask)
            reports = []
            for done, item in enumerate(drafts):
                reports += self._kept(item, done, len(drafts))
            return reports
        finally:
            for item in drafts:
                if isinstance(item, _Draft):
                    remove_tree(item.folder)

    def _landed(self, file: Path) -> _Draft | Batch:
        self._progress(lazy("Reading {file}", file=file.name), 0, 0)
        digest = content_hash(file)
        known = self._landing.holding(digest)
        if known is not None:
            return known
        draft = _Draft(file=file, content_hash=digest, folder=self._landing.draft())
        try:
            for number, table in enumerate(open_source(file, options=self._options)):
                draft.rows.append(write_parquet(table, draft.folder / f"{number}.parquet"))
                draft.tables.append(table)
        except BaseException:
            remove_tree(draft.folder)
            raise
        return draft

    def _read(self, draft: _Draft, number: int, overrides: Mapping[str, str]) -> FileReading:
        table = draft.tables[number]
        raw = self._kitchen.engine.read_parquet([draft.folder / f"{number}.parquet"])
        reading = suggest(raw, table.header, table.name, overrides, None)
        remembered = self._mappings.recall(reading.signature)
        if remembered is None or overrides:
            return reading
        return suggest(raw, table.header, table.name, None, reading_from_json(remembered))

    def _settle_questions(
        self, drafts: Sequence[_Draft], overrides: Mapping[str, str], ask: Ask | None
    ) -> None:
        open_questions = []
        for draft in drafts:
            for number, table in enumerate(draft.tables):
                answers = said = _meant_for(table.header, overrides, drafts)
                for question in draft.readings[number].questions:
                    answer = ask(table.name, question) if ask else None
                    if answer is None:
                        open_questions.append((table.name, question))
                    else:
                        answers = answers | _as_override(question, answer)
                if answers != said:
                    draft.readings[number] = self._read(draft, number, answers)
        if open_questions:
            raise UnsettledMappingError(open_questions)

    def _kept(self, item: _Draft | Batch, done: int, of: int) -> list[FileReport]:
        known = item if isinstance(item, Batch) else self._landing.holding(item.content_hash)
        if known is not None or isinstance(item, Batch):
            return [_seen_before(known, part) for part in known.parts] if known else []
        self._progress(lazy("Preparing {file}", file=item.file.name), done, of)
        batch = self._prepared(self._new_batch(item), item.folder)
        self._landing.keep(batch, item.folder)
        for part in batch.parts:
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
        move(folder, layout.prepared / batch.id)
        return replace(batch, parts=tuple(parts))

    def _new_batch(self, draft: _Draft) -> Batch:
        now = datetime.now(UTC)
        zone = ZoneInfo(self._kitchen.settings.timezone)
        last = max((batch.sequence for batch in self._landing.batches()), default=0)
        return Batch(
            id=batch_id(now, draft.content_hash),
            sequence=last + 1,
            file=draft.file.name,
            path=str(draft.file),
            content_hash=draft.content_hash,
            added_at=now,
            landed_on=now.astimezone(zone).date().isoformat(),
            parts=tuple(
                Part(
                    name=table.name,
                    encoding=table.encoding,
                    header=tuple(table.header),
                    rows_read=draft.rows[number],
                    reading=reading_as_json(draft.readings[number]),
                )
                for number, table in enumerate(draft.tables)
            ),
        )


class UnsettledMappingError(MappingError):
    """Columns whose meaning only a person can say; nothing was loaded.

    Args:
        questions: File name and question, each.
    """

    default_code = "mapping_questions"
    exit_code = 2

    def __init__(self, questions: Sequence[tuple[str, Question]]) -> None:
        self.questions = tuple(questions)
        arguments = " ".join(dict.fromkeys(f"--map '{item.answer_with}'" for _, item in questions))
        asked = " ".join(f"{name}: {item.text}" for name, item in questions)
        super().__init__(
            lazy("{asked} Nothing was loaded.", asked=asked),
            hint=lazy("Say it with {arguments}.", arguments=arguments),
        )

    @property
    def details(self) -> dict[str, Any]:
        """The questions as programs read them."""
        return {
            "questions": [
                {
                    "file": name,
                    "code": item.code,
                    "text": str(item.text),
                    "choices": {value: str(label) for value, label in item.choices.items()},
                    "answer_with": item.answer_with,
                }
                for name, item in self.questions
            ]
        }


def _meant_for(
    header: Sequence[str], overrides: Mapping[str, str], drafts: Sequence[_Draft]
) -> dict[str, str]:
    """What was said of this table's columns, and of columns that no table has."""
    folded = {fold_header(column) for column in header}
    known = {
        fold_header(column) for draft in drafts for table in draft.tables for column in table.header
    }
    return {
        column: target
        for column, target in overrides.items()
        if fold_header(column) in folded or fold_header(column) not in known
    }


def _seen_before(batch: Batch, part: Part) -> FileReport:
    again = replace(part, fates={"unchanged": part.rows_read}, reasons={})
    return FileReport(file=part.name, batch=batch.id, part=again)


def _as_override(question: Question, answer: str) -> dict[str, str]:
    column, _, target = answer.rpartition("=")
    return {column: target}


def _why(column: Mapping[str, Any]) -> str:
    return str(column["why"][language()])
