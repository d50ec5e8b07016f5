"""`zhike segments`: the segments that people define by rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from zhike.cli.answers import Answer, Sheet, print_answer
from zhike.cli.frame import Group, State, argument, command, option
from zhike.i18n import LANGUAGES, LazyText, _, format_count, format_day, lazy

if TYPE_CHECKING:
    from zhike.analyses.overview import OverviewResult
    from zhike.catalogue.rules import Rule, RuleField
    from zhike.errors import RuleError
    from zhike.workspace.segments import SavedSegment


class Segments(Group):
    """`zhike segments`: alone it lists them."""

    def __init__(self, words: LazyText, commands: dict[str, str]) -> None:
        super().__init__("segments", words, commands)
        self.callback = _alone


def _alone() -> None:
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        state = ctx.ensure_object(State)
        print_answer(_listed(state), as_json=state.as_json)


segments = Segments(
    lazy("List the segments that you defined, with how many customers each has today."),
    {
        "add": "zhike.cli.segments:add",
        "show": "zhike.cli.segments:show",
        "remove": "zhike.cli.segments:remove",
        "fields": "zhike.cli.segments:fields",
    },
)


@command(
    "add",
    lazy('Save a segment, or change it: NAME and RULE, such as "recency_days > 90".'),
    argument("name"),
    argument("rule"),
    option("--label", lazy("What people read; without it the name."), default=""),
    option("--description", lazy("What it is for."), default=""),
)
def add(state: State, name: str, rule: str, label: str, description: str) -> Answer:
    """Save a segment."""
    workspace = state.workspace()
    read = workspace.segments.save(name, rule, label=label, description=description)
    saved = workspace.segments.find(name.strip())
    size = workspace.segments.sizes()[saved.name]
    return Answer(
        data=_as_json(saved, size) | _texts(read),
        shown=[
            lazy("Segment '{name}' is saved: {size}.", name=saved.name, size=_size(size)),
            lazy("Understood as: {rule}", rule=read.text()),
        ],
    )


@command(
    "show",
    lazy("Show a segment: its rule in both languages, its size, and every metric beside targets."),
    argument("name"),
    option("--period", lazy("Period to measure; empty means the last complete month."), default=""),
)
def show(state: State, name: str, period: str) -> Answer:
    """Show a segment."""
    workspace = state.workspace()
    saved = workspace.segments.find(name)
    read, size = workspace.segments.read(name), workspace.segments.sizes()[name]
    found = workspace.segments.overview(name, period)
    rows = [
        (_("Name"), saved.name),
        (_("Label"), saved.title),
        (_("Description"), saved.description or "–"),
        (_("Rule"), read.text("en")),
        ("", read.text("zh")),
        (_("Fields"), ", ".join(item.name for item in read.fields())),
        (_("Customers"), _size(size)),
    ]
    command_line = f"zhike customers --segment {saved.name!r}"
    return Answer(
        data=_as_json(saved, size) | _texts(read) | {"metrics": found.metrics.to_pylist()},
        shown=[
            Sheet(header=("", ""), rows=rows),
            *_measured(found),
            lazy("`{command}` lists its customers.", command=command_line),
        ],
    )


@command("remove", lazy("Forget a segment; its customers stay as they are."), argument("name"))
def remove(state: State, name: str) -> Answer:
    """Forget a segment."""
    gone = state.workspace().segments.remove(name)
    return Answer(
        data={"removed": gone.name},
        shown=[lazy("Segment '{name}' is forgotten.", name=gone.name)],
    )


@command(
    "fields",
    lazy("List what rules may speak of; with the name of an analysis, what it says of customers."),
    argument("analysis", required=False),
)
def fields(state: State, analysis: str | None) -> Answer:
    """List the fields of rules."""
    from zhike.catalogue.rules import fields_of
    from zhike.errors import ParameterError

    known = fields_of(state.workspace().open_snapshot())
    if analysis is not None and analysis not in known.providers:
        raise ParameterError.unknown(lazy("analysis"), analysis, known.providers)
    found = known.own if analysis is None else known.providers[analysis].provided.fields
    rows = [(item.name, item.chinese, str(item.label), _kind(item)) for item in found]
    header = (_("Field"), _("In Chinese"), _("Label"), _("Values"))
    shown: list[str | LazyText | Sheet] = [Sheet(header=header, rows=rows)]
    if analysis is None:
        listed = ", ".join(known.providers)
        shown.append(
            lazy(
                "`zhike segments fields ANALYSIS` lists what an analysis adds: {listed}.",
                listed=listed,
            )
        )
    data = [
        {
            "name": item.name,
            "chinese": item.chinese,
            "label": str(item.label),
            "kind": item.kind,
            "choices": {code: str(words) for code, words in item.choices.items()},
        }
        for item in found
    ]
    return Answer(data={"fields": data, "analyses": list(known.providers)}, shown=shown)


def _listed(state: State) -> Answer:
    workspace = state.workspace()
    if not workspace.segments:
        hint = lazy("No segment is defined yet. `zhike segments add NAME RULE` defines one.")
        return Answer(data={"segments": []}, shown=[hint])
    sizes = workspace.segments.sizes()
    saved = list(workspace.segments.values())
    rows = [
        (item.name, item.title, _size(sizes[item.name]), item.rule, item.description)
        for item in saved
    ]
    header = (_("Name"), _("Label"), _("Customers"), _("Rule"), _("Description"))
    return Answer(
        data={"segments": [_as_json(item, sizes[item.name]) for item in saved]},
        shown=[Sheet(header=header, rows=rows, right=frozenset({2}))],
    )


def _as_json(saved: SavedSegment, size: int | RuleError) -> dict[str, Any]:
    """A segment for programs; `customers` is null where its rule fails, and `error` says why."""
    failed = None if isinstance(size, int) else size.as_dict() | size.details
    return {
        "name": saved.name,
        "label": saved.title,
        "description": saved.description,
        "rule": saved.rule,
        "customers": size if isinstance(size, int) else None,
        "error": failed,
    }


def _texts(rule: Rule) -> dict[str, Any]:
    return {
        "text": {language: rule.text(language) for language in LANGUAGES},
        "fields": [item.name for item in rule.fields()],
    }


def _measured(found: OverviewResult) -> Iterator[LazyText | Sheet]:
    """The metrics of the period, each beside what it is compared with."""
    from zhike.blocks import Number
    from zhike.cli.showing import numbers_sheet

    period = found.period
    yield lazy(
        "From {from_on} to {last_on}:",
        from_on=format_day(period.from_on),
        last_on=format_day(period.last_on),
    )
    numbers = [block for block in found.blocks() if isinstance(block, Number)]
    yield numbers_sheet(numbers, found.currency)


def _size(size: int | RuleError) -> str:
    if isinstance(size, int):
        return _("{count} customers").format(count=format_count(size))
    return str(size.message)


def _kind(item: RuleField) -> str:
    kinds = {
        "number": lazy("number"),
        "text": lazy("text"),
        "day": lazy("day"),
        "flag": lazy("true or false"),
    }
    return ", ".join(item.choices) or str(kinds[item.kind])
