"""Which reader reads a field, and what its plain values look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches
from zhike.preparation.standardise.amounts import MONEY, read_integer, read_money, read_number
from zhike.preparation.standardise.contacts import read_email, read_phone
from zhike.preparation.standardise.ids import read_id
from zhike.preparation.standardise.instants import (
    ISO,
    NUMERIC_DAY,
    STAGES,
    plain_in_order,
    plain_instant,
    read_day,
    read_instant,
)
from zhike.preparation.standardise.standardised import Reader
from zhike.preparation.standardise.text import ODD_PROSE, ODD_TOKEN, read_text
from zhike.schema import Field, Kind

ADDRESS_RULES = ("address", "composite_address")
RULES = (
    *ADDRESS_RULES, "second_status", "sum_of_lines", "price_of_line", "net_of_discount", "part",
)  # fmt: skip
PLAIN_OPTIONS = frozenset(("order", "formats", "timezone", "part", "join"))
"""Options that do not touch how a plain value is read."""

_NUMBER = r"^[-+]?[0-9]{1,12}(\.[0-9]+)?$"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the values of a field are read.

    Attributes:
        read: Any writing, once cleaned and brought through the stages.
        odd: What a writing that is not plain looks like, by pattern; or
        plain: what a plain one looks like.
        cast: A plain writing as it stands.
        stages: What brings a cleaned writing to the form that is read, step by step.
    """

    read: Reader
    odd: str = ""
    plain: str = ""
    cast: Callable[[Any], ir.Value] = lambda text: text
    stages: tuple[Callable[[Any], ir.Value], ...] = ()

    def is_odd(self, text: Any) -> ir.Value:
        """Whether a writing must be looked at more closely."""
        if self.odd:
            return regexp_matches(text, self.odd)
        return ~regexp_matches(text, self.plain)


_BY_KIND: dict[Kind, Reading] = {
    Kind.ID: Reading(read=read_id, odd=rf"{ODD_TOKEN}|\.0$|^=|^['\"]|\"$"),
    Kind.TEXT: Reading(read=read_text, odd=ODD_PROSE),
    Kind.INTEGER: Reading(
        read=read_integer, plain=r"^[-+]?[0-9]{1,18}$", cast=lambda text: text.try_cast("int64")
    ),
    Kind.NUMBER: Reading(
        read=read_number, plain=_NUMBER, cast=lambda text: text.try_cast("float64")
    ),
    Kind.MONEY: Reading(read=read_money, plain=_NUMBER, cast=lambda text: text.try_cast(MONEY)),
    Kind.INSTANT: Reading(read=read_instant, plain=ISO, cast=plain_instant, stages=STAGES),
    Kind.DAY: Reading(
        read=read_day, plain=ISO, cast=lambda text: plain_instant(text).date(), stages=STAGES
    ),
}
_BY_TARGET: dict[str, Reading] = {
    "people.phone": Reading(read=read_phone, plain=r"^1[3-9][0-9]{9}$"),
    "people.email": Reading(read=read_email, plain=r"^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$"),
    "people.account": Reading(read=read_text, odd=ODD_PROSE),
}


def reading_of(target: str, field: Field, options: Mapping[str, Any]) -> Reading:
    """How "table.field" is read; words are looked up instead, see `choices`."""
    found = _BY_TARGET.get(target) or _BY_KIND[field.kind]
    if field.kind in (Kind.INSTANT, Kind.DAY) and options.get("order") in ("dmy", "mdy"):
        return _in_order(found, field.kind, options["order"])
    return found


def _in_order(reading: Reading, kind: Kind, order: str) -> Reading:
    """Days in numbers are plain too once it is known which is the month."""
    instant = plain_in_order(order)
    cast = instant if kind is Kind.INSTANT else lambda text: instant(text).date()
    return replace(reading, plain=f"{ISO}|{NUMERIC_DAY}", cast=cast)
