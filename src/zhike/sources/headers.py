"""Which record of a table holds the column names, if any does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from zhike.schema import standard_table
from zhike.sources.decoding import shown
from zhike.sources.tables import LEDGER_COLUMNS
from zhike.sources.unwrapping import unwrapped_cell

Cells = Sequence[str]

LOOKED_AT_RECORDS = 40
"""A header further down than this is none."""

_VALUE = re.compile(
    r"""\s*(?:
        [-+(]?\s*[¥$£€￥]?\s*[-+]?[\d,.]*\d[\d,.]*\s*[%元)]?   # an amount, a number, a share
      | \d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?[\sT]*[\d:.]*\s*(?:Z|[-+][\d:]+|[AP]M)?  # a day
      | \d{1,2}:\d\d(?::\d\d)?                                # a time
      | [^@\s]+@[^@\s]+\.[^@\s]+                              # an address
      | (?=(?:\D*\d){5})[\w*#-]*                              # a number of something
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Header:
    """The column names of a table and where they stand.

    Attributes:
        names: Unique whatever their case, none empty.
        row: Position of the record that holds them, from 1; 0 where none does.
        written: That record's own cells, to know it again further down.
    """

    names: tuple[str, ...]
    row: int
    written: tuple[str, ...]


def looks_like_value(cell: str) -> bool:
    """Whether a cell reads as data (a number, a day, an address) rather than as a name.

    Examples:
        >>> looks_like_value("2024-01-05"), looks_like_value("¥1,204.50"), looks_like_value("金额")
        (True, True, False)
    """
    return bool(cell) and _VALUE.fullmatch(unwrapped_cell(cell)) is not None


def find_header(rows: Sequence[Cells]) -> Header:
    """The header of a table whose first records are `rows`.

    Examples:
        >>> find_header([["订单报表", ""], ["订单号", "金额"], ["001", "9.90"]]).row
        2
        >>> find_header([["00004", "19970101", "29.33"], ["00021", "19970101", "63.34"]]).names
        ('column_1', 'column_2', 'column_3')
    """
    at = _candidate(rows)
    if at is None or _is_data(rows, at):
        return Header(column_names((), _usual_width(rows)), 0, ())
    written = tuple(cell.strip() for cell in rows[at])
    return Header(column_names(rows[at], _usual_width(rows[at + 1 :])), at + 1, written)


def known_words(cells: Cells) -> int:
    """How many of the cells are words that the glossary knows as column names."""
    return sum(_folded(cell) in _glossary() for cell in cells)


def _candidate(rows: Sequence[Cells]) -> int | None:
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    if not any(filled):
        return None
    least = max(median(count for count in filled if count) / 2, min(2, max(filled)))
    looked = range(min(LOOKED_AT_RECORDS, len(rows)))
    known = [known_words(rows[at]) for at in looked]
    best = known.index(max(known))
    if known[best] >= 2 and filled[best] >= least:
        return best
    widest = max(filled)
    wide = [at for at in looked if filled[at] >= least]
    named = (at for at in wide if filled[at] == widest or not any(map(looks_like_value, rows[at])))
    return next(named, wide[0] if wide else None)


def _is_data(rows: Sequence[Cells], at: int) -> bool:
    """Whether the record reads like those below it, so that the table has no header.

    A header of years over columns of amounts is still a header, once its other cells are words
    that the glossary knows.
    """
    cells, below = rows[at], rows[at + 1 : at + 1 + 200]
    filled = sum(bool(cell.strip()) for cell in cells)
    if known_words(cells) * 3 >= filled or not any(map(looks_like_value, cells)):
        return False
    valued = [
        column for column in range(len(cells)) if below and _share_of_values(below, column) >= 0.5
    ]
    if not below:
        return sum(looks_like_value(cell) for cell in cells) * 2 >= len(cells)
    alike = sum(looks_like_value(cells[column]) for column in valued)
    return bool(valued) and alike * 2 >= len(valued)


def _share_of_values(rows: Sequence[Cells], column: int) -> float:
    cells = [row[column] for row in rows if column < len(row) and row[column].strip()]
    return sum(map(looks_like_value, cells)) / len(cells) if cells else 0.0


def _usual_width(rows: Sequence[Cells]) -> int:
    """The most frequent number of cells, trailing empty ones aside."""
    widths = Counter(_reach(row) for row in rows)
    widths.pop(0, None)
    return widths.most_common(1)[0][0] if widths else 0


def _reach(row: Cells) -> int:
    return next((at for at in range(len(row), 0, -1) if row[at - 1].strip()), 0)


def column_names(written: Cells, width: int = 0) -> tuple[str, ...]:
    """At least `width` names, unique whatever their case, none empty.

    Examples:
        >>> column_names(["id", "ID", ""], 4)
        ('id', 'ID (2)', 'column_3', 'column_4')
    """
    taken = {name.casefold() for name in LEDGER_COLUMNS}
    names = []
    for at in range(max(len(written), width, 1)):
        cell = " ".join(unwrapped_cell(shown(written[at])).split()) if at < len(written) else ""
        base = name = cell.strip("\ufeff'\"") or f"column_{at + 1}"
        copy = 1
        while name.casefold() in taken:
            copy += 1
            name = f"{base} ({copy})"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


@lru_cache(maxsize=1)
def _glossary() -> frozenset[str]:
    words: set[str] = set()
    for table in ("orders", "order_lines", "refunds", "customers", "people", "products"):
        for field in standard_table(table).fields:
            words.update(map(_folded, field.synonyms), (_folded(field.name),))
    return frozenset(words)


def _folded(word: str) -> str:
    return re.sub(r"[\s_\-]+", "", word).casefold()
