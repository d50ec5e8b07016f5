"""Ids: digit for digit. Leading zeros stay; what a spreadsheet added or lost is told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches, regexp_replace, strlen
from zhike.preparation.standardise.standardised import Standardised

_SCIENTIFIC = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}$"


def read_id(text: Any, options: Mapping[str, Any]) -> Standardised:
    """The id; "13085.0" is 13085, and an id in quotes loses them."""
    float_id = text.endswith(".0") & regexp_matches(text, r"^[0-9]+\.0$")
    wrapped = text.startswith('="') | text.startswith("'")
    value = ibis.cases(
        (float_id, text.left(strlen(text) - 2)),
        (wrapped, regexp_replace(text, "^=\"|^'|\"$", "", "g")),
        else_=text,
    )
    repair = ibis.cases((float_id, "float_id"), (wrapped, "quoted_id"))
    return Standardised(value=value, repair=repair)


def digits_lost(value: Any) -> ir.Value:
    """Whether a spreadsheet has turned the id into 1.23457E+18: what it was cannot be known."""
    return (value.contains("E+") | value.contains("e+")) & regexp_matches(value, _SCIENTIFIC)
