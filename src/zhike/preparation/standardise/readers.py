"""Which reader reads a field."""

from __future__ import annotations

from zhike.preparation.standardise.amounts import read_integer, read_money, read_number
from zhike.preparation.standardise.contacts import read_email, read_phone
from zhike.preparation.standardise.ids import read_id
from zhike.preparation.standardise.instants import read_day, read_instant
from zhike.preparation.standardise.standardised import Reader
from zhike.preparation.standardise.text import read_text
from zhike.schema import Field, Kind

ADDRESS_RULES = ("address", "composite_address")
RULES = (
    *ADDRESS_RULES, "second_status", "sum_of_lines", "price_of_line", "net_of_discount", "part",
)  # fmt: skip

_BY_KIND: dict[Kind, Reader] = {
    Kind.ID: read_id,
    Kind.TEXT: read_text,
    Kind.INTEGER: read_integer,
    Kind.NUMBER: read_number,
    Kind.MONEY: read_money,
    Kind.INSTANT: read_instant,
    Kind.DAY: read_day,
}
_BY_TARGET: dict[str, Reader] = {
    "people.phone": read_phone,
    "people.email": read_email,
    "people.account": read_text,
}


def reader_of(target: str, field: Field) -> Reader:
    """The reader of "table.field"; words are looked up instead, see `choices`."""
    return _BY_TARGET.get(target) or _BY_KIND[field.kind]
