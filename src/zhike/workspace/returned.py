"""Reading an exported workbook back: its customer sheets, whatever was done to them since.

Rows may have been sorted, filtered, hidden or deleted, columns moved, hidden, added or removed;
the hidden row of keys says which column is which, and without it the titles do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.errors import SourceError
from zhike.i18n import LazyText, lazy
from zhike.schema.vocabulary import fold
from zhike.sources import refuse_packed_bomb
from zhike.workspace.cells import FaultKind, OddCells, odd_cells
from zhike.workspace.editable import tidy
from zhike.workspace.titles import id_titles, keys_by_title

ABOUT = "_zhike"
KEY = "customer_id"
_BEGINNING_BYTES = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"
_TITLE_ROWS = 30
"""Without keys the titles are looked for in so many rows from the top."""


@dataclass(frozen=True, kw_only=True)
class SheetColumn:
    """One column of a customer sheet.

    Attributes:
        key: What Zhike called it; empty of one that a person added.
        title: What is written above it.
        letter: What Excel calls it.
        cells: Its cells below the titles, as text.
    """

    key: str
    title: str
    letter: str
    cells: pa.Array


@dataclass(frozen=True, kw_only=True)
class CustomerSheet:
    """One customer sheet as it came back.

    Attributes:
        name: Of the sheet.
        columns: From left to right.
        rows: Row number in the sheet of each row of the cells.
        faults: Row number and letter of cells without a usable value, and why.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[int, ...]
    faults: Mapping[tuple[int, str], FaultKind] = field(default_factory=dict)

    def place(self, row: int, column: SheetColumn) -> str:
        """How people call a cell: 客户分析表!F17."""
        return f"{self.name}!{column.letter}{self.rows[row]}"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """An exported workbook that came back.

    Attributes:
        file: Where it is.
        name: What people call it.
        about: What its very hidden sheet says; empty where that was lost.
        sheets: Its customer sheets.
        warnings: What had to be guessed.
    """

    file: Path
    name: str
    about: Mapping[str, str]
    sheets: tuple[CustomerSheet, ...]
    warnings: tuple[LazyText, ...] = ()

    @property
    def export(self) -> str:
        """The export that it goes back to; empty where that was lost."""
        return self.about.get("export_id", "")


def returned_workbook(path: Path, name: str = "") -> Returned | None:
    """The workbook, if Zhike wrote it; None of any other file.

    Args:
        path: Where it is.
        name: What people call it, where its path does not say it.
    """
    import fastexcel

    if not _may_be_one(path):
        return None
    data = path.read_bytes()
    refuse_packed_bomb(data, name or path.name)
    try:
        reader = fastexcel.read_excel(data)
        about = _about(reader)
        wanted = _wanted(reader, about)
        found = list(_sheets(reader, wanted, path, is_ours=bool(about)))
    except fastexcel.FastExcelError as fault:
        raise SourceError(
            lazy(
                "{name} is no Excel workbook that can be read; it may be damaged.",
                name=name or path.name,
            )
        ) from fault
    if not found:
        return None
    warnings = [warning for _, warning in found if warning is not None]
    if not about:
        warnings.insert(0, _LOST)
    return Returned(
        file=path.absolute(),
        name=name or path.name,
        about=about,
        sheets=tuple(sheet for sheet, _ in found),
        warnings=tuple(dict.fromkeys(warnings)),
    )


_LOST = lazy(
    "The hidden sheet that says which export this is was lost; the export that fits best was taken."
)
_BY_TITLES = lazy(
    "The hidden row of keys was lost; the columns were told by their titles. Titles that were "
    "changed as well are taken for new columns."
)


def _may_be_one(path: Path) -> bool:
    """Whether anything in the file says that Zhike wrote it; nothing is read as a sheet yet."""
    import zipfile
    import zlib

    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLE:
        return ABOUT.encode() in path.read_bytes()
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".bin")):
                    with archive.open(name) as part:
                        beginning = part.read(_BEGINNING_BYTES)
                    if ABOUT.encode() in beginning or KEY.encode() in beginning:
                        return True
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        pass  # damaged, or with a password: whoever reads it as a table says which
    return False


def _about(reader: Any) -> dict[str, str]:
    """What the very hidden sheet says."""
    if ABOUT not in reader.sheet_names:
        return {}
    rows = _columns(reader, ABOUT)
    if len(rows) < 2:
        return {}
    pairs = zip(rows[0].to_pylist(), rows[1].to_pylist(), strict=True)
    return {str(key): str(value) for key, value in pairs if key and value is not None}


def _wanted(reader: Any, about: Mapping[str, str]) -> list[str]:
    """The sheets that may be customer sheets; all where those that were written were renamed."""
    there = [name for name in reader.sheet_names if name != ABOUT]
    try:
        written = json.loads(about.get("sheets", "[]"))
    except ValueError:
        written = []
    return [name for name in there if name in written] if set(written) <= set(there) else there


def _sheets(
    reader: Any, names: list[str], path: Path, *, is_ours: bool
) -> Iterator[tuple[CustomerSheet, LazyText | None]]:
    for name in names or [item for item in reader.sheet_names if item != ABOUT]:
        columns = _columns(reader, name)
        found = _keyed(columns, is_ours=is_ours) or (_titled(columns) if is_ours else None)
        if found is not None:
            odd = odd_cells(path, name)
            sheet = _sheet(name, columns, found, odd)
            yield sheet, _BY_TITLES if found.by_title else None


def _columns(reader: Any, name: str) -> list[pa.Array]:
    sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    return [column.cast(pa.string()) for column in sheet.to_arrow().columns]


@dataclass(frozen=True)
class _Heads:
    """Where the keys and titles are: place among the rows, -1 where they are not."""

    keys: tuple[str, ...]
    key_row: int
    title_row: int

    @property
    def by_title(self) -> bool:
        return self.key_row < 0


def _keyed(columns: list[pa.Array], *, is_ours: bool) -> _Heads | None:
    """The heads by the row of keys, wherever sorting may have put it.

    In a file that does not say where it comes from, titles must follow the keys: an ordinary table
    may have such a word in its header too.
    """
    for column in columns:
        at = pc.index(column, KEY).as_py()
        if at < 0:
            continue
        keys = tuple(tidy(other[at].as_py()) or "" for other in columns)
        beneath = fold(column[at + 1].as_py() or "") if at + 1 < len(column) else ""
        if at == 0 and (is_ours or (beneath in id_titles() and len(list(filter(None, keys))) > 1)):
            return _Heads(keys, at, 1)
        titles = _title_row(column, len(column))
        if titles >= 0 and (is_ours or titles == at + 1):
            return _Heads(keys, at, titles)
    return None


def _titled(columns: list[pa.Array]) -> _Heads | None:
    """The heads by the titles alone."""
    known = keys_by_title()
    for place, column in enumerate(columns):
        at = _title_row(column, _TITLE_ROWS)
        if at >= 0:
            titles = [tidy(other[at].as_py()) or "" for other in columns]
            keys = [known.get(fold(title), "") for title in titles]
            keys[place] = KEY
            return _Heads(tuple(keys), -1, at)
    return None


def _title_row(column: pa.Array, most: int) -> int:
    words = column.slice(0, most).to_pylist()
    return next((at for at, word in enumerate(words) if word and fold(word) in id_titles()), -1)


def _sheet(name: str, columns: list[pa.Array], heads: _Heads, odd: OddCells) -> CustomerSheet:
    """The sheet below its heads, empty rows left out."""
    filled = [pc.is_valid(column) for column in columns]
    some = filled[0]
    for mask in filled[1:]:
        some = pc.or_(some, mask)
    faulty = {row for row, _ in odd.faults}
    skipped = {heads.key_row, heads.title_row}
    kept = [
        place
        for place, there in enumerate(some.to_pylist())
        if (there or place + 1 in faulty) and place not in skipped
    ]
    take = pa.array(kept, pa.int64())
    titles = [
        tidy(column[heads.title_row].as_py()) or "" if heads.title_row >= 0 else ""
        for column in columns
    ]
    return CustomerSheet(
        name=name,
        columns=tuple(
            SheetColumn(
                key=heads.keys[n], title=titles[n], letter=odd.letter(n), cells=column.take(take)
            )
            for n, column in enumerate(columns)
        ),
        rows=tuple(place + 1 for place in kept),
        faults=odd.faults,
    )
