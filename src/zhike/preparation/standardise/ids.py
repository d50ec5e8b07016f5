"""Ids: digit for digit. Leading zeros stay; what a spreadsheet added or lost is told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches, regexp_replace
from zhike.preparation.standardise.standardised import Standardised

_SCIENTIFIC = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}$"
_FLOAT = r"^[0-9]+\.0$"
_WRAPPED = '^="|^\'|^"|"$'


def read_id(text: Any, options: Mapping[str, Any]) -> Standardised:
    """The id; "13085.0" is 13085, and an id in quotes loses them."""
    repair = ibis.cases(
        (regexp_matches(text, _FLOAT), "float_id"), (regexp_matches(text, _WRAPPED), "quoted_id")
    )
    value = regexp_replace(text, rf"\.0$|{_WRAPPED}", "", "g")
    return Standardised(value=ibis.ifelse(repair.isnull(), text, value), repair=repair)


def digits_lost(value: Any) -> ir.Value:
    """Whether a spreadsheet has turned the id into 1.23457E+18: what it was cannot be known."""
    return (value.contains("E+") | value.contains("e+")) & regexp_matches(value, _SCIENTIFIC)
