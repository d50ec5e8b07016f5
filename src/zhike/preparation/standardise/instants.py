"""Dates and times in every usual writing.

A writing is brought to one form in two stages (so that no expression is written out again inside
the next), then read: `2024-3-5 2:05 PM` and, behind a bar, the zone that it names.
Options: `order` ("ymd", "dmy" or "mdy") says how 05/03/2024 is meant, `unit` ("s", "ms", "us")
that numbers count since 1970 or ("excel") that they are days of Excel; without it the size of a
number tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import (
    left,
    make_timestamp,
    regexp_extract,
    regexp_matches,
    regexp_replace,
    split_part,
    texts,
    to_seconds,
    try_strptime,
)
from zhike.preparation.standardise.standardised import Standardised

ISO = (
    r"^[12][0-9]{3}([-/])[0-9]{1,2}[-/][0-9]{1,2}"
    r"([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6})?)?)?$"
)
NUMERIC_DAY = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][12][0-9]{3}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?)?$"
"""A day in numbers with the year behind, plain once the file has told its order."""
_OFFSET = r"(?i)[0-9]\s*(Z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{1,2}:?[0-9]{2}|[+-][0-9]{2})$"
_NUMBER = r"^[0-9]+(\.[0-9]+)?$"
_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", " %p %I:%M:%S",
          " %p %I:%M", " %H")  # fmt: skip
_PLAIN_TIMES = (" %H:%M", " %H:%M:%S", "")
_SPELLINGS = (
    (r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", ""),
    (r"[（(]?(星期|周|礼拜)[一二三四五六日天][)）]?", " "),
    (r"[时点時]\s*([0-9])", r":\1"),
    (r"[时点時]\s*整?\s*$", ":00"),
    (r"分\s*([0-9])", r":\1"),
    (r"[分秒]|\s整$", " "),
    (r"上午|凌晨|早上|a\.m\.", " AM "),
    (r"下午|晚上|傍晚|中午|p\.m\.", " PM "),
    (r"PM\s*(1[3-9]|2[0-3]):", r"\1:"),
    (r"([0-9])(st|nd|rd|th)\b", r"\1"),
    (r"[年月日号T/.,_-]+(\s*[0-9]{1,2}:)", r" \1"),
    (r"(日|号)", " "),
)
_DAY_THEN_TIME = r"^(.*?)(\s+(?:(?:AM|PM|am|pm)\s*)?[0-9]{1,2}(?::.*)?)?\s*$"
_BETWEEN = r"[年月/.,\s-]+"
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


def spelled(text: Any) -> ir.Value:
    """First stage: words and marks of a clock become colons, AM and PM; the zone goes behind."""
    zone = ibis.ifelse(text.contains(":"), regexp_extract(text, _OFFSET, 1), "")
    spelling = left(text, text.length() - zone.length())
    for pattern, replacement in _SPELLINGS:
        spelling = regexp_replace(spelling, pattern, replacement, "g")
    return spelling + _BAR + zone


def arranged(spelling: Any) -> ir.Value:
    """Second stage: parts of the day are joined by hyphens, a blank stands before the time."""
    body = split_part(spelling, _BAR, 1)
    day = regexp_extract(body, _DAY_THEN_TIME, 1)
    time = regexp_replace(body.substr(day.length()), r"\s+", " ", "g").strip()
    time = regexp_replace(time, r"(?i)([0-9])(am|pm)$", r"\1 \2", "g")
    day = regexp_replace(regexp_replace(day, _BETWEEN, "-", "g"), r"^-|-$", "", "g")
    whole = ibis.ifelse(time == "", day, day + " " + time)
    whole = ibis.ifelse(regexp_matches(body, _NUMBER), body, whole)
    return whole + _BAR + split_part(spelling, _BAR, 2)


STAGES = (spelled, arranged)


def plain_instant(text: Any) -> ir.Value:
    """An ISO writing as it stands."""
    return text.try_cast("timestamp")


def plain_in_order(order: str) -> Callable[[Any], ir.Value]:
    """How plain writings are read in a file with days before months, or months before days."""
    day = "%d{0}%m{0}%Y" if order == "dmy" else "%m{0}%d{0}%Y"
    formats = texts(*[day.format(mark) + time for mark in "/.-" for time in _PLAIN_TIMES])

    def read(text: Any) -> ir.Value:
        is_iso = regexp_matches(text, ISO)
        return ibis.ifelse(is_iso, plain_instant(text), try_strptime(text, formats))

    return read


def read_instant(form: Any, options: Mapping[str, Any]) -> Standardised:
    """Local time, or the instant where the writing says its zone or counts from 1970."""
    body, zone = split_part(form, _BAR, 1), split_part(form, _BAR, 2)
    numeric = regexp_matches(body, _NUMBER)
    written = _written(body, options)
    local = ibis.cases(
        (numeric, _number_as_local(body, options)), (zone == "", written), else_=_NONE
    )
    instant = ibis.cases(
        (numeric, _number_as_instant(body, options)),
        (zone != "", written - to_seconds(_seconds_of(zone))),
        else_=_NONE,
    )
    return Standardised(value=local, instant=instant)


def read_day(form: Any, options: Mapping[str, Any]) -> Standardised:
    """The day; a time of day behind it is left off."""
    read = read_instant(form, options)
    return Standardised(value=ibis.coalesce(read.value, read.instant).date())


_NONE = ibis.null("timestamp(6)")
_BAR = "|"


def _seconds_of(zone: Any) -> ir.Value:
    """+08:00, -0400, UTC+8 and Z in seconds east of Greenwich."""
    digits = regexp_replace(zone, "[^0-9]", "", "g")
    hours = left(digits, ibis.ifelse(digits.length() % 2 == 1, 1, 2)).try_cast("int64")
    minutes = ibis.ifelse(digits.length() > 2, digits.right(2), "0").try_cast("int64")
    east = hours.fill_null(0) * 3600 + minutes.fill_null(0) * 60
    return ibis.ifelse(zone.contains("-"), -east, east)


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


def _written(form: Any, options: Mapping[str, Any]) -> ir.Value:
    """What people write: 2024年3月5日 下午2:05, 5-Mar-2024, 05.03.2024, Mar 5, 2024 2:05 PM."""
    order = options.get("order", "mdy")
    return ibis.cases(
        (regexp_matches(form, ISO), form.try_cast("timestamp")),
        (regexp_matches(form, r"^[0-9]{4}-"), try_strptime(form, _formats(_YEAR_FIRST))),
        else_=try_strptime(form, _formats((*_DAYS[order], *_NAMED))),
    )


def _formats(days: tuple[str, ...]) -> ir.Value:
    return texts(*[day + time for day in days for time in _TIMES])
