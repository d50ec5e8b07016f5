"""The careful reader of delimited text: slow, and never at a loss.

A quoted cell must close before a delimiter or a line end. Where it does not (a stray quote, a
quote that nobody closed), the record ends at its first line end and its quotes are read as
written: one bad record costs one record.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

RECORD_LIMIT_CHARS = 1 << 20
"""A quoted cell that runs longer than this was never closed."""

csv.field_size_limit(2 * RECORD_LIMIT_CHARS)


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


class Incomplete(Exception):  # noqa: N818 - a signal between two readers, not an error
    """The text ends inside a record; `rest` is what was not read."""

    def __init__(self, rest: str) -> None:
        self.rest = rest
        super().__init__()


def records(text: str, dialect: Dialect, *, final: bool = True) -> Iterator[Record]:
    r"""The records of the text in order, blank lines included.

    Args:
        text: Begins at a record.
        dialect: How it is written.
        final: Whether the file ends where the text ends.

    Raises:
        Incomplete: After the last whole record, when more text is needed (only if not `final`).

    Examples:
        >>> text = 'a,"b\nc"\n1,"2\n'
        >>> [record.cells for record in records(text, Dialect(","))]
        [['a', 'b\nc'], ['1', '"2']]
    """
    lines = list(io.StringIO(text, newline=""))
    cut = "" if final or not lines or lines[-1].endswith("\n") else lines.pop()
    if dialect.aligned:
        yield from (Record(line.split(), line.rstrip("\r\n")) for line in lines)
    else:
        yield from _quoted(lines, dialect.delimiter, cut, final)
    if cut:
        raise Incomplete(cut)


class _Feed:
    """Lines for `csv.reader`, aware of where the record at hand began."""

    def __init__(self, lines: list[str], at: int, delimiter: str) -> None:
        self._lines = lines
        self._padding = _padding(delimiter)
        self._chars = 0
        self.begin = self.at = at

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.at >= len(self._lines) or self._chars > RECORD_LIMIT_CHARS:
            raise StopIteration
        line = self._lines[self.at]
        self._chars += len(line)
        self.at += 1
        return self._padding.sub("", line) if '"' in line else line

    def taken(self) -> str:
        """The text of the record that was just read; the next one begins here."""
        raw = "".join(self._lines[self.begin : self.at])
        self.begin, self._chars = self.at, 0
        return raw.rstrip("\r\n")


def _quoted(lines: list[str], delimiter: str, cut: str, final: bool) -> Iterator[Record]:
    at = 0
    while at < len(lines):
        feed = _Feed(lines, at, delimiter)
        try:
            for cells in csv.reader(feed, delimiter=delimiter, strict=True):
                yield Record(cells, feed.taken())
            return
        except csv.Error:
            rest = "".join(lines[feed.begin :]) + cut
            unfinished = feed.at == len(lines) and not final
            if unfinished and len(rest) <= RECORD_LIMIT_CHARS and _is_open(feed, delimiter):
                raise Incomplete(rest) from None
        line = lines[feed.begin].rstrip("\r\n")
        yield Record(_as_written(line, delimiter), line)
        at = feed.begin + 1


def _is_open(feed: _Feed, delimiter: str) -> bool:
    """Whether the record that failed might yet be closed by later lines."""
    text = "".join(feed._lines[feed.begin : feed.at])
    try:
        list(csv.reader(io.StringIO(text + '"', newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


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


@lru_cache(maxsize=16)
def _padding(delimiter: str) -> re.Pattern[str]:
    """A sign before an opening quote, as in `="123"` or `a, "b"`."""
    blank = "= " if delimiter == "\t" else "= \t"
    return re.compile(f'(?:^|(?<={re.escape(delimiter)}))[{blank}](?=")')
