"""Composite addresses: `姓名，86-手机号，省 市 区 地址` taken apart."""

from __future__ import annotations

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

_WITH_PHONE = r"^[^,，]{1,60}[,，]\s*\+?(?:86-?)?[0-9*-]{5,20}[,，]"
_PARTED = r"^\s*(\S{2,12})\s+(\S{2,16})\s+\S"


def split_address(text: Any) -> dict[str, ir.Value]:
    """What stands in an address: "people.name" and so on to its text.

    An address without name and phone in front is the place alone. Province and city are read
    where blanks part them, else where the address begins with the name of one.
    """
    composite = regexp_matches(text, _WITH_PHONE)
    comma = ibis.ifelse(text.contains("，"), "，", ",")
    place = ibis.ifelse(composite, regexp_replace(text, _WITH_PHONE, "", ""), text)
    parted = regexp_matches(place, _PARTED)
    nothing = ibis.null("string")
    province, city = _names()
    begins = regexp_extract(place, rf"^\s*(?:中国)?\s*({province})", 1).nullif("")
    goes_on = regexp_extract(place, rf"^\s*(?:中国)?\s*(?:{province})?\s*({city})", 1).nullif("")
    return {
        "people.name": ibis.ifelse(composite, split_part(text, comma, 1), nothing),
        "people.phone": ibis.ifelse(composite, split_part(text, comma, 2), nothing),
        "customers.province": ibis.ifelse(parted, regexp_extract(place, _PARTED, 1), begins),
        "customers.city": ibis.ifelse(parted, regexp_extract(place, _PARTED, 2), goes_on),
        "people.address": place,
    }


@lru_cache(maxsize=1)
def _names() -> tuple[str, str]:
    """Patterns of the Chinese writings of provinces and of cities, the longer first."""
    known = regions()
    return _any_of(known.provinces), _any_of(known.cities)


def _any_of(writings: Any) -> str:
    chinese = [word for word in writings if not word.isascii()]
    return "|".join(sorted(chinese, key=len, reverse=True))
