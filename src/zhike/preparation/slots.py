"""What each column of a file feeds: one slot for every field that it gives a value to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from zhike.preparation.functions import concat_ws
from zhike.preparation.reading import ColumnReading, FileReading
from zhike.preparation.standardise import ADDRESS_RULES, Reading, reading_of
from zhike.preparation.standardise.choices import is_looked_up
from zhike.preparation.standardise.places import PARTS
from zhike.schema import Field, Kind, standard_table

FROM_ADDRESS = "from_address"
"""Rule of what an address tells beside itself; a column of its own goes before it."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One field fed by one column, or by several whose texts are joined.

    Attributes:
        target: "table.field".
        field: Its definition.
        column: Header as landed.
        writing: Where in the raw table its writing is.
        cut: How its part is cut out of the writing, where the writing holds several things.
        rule: As in the reading.
        options: As in the reading.
    """

    target: str
    field: Field
    column: str
    writing: ir.Value
    cut: Callable[[Any], Any] | None = None
    rule: str
    options: Mapping[str, Any]

    @property
    def reading(self) -> Reading:
        """How its values are read."""
        return reading_of(self.target, self.field, self.options)

    @property
    def is_choice(self) -> bool:
        """Whether its words are looked up."""
        return is_looked_up(self.target, self.field)

    @property
    def is_token(self) -> bool:
        """Whether punctuation says nothing by being of full width."""
        return self.field.kind is not Kind.TEXT


def slots_of(raw: ir.Table, reading: FileReading) -> list[Slot]:
    """The slots of a file, in file order; what an address tells comes last."""
    slots = [
        slot for column in reading.columns if column.field for slot in _of(raw, reading, column)
    ]
    return sorted(slots, key=lambda slot: slot.rule == FROM_ADDRESS)


def _of(raw: ir.Table, reading: FileReading, column: ColumnReading) -> Iterator[Slot]:
    target = column.field or ""
    writing = raw[column.column]
    if column.rule == "part":
        parts = [part for part in reading.columns_of(target) if part.rule == "part"]
        if column is parts[0]:
            yield _slot(target, column, _joined(raw, parts))
    elif column.rule in ADDRESS_RULES:
        for other, cut in PARTS.items():
            yield _slot(other, column, writing, cut, FROM_ADDRESS if other != target else "")
    elif column.rule == "price_of_line":
        yield _slot("order_lines.amount", column, writing)
    else:
        yield _slot(target, column, writing)


def _joined(raw: ir.Table, parts: list[ColumnReading]) -> ir.Value:
    if len(parts) == 1:
        return raw[parts[0].column]
    separator = str(parts[0].options.get("join", " "))
    return concat_ws(separator, *[raw[part.column] for part in parts]).nullif("")


def _slot(
    target: str,
    column: ColumnReading,
    writing: ir.Value,
    cut: Callable[[Any], Any] | None = None,
    rule: str = "",
) -> Slot:
    table, name = target.split(".", 1)
    return Slot(
        target=target,
        field=standard_table(table)[name],
        column=column.column,
        writing=writing,
        cut=cut,
        rule=rule or column.rule,
        options=column.options,
    )
