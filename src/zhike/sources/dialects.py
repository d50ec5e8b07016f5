"""How a text is laid out: what stands between its cells."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from zhike.sources.headers import looks_like_value
from zhike.sources.records import SINGLE_COLUMN, Dialect, Record, records

SAMPLE_RECORDS = 400

_DELIMITERS = "\t,;|\x01"
_DECLARED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def decide_dialect(text: str) -> Dialect:
    r"""The layout under which the first records agree best on their number of cells.

    Examples:
        >>> decide_dialect("name;price\nbread;2,50\nmilk;1,20\n").delimiter
        ';'
        >>> decide_dialect(" 0004 19970101  2\n 0021 19970118 13\n").aligned
        True
    """
    if declared := _DECLARED.match(text):
        return Dialect(declared[1])
    scored = [(_score(text, sign), -place, sign) for place, sign in enumerate(_DELIMITERS)]
    score, _, sign = max(scored)
    if score >= _LEAST_SCORE:
        return Dialect(sign)
    return Dialect(" ", aligned=True) if _is_aligned(text) else SINGLE_COLUMN


_LEAST_SCORE = 0.5
_CLEAR_SHARE = 0.6
"""Fewer records of one width than this, and the first of another: rather prose than cells."""


def first_records(text: str, dialect: Dialect, *, final: bool) -> list[Record]:
    """The first whole records of a text that may end anywhere."""
    found, rest = records(text, dialect, most=SAMPLE_RECORDS, final=final)
    return found or records(rest, dialect, most=SAMPLE_RECORDS)[0]


def _score(text: str, delimiter: str) -> float:
    if delimiter not in text:
        return 0.0
    rows = [row.cells for row in first_records(text, Dialect(delimiter), final=False) if row.raw]
    widths = Counter(map(len, rows))
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0.0
    width = max(wide, key=lambda cells: (wide[cells], cells))
    share = wide[width] / len(rows)
    doubtful = share < _CLEAR_SHARE and len(rows[0]) != width
    return share * math.log2(width + 1) * _header_factor(rows, width) * (0.5 if doubtful else 1)


def _header_factor(rows: Sequence[Sequence[str]], width: int) -> float:
    """Less where the first record of that width holds numbers cut by the wrong sign."""
    first = next(row for row in rows if len(row) == width)
    words = sum(not re.search(r"\d", cell) or looks_like_value(cell) for cell in first)
    return 0.5 + 0.5 * words / width


def _is_aligned(text: str) -> bool:
    whole = text[: text.rfind("\n") + 1] or text
    lines = [line.split() for line in whole.splitlines() if line.strip()][:SAMPLE_RECORDS]
    if len(lines) < 2:
        return False
    width, count = Counter(map(len, lines)).most_common(1)[0]
    if width < 2 or count < 0.98 * len(lines):
        return False
    body = [line for line in lines[1:] if len(line) == width]
    valued = sum(
        sum(map(looks_like_value, column)) > len(body) / 2 for column in zip(*body, strict=True)
    )
    return valued >= min(2, width - 1)
