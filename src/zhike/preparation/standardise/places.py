"""Composite addresses: `姓名，86-手机号，省 市 区 地址` taken apart."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import (
    regexp_extract,
    regexp_matches,
    regexp_replace,
    split_part,
)

_WITH_PHONE = r"^[^,，]{1,60}[,，]\s*\+?(?:86-?)?[0-9*-]{5,20}[,，]"


def split_address(text: Any) -> dict[str, ir.Value]:
    """What stands in an address: "people.name" and so on to its text.

    An address without name and phone in front is the place alone. Province and city are told
    apart only where blanks part 省 市 区: all else would be guessing.
    """
    composite = regexp_matches(text, _WITH_PHONE)
    comma = ibis.ifelse(text.contains("，"), "，", ",")
    place = ibis.ifelse(composite, regexp_replace(text, _WITH_PHONE, "", ""), text)
    parted = regexp_matches(place, r"^\s*\S+\s+\S+\s+\S")
    nothing = ibis.null("string")
    return {
        "people.name": ibis.ifelse(composite, split_part(text, comma, 1), nothing),
        "people.phone": ibis.ifelse(composite, split_part(text, comma, 2), nothing),
        "customers.province": ibis.ifelse(parted, regexp_extract(place, r"^\s*(\S+)", 1), nothing),
        "customers.city": ibis.ifelse(
            parted, regexp_extract(place, r"^\s*\S+\s+(\S+)", 1), nothing
        ),
        "people.address": place,
    }
