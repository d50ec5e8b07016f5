"""Tables as CSV in any encoding and as workbooks, page by page."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

EXCEL_EPOCH_DAYS = 25_569
"""Days from Excel's day 0 to 1970-01-01."""

Part: TypeAlias = "pa.Table | list[str]"
"""Records, or one record given cell by cell."""


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> Any:
        """Take some bytes."""
        ...


class _Transcoded(io.RawIOBase):
    """Takes UTF-8 in pieces of any size and hands it on in another encoding."""

    def __init__(self, sink: Sink, encoding: str) -> None:
        self._sink = sink
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._encoder = codecs.getincrementalencoder(encoding)()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        taken = bytes(data)
        self._sink.write(self._encoder.encode(self._decoder.decode(taken)))
        return len(taken)


def write_csv(path: Path, header: list[str], parts: Iterable[Part], encoding: str) -> None:
    """Records as CSV: text quoted, numbers not, a record a line.

    Args:
        path: File to write.
        header: Column names, written as they are.
        parts: What follows, in order; a list is one record as it stands.
        encoding: Python's name of it.
    """
    options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("wb") as file:
        sink = _Transcoded(file, encoding)
        for part in _with_header(header, parts):
            if isinstance(part, list):
                sink.write((",".join(_quoted(cell) for cell in part) + "\n").encode())
            else:
                with pacsv.CSVWriter(
                    pa.PythonFile(sink, "w"), part.schema, write_options=options
                ) as writer:
                    writer.write_table(part)


def _with_header(header: list[str], parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, the header before the first table."""
    waiting = True
    for part in parts:
        if waiting and not isinstance(part, list):
            yield header
            waiting = False
        yield part
    if waiting:
        yield header


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n') else cell


def write_workbook(path: Path, header: list[str], parts: Iterable[Part], sheet: str) -> None:
    """Records as one sheet of an Excel workbook: real numbers and dates, everything else text.

    The sheet is put together column-wise, so that a hundred thousand rows take a second or two.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in _WORKBOOK.items():
            book.writestr(name, content.replace("{sheet}", escape(sheet)))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write((_XML + f'<worksheet xmlns="{_MAIN}"><sheetData>').encode())
            for part in _with_header(header, parts):
                table = (
                    pa.table({str(k): [cell or None] for k, cell in enumerate(part)})
                    if isinstance(part, list)
                    else part
                )
                for batch in table.to_batches(max_chunksize=50_000):
                    file.write(_sheet_rows(batch).encode())
            file.write(b"</sheetData></worksheet>")


def _one_record(cells: list[str]) -> pa.Table:
    return pa.table({str(place): [cell or None] for place, cell in enumerate(cells)})


def _sheet_rows(batch: pa.RecordBatch) -> str:
    cells = [_cells(column) for column in batch.columns]
    rows = pc.binary_join_element_wise(*cells, "")
    return "<row>" + "</row><row>".join(rows.to_pylist()) + "</row>"


def _cells(column: pa.Array) -> pa.Array:
    """The cells of a column as XML; a missing one is empty, so that the next stay in place."""
    if pa.types.is_string(column.type) or pa.types.is_null(column.type):
        text = column.cast(pa.string())
        for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = pc.replace_substring(text, mark, entity)
        return _filled(text, ' t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>")
    if pa.types.is_timestamp(column.type):
        serial = np.asarray(column.cast(pa.timestamp("s")).cast(pa.int64()).fill_null(0)) / 86_400
        number = pa.array(serial + EXCEL_EPOCH_DAYS).cast(pa.string())
        return _filled(pc.if_else(column.is_valid(), number, None), ' s="1"><v>', "</v></c>")
    return _filled(column.cast(pa.string()), "><v>", "</v></c>")


def _filled(text: pa.Array, opening: str, closing: str) -> pa.Array:
    cells = pc.binary_join_element_wise("<c" + opening, text, closing, "")
    return pc.fill_null(cells, "<c/>")


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WORKBOOK = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{_RELATIONS}"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
