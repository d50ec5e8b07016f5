"""`zhike show ANALYSIS` and `zhike customers`: results, with options made from declarations."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from zhike.cli.answers import Answer, Sheet
from zhike.cli.days import DAY
from zhike.cli.frame import Command, Group, State, argument, command, option
from zhike.i18n import LazyText, _, format_count, format_day, lazy

if TYPE_CHECKING:
    from zhike.blocks import Block, Number, Table
    from zhike.catalogue.analysis import Analysis
    from zhike.catalogue.parameters import Parameter
    from zhike.workspace.results import StoredResult

CLICK_TYPES: Mapping[Any, click.ParamType[Any]] = {
    int: click.INT,
    float: click.FLOAT,
    str: click.STRING,
    dt.date: DAY,
}
PREVIEW_ROWS = 20


class Several(click.ParamType[tuple[Any, ...]]):
    """Values of one kind, written with commas between: 7,30,90."""

    name = "list"

    def __init__(self, item: click.ParamType[Any]) -> None:
        self._item = item

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Any, ...]:
        """The values that were written."""
        if isinstance(value, tuple):
            return value
        words = [word for word in str(value).replace("，", ",").split(",") if word.strip()]
        return tuple(self._item.convert(word.strip(), param, ctx) for word in words)


class Show(Group):
    """`zhike show`: one subcommand an analysis, its options from the analysis' parameters."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The analyses, in their order."""
        from zhike.analyses import REGISTRY

        return list(REGISTRY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand that shows an analysis."""
        from zhike.analyses import REGISTRY

        kind = REGISTRY.get(cmd_name)
        return None if kind is None else _command_for(kind)


show = Show("show", lazy("Show what an analysis found; `zhike show` alone lists them."), {})


@command(
    "customers",
    lazy("List customers, with what an analysis says of each."),
    argument("analysis", required=False),
    option(
        "--where",
        lazy("Condition such as segment=champions or monetary>=1000. May be repeated."),
        multiple=True,
    ),
    option(
        "--segment",
        lazy("Saved segment, or a rule such as \"recency_days > 90 and city = '上海'\"."),
        default="",
    ),
    option("--sort", lazy("Column to sort by; -monetary puts the largest first."), default=""),
    option("--limit", lazy("Most customers to list; 0 means all."), type=int, default=50),
)
def customers(
    state: State,
    analysis: str | None,
    where: tuple[str, ...],
    segment: str,
    sort: str,
    limit: int,
) -> Answer:
    """List customers."""
    from zhike.workspace.results import records

    rows = state.workspace().customers(
        analysis, where=where, segment=segment, sort=sort, limit=limit or None
    )
    found = records(rows.to_pyarrow())
    header = list(rows.columns)
    sheet = Sheet(
        header=header,
        rows=[[_cell(row[name]) for name in header] for row in found],
        right=_numeric(found, header),
    )
    counted = lazy("{count} customers", count=format_count(len(found)))
    return Answer(data={"analysis": analysis, "customers": found}, shown=[sheet, counted])


def _command_for(kind: type[Analysis]) -> Command:
    from zhike.catalogue.parameters import parameters_of

    name = kind.name

    def shown(state: State, **params: Any) -> Answer:
        given = {key: value for key, value in params.items() if value is not None}
        result = state.workspace().show(name, **given)
        return Answer(data=result.as_json(), shown=list(told(result)))

    options: list[click.Parameter] = [option_of(item) for item in parameters_of(kind)]
    return Command(name, kind.question, shown, params=options)


def option_of(item: Parameter) -> click.Parameter:
    """The option of a parameter; without it the run's own value holds."""
    flag = f"--{item.name.replace('_', '-')}"
    words = _words(item)
    kind = _plain(item.type)
    if kind is bool:
        return option(f"{flag}/--no-{flag[2:]}", words, default=None)
    choices = getattr(item.constraint, "choices", None)
    if typing.get_origin(kind) is tuple:
        inner = CLICK_TYPES.get(typing.get_args(kind)[0], click.STRING)
        return option(flag, words, type=Several(inner), default=None)
    written = click.Choice(choices) if choices else CLICK_TYPES.get(kind, click.STRING)
    return option(flag, words, type=written, default=None)


def _words(item: Parameter) -> LazyText:
    """What the option is for, what it may be and what it is by itself."""
    allowed = item.constraint.words() if item.constraint else ""
    described: LazyText | str = item.description
    if allowed and not getattr(item.constraint, "choices", None):
        described = lazy("{described} It must be {allowed}.", described=described, allowed=allowed)
    if item.default in (None, "", ()):
        return described if isinstance(described, LazyText) else lazy("{text}", text=described)
    return lazy("{described} [{default}]", described=described, default=item.default)


def _plain(kind: Any) -> Any:
    """The type of a parameter without `None`, and of a `Literal` that of its values."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(item for item in typing.get_args(kind) if item is not type(None))
    if typing.get_origin(kind) is typing.Literal:
        return type(typing.get_args(kind)[0])
    return kind


def told(result: StoredResult) -> Iterator[str | LazyText | Sheet]:
    """A result for people: its numbers, texts, tables and findings."""
    from zhike.blocks import Number, Text

    day = format_day(dt.date.fromisoformat(result.as_of))
    yield lazy("{title} (as of {day})", title=result.title, day=day)
    yield ""
    blocks = list(result.blocks())
    numbers = [block for block in blocks if isinstance(block, Number)]
    if numbers:
        yield numbers_sheet(numbers, result.currency)
    for block in blocks:
        if isinstance(block, Text):
            yield block.body
    for table in _tables(blocks):
        yield _table(table, result.currency)
    for finding in result.findings():
        yield f"• {finding.sentence}"


def _tables(blocks: list[Block]) -> Iterator[Table]:
    """Every table once, those behind charts included."""
    from zhike.blocks import Chart, Table

    seen = set()
    for block in blocks:
        table = block.table if isinstance(block, Chart) else block
        if isinstance(table, Table) and table.name not in seen:
            seen.add(table.name)
            yield table


def numbers_sheet(numbers: list[Number], currency: str) -> Sheet:
    """The headline numbers, each beside what it is compared with."""
    from zhike.blocks import change_of, write_value
    from zhike.reports.words import COMPARISONS

    labels = list(dict.fromkeys(label for item in numbers for label in item.comparisons))
    rows = []
    for item in numbers:
        changes = (change_of(item, label) for label in labels)
        cells = [change[0] if change else "" for change in changes]
        rows.append((str(item.label), write_value(item.value, item.format, currency), *cells))
    return Sheet(
        header=(_("Metric"), _("Value"), *(str(COMPARISONS.get(label, label)) for label in labels)),
        rows=rows,
        right=frozenset(range(1, 2 + len(labels))),
    )


def _table(table: Table, currency: str) -> Sheet:
    from zhike.blocks import write_rows

    left = ("text", "day", "month")
    columns = enumerate(table.columns)
    return Sheet(
        title=str(table.title),
        header=[str(column.label) for column in table.columns],
        rows=write_rows(table, currency, most=PREVIEW_ROWS),
        right=frozenset(place for place, column in columns if column.format not in left),
    )


def _numeric(rows: list[dict[str, Any]], names: list[str]) -> frozenset[int]:
    return frozenset(
        place
        for place, name in enumerate(names)
        if any(isinstance(row[name], int | float) for row in rows)
    )


def _cell(value: Any) -> str:
    """A value as it is in the data; a list of customers is for looking things up."""
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
