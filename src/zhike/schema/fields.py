"""What a column of a standard table is: its type, unit, labels, synonyms and privacy class."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import pyarrow as pa

from zhike.i18n import LazyText

MONEY = pa.decimal128(18, 4)


class Kind(StrEnum):
    """How values of a field are written, read and shown."""

    ID = "id"  # text kept character for character
    TEXT = "text"
    CHOICE = "choice"  # one of `Field.choices`
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"  # decimal(18, 4), so that sums do not depend on their order
    FLAG = "flag"
    INSTANT = "instant"  # timestamp in UTC, without zone
    DAY = "day"  # business day


ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.CHOICE: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: MONEY,
    Kind.FLAG: pa.bool_(),
    Kind.INSTANT: pa.timestamp("us"),
    Kind.DAY: pa.date32(),
}

Personal = Literal["", "direct", "indirect"]
"""Personal-data class: `direct` names or reaches a person (name, phone), `indirect` narrows one
down (birthday, city), empty says nothing about a person."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a standard table.

    Attributes:
        name: Standard name; `_at`, `_on`, `_amount` … say the unit.
        kind: How its values are written and read.
        label: What people read, in both languages.
        description: One sentence on what it means, in both languages.
        synonyms: Header words that mean this field, in any language, as people write them.
        weak: Header words that mean it only where no other column does better ("date", "金额").
        required: Without it a record of the table cannot be used.
        personal: Personal-data class.
        choices: The vocabulary of a `CHOICE`.
        derived: Filled by preparation, never mapped from a file.
        missing: What a missing value becomes: "null" (left empty and counted), or a constant.
    """

    name: str
    kind: Kind
    label: LazyText
    description: LazyText
    synonyms: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    required: bool = False
    personal: Personal = ""
    choices: tuple[str, ...] = ()
    derived: bool = False
    missing: str = "null"

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type of its values."""
        return ARROW_TYPES[self.kind]


@dataclass(frozen=True, kw_only=True)
class StandardTable:
    """One standard table: what a row is, its key, its fields in order.

    Attributes:
        name: Standard name, plural.
        label: What people read.
        grain: One row is a …, in both languages.
        key: The fields that tell rows apart.
        fields: In the order in which they are shown.
    """

    name: str
    label: LazyText
    grain: LazyText
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    _by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {item.name: item for item in self.fields})

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def arrow_schema(self) -> pa.Schema:
        """The columns with their Arrow types, in order."""
        return pa.schema([(item.name, item.arrow_type) for item in self.fields])
