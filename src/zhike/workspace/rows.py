"""Which customer each row of a returned workbook is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from zhike.i18n import LazyText, lazy
from zhike.workspace.editable import tidy
from zhike.workspace.returned import KEY, CustomerSheet, SheetColumn
from zhike.workspace.titles import computed_keys

_LOST = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}")
SURE_DIGITS, DECIMALS = 15, 6
"""A spreadsheet keeps so many digits of a number, and a workbook is written with so many
decimals."""


@dataclass(frozen=True)
class Exported:
    """What a workbook showed when it was written.

    Attributes:
        rows: One row a customer, by the keys of its columns; empty where that is not known.
        places: Customer to place among the rows.
        is_kept: Whether it was kept when it was written, rather than taken from what holds now.
    """

    rows: pa.Table
    places: Mapping[str, int]
    is_kept: bool = True

    @classmethod
    def of(cls, rows: pa.Table, *, is_kept: bool = True) -> Exported:
        """From the rows of its file."""
        customers = rows[KEY].cast(pa.string()).to_pylist()
        places = {customer: place for place, customer in enumerate(customers)}
        return cls(rows, places, is_kept)

    @property
    def titles(self) -> dict[str, str]:
        """Key to title of its columns; empty of a column whose title was not kept."""
        return {
            item.name: (item.metadata or {}).get(b"title", b"").decode()
            for item in self.rows.schema
        }


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A cell or row that was not taken.

    Attributes:
        place: Sheet and cell: 客户分析表!F17.
        value: What is written there.
        why: Why it could not be taken.
    """

    place: str
    value: str
    why: LazyText

    def as_json(self) -> dict[str, str]:
        """As programs read it."""
        return {"cell": self.place, "value": self.value, "why": str(self.why)}


@dataclass
class Who:
    """The customers of a sheet's rows.

    Attributes:
        customers: Customer of each row; empty of a row that is nobody's.
        refused: Rows that are nobody's.
    """

    customers: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def who_is_who(sheet: CustomerSheet, exported: Mapping[str, int]) -> Who:
    """The customer of each row.

    An id that lost its leading zeros, or is written in full-width digits, is the exported one
    that it can only be; an id that lost its last digits is nobody's.

    Args:
        sheet: Of the workbook.
        exported: Customers that were exported, with their place.
    """
    ids = next((column for column in sheet.columns if column.key == KEY), None)
    if ids is None:
        return Who(customers=[""] * len(sheet.rows))
    near = _Near(exported)
    found = Who()
    for row, written in enumerate(ids.cells.to_pylist()):
        text = tidy(written)
        customer, why = (text, None) if text in exported else near.meant(text)
        found.customers.append(customer or "")
        if why is not None and _says_something(sheet, row, ids):
            found.refused.append(Refused(place=sheet.place(row, ids), value=text or "", why=why))
    return found


class _Near:
    """Finds the exported id that a damaged one was."""

    def __init__(self, exported: Mapping[str, int]) -> None:
        self._exported = exported
        self._bare: dict[str, list[str]] | None = None
        self._beginnings: set[str] = set()

    def meant(self, text: str | None) -> tuple[str, LazyText | None]:
        """The id, else why there is none."""
        if text is None:
            return "", lazy("a row without a customer id; nobody was made of it")
        usual = unicodedata.normalize("NFKC", text)
        if usual in self._exported:
            return usual, None
        if _LOST.fullmatch(usual) or self._lost_digits(usual):
            return "", lazy("a spreadsheet has lost digits of this customer id")
        same = self._without_zeros().get(usual.lstrip("0"), []) if usual.isdecimal() else []
        return (same[0] if len(same) == 1 else usual), None

    def _without_zeros(self) -> dict[str, list[str]]:
        if self._bare is None:
            self._bare = {}
            for known in self._exported:
                if known.isdecimal():
                    self._bare.setdefault(known.lstrip("0"), []).append(known)
                    self._beginnings.add(known[:SURE_DIGITS])
        return self._bare

    def _lost_digits(self, text: str) -> bool:
        if not text.isdecimal() or len(text) <= SURE_DIGITS:
            return False
        self._without_zeros()
        return text[:SURE_DIGITS] in self._beginnings and text.endswith("0")


def _says_something(sheet: CustomerSheet, row: int, ids: SheetColumn) -> bool:
    """Whether a row without a usable id holds anything else."""
    return any(
        tidy(column.cells[row].as_py()) is not None for column in sheet.columns if column is not ids
    ) or bool(tidy(ids.cells[row].as_py()))


def moved_ids(
    sheets: Sequence[tuple[CustomerSheet, Who]], exported: Exported
) -> Iterator[tuple[int, int, str]]:
    """Rows whose id was changed: all that was computed is that of a customer who is gone.

    Args:
        sheets: With who is in their rows.
        exported: What was exported.

    Yields:
        Sheet, row, and the customer it was.
    """
    there = {customer for _, who in sheets for customer in who.customers}
    gone = [customer for customer in exported.places if customer not in there]
    keys = [name for name in exported.rows.column_names if name in computed_keys()]
    if not gone or not keys:
        return
    places = [exported.places[customer] for customer in gone]
    columns = [exported.rows[key].take(pa.array(places)).to_pylist() for key in keys]
    was: dict[tuple[str | None, ...], list[str]] = {}
    for customer, mark in zip(gone, zip(*columns, strict=True), strict=True):
        was.setdefault(tuple(plain(value) for value in mark), []).append(customer)
    for number, (sheet, who) in enumerate(sheets):
        cells = {column.key: column.cells for column in sheet.columns}
        if not set(keys) <= cells.keys():
            continue
        for row, customer in enumerate(who.customers):
            if customer and customer not in exported.places:
                mark = tuple(plain(cells[key][row].as_py()) for key in keys)
                same = was.get(mark, [])
                if any(mark) and len(same) == 1:
                    yield number, row, same[0]


def plain(value: object) -> str | None:
    """A value and its cell in one form, for comparison.

    Examples:
        >>> from datetime import date
        >>> plain("12.50") == plain(12.5), plain("2024-01-05 00:00:00") == plain(date(2024, 1, 5))
        (True, True)
    """
    text = tidy(str(value)) if value is not None else None
    if text is None:
        return None
    try:
        return repr(round(float(text), DECIMALS))
    except ValueError:
        return text.removesuffix(" 00:00:00")
