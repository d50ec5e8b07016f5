"""Delimited text (CSV and its kin) as raw tables.

Each block of whole records goes to a fast parser where its quoting is sound, else to the careful
reader; both find the same records, so a fault costs time only where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from zhike.i18n import LazyText, lazy
from zhike.sources.blocks import Layout, careful_block, fast_block
from zhike.sources.decoding import ahead, decoded, text_blocks
from zhike.sources.dialects import decide_dialect, first_records
from zhike.sources.encodings import Encoding, decide_encoding
from zhike.sources.fates import Block, judged_batches
from zhike.sources.headers import Header, find_header
from zhike.sources.quotes import NO_QUOTES, last_record_end, quoting
from zhike.sources.records import RECORD_LIMIT_CHARS, SINGLE_COLUMN, records
from zhike.sources.streams import ByteSource
from zhike.sources.tables import Progress, RawTable

BLOCK_BYTES = 1 << 22
_SAMPLE_BYTES = 1 << 18
_CAREFUL_BYTES = 4 * RECORD_LIMIT_CHARS
_FEW_RECORDS, _MANY_RECORDS = 64, 1 << 14


def delimited_table(source: ByteSource, encoding: str = "") -> RawTable:
    """The table that a delimited text file holds.

    Args:
        source: The file.
        encoding: How it is encoded, where that is known.

    Raises:
        SourceError: Its bytes read like text in no encoding.
    """
    chosen = decide_encoding(source, encoding)
    head = source.head(_SAMPLE_BYTES)
    text = decoded(head[: len(head) - len(head) % chosen.unit_bytes], chosen.name)
    final = len(head) < _SAMPLE_BYTES
    dialect = decide_dialect(text)
    header = find_header([row.cells for row in first_records(text, dialect, final=final)])
    reader = _Reader(source, chosen, Layout(dialect, len(header.names)), header)
    return RawTable(
        name=source.name,
        file=source.path,
        header=header.names,
        stream=reader.batches,
        sheet=source.member,
        encoding=chosen.name,
        notes=(chosen.why, *_notes(reader.layout, header)),
        size_bytes=source.size_bytes,
    )


@dataclass(frozen=True)
class _Reader:
    """What is needed to read the table again from its beginning."""

    source: ByteSource
    encoding: Encoding
    layout: Layout
    header: Header

    def batches(self, progress: Progress) -> Iterator[pa.RecordBatch]:
        total = self.source.size_bytes
        with self.source.open() as stream:
            pieces = ahead(text_blocks(stream, self.encoding.name, BLOCK_BYTES))
            for block in record_blocks(pieces, self.layout):
                yield from judged_batches(block, self.header)
                progress(stream.disk_bytes, total)


def record_blocks(pieces: Iterator[str], layout: Layout) -> Iterator[Block]:
    """Text that comes in pieces, as blocks of whole records."""
    cutter = _Cutter(layout)
    piece: str | None = next(pieces)
    while piece is not None:
        following = next(pieces, None)
        yield from cutter.blocks(piece.encode(), final=following is None)
        piece = following


class _Cutter:
    """Cuts text into blocks of whole records: large ones where all is well.

    At a fault the careful reader takes over for a few records, for more of them while faults
    follow one another, so that neither one fault nor a million of them costs much.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._delimiter = layout.dialect.delimiter.encode()
        self._rest = b""
        self._row = 1
        self._careful_records = _FEW_RECORDS

    def blocks(self, data: bytes, *, final: bool) -> Iterator[Block]:
        """The whole records so far; what follows them waits for more text."""
        self._rest += data
        while self._rest and (block := self._next(final)):
            self._row += len(block)
            yield block

    def _next(self, final: bool) -> Block | None:
        data = self._rest
        aligned = self._layout.dialect.aligned
        quotes = NO_QUOTES if aligned else quoting(data, self._delimiter, final=final)
        whole = final and quotes.fault is None
        end = len(data) if whole else last_record_end(data, quotes)
        if not end:
            return self._carefully(final) if quotes.fault is not None or final else None
        try:
            block = fast_block(data[:end], quotes.before(end), self._layout, self._row)
        except pa.ArrowInvalid:
            return self._carefully(final)
        self._rest = data[end:]
        if len(block) > self._careful_records:
            self._careful_records = _FEW_RECORDS
        return block

    def _carefully(self, final: bool) -> Block | None:
        for size in (_CAREFUL_BYTES, len(self._rest)):
            text, after = self._rest[:size], self._rest[size:]
            found, rest = records(
                text.decode(errors="surrogateescape"),
                self._layout.dialect,
                most=self._careful_records,
                final=final and not after,
            )
            if found or not after:
                break
        self._rest = rest.encode(errors="surrogateescape") + after
        self._careful_records = min(2 * self._careful_records, _MANY_RECORDS)
        return careful_block(found, self._layout, self._row) if found else None


_SIGNS = {
    "\t": lazy("Cells are separated by tabs."),
    ",": lazy("Cells are separated by commas."),
    ";": lazy("Cells are separated by semicolons."),
    "|": lazy("Cells are separated by vertical bars."),
}


def _notes(layout: Layout, header: Header) -> Iterator[LazyText]:
    if layout.dialect.aligned:
        yield lazy("Cells are set apart by blanks.")
    elif layout.dialect == SINGLE_COLUMN:
        yield lazy("There is one cell in a line.")
    else:
        sign = layout.dialect.delimiter
        yield _SIGNS.get(sign) or lazy("Cells are separated by {sign}.", sign=repr(sign))
    yield from header_notes(header)


def header_notes(header: Header) -> Iterator[LazyText]:
    """What is to be said about where the column names came from."""
    if not header.row:
        yield lazy("No record holds column names; the columns are numbered.")
    elif header.row > 1:
        yield lazy("The column names are in row {row}.", row=header.row)
