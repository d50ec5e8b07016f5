"""Composite addresses: `姓名，86-手机号，省 市 区 地址` taken apart."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches, split_part

_HAS_PHONE = r"^[^,，]{1,60}[,，]\s*\+?(?:86-?)?[0-9*-]{5,20}[,，]"


def split_address(text: Any) -> dict[str, ir.Value]:
    """What stands in an address: "people.name" and so on to its text.

    An address without name and phone in front is the place alone.
    """
    composite = regexp_matches(text, _HAS_PHONE)
    usual = text.replace("，", ",")
    name, phone = split_part(usual, ",", 1), split_part(usual, ",", 2)
    head = name.length() + phone.length() + 2
    place = ibis.ifelse(composite, text.substr(head), text).strip()
    place = place.replace("\u3000", " ")
    nothing = ibis.null("string")
    # Only 省 市 区 with blanks between can be told apart without guessing.
    spaced = split_part(place, " ", 3) != ""
    return {
        "people.name": ibis.ifelse(composite, name, nothing),
        "people.phone": ibis.ifelse(composite, phone, nothing),
        "customers.province": ibis.ifelse(spaced, split_part(place, " ", 1), nothing),
        "customers.city": ibis.ifelse(spaced, split_part(place, " ", 2), nothing),
        "people.address": place,
    }
