"""Composite addresses: `姓名，86-手机号，省 市 区 地址` taken apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import (
    regexp_extract,
    regexp_matches,
    regexp_replace,
    split_part,
)
from zhike.schema.vocabulary import regions

# Counted repetitions ({2,12}) would make RE2 many times slower.
_WITH_PHONE = r"^[^,，]+[,，]\s*\+?[0-9*-]+[,，]"
_FIRST = r"^\s*(\S+)\s+\S+\s+\S"
_SECOND = r"^\s*\S+\s+(\S+)\s+\S"


def _place(text: Any) -> ir.Value:
    return ibis.ifelse(_is_composite(text), regexp_replace(text, _WITH_PHONE, "", ""), text)


def _is_composite(text: Any) -> ir.Value:
    return regexp_matches(text, _WITH_PHONE)


def _between_commas(text: Any, position: int) -> ir.Value:
    comma = ibis.ifelse(text.contains("，"), "，", ",")
    return ibis.ifelse(_is_composite(text), split_part(text, comma, position), None)


def _province(text: Any) -> ir.Value:
    place, (province, _) = _place(text), _names()
    begins = regexp_extract(place, rf"^\s*(?:中国)?\s*({province})", 1).nullif("")
    parted = regexp_matches(place, _FIRST)
    return ibis.ifelse(parted, regexp_extract(place, _FIRST, 1), begins)


def _city(text: Any) -> ir.Value:
    place, (province, city) = _place(text), _names()
    goes_on = regexp_extract(place, rf"^\s*(?:中国)?\s*(?:{province})?\s*({city})", 1).nullif("")
    parted = regexp_matches(place, _SECOND)
    return ibis.ifelse(parted, regexp_extract(place, _SECOND, 1), goes_on)


PARTS: dict[str, Callable[[Any], Any]] = {
    "people.name": lambda text: _between_commas(text, 1),
    "people.phone": lambda text: _between_commas(text, 2),
    "customers.province": _province,
    "customers.city": _city,
    "people.address": _place,
}
"""What stands in an address: "people.name" and so on to how it is cut out.

An address without name and phone in front is the place alone. Province and city are read where
blanks part them, else where the address begins with the name of one.
"""


@lru_cache(maxsize=1)
def _names() -> tuple[str, str]:
    """Patterns of the Chinese writings of provinces and of cities, the longer first."""
    known = regions()
    return _any_of(known.provinces), _any_of(known.cities)


def _any_of(writings: Any) -> str:
    chinese = [word for word in writings if not word.isascii()]
    return "|".join(sorted(chinese, key=len, reverse=True))
