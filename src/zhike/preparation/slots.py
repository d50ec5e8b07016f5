"""What each column of a file feeds: one slot for every field that it gives a value to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from zhike.preparation.functions import concat_ws
from zhike.preparation.reading import ColumnReading, FileReading
from zhike.preparation.standardise import ADDRESS_RULES
from zhike.preparation.standardise.places import split_address
from zhike.schema import Field, Kind, standard_table

TOKENS = (
    Kind.ID, Kind.CHOICE, Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.FLAG, Kind.INSTANT, Kind.DAY,
)  # fmt: skip
"""Kinds whose punctuation is folded too."""
FROM_ADDRESS = "from_address"
"""Rule of what an address tells beside itself; a column of its own goes before it."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One field fed by one column, or by several whose texts are joined.

    Attributes:
        target: "table.field".
        field: Its definition.
        column: Header as landed.
        text: Where in the raw table its writing is.
        rule: As in the reading.
        options: As in the reading.
    """

    target: str
    field: Field
    column: str
    text: ir.Value
    rule: str
    options: Mapping[str, Any]

    @property
    def is_token(self) -> bool:
        """Whether punctuation says nothing by being of full width."""
        return self.field.kind in TOKENS or self.target in ("people.phone", "people.email")


def slots_of(raw: ir.Table, reading: FileReading) -> list[Slot]:
    """The slots of a file, in file order; what an address tells comes last."""
    slots = [slot for column in reading.columns if column.field for slot in _of(raw, reading, column)]
    return sorted(slots, key=lambda slot: slot.rule == FROM_ADDRESS)


def _of(raw: ir.Table, reading: FileReading, column: ColumnReading) -> Iterator[Slot]:
    target = column.field or ""
    text = raw[column.column]
    if column.rule == "part":
        parts = [part for part in reading.columns_of(target) if part.rule == "part"]
        if column is parts[0]:
            separator = str(column.options.get("join", " "))
            texts = [raw[part.column] for part in parts]
            joined = concat_ws(separator, *texts).nullif("") if len(texts) > 1 else text
            yield _slot(target, column, joined, "part")
    elif column.rule in ADDRESS_RULES:
        for other, part in split_address(text).items():
            yield _slot(other, column, part, column.rule if other == target else FROM_ADDRESS)
    elif column.rule == "price_of_line":
        yield _slot("order_lines.amount", column, text, column.rule)
    else:
        yield _slot(target, column, text, column.rule)


def _slot(target: str, column: ColumnReading, text: ir.Value, rule: str) -> Slot:
    table, name = target.split(".", 1)
    return Slot(
        target=target,
        field=standard_table(table)[name],
        column=column.column,
        text=text,
        rule=rule,
        options=column.options,
    )
