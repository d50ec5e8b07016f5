"""The one store of what people changed by hand: append-only, one line an edit, who and when.

Of each customer's field the latest edit holds. Nothing is rewritten or deleted: an edit that is
taken back, a conflict and its settling are lines of their own. The file holds personal data, so
only its owner can read it.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from zhike.workspace.durable import sync_folder

Value = str | float | bool | None
"""As JSON has it: a day is its ISO text, a cleared cell is null."""

EditKind = Literal["edit", "conflict", "withdrawn", "settled", "hidden", "renamed"]
"""`edit` holds until a later one of the same cell; `conflict` waits for a decision and changes
nothing; `withdrawn` lets the data speak again; `settled` closes a conflict; `hidden` and `renamed`
are about a custom field as a whole."""

Cell = tuple[str, str]
"""Customer and field."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One line of the store.

    Attributes:
        number: Counts up; names a conflict when it is settled.
        kind: What it says; see `EditKind`.
        customer_id: Whose field; empty where it is about the field as a whole.
        field: Which; "customer_id" for a customer whom the data do not know.
        value: What the person wrote; None where the cell was cleared.
        base: What the data said then.
        who: The person.
        at: When, in UTC.
        source: The file it came with; empty where it was told directly.
        path: Where that file was.
        export: The export that the file goes back to.
        place: Sheet and cell, such as "Customers!F17".
        reason: Why it is a conflict.
        settles: The conflict that it decides.
    """

    number: int = 0
    kind: EditKind = "edit"
    customer_id: str
    field: str
    value: Value = None
    base: Value = None
    who: str = ""
    at: str = ""
    source: str = ""
    path: str = ""
    export: str = ""
    place: str = ""
    reason: str = ""
    settles: int = 0

    @property
    def cell(self) -> Cell:
        """Whose field."""
        return self.customer_id, self.field


@dataclass(frozen=True)
class Unreadable:
    """A line of the store that cannot be read, as a power cut in the midst of writing leaves it.

    Attributes:
        line: Its number, from 1.
        text: What is left of it.
    """

    line: int
    text: str


class EditLog:
    """The edits of a workspace, oldest first.

    Args:
        path: `edits.jsonl` of the workspace.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.edits: tuple[Edit, ...] = ()
        self.unreadable: tuple[Unreadable, ...] = ()
        self._read()

    def standing(self) -> dict[Cell, Edit]:
        """The edit that holds, for each customer's field that has one."""
        found: dict[Cell, Edit] = {}
        for edit in self.edits:
            if edit.kind == "edit":
                found[edit.cell] = edit
            elif edit.kind == "withdrawn":
                found.pop(edit.cell, None)
        return found

    def undecided(self) -> list[Edit]:
        """The conflicts that nobody has settled yet."""
        settled = {edit.settles for edit in self.edits}
        return [
            edit for edit in self.edits if edit.kind == "conflict" and edit.number not in settled
        ]

    def append(self, new: Iterable[Edit], *, by: str = "") -> list[Edit]:
        """Add edits, numbered, with who and when; they are on disk when this returns.

        Whoever calls it holds the workspace's lock.
        """
        last = max((edit.number for edit in self.edits), default=0)
        at, who = datetime.now(UTC).isoformat(timespec="seconds"), by or this_person()
        numbered = [
            replace(edit, number=last + place, at=at, who=who)
            for place, edit in enumerate(new, start=1)
        ]
        if numbered:
            self._write("".join(_line(edit) for edit in numbered))
            self.edits = (*self.edits, *numbered)
        return numbered

    def _write(self, text: str) -> None:
        is_new = not self._path.exists()
        handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        with os.fdopen(handle, "rb+") as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                text = text if file.read(1) == b"\n" else "\n" + text  # a torn line stays apart
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self._path.parent)

    def _read(self) -> None:
        if not self._path.exists():
            return
        edits, unreadable = [], []
        lines = self._path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                edits.append(_edit(json.loads(line)))
            except (ValueError, TypeError, AttributeError):
                unreadable.append(Unreadable(number, line.decode("utf-8", "replace")))
        self.edits, self.unreadable = tuple(edits), tuple(unreadable)


def this_person() -> str:
    """Who is at the computer, as it calls them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container that has no name for its user
        return ""


_NAMES = frozenset(item.name for item in fields(Edit))


def _line(edit: Edit) -> str:
    said = {
        name: value
        for name, value in asdict(edit).items()
        if value not in ("", 0) or name in ("value", "base", "customer_id")
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def _edit(said: Mapping[str, Any]) -> Edit:
    return Edit(**{name: value for name, value in said.items() if name in _NAMES})
