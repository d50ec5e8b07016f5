"""What files were taken for, as a form to correct it, and what was corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from zhike.errors import ZhikeError
from zhike.i18n import LazyText, lazy
from zhike.schema import standard_table, standard_tables
from zhike.schema.platforms import platforms
from zhike.workspace.adding import as_override
from zhike.workspace.looking import SeenColumn, SeenFile, SeenTable
from zhike.workspace.sentences import fault_of, told

SURE, LIKELY = 0.9, 0.6
SHOP = ("orders", "order_lines", "customers", "people", "products", "refunds")
"""Tables that a file of a shop may feed; of another file they are its own and these people's."""
PEOPLE = ("customers", "people", "staff")
WRITINGS: Mapping[str, LazyText] = {
    "dmy": lazy("day first (31/12/2024)"),
    "mdy": lazy("month first (12/31/2024)"),
}
Certainty = Literal["sure", "likely", "unsure", "unused"]
CERTAINTIES: Mapping[Certainty, LazyText] = {
    "sure": lazy("sure"),
    "likely": lazy("likely"),
    "unsure": lazy("please check"),
    "unused": lazy("not used"),
}
Said = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Fields of one standard table to choose from.

    Attributes:
        label: Of the table.
        fields: "table.field" to what it is called.
    """

    label: LazyText
    fields: Mapping[str, LazyText]


@dataclass(frozen=True, kw_only=True)
class Match:
    """One column on the form.

    Attributes:
        key: Names its field on the form.
        column: The column as it was seen.
        certainty: In a word.
        why: The reason; empty without one.
        is_elsewhere: Whether its field is in none of the tables that are offered.
    """

    key: str
    column: SeenColumn
    certainty: Certainty
    why: LazyText | str
    is_elsewhere: bool


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer to a question.

    Attributes:
        value: What the form sends.
        label: What people read.
    """

    value: str
    label: LazyText | str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question on the form.

    Attributes:
        key: Names its field on the form.
        text: The question.
        choices: What may be answered.
    """

    key: str
    text: LazyText
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class Matching:
    """One table of a file on the form.

    Attributes:
        seen: The table as it was seen.
        kind: What it was taken for; empty where nothing tells.
        matches: Its columns that feed something, in order.
        unused: Those that feed nothing.
        asked: What only a person can say.
        offers: The fields to choose from.
        fault: Why nothing tells what it is.
    """

    seen: SeenTable
    kind: LazyText | str
    matches: tuple[Match, ...]
    unused: tuple[Match, ...]
    asked: tuple[Asked, ...]
    offers: tuple[Offer, ...]
    fault: ZhikeError | None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One file on the form.

    Attributes:
        number: Which it is.
        seen: The file as it was seen.
        tables: Its tables.
        fault: Why it cannot be read.
    """

    number: int
    seen: SeenFile
    tables: tuple[Matching, ...]
    fault: ZhikeError | None

    @property
    def is_usable(self) -> bool:
        """Whether it may be taken in."""
        return self.seen.what != "fault"


def sent_files(files: tuple[SeenFile, ...]) -> tuple[Sent, ...]:
    """The form for files that were looked at."""
    counted = iter(range(sum(len(file.tables) for file in files)))
    return tuple(
        Sent(
            number=number,
            seen=file,
            tables=tuple(_matching(table, next(counted)) for table in file.tables),
            fault=fault_of(file.fault) if file.fault else None,
        )
        for number, file in enumerate(files)
    )


def said_of(files: tuple[SeenFile, ...], form: Mapping[str, str], before: Said) -> Said:
    """What a person has said of every table: earlier, and on this form."""
    said = {name: dict(columns) for name, columns in before.items()}
    tables = [table for file in files for table in file.tables]
    for number, table in enumerate(tables):
        here = said.setdefault(table.name, {})
        for place, column in enumerate(table.columns):
            chosen = form.get(f"t{number}c{place}", column.field)
            if chosen != column.field:
                here[column.column] = chosen
        for place, _question in enumerate(table.questions):
            answer = form.get(f"t{number}q{place}", "")
            here |= as_override(answer) if answer else {}
    return {name: columns for name, columns in said.items() if columns}


def kind_of(table: SeenTable) -> LazyText | str:
    """Whose export a table is, else what it holds; empty where nothing tells."""
    known = {item.code: item.label for item in platforms()}
    if table.platform in known:
        return known[table.platform]
    if not table.tables:
        return ""
    own = [name for name in table.tables if name not in ("customers", "people", "products")]
    return standard_table((own or list(table.tables))[0]).label


def _matching(table: SeenTable, number: int) -> Matching:
    offers = tuple(_offers(table))
    offered = {target for offer in offers for target in offer.fields}
    every = [
        _match(column, f"t{number}c{place}", offered) for place, column in enumerate(table.columns)
    ]
    folded = bool(table.tables)  # where nothing tells what it is, every column stands open
    return Matching(
        seen=table,
        kind=kind_of(table),
        matches=tuple(item for item in every if item.column.field or not folded),
        unused=tuple(item for item in every if folded and not item.column.field),
        asked=tuple(_asked(table, number)),
        offers=offers,
        fault=fault_of(table.fault) if table.fault else None,
    )


def _match(column: SeenColumn, key: str, offered: set[str]) -> Match:
    certainty: Certainty = "sure" if column.confidence >= SURE else "likely"
    if column.confidence < LIKELY:
        certainty = "unsure"
    return Match(
        key=key,
        column=column,
        certainty=certainty if column.field else "unused",
        why=told(column.why) if column.why else "",
        is_elsewhere=bool(column.field) and column.field not in offered,
    )


def _asked(table: SeenTable, number: int) -> Iterator[Asked]:
    for place, question in enumerate(table.questions):
        choices = tuple(
            Choice(value=value, label=WRITINGS.get(value.rpartition(":")[2], label))
            for value, label in question.choices.items()
        )
        yield Asked(key=f"t{number}q{place}", text=told(question.text), choices=choices)


def _offers(table: SeenTable) -> Iterator[Offer]:
    """Fields to choose from; one that two tables have is told by its table too."""
    wanted = set(table.tables) | set(PEOPLE)
    if wanted & {"orders", "order_lines", "products", "refunds"}:
        wanted |= set(SHOP)
    shown = [item for item in standard_tables() if item.name in wanted or not table.tables]
    labels = Counter(field.label for item in shown for field in item.fields if not field.derived)
    for item in shown:
        fields = {
            f"{item.name}.{field.name}": field.label
            if labels[field.label] == 1
            else lazy("{field} ({table})", field=field.label, table=item.label)
            for field in item.fields
            if not field.derived
        }
        yield Offer(label=item.label, fields=fields)
