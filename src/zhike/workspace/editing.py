"""What people do with edits, conflicts and fields of their own: `workspace.edits`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.schema import CustomField
from zhike.workspace.conflicts import Conflict, Conflicts, Keep
from zhike.workspace.custom_fields import NOTE, checked_name, fields_of, write_field
from zhike.workspace.editable import editable_fields, meanings
from zhike.workspace.edits import Edit, EditLog, Unreadable
from zhike.workspace.landing import LandingStore
from zhike.workspace.preparing import Kitchen
from zhike.workspace.present import Present
from zhike.workspace.settings import read_settings

if TYPE_CHECKING:
    from zhike.workspace.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class FieldUse:
    """A field of the company's own and how much it is used.

    Attributes:
        field: As it is declared.
        customers: How many have a value.
    """

    field: CustomField
    customers: int

    def as_json(self) -> dict[str, Any]:
        """As `fields --json` prints it."""
        item = self.field
        return {
            "name": item.name,
            "label": item.label,
            "type": item.type,
            "choices": list(item.choices),
            "required": item.required,
            "hidden": item.hidden,
            "customers": self.customers,
        }


class Editing:
    """The edits of a workspace, and the fields that a company defines of its own.

    Args:
        workspace: Whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._layout = workspace._layout

    def log(self, *, customer: str = "", field: str = "") -> list[Edit]:
        """Every line of the store, the latest first; of one customer or field if asked for."""
        return [
            edit
            for edit in reversed(EditLog(self._layout.edits).edits)
            if customer in ("", edit.customer_id) and field in ("", edit.field)
        ]

    def unreadable(self) -> tuple[Unreadable, ...]:
        """Lines of the store that cannot be read, as a power cut leaves them."""
        return EditLog(self._layout.edits).unreadable

    def set(self, customer: str, field: str, value: str | None, *, by: str = "") -> Edit:
        """Change one field of one customer.

        Args:
            customer: Whose.
            field: Such as "city" or a field of the company's own.
            value: As one would write it in a cell; None or empty clears it.
            by: Who does it; without it the user of the computer.

        Raises:
            ParameterError: There is no such field or customer, or the value does not fit it.
        """
        fields = editable_fields(self._declared())
        if field not in fields:
            raise ParameterError.unknown(lazy("field that may be changed"), field, fields)
        meaning = meanings(fields[field], [value])[value]
        if meaning.fault is not None:
            raise ParameterError(
                lazy("{field} was not changed: {fault}.", field=field, fault=meaning.fault)
            )
        with self._workspace._writing("edits"), self._workspace._kitchen() as kitchen:
            present = Present(kitchen, LandingStore(self._layout.landing))
            log = EditLog(self._layout.edits)
            if not present.known([customer]) and (customer, "customer_id") not in log.standing():
                raise ParameterError(lazy("There is no customer '{customer}'.", customer=customer))
            cell = (customer, field)
            source = present.values({cell}, fields).get(cell)
            edit = Edit(customer_id=customer, field=field, value=meaning.value, base=source)
            return log.append([edit], by=by)[0]

    def conflicts(self) -> list[Conflict]:
        """What waits for a decision."""
        engine = self._workspace._engine()  # not the kitchen's: a run may be at work in there
        kitchen = Kitchen(
            layout=self._layout, settings=self._workspace.settings, salt="", engine=engine
        )
        try:
            return self._conflicts(Present(kitchen, LandingStore(self._layout.landing))).open()
        finally:
            engine.close()

    def resolve(self, numbers: Sequence[int] | None, keep: Keep, *, by: str = "") -> list[Conflict]:
        """Settle conflicts; gives those that were.

        Args:
            numbers: Which; None means all that are open.
            keep: "mine" for what the person wrote, "data" for what is said otherwise.
            by: Who decides; without it the user of the computer.

        Raises:
            ParameterError: No open conflict has that number.
        """
        with self._workspace._writing("conflicts"), self._workspace._kitchen() as kitchen:
            conflicts = self._conflicts(Present(kitchen, LandingStore(self._layout.landing)))
            there = conflicts.open()
            chosen = [item.number for item in there] if numbers is None else list(numbers)
            conflicts.log.append(conflicts.settled(chosen, keep), by=by)
            return [item for item in there if item.number in chosen]

    def fields(self) -> list[FieldUse]:
        """The company's own fields, hidden ones too, with how many customers have a value."""
        standing = EditLog(self._layout.edits).standing()
        filled: dict[str, int] = {}
        for (_, name), edit in standing.items():
            filled[name] = filled.get(name, 0) + (edit.value is not None)
        known = {NOTE.name: NOTE} | self._declared()
        return [FieldUse(field=item, customers=filled.get(item.name, 0)) for item in known.values()]

    def add_field(self, field: CustomField) -> CustomField:
        """Declare a field.

        Raises:
            ParameterError: There is one of that name, or it may not be called so.
        """
        if field.name in self._declared():
            raise ParameterError(lazy("There is a field '{name}' already.", name=field.name))
        checked_name(field.name)
        return self._write(field)

    def rename_field(self, name: str, label: str, *, by: str = "") -> CustomField:
        """Give a field another label; its name, values and rules stay."""
        old = self._field(name)
        new = self._write(replace(old, label=label))
        with self._workspace._writing("fields"):
            said = Edit(kind="renamed", customer_id="", field=name, value=label, base=old.label)
            EditLog(self._layout.edits).append([said], by=by)
        return new

    def hide_field(self, name: str, *, hidden: bool = True) -> CustomField:
        """Leave a field out everywhere, or show it again; its values are kept."""
        return self._write(replace(self._field(name), hidden=hidden))

    def _field(self, name: str) -> CustomField:
        declared = self._declared()
        if name not in declared:
            raise ParameterError.unknown(lazy("field of your own"), name, declared)
        return declared[name]

    def _declared(self) -> dict[str, CustomField]:
        return fields_of(read_settings(self._layout.settings).fields)

    def _write(self, field: CustomField) -> CustomField:
        with self._workspace._writing("fields"):
            write_field(self._layout.settings, field)
        self._workspace.settings = read_settings(self._layout.settings)
        return field

    def _conflicts(self, present: Present) -> Conflicts:
        log = EditLog(self._layout.edits)
        return Conflicts(log, present, editable_fields(self._declared()))
