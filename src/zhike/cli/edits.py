"""`zhike fields`, `edits`, `conflicts`: what people changed by hand, and fields of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from zhike.cli.answers import Answer, Sheet
from zhike.cli.frame import Group, State, argument, command, option
from zhike.errors import ParameterError
from zhike.i18n import LazyText, _, format_count, format_instant, lazy, n_

TYPES = ("text", "number", "day", "flag", "choice")
EDITS_SHOWN = 100

fields = Group(
    "fields",
    lazy("The company's own fields of customers: list, add, rename, hide."),
    {
        "list": "zhike.cli.edits:list_fields",
        "add": "zhike.cli.edits:add_field",
        "rename": "zhike.cli.edits:rename_field",
        "hide": "zhike.cli.edits:hide_field",
        "show": "zhike.cli.edits:show_field",
    },
)
edits = Group(
    "edits",
    lazy("What people changed by hand: list it, change a field."),
    {"log": "zhike.cli.edits:log", "set": "zhike.cli.edits:set_value"},
)
conflicts = Group(
    "conflicts",
    lazy("Where a person and the data say different things: list it, decide."),
    {"list": "zhike.cli.edits:list_conflicts", "resolve": "zhike.cli.edits:resolve"},
)


def _by() -> click.Parameter:
    return option("--by", lazy("Who does it; else the user of the computer."), default="")


@command("list", lazy("List the company's own fields."))
def list_fields(state: State) -> Answer:
    """List the fields, hidden ones too."""
    data = [item.as_json() for item in state.workspace().edits.fields()]
    words = {True: _("hidden"), False: ""}
    rows = [
        (
            item["name"],
            item["label"],
            _types()[item["type"]] + (f": {', '.join(item['choices'])}" if item["choices"] else ""),
            format_count(item["customers"]),
            words[item["hidden"]],
        )
        for item in data
    ]
    header = (_("Field"), _("Label"), _("Type"), _("Customers"), "")
    return Answer(
        data={"fields": data}, shown=[Sheet(header=header, rows=rows, right=frozenset({3}))]
    )


@command(
    "add",
    lazy("Declare a field of your own; the next workbook has a column for it."),
    argument("name"),
    option("--label", lazy("What people call it."), default=""),
    option("--type", lazy("How its values are written."), type=click.Choice(TYPES), default="text"),
    option("--choice", lazy("What may be chosen. May be repeated."), multiple=True),
    option("--required", lazy("A value may not be cleared."), is_flag=True),
)
def add_field(
    state: State, name: str, label: str, type: str, choice: tuple[str, ...], required: bool
) -> Answer:
    """Declare a field."""
    from zhike.workspace.custom_fields import fields_of

    said = {"type": type, "label": label, "choices": choice, "required": required}
    field = fields_of({name: said})[name]
    state.workspace().edits.add_field(field)
    return Answer(
        data={"added": name},
        shown=[lazy("{label} ({name}) is a field now.", label=field.label, name=name)],
    )


@command(
    "rename",
    lazy("Give a field another label; its name and values stay."),
    argument("name"),
    argument("label"),
    _by(),
)
def rename_field(state: State, name: str, label: str, by: str) -> Answer:
    """Change a label."""
    state.workspace().edits.rename_field(name, label, by=by)
    return Answer(
        data={"renamed": name, "label": label},
        shown=[lazy("{name} is called {label} now.", name=name, label=label)],
    )


@command(
    "hide",
    lazy("Leave a field out everywhere; its values are kept."),
    argument("name"),
)
def hide_field(state: State, name: str) -> Answer:
    """Hide a field."""
    state.workspace().edits.hide_field(name)
    shown = lazy("{name} is hidden. `zhike fields show {name}` brings it back.", name=name)
    return Answer(data={"hidden": name}, shown=[shown])


@command("show", lazy("Show a hidden field again."), argument("name"))
def show_field(state: State, name: str) -> Answer:
    """Show a field again."""
    state.workspace().edits.hide_field(name, hidden=False)
    return Answer(data={"shown": name}, shown=[lazy("{name} is shown again.", name=name)])


@command(
    "log",
    lazy("List every edit, the latest first."),
    option("--customer", lazy("Of this customer alone."), default=""),
    option("--field", lazy("Of this field alone."), default=""),
    option("--limit", lazy("How many."), type=click.IntRange(1), default=EDITS_SHOWN),
)
def log(state: State, customer: str, field: str, limit: int) -> Answer:
    """List the edits."""
    editing = state.workspace().edits
    found = editing.log(customer=customer, field=field)
    torn = editing.unreadable()
    data = {
        "edits": [_edit(item) for item in found[:limit]],
        "count": len(found),
        "unreadable": [{"line": item.line, "text": item.text} for item in torn],
    }
    rows = [
        (
            str(item.number),
            _moment(item.at),
            item.who,
            item.customer_id,
            item.field,
            _kinds()[item.kind],
            _value(item.base),
            _value(item.value),
            item.source,
        )
        for item in found[:limit]
    ]
    header = (
        _("No."), _("When"), _("Who"), _("Customer"), _("Field"), _("Kind"), _("Was"), _("Is"),
        _("File"),
    )  # fmt: skip
    shown: list[str | LazyText | Sheet] = [Sheet(header=header, rows=rows, right=frozenset({0}))]
    if not found:
        shown = [lazy("Nothing has been edited yet.")]
    for item in torn:
        shown.append(lazy("Line {line} of edits.jsonl cannot be read.", line=item.line))
    return Answer(data=data, shown=shown)


@command(
    "set",
    lazy("Change one field of one customer; without VALUE it is cleared."),
    argument("customer"),
    argument("field"),
    argument("value", required=False),
    _by(),
)
def set_value(state: State, customer: str, field: str, value: str | None, by: str) -> Answer:
    """Change a field."""
    edit = state.workspace().edits.set(customer, field, value, by=by)
    shown = lazy(
        "{field} of {customer} is {value} now; analyses follow at the next run.",
        field=field,
        customer=customer,
        value=_value(edit.value),
    )
    return Answer(data=_edit(edit), shown=[shown])


@command("list", lazy("List the conflicts that wait for a decision."))
def list_conflicts(state: State) -> Answer:
    """List the conflicts."""
    data = [item.as_json() for item in state.workspace().edits.conflicts()]
    return Answer(data={"conflicts": data}, shown=list(shown_conflicts(data)))


@command(
    "resolve",
    lazy("Decide conflicts by their numbers: keep what the person wrote, or what is said else."),
    argument("numbers", nargs=-1, type=int),
    option(
        "--keep",
        lazy("mine: what the person wrote; data: what is said otherwise."),
        type=click.Choice(["mine", "data"]),
        required=True,
    ),
    option("--all", lazy("All that are open."), is_flag=True),
    _by(),
)
def resolve(state: State, numbers: tuple[int, ...], keep: Any, all: bool, by: str) -> Answer:
    """Settle conflicts."""
    if bool(numbers) == all:
        allowed = lazy("the numbers of conflicts, or --all")
        raise ParameterError.out_of_bounds("NUMBERS", "–", allowed)
    done = state.workspace().edits.resolve(None if all else numbers, keep, by=by)
    text = n_("{count} conflict was settled.", "{count} conflicts were settled.", len(done))
    return Answer(
        data={"settled": [item.number for item in done], "keep": keep},
        shown=[text.format(count=format_count(len(done)))],
    )


def shown_conflicts(data: Iterable[Mapping[str, Any]]) -> Iterator[str | LazyText | Sheet]:
    """Conflicts as a table for people."""
    reasons = {
        "both_changed": _("both changed since the export"),
        "gone_back": _("the cell is as it was exported again"),
        "data_changed": _("the data say something new"),
    }
    rows = [
        (
            str(item["number"]),
            item["customer_id"],
            item["field"],
            _value(item["base"]),
            _value(item["mine"]) + (" ✓" if item["holds"] == "mine" else ""),
            _value(item["data"]) + (" ✓" if item["holds"] == "data" else ""),
            item["who"],
            reasons[item["reason"]],
        )
        for item in data
    ]
    if not rows:
        yield lazy("There are no conflicts.")
        return
    header = (
        _("No."), _("Customer"), _("Field"), _("Was"), _("Written by hand"), _("Said otherwise"),
        _("Who"), _("Why"),
    )  # fmt: skip
    yield Sheet(header=header, rows=rows, right=frozenset({0}))
    yield lazy(
        "✓ is what holds until you decide: `zhike conflicts resolve NUMBER --keep mine|data`."
    )


def shown_workbook(report: Mapping[str, Any]) -> Iterator[str | LazyText | Sheet]:
    """What became of a workbook that was taken back, for people."""
    yield lazy(
        "{file}: {rows} rows came back; {edits} edits were taken, {same} said what holds already.",
        file=report["file"],
        rows=format_count(report["rows_read"]),
        edits=format_count(len(report["edits"])),
        same=format_count(report["same"]),
    )
    if report["new_customers"]:
        yield lazy("  New customers: {listed}", listed=", ".join(report["new_customers"]))
    said = {
        "added": lazy("  New fields: {listed}", listed=_listed(report["fields"]["added"])),
        "renamed": lazy("  Renamed fields: {listed}", listed=_listed(report["fields"]["renamed"])),
        "hidden": lazy(
            "  Hidden, because their column was deleted: {listed}. `zhike fields show NAME` brings "
            "one back; values are kept.",
            listed=_listed(report["fields"]["hidden"]),
        ),
    }
    yield from (text for what, text in said.items() if report["fields"][what])
    yield from (f"  {note}" for note in report["notes"])
    if report["refused"]:
        rows = [(item["cell"], item["value"][:60], item["why"]) for item in report["refused"]]
        header = (_("Cell"), _("Written there"), _("Why not"))
        yield Sheet(title=_("Not taken"), header=header, rows=rows)
    if report["conflicts"]:
        count = format_count(len(report["conflicts"]))
        yield lazy("  {count} conflicts wait for you: `zhike conflicts list`.", count=count)


def _listed(items: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(f"{item['label']} ({item['name']})" for item in items)


def _types() -> dict[str, str]:
    return {
        "text": _("text"),
        "number": _("number"),
        "day": _("day"),
        "flag": _("yes or no"),
        "choice": _("choice"),
    }


def _kinds() -> dict[str, str]:
    return {
        "edit": _("edit"),
        "conflict": _("conflict"),
        "withdrawn": _("withdrawn"),
        "settled": _("settled"),
        "hidden": _("hidden"),
        "renamed": _("renamed"),
    }


def _edit(edit: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(edit)


def _moment(at: str) -> str:
    return format_instant(datetime.fromisoformat(at).astimezone()) if at else ""


def _value(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
