"""What each column of a file feeds: one slot for every field that it gives a value to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from zhike.preparation.reading import ColumnReading, FileReading
from zhike.preparation.standardise import ADDRESS_RULES
from zhike.preparation.standardise.places import split_address
from zhike.schema import Field, Kind, standard_table

TOKENS = (Kind.ID, Kind.CHOICE, Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.FLAG, Kind.INSTANT,
          Kind.DAY)  # fmt: skip
"""Kinds whose punctuation is folded too."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One field fed by one column.

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
    """The slots of a file, in file order."""
    return [slot for column in reading.columns if column.field for slot in _slots(raw, column)]


def _slots(raw: ir.Table, column: ColumnReading) -> Iterator[Slot]:
    target = column.field or ""
    if column.rule in ADDRESS_RULES:
        for part, text in split_address(raw[column.column]).items():
            yield _slot(part, column, text)
    else:
        yield _slot(target, column, raw[column.column])


def _slot(target: str, column: ColumnReading, text: ir.Value) -> Slot:
    table, name = target.split(".", 1)
    return Slot(
        target=target,
        field=standard_table(table)[name],
        column=column.column,
        text=text,
        rule=column.rule,
        options=column.options,
    )
