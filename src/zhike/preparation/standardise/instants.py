"""Dates and times in every usual writing.

What ISO order reads is tried first and cheaply; only what it leaves is looked at more closely.
Options: `order` ("ymd", "dmy" or "mdy") says how 05/03/2024 is meant, `formats` how most values
are written, `unit` that numbers count since 1970 ("s", "ms", "us") or are days of Excel ("excel");
without it the size of a number tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import (
    make_timestamp,
    regexp_extract,
    regexp_matches,
    regexp_replace,
    strlen,
    texts,
    to_seconds,
    try_strptime,
)
from zhike.preparation.standardise.standardised import Standardised

ISO = (
    r"^[12][0-9]{3}([-/])[0-9]{1,2}[-/][0-9]{1,2}"
    r"([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6})?)?)?$"
)
_OFFSET = r"(?i)[0-9]\s*(Z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{1,2}:?[0-9]{2}|[+-][0-9]{2})$"
_NUMBER = r"^[0-9]+(\.[0-9]+)?$"
_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", " %p %I:%M:%S",
          " %p %I:%M", " %H")  # fmt: skip
_YEAR_FIRST = ("%Y-%m-%d", "%Y-%b-%d")
_DAYS = {  # two digits of the year before four, which would take 24 for the year 24
    "ymd": ("%y-%m-%d",),
    "dmy": ("%d-%m-%y", "%d-%m-%Y"),
    "mdy": ("%m-%d-%y", "%m-%d-%Y"),
}
_NAMED = ("%d-%b-%y", "%d-%b-%Y", "%d-%B-%Y", "%b-%d-%y", "%b-%d-%Y", "%B-%d-%Y")
_MICROSECONDS = {"s": 1e6, "ms": 1e3, "us": 1.0}
_UNIX_SERIAL = 25569  # 1970-01-01 as Excel counts days
_LAST_SERIAL = 2_958_465  # 9999-12-31


def read_instant(text: Any, options: Mapping[str, Any]) -> Standardised:
    """Local time, or the instant where the writing says its zone or counts from 1970."""
    # One pattern lets the usual writing through; all else is looked at more closely.
    usual = regexp_matches(text, ISO)
    zoned = regexp_matches(text, _OFFSET) & text.contains(":")
    numeric = regexp_matches(text, _NUMBER)
    local = ibis.cases(
        (usual, text.try_cast("timestamp")),
        (numeric, _number_as_local(text, options)),
        (zoned, _NONE),
        else_=_written(text, options),
    )
    instant = ibis.cases(
        (usual, _NONE),
        (numeric, _number_as_instant(text, options)),
        (zoned, _zoned(text)),
        else_=_NONE,
    )
    return Standardised(value=local, instant=instant)


def read_day(text: Any, options: Mapping[str, Any]) -> Standardised:
    """The day; a time of day behind it is left off."""
    read = read_instant(text, options)
    return Standardised(value=ibis.coalesce(read.value, read.instant).date())


_NONE = ibis.null("timestamp(6)")
_FIRST = ibis.timestamp("1000-01-01 00:00:00")


def _zoned(text: Any) -> ir.Value:
    """UTC of a time that says its offset."""
    zone = regexp_extract(text, _OFFSET, 1)
    bare = text.left(text.length() - zone.length()).strip()
    digits = regexp_replace(zone, "[^0-9]", "", "g")
    sign = ibis.ifelse(zone.contains("-"), -1, 1)
    hours = digits.left(ibis.ifelse(digits.length() % 2 == 1, 1, 2))
    minutes = ibis.ifelse(digits.length() > 2, digits.right(2), "0")
    shift = sign * (
        hours.try_cast("int64").fill_null(0) * 3600 + minutes.try_cast("int64").fill_null(0) * 60
    )
    local = ibis.coalesce(bare.try_cast("timestamp"), _written(bare, {}))
    return local - to_seconds(shift)


def _number_as_local(text: Any, options: Mapping[str, Any]) -> ir.Value:
    """20240305, 20240305143000, 202403051430, and Excel's days since 1900."""
    if options.get("unit") in _MICROSECONDS:
        return _NONE
    number = text.try_cast("float64")
    seconds = ((number - _UNIX_SERIAL) * 86400).round(0)
    low, high = (1, _LAST_SERIAL) if options.get("unit") == "excel" else (20_000, 80_000)
    is_serial = number.between(low, high)
    serial = make_timestamp(ibis.ifelse(is_serial, seconds, 0.0).cast("int64") * 1_000_000)
    compact = try_strptime(text, texts("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M"))
    is_compact = regexp_matches(text, r"^(19|20)[0-9]{6}([0-9]{4}([0-9]{2})?)?$")
    return ibis.cases((is_compact, compact), (is_serial, serial), else_=_NONE)


def _number_as_instant(text: Any, options: Mapping[str, Any]) -> ir.Value:
    """Seconds, milliseconds or microseconds since 1970."""
    number = text.try_cast("float64")
    unit = options.get("unit")
    if unit in _MICROSECONDS:
        return _since_1970(number, unit)
    if unit == "excel":
        return _NONE
    compact = regexp_matches(text, r"^(19|20)[0-9]{6}([0-9]{4}([0-9]{2})?)?$")
    return ibis.cases(
        (compact, _NONE),
        (number.between(1e8, 1e10), _since_1970(number, "s")),
        (number.between(1e11, 1e13), _since_1970(number, "ms")),
        (number.between(1e14, 1e16), _since_1970(number, "us")),
        else_=_NONE,
    )


def _since_1970(number: Any, unit: str) -> ir.Value:
    micros = (number * _MICROSECONDS[unit]).round(0)
    possible = micros.between(-(2.0**61), 2.0**61)
    return ibis.ifelse(possible, make_timestamp(micros.try_cast("int64")), _NONE)


def _written(text: Any, options: Mapping[str, Any]) -> ir.Value:
    """What people write: 2024年3月5日 下午2:05, 5-Mar-2024, 05.03.2024, Mar 5, 2024 2:05 PM."""
    order = options.get("order", "mdy")
    normal = _normal(text)
    year_first = try_strptime(normal, _formats(_YEAR_FIRST))
    others = try_strptime(normal, _formats((*_DAYS[order], *_NAMED)))
    usual = ibis.ifelse(regexp_matches(normal, r"^[0-9]{4}-"), year_first, others)
    if not options.get("formats"):
        return usual
    told = try_strptime(text, texts(*options["formats"]))
    return ibis.ifelse(told >= _FIRST, told, usual)


def _formats(days: tuple[str, ...]) -> ir.Value:
    return texts(*[day + time for day in days for time in _TIMES])


def _normal(text: Any) -> ir.Value:
    """Day parts joined by hyphens, then the time, then AM or PM."""
    steps = (
        (r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", ""),
        (r"[（(]?(星期|周|礼拜)[一二三四五六日天][)）]?", " "),
        (r"[时点時]\s*([0-9])", r":\1"),
        (r"[时点時]\s*整?\s*$", ":00"),
        (r"分\s*([0-9])", r":\1"),
        (r"[分秒]|\s整$", " "),
        (r"上午|凌晨|早上|a\.m\.", " AM "),
        (r"下午|晚上|傍晚|中午|p\.m\.", " PM "),
        (r"([0-9])(st|nd|rd|th)\b", r"\1"),
        (r"[年月日号T/.,_-]+(\s*[0-9]{1,2}:)", r" \1"),
        (r"(日|号)", " "),
        (r"([0-9]:[0-9]{2})\.([0-9])", r"\1.\2"),
    )
    for pattern, replacement in steps:
        text = regexp_replace(text, pattern, replacement, "g")
    # Only the part before the time: its marks become hyphens.
    day = regexp_extract(text, r"^(.*?)(\s+(?:(?:AM|PM|am|pm)\s*)?[0-9]{1,2}(?::.*)?)?$", 1)
    time = text.substr(day.length())
    day = regexp_replace(day.strip(), r"[年月/.,\s-]+", "-", "g")
    day = regexp_replace(day, r"^-|-$", "", "g")
    time = regexp_replace(time.strip(), r"\s+", " ", "g")
    time = regexp_replace(time, r"(?i)([0-9])(am|pm)$", r"\1 \2", "g")
    return ibis.ifelse(strlen(time) > 0, day + " " + time, day)
