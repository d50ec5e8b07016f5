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
from zhike.sources.decoding import decoded, text_blocks
from zhike.sources.dialects import decide_dialect, first_records
from zhike.sources.encodings import Encoding, decide_encoding
from zhike.sources.fates import Block, judged_batches
from zhike.sources.headers import Header, find_header
from zhike.sources.quotes import NO_QUOTES, last_record_end, quoting
from zhike.sources.records import RECORD_LIMIT_CHARS, SINGLE_COLUMN, Incomplete, Record, records
from zhike.sources.streams import ByteSource
from zhike.sources.tables import Progress, RawTable

BLOCK_BYTES = 1 << 22
_SAMPLE_BYTES = 1 << 18
_UNCLOSED_BYTES = 4 * RECORD_LIMIT_CHARS


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
            for block in self._blocks(text_blocks(stream, self.encoding.name, BLOCK_BYTES)):
                yield from judged_batches(block, self.header)
                progress(stream.disk_bytes, total)

    def _blocks(self, pieces: Iterator[str]) -> Iterator[Block]:
        rest, row, piece = b"", 1, next(pieces, None)
        while piece is not None:
            data, piece = rest + piece.encode(), next(pieces, None)
            block, rest = self._block(data, row, final=piece is None)
            row += len(block)
            yield block

    def _block(self, data: bytes, row: int, *, final: bool) -> tuple[Block, bytes]:
        """The whole records at the beginning of `data`, and what follows them."""
        dialect = self.layout.dialect
        quotes = NO_QUOTES if dialect.aligned else quoting(data, dialect.delimiter.encode())
        unclosed = len(quotes.positions) % 2 == 1
        if quotes.sound and not (final and unclosed):
            end = len(data) if final else last_record_end(data, quotes)
            if not end and len(data) < _UNCLOSED_BYTES:
                return careful_block([], self.layout, row), data
            if end:
                try:
                    return fast_block(data[:end], quotes.before(end), self.layout, row), data[end:]
                except pa.ArrowInvalid:
                    pass
        return self._carefully(data, row, final=final)

    def _carefully(self, data: bytes, row: int, *, final: bool) -> tuple[Block, bytes]:
        found: list[Record] = []
        rest = b""
        try:
            found.extend(records(data.decode(), self.layout.dialect, final=final))
        except Incomplete as cut:
            rest = cut.rest.encode()
        return careful_block(found, self.layout, row), rest


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
