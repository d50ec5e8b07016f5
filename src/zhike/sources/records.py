"""The careful reader of delimited text: slow, and never at a loss.

A quoted cell must close before a delimiter or a line end. Where it does not (a stray quote, a
quote that nobody closed), the record ends at its first line end and its quotes are read as
written: one bad record costs one record.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

RECORD_LIMIT_CHARS = 1 << 18
"""A quoted cell that runs longer than this was never closed; Excel's longest has 32,767."""

csv.field_size_limit(4 * RECORD_LIMIT_CHARS)


@dataclass(frozen=True)
class Dialect:
    """How delimited text is written.

    Attributes:
        delimiter: What stands between cells.
        aligned: Cells stand apart by runs of blanks, as in fixed-width files; no quoting.
    """

    delimiter: str
    aligned: bool = False


SINGLE_COLUMN = Dialect("\x1f")
"""One cell a line; the sign that would separate cells does not occur in text."""


class Record(NamedTuple):
    """One record: its cells, and its text as written."""

    cells: list[str]
    raw: str


def records(
    text: str, dialect: Dialect, *, most: int = sys.maxsize, final: bool = True
) -> tuple[list[Record], str]:
    r"""The first whole records of the text, blank lines included, and the text after them.

    Args:
        text: Begins at a record.
        dialect: How it is written.
        most: How many records are wanted.
        final: Whether the file ends where the text ends.

    Examples:
        >>> found, rest = records('a,"b\nc"\n1,"2\n', Dialect(","))
        >>> [record.cells for record in found]
        [['a', 'b\nc'], ['1', '"2']]
    """
    lines = list(io.StringIO(text, newline=""))
    cut = "" if final or not lines or lines[-1].endswith("\n") else lines.pop()
    if dialect.aligned:
        found = [Record(line.split(), line.rstrip("\r\n")) for line in lines[:most]]
        at = len(found)
    else:
        found, at = _quoted(lines, dialect.delimiter, most, final)
    return found, "".join(lines[at:]) + cut


class _Feed:
    """Lines for `csv.reader`, aware of where the record at hand began."""

    def __init__(self, lines: list[str], at: int, delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._chars = 0
        self.begin = self.at = at
        self.ran_out = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.at >= len(self._lines) or self._chars > RECORD_LIMIT_CHARS:
            self.ran_out = self._chars <= RECORD_LIMIT_CHARS
            raise StopIteration
        line = self._lines[self.at]
        self._chars += len(line)
        self.at += 1
        first = self.at == self.begin + 1
        return _bare(line, self._delimiter, first=first) if '"' in line else line

    def taken(self) -> str:
        """The text of the record that was just read; the next one begins here."""
        lines = self._lines[self.begin : self.at]
        self.begin, self._chars = self.at, 0
        return (lines[0] if len(lines) == 1 else "".join(lines)).rstrip("\r\n")


def _quoted(lines: list[str], delimiter: str, most: int, final: bool) -> tuple[list[Record], int]:
    found: list[Record] = []
    at = 0
    while at < len(lines) and len(found) < most:
        feed = _Feed(lines, at, delimiter)
        try:
            for cells in csv.reader(feed, delimiter=delimiter, strict=True):
                found.append(Record(cells, feed.taken()))
                if len(found) == most:
                    break
            at = feed.begin
        except csv.Error:
            at = feed.begin
            if feed.ran_out and not final:
                break
            line = lines[at].rstrip("\r\n")
            found.append(Record(_as_written(line, delimiter), line))
            at += 1
    return found, at


def _as_written(line: str, delimiter: str) -> list[str]:
    """The cells of a line whose quoting is broken: what is well quoted is, the rest as it is."""
    pattern, cells, at = _cell(delimiter), [], 0
    while at <= len(line):
        found = pattern.match(line, at)
        assert found is not None  # noqa: S101 - the pattern also matches nothing
        cells.append(found[2] if found[1] is None else found[1].replace('""', '"'))
        at = found.end() + 1
    return cells


@lru_cache(maxsize=16)
def _cell(delimiter: str) -> re.Pattern[str]:
    sign = re.escape(delimiter)
    return re.compile(f'"((?:[^"]|"")*+)"(?={sign}|$)|([^{sign}]*)')


def _bare(line: str, delimiter: str, *, first: bool) -> str:
    """The line without the sign before an opening quote, as in `="123"` or `a, "b"`."""
    inside = 0 if first else _INSIDE.match(line).end()  # type: ignore[union-attr]
    return line[:inside] + _padded(delimiter, first).sub(r"\1", line[inside:])


_INSIDE = re.compile(r'(?:[^"]|"")*+"?')
"""What is left of a quoted cell at the beginning of a further line of it."""


@lru_cache(maxsize=16)
def _padded(delimiter: str, first: bool) -> re.Pattern[str]:
    """A whole quoted cell, so that nothing inside one is taken for the beginning of one."""
    blank = "= " if delimiter == "\t" else "= \t"
    begin = f"(?:^|(?<={re.escape(delimiter)}))" if first else f"(?<={re.escape(delimiter)})"
    return re.compile(f'{begin}[{blank}]?("(?:[^"]|"")*+(?:"|\\Z))')
