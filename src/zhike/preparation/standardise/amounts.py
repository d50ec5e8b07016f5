"""Money and numbers: ¥1,234.50, 1.234,50 €, (12.00), 12.00-, 1.2万, 499.00（计算中）.

Options: `decimal` "," where a comma stands before the cents, `unit` (10000 for 万元, 0.01 for 分)
what one of the cell is worth, `sign` -1 where amounts are written with their sign turned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_extract, regexp_matches, regexp_replace
from zhike.preparation.standardise.standardised import Standardised

MONEY = "decimal(18, 4)"
LARGEST = 10**12
"""No amount is larger; sums and conversions of such still fit into `MONEY`."""
_SIGNS = r"[¥￥$£€₩₽฿,元圆円块'\s]|RMB|CNY|HK\$|US\$|USD|EUR|GBP|JPY|HKD|TWD|NT\$|人民币"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_SCALES = (("万亿", 1e12), ("亿", 1e8), ("百万", 1e6), ("万", 1e4), ("千", 1e3))


def read_money(text: Any, options: Mapping[str, Any]) -> Standardised:
    """The amount as an exact decimal of four places."""
    return _read(text, options, MONEY)


def read_number(text: Any, options: Mapping[str, Any]) -> Standardised:
    """The number, with the unit behind it left off."""
    return _read(text, options, "float64")


def read_integer(text: Any, options: Mapping[str, Any]) -> Standardised:
    """The whole number; a fraction makes it unreadable."""
    read = _read(text, options, "float64")
    whole: Any = read.value
    value = ibis.ifelse(whole == whole.round(0), whole.try_cast("int64"), ibis.null("int64"))
    return Standardised(value=value, repair=read.repair)


def _read(text: Any, options: Mapping[str, Any], to: str) -> Standardised:
    if options.get("decimal") == ",":
        usual = text.replace(".", "").replace(",", ".")
        usual = regexp_replace(usual, r"\s", "", "g")
    else:
        usual = text
    worth = float(options.get("unit", 1)) * float(options.get("sign", 1))
    # 1.23456万 has more places than money before it is multiplied.
    kind = to if worth == 1 else "float64"
    plain = usual.try_cast(kind)
    bare = regexp_replace(usual, _SIGNS, "", "g")
    signless = ibis.ifelse(bare.contains("_"), ibis.null(kind), bare.try_cast(kind))
    odd = _odd(bare).try_cast(kind)
    value = ibis.coalesce(plain, signless, odd)
    if worth != 1:
        value = (value * worth).round(4).try_cast(to)
    if to == MONEY:
        value = ibis.ifelse(value.abs() <= LARGEST, value, ibis.null(MONEY))
    else:
        value = ibis.ifelse(value.isnan() | value.isinf(), ibis.null("float64"), value)
    repair = ibis.cases(
        (plain.notnull() | text.isnull(), ibis.null("string")),
        (signless.notnull(), "money_signs"),
        (odd.notnull(), "number_words"),
    )
    return Standardised(value=value, repair=repair)


def _odd(bare: Any) -> ir.Value:
    """Brackets or a minus behind for negative, 万 and 亿, remarks behind the number."""
    number = regexp_extract(bare, rf"^[(（+-]?({_NUMBER})", 1).try_cast("float64")
    behind = regexp_extract(bare, rf"^[(（+-]?(?:{_NUMBER})(.*)$", 1)
    negative = (
        bare.startswith("-")
        | (regexp_matches(bare, r"^[(（]") & regexp_matches(behind, r"^[)）]"))
        | behind.startswith("-")
    )
    scale = ibis.cases(*[(behind.startswith(word), factor) for word, factor in _SCALES], else_=1.0)
    # What follows must be a unit, a bracket or a remark: "12 34" or "1.2.3" is no number.
    fits = regexp_matches(behind, r"^(万亿|亿|百万|万|千|-|[)）]|[(（【\[].*|[^0-9.].*)?$")
    other = regexp_matches(behind, r"^[-/:年][0-9]|^[eE][-+]?[0-9]")  # a date; a power too high
    signed = ibis.ifelse(negative, -number, number) * scale
    return ibis.ifelse(fits & ~other, signed.round(4), ibis.null("float64"))
