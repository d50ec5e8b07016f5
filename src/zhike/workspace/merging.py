"""Three ways at once: what was exported, what the person made of it, what holds now.

Of each cell that the person changed: where what holds is still what was exported, it is an edit;
where both say the same, nothing is to be done; where both changed differently, it is a conflict,
which changes nothing until somebody decides. A cell that the person left alone is none of it,
whatever the data say by now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from zhike.i18n import LazyText, lazy
from zhike.workspace.editable import Editable, Meaning, meanings, tidy
from zhike.workspace.edits import Cell, Edit, EditLog, Value
from zhike.workspace.linking import Linked
from zhike.workspace.overrides import IS_NEW, stored
from zhike.workspace.present import Present
from zhike.workspace.returned import CustomerSheet, Returned, SheetColumn
from zhike.workspace.rows import DECIMALS, Exported, Refused, Who, plain

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day zero is in no zone
_FIRST_OF_MARCH_1900 = 61
"""Excel counts a 29th of February 1900; days before it are one less."""

MASK = re.compile(r"\*+")


@dataclass(frozen=True, kw_only=True)
class Change:
    """A cell that is other than it was exported.

    Attributes:
        customer_id: Whose.
        field: What.
        writing: What is written there now.
        shown: What was exported.
        place: Sheet and cell.
        value: What the writing means.
    """

    customer_id: str
    field: Editable
    writing: str | None
    shown: str | None
    place: str
    value: Value = None

    @property
    def cell(self) -> Cell:
        """Whose field."""
        return self.customer_id, self.field.name


@dataclass
class Merged:
    """What came of the cells.

    Attributes:
        edits: To be kept: what holds from now on, and conflicts.
        refused: What could not be taken.
        same: Changes that say what holds already.
    """

    edits: list[Edit] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True)
class Merging:
    """Merges the changes of one workbook.

    Args:
        book: The workbook.
        exported: What was exported.
        log: The edits so far.
        present: What the data say now.
    """

    book: Returned
    exported: Exported
    log: EditLog
    present: Present

    def merged(self, linked: Iterable[Linked], who: Mapping[str, Who]) -> Merged:
        """What came of the columns, of rows that are somebody's."""
        done = Merged()
        read: dict[Cell, Change] = {}
        untouched: dict[Cell, Change] = {}
        for item in linked:
            changes, left_alone = self._changes(item, who[item.sheet.name], done)
            untouched |= left_alone
            for change in changes:
                first = read.setdefault(change.cell, change)
                if first.value != change.value:
                    said = first.writing or ""
                    why = lazy("another row of this customer says '{said}'", said=said)
                    done.refused.append(_refused(change, why))
        self._decide(read, untouched, done)
        return done

    def _changes(
        self, item: Linked, who: Who, done: Merged
    ) -> tuple[list[Change], dict[Cell, Change]]:
        """The changes of a column, and its cells that were taken before and are as exported."""
        shown = self._shown(item, who)
        odd = [
            row
            for row, number in enumerate(item.sheet.rows if item.sheet.faults else ())
            if (number, item.column.letter) in item.sheet.faults
        ]
        other = {*odd, *differing(item.column.cells, shown)}
        rows = sorted(row for row in other if who.customers[row])
        if not self.exported.is_kept:  # what a mask hides cannot be compared
            rows = [row for row in rows if not _is_masked(item.column.cells[row].as_py())]
        told = self._told_here()
        found, left_alone, changed = [], {}, set(rows)
        here = {customer for customer, name in told if name == item.field.name}
        for row, customer in enumerate(who.customers if here else ()):
            if customer in here and row not in changed:
                change = self._change(item, who, row, shown)
                left_alone[change.cell] = change
        writings = [(row, self._change(item, who, row, shown)) for row in rows]
        meant = meanings(item.field, [change.writing for _, change in writings])
        before = meanings(item.field, [change.shown for _, change in writings])
        for row, change in writings:
            fault = self._fault(item, row, change, meant[change.writing])
            if fault is not None:
                done.refused.append(_refused(change, fault))
            elif meant[change.writing] != before[change.shown] or _is_masked(change.shown):
                found.append(_with_value(change, meant[change.writing].value))
        return found, left_alone

    def _shown(self, item: Linked, who: Who) -> pa.Array:
        """What was exported of the column, row by row as the workbook has them now."""
        name = item.field.name
        if item.is_new or name not in self.exported.rows.column_names:
            return pa.nulls(len(who.customers), pa.string())
        places = pa.array([self.exported.places.get(one) for one in who.customers], pa.int64())
        return self.exported.rows[name].combine_chunks().take(places)

    def _change(self, item: Linked, who: Who, row: int, shown: pa.Array) -> Change:
        value = stored(shown[row].as_py())
        return Change(
            customer_id=who.customers[row],
            field=item.field,
            writing=tidy(item.column.cells[row].as_py()),
            shown=None if value is None else tidy(_written(value)),
            place=item.sheet.place(row, item.column),
        )

    def _fault(self, item: Linked, row: int, change: Change, meaning: Meaning) -> LazyText | None:
        """Why a change cannot be taken."""
        odd = item.sheet.faults.get((item.sheet.rows[row], item.column.letter))
        if odd == "formula":
            return lazy("a formula that was never computed; save the workbook in Excel first")
        if odd == "error":
            return lazy("a formula that ends in an error")
        hides = item.field.is_personal or _is_masked(change.shown)
        if change.writing and "*" in change.writing and hides:
            return lazy("a masked value cannot be taken; write it in full")
        if change.writing is None and item.field.required:
            return lazy("this field may not be empty")
        return meaning.fault

    def _decide(
        self, read: Mapping[Cell, Change], untouched: Mapping[Cell, Change], done: Merged
    ) -> None:
        cells = {**untouched, **read}
        fields = {change.field.name: change.field for change in cells.values()}
        source = self.present.values(cells, fields)
        standing, told = self.log.standing(), self._told_here()
        taken = {(*edit.cell, edit.value) for edit in self._of_export()}
        own = {(*edit.cell, edit.value) for edit in self._of_this_file() if edit.kind == "edit"}
        for cell, change in read.items():
            holds = standing[cell].value if cell in standing else source.get(cell)
            last = told.get(cell)
            said = (*cell, change.value) in taken
            if last is not None:
                said = same(last.value, change.value)
            if said or same(holds, change.value):
                done.same += 1
            elif shows(change.shown, holds, change.field) or (*cell, holds) in own:
                done.edits.append(self._edit(change, source.get(cell)))
            else:
                done.edits.append(self._conflict(change, "both_changed"))
        for cell, change in untouched.items():
            done.edits += self._gone_back(change, told[cell], standing.get(cell))

    def _gone_back(self, change: Change, last: Edit, standing: Edit | None) -> Iterator[Edit]:
        """A cell that was taken from this file before and is as it was exported again."""
        value = meanings(change.field, [change.writing])[change.writing].value
        if (
            last.kind == "edit"
            and not _is_masked(change.shown)
            and standing is not None
            and same(standing.value, last.value)
            and not same(value, last.value)
        ):
            yield self._conflict(_with_value(change, value), "gone_back")

    def _told_here(self) -> dict[Cell, Edit]:
        """The last that this very file said of each cell."""
        return {edit.cell: edit for edit in self._of_this_file()}

    def _of_this_file(self) -> list[Edit]:
        return [edit for edit in self._of_export() if edit.path == str(self.book.file)]

    def _of_export(self) -> list[Edit]:
        return [
            edit
            for edit in self.log.edits
            if edit.export == self.book.export and edit.source and edit.kind in ("edit", "conflict")
        ]

    def _edit(self, change: Change, base: Value) -> Edit:
        return Edit(
            customer_id=change.customer_id,
            field=change.field.name,
            value=change.value,
            base=base,
            source=self.book.name,
            path=str(self.book.file),
            export=self.book.export,
            place=change.place,
        )

    def _conflict(self, change: Change, reason: str) -> Edit:
        said = self._edit(change, change.shown)
        return replace(said, kind="conflict", reason=reason)

    def new_customers(self, customers: Iterable[str]) -> list[Edit]:
        """Customers whom nobody knew, in the order of their rows."""
        return [
            Edit(
                customer_id=customer,
                field=IS_NEW,
                value=customer,
                source=self.book.name,
                path=str(self.book.file),
                export=self.book.export,
            )
            for customer in dict.fromkeys(customers)
        ]


def differing(cells: pa.Array, shown: pa.Array) -> list[int]:
    """Rows whose cell is not what was exported; numbers and days in any writing are the same.

    Examples:
        >>> differing(pa.array(["1.50", "x", None]), pa.array([1.5, 2.0, 3.0]))
        [1, 2]
    """
    is_number = pa.types.is_floating(shown.type) or pa.types.is_integer(shown.type)
    near = _numbers_alike(cells, shown) if is_number else _texts_alike(cells, shown)
    rows: list[int] = pc.indices_nonzero(pc.invert(near)).to_pylist()
    one = plain if is_number else _text_of
    return [
        row
        for row in rows
        if one(_number_of(tidy(cells[row].as_py())) if is_number else cells[row].as_py())
        != one(shown[row].as_py())
    ]


def _texts_alike(cells: pa.Array, shown: pa.Array) -> pa.Array:
    """Rows that are the same to the letter, which most are."""
    texts = shown.cast(pa.string())
    if pa.types.is_date(shown.type):
        cells = pc.replace_substring_regex(cells, r" 00:00:00$", "")
    both_empty = pc.and_(pc.is_null(cells), pc.is_null(texts))
    return pc.or_(pc.fill_null(pc.equal(cells, texts), False), both_empty)


def _numbers_alike(cells: pa.Array, shown: pa.Array) -> pa.Array:
    """Rows that hold the same number; none where a cell is no plain number."""
    try:
        numbers = pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return pa.array([False] * len(cells), pa.bool_())
    apart = pc.abs(pc.subtract(numbers, shown.cast(pa.float64())))
    both_empty = pc.and_(pc.is_null(cells), pc.is_null(shown))
    return pc.or_(pc.fill_null(pc.less(apart, 10.0 ** -(DECIMALS + 1)), False), both_empty)


def _text_of(value: object) -> str | None:
    text = tidy(None if value is None else str(value))
    return text.removesuffix(" 00:00:00") if text else None


def _number_of(cell: str | None) -> str | float | None:
    """A number that is formatted as a day is still that number: 1900-02-05 12:00:00 is 36.5."""
    if cell is None or not _MOMENT.fullmatch(cell):
        return cell
    days = (datetime.fromisoformat(cell) - _DAY_ZERO) / timedelta(days=1)
    return days if days >= _FIRST_OF_MARCH_1900 else days - 1


def same(one: Value, other: Value) -> bool:
    """Whether two values of the store say the same."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return isinstance(one, bool) == isinstance(other, bool) and (
            round(float(one), DECIMALS) == round(float(other), DECIMALS)
        )
    return one == other


def shows(shown: str | None, value: Value, field: Editable) -> bool:
    """Whether an exported cell shows that value, masked or not.

    Examples:
        >>> from zhike.workspace.editable import editable_fields
        >>> phone = editable_fields({})["phone"]
        >>> shows("138****1234", "13812341234", phone), shows("138****1234", "13900001234", phone)
        (True, False)
    """
    if shown is None or value is None:
        return shown is None and value is None
    if _is_masked(shown) and "*" not in str(value):
        pattern = ".*".join(map(re.escape, MASK.split(shown)))
        return re.fullmatch(pattern, str(value), re.DOTALL) is not None
    if tidy(_written(value)) == shown:
        return True
    return same(meanings(field, [shown])[shown].value, value)


def computed_changes(
    exported: Exported, sheet: CustomerSheet, column: SheetColumn, who: Who
) -> list[int]:
    """Rows of a computed column that a person changed; they are not taken."""
    if column.key not in exported.rows.column_names:
        return []
    rows = [row for row, one in enumerate(who.customers) if one in exported.places]
    places = pa.array([exported.places[who.customers[row]] for row in rows], pa.int64())
    shown = exported.rows[column.key].combine_chunks().take(places)
    cells = column.cells.take(pa.array(rows, pa.int64()))
    return [rows[place] for place in differing(cells, shown)]


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _is_masked(shown: str | None) -> bool:
    return shown is not None and "*" in shown


def _with_value(change: Change, value: Value) -> Change:
    return replace(change, value=value)


def _refused(change: Change, why: LazyText) -> Refused:
    return Refused(place=change.place, value=change.writing or "", why=why)
