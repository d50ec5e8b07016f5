"""Phones and e-mail addresses. A masked one (138****1234) is shown, and never an identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_extract, regexp_matches, regexp_replace
from zhike.preparation.standardise.standardised import Standardised

_MOBILE = r"^(?:(?:\+|00)?86[- ]?)?(1[3-9][0-9]{9})$"
_AS_WRITTEN = r"^(1[3-9*][0-9*]{9}|0[0-9]{2,3}-[0-9*]{7,8}|\+[0-9]{5,17})$"


def read_phone(text: Any, options: Mapping[str, Any]) -> Standardised:
    """Digits alone, without 86 before a Chinese mobile; landlines 0571-88886666 keep a hyphen."""
    mobile = regexp_extract(text, _MOBILE, 1)
    bare = regexp_replace(text, r"[^0-9*+]", "", "g")
    local = regexp_replace(
        bare, r"^(?:\+|00)?86(0?1[3-9*][0-9*]{9}|0[1-9][0-9*]{8,10})$", r"\1", ""
    )
    local = regexp_replace(local, r"^0(1[3-9][0-9*]{9})$", r"\1", "")
    land = regexp_replace(local, r"^(010|02[0-9]|0[3-9][0-9]{2})([0-9*]{7,8})$", r"\1-\2", "")
    fits = regexp_matches(land, r"^\+?[0-9*-]{5,18}$") & regexp_matches(land, r"[0-9].*[0-9]")
    value = ibis.cases((mobile != "", mobile), (fits, land), else_=ibis.null("string"))
    repair = ibis.cases((~regexp_matches(text, _AS_WRITTEN), "phone_format"))
    return Standardised(value=value, repair=repair)


def read_email(text: Any, options: Mapping[str, Any]) -> Standardised:
    """Lower case, without mailto: and blanks."""
    bare = regexp_replace(text.lower(), r"^mailto:|[\s<>]", "", "g")
    fits = regexp_matches(bare, r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
    value = ibis.ifelse(fits, bare, ibis.null("string"))
    return Standardised(value=value, repair=ibis.cases((value != text, "email_format")))


def masked(value: Any) -> ir.Value:
    """Whether part of the value is starred out."""
    return value.contains("*")
