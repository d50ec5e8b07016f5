"""Looking at files before they are added: what each would be taken for, with values to judge by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.engines import Engine
from zhike.errors import InputError, MappingError
from zhike.preparation.mapping import UnclearError, signature, suggest
from zhike.preparation.reading import FileReading
from zhike.sources import RawTable, SourceOptions, content_hash, open_source, write_parquet
from zhike.workspace.adding import may_be_notes
from zhike.workspace.landing import LandingStore
from zhike.workspace.mappings import Mappings
from zhike.workspace.readings import reading_as_json, reading_from_json
from zhike.workspace.returned import returned_workbook
from zhike.workspace.sentences import Sentence, fault_as_json

EXAMPLES = 3
LOOKED_AT = 2000
"""Records among which examples are looked for."""
LONGEST = 60
"""Characters of an example that are shown."""


@dataclass(frozen=True, kw_only=True)
class SeenColumn:
    """A column, and what it would be taken for.

    Attributes:
        column: Its header.
        field: "table.field"; empty where it feeds nothing.
        confidence: 0 (a guess) to 1 (certain).
        why: The reason, by language; empty without one.
        examples: Some of its values as they stand in the file.
    """

    column: str
    field: str
    confidence: float
    why: Sentence
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SeenQuestion:
    """What only a person can say.

    Attributes:
        code: Stable name for programs.
        text: The question, by language.
        choices: What may be answered, as "column=table.field", to its label.
    """

    code: str
    text: Sentence
    choices: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class SeenTable:
    """One table of a file: a CSV, a sheet, a member of a zip.

    Attributes:
        name: What people read: "orders.xlsx › Sheet1".
        rows: How many records it has.
        encoding: Of its text; empty where the format says it.
        platform: Platform code; empty where none was recognised.
        tables: Standard tables that it feeds; none where nothing tells what it is.
        columns: Its columns in order.
        questions: What has to be asked.
        fault: Why nothing tells what it is, as JSON; None where something does.
        is_notes: Whether it is left out as a sheet of notes beside tables.
    """

    name: str
    rows: int
    encoding: str
    platform: str
    tables: tuple[str, ...]
    columns: tuple[SeenColumn, ...]
    questions: tuple[SeenQuestion, ...] = ()
    fault: Mapping[str, Any] | None = None
    is_notes: bool = False


@dataclass(frozen=True, kw_only=True)
class SeenFile:
    """One file.

    Attributes:
        name: What people call it.
        what: "tables"; "workbook" that Zhike wrote and that comes back edited; "known" where its
            very content is here already; "fault" where it cannot be read.
        tables: Its tables.
        batch: The batch that holds it already; else empty.
        fault: Why it cannot be read, as JSON; None where it can.
    """

    name: str
    what: Literal["tables", "workbook", "known", "fault"]
    tables: tuple[SeenTable, ...] = ()
    batch: str = ""
    fault: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The file in terms of JSON."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> SeenFile:
        """The file that `as_json` gave."""
        return cls(**{**kept, "tables": tuple(_table_of(item) for item in kept["tables"])})


class Looking:
    """Looks at files, one by one.

    Args:
        engine: Where values are looked at.
        landing: The batches that are there already.
        mappings: What is remembered about headers.
        folder: Where records are put meanwhile.
    """

    def __init__(
        self, engine: Engine, landing: LandingStore, mappings: Mappings, folder: Path
    ) -> None:
        self._engine = engine
        self._landing = landing
        self._mappings = mappings
        self._folder = folder
        self._count = 0

    def at(self, file: Path, name: str, said: Mapping[str, Mapping[str, str]]) -> SeenFile:
        """What a file would be taken for; why not, where it cannot be read."""
        try:
            if returned_workbook(file, name) is not None:
                return SeenFile(name=name, what="workbook")
            known = self._landing.holding(content_hash(file))
            if known is not None:
                return SeenFile(name=name, what="known", batch=known.id)
            tables = open_source(file, options=SourceOptions(name=name))
            seen = [self._table(table, said.get(table.name, {})) for table in tables]
        except InputError as fault:
            return SeenFile(name=name, what="fault", fault=fault_as_json(fault))
        clear = any(table.tables for table in seen)
        return SeenFile(
            name=name,
            what="tables",
            tables=tuple(_beside(table, is_beside=clear) for table in seen),
        )

    def _table(self, table: RawTable, said: Mapping[str, str]) -> _Seen:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        landed = self._folder / f"{self._count}.parquet"
        rows = write_parquet(table, landed)
        raw = self._engine.read_parquet([landed])
        kept = self._mappings.recall(signature(table.header))
        remembered = reading_from_json(kept) if kept else None
        examples = _examples(landed, table.header)
        try:
            reading = suggest(raw, table.header, table.name, said, remembered)
        except MappingError as fault:
            return _unclear(table, rows, examples, said, fault)
        finally:
            del raw
        return _clear(table, rows, examples, reading)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A table, and whether it may be left out where others are clear."""

    table: SeenTable
    may_be_notes: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        return self.table.tables


def _beside(seen: _Seen, *, is_beside: bool) -> SeenTable:
    if is_beside and seen.may_be_notes:
        kept = asdict(seen.table) | {"is_notes": True}
        return _table_of(kept)
    return seen.table


def _clear(
    table: RawTable, rows: int, examples: Mapping[str, tuple[str, ...]], reading: FileReading
) -> _Seen:
    kept = reading_as_json(reading)
    columns = tuple(
        SeenColumn(
            column=item["column"],
            field=item["field"] or "",
            confidence=item["confidence"],
            why=item["why"],
            examples=examples.get(item["column"], ()),
        )
        for item in kept["columns"]
    )
    questions = tuple(
        SeenQuestion(code=item["code"], text=item["text"], choices=item["choices"])
        for item in kept["questions"]
    )
    return _Seen(
        table=SeenTable(
            name=table.name,
            rows=rows,
            encoding=table.encoding,
            platform=reading.platform,
            tables=reading.tables,
            columns=columns,
            questions=questions,
        )
    )


def _unclear(
    table: RawTable,
    rows: int,
    examples: Mapping[str, tuple[str, ...]],
    said: Mapping[str, str],
    fault: MappingError,
) -> _Seen:
    """A table of which nothing tells what it is: what was said and guessed of its columns."""
    guesses = dict(fault.guesses) if isinstance(fault, UnclearError) else {}
    meant = guesses | {column: target.partition(":")[0] for column, target in said.items()}
    columns = tuple(
        SeenColumn(
            column=column,
            field=meant.get(column, ""),
            confidence=1.0 if column in said else 0.0,
            why={},
            examples=examples.get(column, ()),
        )
        for column in table.header
    )
    seen = SeenTable(
        name=table.name,
        rows=rows,
        encoding=table.encoding,
        platform="",
        tables=(),
        columns=columns,
        fault=fault_as_json(fault),
    )
    return _Seen(table=seen, may_be_notes=may_be_notes(table, fault))


def _examples(landed: Path, header: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The first different values of each column."""
    with pq.ParquetFile(landed) as file:
        batches = file.iter_batches(batch_size=LOOKED_AT, columns=list(header))
        first = next(batches, None)
    return {} if first is None else {name: _some(first.column(name)) for name in header}


def _some(values: pa.Array) -> tuple[str, ...]:
    found = pc.unique(values.drop_null())[:EXAMPLES].to_pylist()
    return tuple(item if len(item) <= LONGEST else f"{item[:LONGEST]}…" for item in found)


def _table_of(kept: Mapping[str, Any]) -> SeenTable:
    columns = tuple(
        SeenColumn(**{**it, "examples": tuple(it["examples"])}) for it in kept["columns"]
    )
    questions = tuple(SeenQuestion(**item) for item in kept["questions"])
    tables = tuple(kept["tables"])
    return SeenTable(**{**kept, "columns": columns, "questions": questions, "tables": tables})
