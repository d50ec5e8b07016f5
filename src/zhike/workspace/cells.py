"""Cells of an Excel sheet that a reader of values passes over: errors, formulas never computed.

A value reader gives such a cell as empty, and an empty cell would mean that a person cleared it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import IO, Literal

FaultKind = Literal["formula", "error"]
_CHUNK_BYTES = 1 << 22
_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]+)"([^>/]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_FIRST = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})[0-9]+"[^>/]*>')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_ENDS = (b"</c>", b":c>")


@dataclass(frozen=True)
class OddCells:
    """What is odd in a sheet.

    Attributes:
        first: Place of its first column that holds anything, from 0.
        faults: Row number and letter of cells without a usable value.
    """

    first: int = 0
    faults: Mapping[tuple[int, str], FaultKind] = field(default_factory=dict)

    def letter(self, place: int) -> str:
        """What Excel calls a column of the values read."""
        return letter_of(self.first + place)


def letter_of(place: int) -> str:
    """The letter of a column, counted from 0.

    Examples:
        >>> letter_of(0), letter_of(25), letter_of(26), letter_of(701)
        ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def odd_cells(path: Path, sheet: str) -> OddCells:
    """The odd cells of a sheet; none of a file that is no .xlsx."""
    if not zipfile.is_zipfile(path):
        return OddCells()
    with zipfile.ZipFile(path) as archive:
        inside = _inside(archive, sheet)
        if inside is None:
            return OddCells()
        faults: dict[tuple[int, str], FaultKind] = {}
        first: int | None = None
        with archive.open(inside) as stream:
            for chunk in _chunks(stream):
                if first is None:
                    first = min(map(_place_of, _FIRST.findall(chunk)), default=None)
                faults |= _faults(chunk)
        return OddCells(first or 0, faults)


def _faults(chunk: bytes) -> dict[tuple[int, str], FaultKind]:
    if b't="e"' not in chunk and not _FORMULA.search(chunk):
        return {}
    found: dict[tuple[int, str], FaultKind] = {}
    for letter, row, attributes, content in _CELL.findall(chunk):
        at = int(row), letter.decode()
        if b't="e"' in attributes:
            found[at] = "error"
        elif (
            _FORMULA.search(content) and not _VALUE.search(content) and b't="str"' not in attributes
        ):
            found[at] = "formula"
    return found


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The text of a sheet in pieces that end after a cell."""
    rest = b""
    while read := stream.read(_CHUNK_BYTES):
        text = rest + read
        end = max(text.rfind(mark) + len(mark) for mark in _ENDS)
        if end <= max(map(len, _ENDS)):
            rest = text
            continue
        yield text[:end]
        rest = text[end:]
    if rest:
        yield rest


def _inside(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Where a sheet is in the archive."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return None
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {
        said.get("Id", ""): said.get("Target", "")
        for said in (dict(_ATTRIBUTE.findall(item)) for item in _RELATION.findall(relations))
    }
    for item in _SHEET.findall(book):
        said = dict(_ATTRIBUTE.findall(item))
        if unescape(said.get("name", "")) == sheet:
            target = targets.get(said.get("r:id", ""), "")
            found = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return found if found in names else None
    return None


def _place_of(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1
