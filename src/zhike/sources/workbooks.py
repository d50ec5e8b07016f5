"""Excel workbooks: one raw table a visible sheet that holds something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike.errors import SourceError
from zhike.i18n import lazy
from zhike.sources.delimited import header_notes
from zhike.sources.fates import Block, judged_batches
from zhike.sources.headers import Header, find_header
from zhike.sources.streams import ByteSource, refuse_packed_bomb
from zhike.sources.tables import Progress, RawTable

_SAMPLE_ROWS = 400
_SLICE_ROWS = 1 << 16
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0"
_TIME_ONLY = r"^1899-12-3[01] (\d\d:\d\d:\d\d)"


def workbook_tables(source: ByteSource) -> list[RawTable]:
    """The sheets of a workbook that hold records; the others are named in the notes.

    Ids keep their digits, days and instants are ISO text, whole numbers have no decimals.

    Raises:
        SourceError: A password protects it, it is damaged, or nothing is in it.
    """
    data = source.whole()
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise _protected(source.name)
    refuse_packed_bomb(data, source.name)
    tables, left_out = [], []
    for name, sheet in _sheets(data, source.name):
        if sheet.visible != "visible":
            left_out.append(lazy("Sheet {sheet} is hidden and was left out.", sheet=name))
        elif not sheet.height:
            left_out.append(lazy("Sheet {sheet} is empty and was left out.", sheet=name))
        else:
            tables.append(_table(source, name, _text_columns(sheet)))
    if not tables:
        raise SourceError(
            lazy("{name} has no visible sheet with anything in it.", name=source.name),
            hint=lazy("Unhide the sheet that holds the table, or export it again."),
            code="no_records",
        )
    only = len(tables) == 1
    return [
        replace(table, name=source.name if only else table.name, notes=(*table.notes, *left_out))
        for table in tables
    ]


def _protected(name: str) -> SourceError:
    return SourceError(
        lazy("{name} is protected with a password.", name=name),
        hint=lazy("Open it in Excel, save a copy without the password, and add the copy."),
        code="password",
    )


def _sheets(data: bytes, name: str) -> list[tuple[str, Any]]:
    import fastexcel

    try:
        reader = fastexcel.read_excel(data)
        return [
            (sheet, reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string"))
            for sheet in reader.sheet_names
        ]
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower():
            raise _protected(name) from error
        raise SourceError(
            lazy("{name} is no Excel workbook that can be read; it may be damaged.", name=name),
            hint=lazy("Open it in Excel, save it as .xlsx, and add that file."),
            code="damaged_workbook",
        ) from error


def _text_columns(sheet: Any) -> list[pa.Array]:
    batch = sheet.to_arrow()
    return [_canonical(column.cast(pa.string())) for column in batch.columns]


def _canonical(column: pa.Array) -> pa.Array:
    """Empty cells null; a time of day without the day zero that Excel gives it."""
    column = pc.if_else(pc.equal(column, ""), None, column)
    if pc.any(pc.starts_with(column, "1899-12-3"), min_count=0).as_py():
        column = pc.replace_substring_regex(column, _TIME_ONLY, r"\1")
    return column


def _table(source: ByteSource, sheet: str, columns: list[pa.Array]) -> RawTable:
    sample = [column.slice(0, _SAMPLE_ROWS).to_pylist() for column in columns]
    rows = [[cell or "" for cell in row] for row in zip(*sample, strict=True)]
    header = find_header(rows)
    return RawTable(
        name=f"{source.name} › {sheet}",
        file=source.path,
        header=header.names,
        stream=_Sheet(columns, header, source.size_bytes).batches,
        sheet=sheet,
        notes=tuple(header_notes(header)),
        size_bytes=source.size_bytes,
    )


@dataclass(frozen=True)
class _Sheet:
    """A sheet in memory: a format that cannot be read forward, of a million rows at most."""

    columns: list[pa.Array]
    header: Header
    size_bytes: int

    def batches(self, progress: Progress) -> Iterator[pa.RecordBatch]:
        total = len(self.columns[0])
        for start in range(0, total, _SLICE_ROWS):
            cut = [column.slice(start, _SLICE_ROWS) for column in self.columns]
            block = Block(cut, start + 1, _Joined(cut).text, {})
            yield from judged_batches(block, self.header)
            progress(min(start + _SLICE_ROWS, total) * self.size_bytes // total, self.size_bytes)


@dataclass(frozen=True)
class _Joined:
    """The text of a row as Excel would paste it: cells with tabs between."""

    columns: list[pa.Array]

    def text(self, at: int) -> str:
        return "\t".join(column[at].as_py() or "" for column in self.columns).rstrip("\t")
