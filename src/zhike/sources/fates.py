"""Records that are no data: blank lines, titles, totals, the header once more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.sources.headers import Header, looks_like_value
from zhike.sources.tables import Fate, landing_schema
from zhike.sources.unwrapping import unwrapped

_TOTAL = (
    r"合\s*计|总\s*计|小\s*计|汇\s*总|总合计|本页合计|本页小计|累\s*计|共\s*计"
    r"|grand\s*total|sub-?\s*total|totals?|sum|overall"
)
_FOOTER = (
    r"(?:导出|打印|制表|生成|统计|下载|查询|报表)(?:时间|日期|人|区间|范围|条件)"
    r"|制表|审核|备注|说明|注|数据来源|数据截止|以上|声明"
    r"|(?:generated|exported|printed|created|downloaded)\s+(?:on|at|by)|report\s+(?:date|time)"
    r"|source|notes?|end\s+of\s+(?:report|file|data)"
)
_COUNTED = (
    r"(?:合计|总计)?\s*[共总]\s*(?:计\s*)?[\d,]+\s*[条行笔单个项件].*"
    r"|[\d,]+\s+(?:rows?|records?)\b.*"
)

_OPENING, _CLOSING = r"[\s\x{3000}*#【\[(（]*", r"[\s\x{3000}】\])）]*"
_TOTAL_CELL = rf"{_OPENING}(?:{_TOTAL}){_CLOSING}(?:[:：(（].*)?"
_FOOTER_CELL = rf"{_OPENING}(?:(?:{_FOOTER}){_CLOSING}[:：].*|{_COUNTED})"
_SUSPECT = rf"(?is)^(?:{_TOTAL_CELL}|{_FOOTER_CELL}|[\s\x1a]*)$"
"""In RE2's grammar, for whole columns; `_matches` reads the same pattern for one cell."""

_END_OF_FILE = "\x1a"
"""What old programs write behind the last record."""

Judged = tuple[Fate, str]


@dataclass(frozen=True)
class Block:
    """Consecutive records of a table, before they are judged.

    Attributes:
        columns: One text array a column, null where a cell is empty.
        first_row: Position of the first record in its table, from 1.
        raw_of: The text of the k-th record of the block, as written.
        rejected: Records that are beyond use, with the reason's code.
    """

    columns: Sequence[pa.Array]
    first_row: int
    raw_of: Callable[[int], str]
    rejected: Mapping[int, str]

    def __len__(self) -> int:
        return len(self.columns[0])


def judged_batches(block: Block, header: Header) -> Iterator[pa.RecordBatch]:
    """The block as batches with the ledger's columns, the header left out."""
    if not len(block):
        return
    fates = _fates(block, header)
    batch = _batch(block, header, fates)
    at = header.row - block.first_row
    if not 0 <= at < len(block):
        yield batch
        return
    for part in (batch.slice(0, at), batch.slice(at + 1)):
        if part.num_rows:
            yield part


def _fates(block: Block, header: Header) -> dict[int, Judged]:
    fates: dict[int, Judged] = {}
    for at in _suspects(block, header):
        cells = ["" if (cell := column[at].as_py()) is None else cell for column in block.columns]
        if judged := _judged(cells, header):
            fates[at] = judged
    for at in range(min(header.row - block.first_row, len(block))):
        blank = fates.get(at) == ("skipped", "blank")
        fates[at] = ("skipped", "blank" if blank else "title")
    fates.update(
        {
            at: ("rejected", reason)
            for at, reason in block.rejected.items()
            if not block.first_row + at <= header.row
        }
    )
    return fates


def _suspects(block: Block, header: Header) -> list[int]:
    """Records whose first filled cell is that of a total, a footer or the header, or none."""
    first = block.columns[0]
    if first.null_count:
        first = pc.coalesce(*block.columns)
    odd = pc.match_substring_regex(first, _SUSPECT)
    named = next((cell for cell in header.written if cell), None)
    if named is not None:
        odd = pc.or_(odd, pc.equal(pc.utf8_trim_whitespace(first), named))
    return [int(at) for at in np.flatnonzero(pc.fill_null(odd, True))]


def _judged(cells: Sequence[str], header: Header) -> Judged | None:
    filled = [bare for cell in cells if (bare := cell.strip().strip(_END_OF_FILE))]
    if not filled:
        return "skipped", "blank"
    written = header.written
    if written and tuple(cell.strip() for cell in cells)[: len(written)] == written:
        return "skipped", "repeated_header"
    first, others = filled[0], filled[1:]
    width = len(header.names)
    if _matches(_TOTAL_CELL, first) and width > 1 and all(map(_is_figure, others)):
        return "skipped", "total"
    if len(filled) <= max(1, width // 3) and width > 1 and _matches(_FOOTER_CELL, first):
        return "skipped", "title"
    return None


def _matches(pattern: str, cell: str) -> bool:
    python = pattern.replace(r"\x{3000}", "\u3000")
    return re.fullmatch(python, cell, re.IGNORECASE | re.DOTALL) is not None


def _is_figure(cell: str) -> bool:
    return looks_like_value(cell) or cell in {"-", "--", "—", "/"} or _matches(_TOTAL_CELL, cell)


def _batch(block: Block, header: Header, fates: Mapping[int, Judged]) -> pa.RecordBatch:
    count = len(block)
    columns = [unwrapped(column) for column in block.columns]
    ledger = [pa.nulls(count, pa.string())] * 3
    if fates:
        order = sorted(fates)
        mask = np.zeros(count, bool)
        mask[order] = True
        told = (
            [fates[at][0] for at in order],
            [fates[at][1] for at in order],
            [block.raw_of(at) for at in order],
        )
        ledger = [pc.replace_with_mask(pa.nulls(count, pa.string()), mask, texts(t)) for t in told]
        columns = [pc.if_else(mask, None, column) for column in columns]
    rows = pa.array(np.arange(block.first_row, block.first_row + count))
    return pa.RecordBatch.from_arrays(
        [*columns, rows, *ledger], schema=landing_schema(header.names)
    )


def texts(values: Sequence[str | None]) -> pa.Array:
    """A text column."""
    return pa.array(values, pa.string())
