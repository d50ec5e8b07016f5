"""A block of delimited text as columns, by the fast parser or the careful one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from zhike.sources.decoding import MARK, shown
from zhike.sources.fates import Block, texts
from zhike.sources.quotes import Positions, Quoting, record_ends, without
from zhike.sources.records import Dialect, Record, records

TOO_MANY_COLUMNS, UNDECODABLE = "too_many_columns", "undecodable"

_MARK_BYTES = MARK.encode()
_RUNS = re.compile(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)"), re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class Layout:
    """What a parser must know of a table: how it is written and how many columns it has."""

    dialect: Dialect
    width: int


@dataclass(frozen=True)
class _Written:
    """The records of a block as written, found only when somebody asks."""

    data: bytes
    quotes: Quoting

    @cached_property
    def ends(self) -> Positions:
        ends = record_ends(self.data, self.quotes)
        whole = len(ends) and ends[-1] == len(self.data)
        return ends if whole else np.append(ends, len(self.data))

    def text(self, at: int) -> str:
        begin = self.ends[at - 1] if at else 0
        return shown(self._marked(int(begin), int(self.ends[at])))

    def cells(self, at: int, dialect: Dialect) -> list[str]:
        begin = self.ends[at - 1] if at else 0
        return records(self._marked(int(begin), int(self.ends[at])), dialect, most=1)[0][0].cells

    def undecodable(self) -> dict[int, str]:
        places = [found.start() for found in re.finditer(_MARK_BYTES, self.data)]
        return dict.fromkeys(map(int, np.searchsorted(self.ends, places, "right")), UNDECODABLE)

    def _marked(self, begin: int, end: int) -> str:
        return self.data[begin:end].decode().rstrip("\r\n")


def fast_block(data: bytes, quotes: Quoting, layout: Layout, first_row: int) -> Block:
    """Whole records with sound quoting, parsed by Arrow; ragged ones are mended one by one.

    Raises:
        pyarrow.ArrowInvalid: Arrow cannot make sense of the block.
    """
    written = _Written(data, quotes)
    misfits: list[int] = []

    def noted(row: arrow_csv.InvalidRow) -> Literal["skip"]:
        misfits.append(row.number - 1)
        return "skip"

    columns = _parsed(_clean(data, quotes, layout.dialect), layout, noted)
    rejected = written.undecodable() if _MARK_BYTES in data else {}
    if misfits:
        found = {at: fitted(written.cells(at, layout.dialect), layout.width) for at in misfits}
        rejected = {at: TOO_MANY_COLUMNS for at, cells in found.items() if cells is None} | rejected
        columns = _spliced(columns, found, layout.width)
    return Block(columns, first_row, written.text, rejected)


def careful_block(found: Sequence[Record], layout: Layout, first_row: int) -> Block:
    """Records that the careful reader found, as columns."""
    rows = [fitted(record.cells, layout.width) for record in found]
    rejected = {at: TOO_MANY_COLUMNS for at, row in enumerate(rows) if row is None}
    rejected |= {at: UNDECODABLE for at, record in enumerate(found) if MARK in record.raw}
    return Block(_columns(rows, layout.width), first_row, lambda at: shown(found[at].raw), rejected)


def fitted(cells: Sequence[str], width: int) -> list[str | None] | None:
    """The cells, short records filled up with nothing; None where there are too many."""
    if any(cells[width:]):
        return None
    return [cell or None for cell in cells[:width]] + [None] * (width - len(cells))


def _parsed(data: bytes, layout: Layout, noted: object) -> list[pa.Array]:
    names = [str(at) for at in range(layout.width)]
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=len(data) + 1, column_names=names
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.dialect.delimiter,
            quote_char=False if layout.dialect.aligned else '"',
            newlines_in_values=not layout.dialect.aligned,
            ignore_empty_lines=False,
            invalid_row_handler=noted,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )
    return [_whole(column) for column in table.columns]


def _clean(data: bytes, quotes: Quoting, dialect: Dialect) -> bytes:
    if not dialect.aligned:
        return without(data, quotes.prefixes)
    ends, runs = _RUNS
    return runs.sub(b" ", ends.sub(b"", data))


def _spliced(
    columns: Sequence[pa.Array], found: Mapping[int, list[str | None] | None], width: int
) -> list[pa.Array]:
    """The columns with further records put back where they stood."""
    places = np.fromiter(found, np.int64, len(found))
    extra = _columns(list(found.values()), width)
    total = len(columns[0]) + len(places)
    order = np.empty(total, np.int64)
    order[places] = np.arange(len(columns[0]), total)
    order[np.delete(np.arange(total), places)] = np.arange(len(columns[0]))
    return [
        pa.concat_arrays([column, more]).take(pa.array(order))
        for column, more in zip(columns, extra, strict=True)
    ]


def _columns(rows: Sequence[Sequence[str | None] | None], width: int) -> list[pa.Array]:
    nothing = [None] * width
    filled = zip_longest(*(row or nothing for row in rows))
    return [texts(cells) for cells in filled] or [texts([])] * width


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
