"""Where a person and the data, or two people, say different things, and what is decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.workspace.editable import Editable
from zhike.workspace.edits import Cell, Edit, EditLog, Value
from zhike.workspace.merging import same
from zhike.workspace.present import Present

Keep = Literal["mine", "data"]
Reason = Literal["both_changed", "gone_back", "data_changed"]


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Two values of one cell, of which somebody must choose.

    Attributes:
        number: Its name when it is settled.
        customer_id: Whose.
        field: What.
        mine: What the person wrote.
        data: What is said otherwise: by the data, or by an edit that holds.
        base: What was there when the person wrote it.
        holds: Which of the two holds until it is settled.
        reason: `both_changed` since the export; `gone_back`: an edited cell of a workbook is as it
            was exported again; `data_changed`: the data say something new under an edit.
        who: The person.
        at: When it was written, in UTC.
        source: The file it came with.
        place: Sheet and cell.
    """

    number: int
    customer_id: str
    field: str
    mine: Value
    data: Value
    base: Value
    holds: Keep
    reason: Reason
    who: str
    at: str
    source: str
    place: str

    def as_json(self) -> dict[str, Any]:
        """As `conflicts --json` prints it."""
        return asdict(self)


@dataclass(frozen=True)
class Conflicts:
    """The open conflicts of a workspace.

    Args:
        log: The edits.
        present: What the data say now.
        fields: Every field that may be changed.
    """

    log: EditLog
    present: Present
    fields: Mapping[str, Editable]

    def open(self) -> list[Conflict]:
        """Those that nobody has settled, in the order in which they were written."""
        standing = self.log.standing()
        waiting = self.log.undecided()
        cells = {edit.cell for edit in (*standing.values(), *waiting) if edit.field in self.fields}
        source = self.present.values(cells, self.fields)
        found = [*self._waiting(waiting, standing, source), *self._moved(standing, source)]
        return sorted(found, key=lambda item: item.number)

    def _waiting(
        self,
        waiting: Iterable[Edit],
        standing: Mapping[Cell, Edit],
        source: Mapping[Cell, Value],
    ) -> Iterator[Conflict]:
        """Conflicts that a workbook brought; what held before holds until they are settled."""
        for edit in waiting:
            stands = standing.get(edit.cell)
            holds = stands.value if stands else source.get(edit.cell)
            if not same(holds, edit.value):
                reason: Reason = "gone_back" if edit.reason == "gone_back" else "both_changed"
                yield _conflict(edit, holds, "data", reason)

    def _moved(
        self, standing: Mapping[Cell, Edit], source: Mapping[Cell, Value]
    ) -> Iterator[Conflict]:
        """Edits under which the data have moved; the edit holds until that is settled."""
        for cell, edit in standing.items():
            now = source.get(cell)
            if now is not None and not same(now, edit.base) and not same(now, edit.value):
                yield _conflict(edit, now, "mine", "data_changed")

    def settled(self, numbers: Iterable[int], keep: Keep) -> list[Edit]:
        """What is to be written when these are settled.

        Args:
            numbers: Of open conflicts.
            keep: "mine" for what the person wrote, "data" for what is said otherwise.

        Raises:
            ParameterError: No open conflict has that number.
        """
        there = {item.number: item for item in self.open()}
        by_number = {edit.number: edit for edit in self.log.edits}
        new = []
        for number in dict.fromkeys(numbers):
            if number not in there:
                raise ParameterError.unknown(lazy("open conflict"), str(number), map(str, there))
            new.append(self._decision(there[number], by_number[number], keep))
        return new

    def _decision(self, item: Conflict, edit: Edit, keep: Keep) -> Edit:
        decided = replace(edit, kind="settled", reason="", settles=item.number, path="", export="")
        if keep == "mine":
            source = self.present.values({edit.cell}, self.fields).get(edit.cell)
            return replace(decided, kind="edit", base=source)
        if item.reason == "data_changed":
            return replace(decided, kind="withdrawn", value=item.data)
        return replace(decided, value=item.data)


def _conflict(edit: Edit, data: Value, holds: Keep, reason: Reason) -> Conflict:
    return Conflict(
        number=edit.number,
        customer_id=edit.customer_id,
        field=edit.field,
        mine=edit.value,
        data=data,
        base=edit.base,
        holds=holds,
        reason=reason,
        who=edit.who,
        at=edit.at,
        source=edit.source,
        place=edit.place,
    )
