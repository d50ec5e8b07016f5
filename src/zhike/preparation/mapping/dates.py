"""How the days of a column are written: order of day, month and year, epochs, Excel's numbers.

Decided once a column, from all its values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_extract, regexp_replace
from zhike.preparation.mapping.profiles import PATTERNS, Profile, normal_records, value_of

ORDERS = ("ymd", "dmy", "mdy")
_EPOCHS = ((1e14, "us"), (1e11, "ms"), (0.0, "s"))
_PARTS = r"^[^\d]*(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{2,4})"
_MOST_FORMATS = 8


@dataclass(frozen=True, kw_only=True)
class DateReading:
    """How the days of one column are written.

    Attributes:
        options: What goes into the column's reading.
        unsure: Whether day first and month first both fit every value.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    unsure: bool = False


def read_dates(raw: ir.Table, column: str, seen: Profile, hint: str = "") -> DateReading:
    """How a column writes its days.

    Args:
        raw: The landing.
        column: Header.
        seen: Its profile.
        hint: Order already found in another column of the file; settles what is unsure.
    """
    if seen.share("epoch") > 0.9 and seen.share("compact_date") < 0.9:
        unit = next(unit for least, unit in _EPOCHS if (seen.high or 0.0) >= least)
        return DateReading(options={"unit": unit})
    if seen.share("serial") > 0.98:
        return DateReading(options={"unit": "excel"})
    options: dict[str, Any] = {}
    if seen.share("date", "compact_date") == 0:
        return DateReading(options=options)
    shapes = _shapes(raw, column)
    order, unsure = _order(raw, column, shapes, hint)
    options["order"] = order
    options["formats"] = _formats(shapes, order)
    return DateReading(options=options, unsure=unsure)


def _shapes(raw: ir.Table, column: str) -> list[dict[str, Any]]:
    """Writings of the column with how often and within which numbers, most frequent first."""
    written = normal_records(raw).select(text=raw[column]).filter(ibis._.text.notnull())
    # The clock says nothing of the order of day and month; without it few writings are left.
    days = written.group_by(day=written.text.substr(0, 11), length=written.text.length()).agg(
        times=written.count(), text=written.text.min()
    )
    days = days.mutate(value=value_of(days.text)).filter(ibis._.value.notnull())
    value = days.value
    shaped = days.mutate(
        shape=regexp_replace(value, "[0-9]", "9", "g"),
        first=_part(value, 1),
        second=_part(value, 2),
        third=_part(value, 3),
    )
    found = (
        shaped.group_by("shape")
        .agg(
            times=shaped.times.sum(),
            day_first=shaped.times.sum(where=(shaped.first > 12) & (shaped.second <= 12)),
            month_first=shaped.times.sum(where=(shaped.second > 12) & (shaped.first <= 12)),
            firsts=shaped.first.nunique(),
            thirds=shaped.third.nunique(),
        )
        .order_by(ibis.desc("times"), "shape")
        .limit(400)
    )
    rows: list[dict[str, Any]] = found.to_pyarrow().to_pylist()
    return [row for row in rows if _is_day(row["shape"])]


def _part(day: Any, number: int) -> ir.Value:
    return regexp_extract(day, _PARTS, number).try_cast("int64")


def _is_day(shape: str) -> bool:
    return _compact(shape) or re.search(PATTERNS["date"], shape.replace("9", "1")) is not None


def _compact(shape: str) -> bool:
    return re.fullmatch(r"9{8}(9{4}|9{6})?(\.9)?", shape) is not None


def _order(raw: ir.Table, column: str, shapes: list[dict[str, Any]], hint: str) -> tuple[str, bool]:
    numbered = [row for row in shapes if re.match(r"9{1,2}[-/. ]9{1,2}[-/. ]9{2,4}", row["shape"])]
    if not numbered:
        return ("mdy" if _named_months(shapes) else "ymd"), False
    if _is_year_first(numbered):
        return "ymd", False
    day_first, month_first = (
        sum(row[name] or 0 for row in numbered) for name in ("day_first", "month_first")
    )
    if day_first or month_first:
        # A slip of the pen must not turn a whole column: the greater part decides.
        return ("dmy" if day_first >= month_first else "mdy"), False
    if all(re.match(r"9{1,2}\.9{1,2}\.", row["shape"]) for row in numbered):
        return "dmy", False  # dots between the parts are written day first wherever they are used
    return (hint, False) if hint in ("dmy", "mdy") else _by_sequence(raw, column)


def _is_year_first(numbered: list[dict[str, Any]]) -> bool:
    """Two-digit years stand where fewest different numbers are."""
    if any(re.search(r"9{4}", row["shape"][:10]) for row in numbered):
        return False
    firsts, thirds = (max(int(row[name] or 0) for row in numbered) for name in ("firsts", "thirds"))
    return thirds > firsts


def _named_months(shapes: list[dict[str, Any]]) -> bool:
    return any(re.match(r"[a-z]", row["shape"]) for row in shapes)


def _by_sequence(raw: ir.Table, column: str) -> tuple[str, bool]:
    """Exports mostly run in the order of time: the reading under which they do is right."""
    records = normal_records(raw)
    parts = records.select(
        row=records._row,
        first=_part(value_of(records[column]), 1),
        second=_part(value_of(records[column]), 2),
        year=_part(value_of(records[column]), 3),
    ).filter(ibis._.first.notnull())
    keys = parts.mutate(
        dmy=parts.year * 10000 + parts.second * 100 + parts.first,
        mdy=parts.year * 10000 + parts.first * 100 + parts.second,
    )
    by_row = ibis.window(order_by=keys.row)
    steps = keys.mutate(
        day_step=keys.dmy - keys.dmy.lag().over(by_row),
        month_step=keys.mdy - keys.mdy.lag().over(by_row),
    )
    found = (
        steps.agg(
            **{
                f"{name}_{way}": (steps[step] > 0 if way == "up" else steps[step] < 0).sum()
                for name, step in (("dmy", "day_step"), ("mdy", "month_step"))
                for way in ("up", "down")
            }
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    order = {name: _one_way(found[f"{name}_up"], found[f"{name}_down"]) for name in ("dmy", "mdy")}
    if order["dmy"] > 0.98 and order["mdy"] < 0.96:
        return "dmy", False
    if order["mdy"] > 0.98 and order["dmy"] < 0.96:
        return "mdy", False
    return "mdy", True


def _one_way(up: int | None, down: int | None) -> float:
    """Share of the steps that go the usual way; nothing is known from fewer than eight."""
    ups, downs = up or 0, down or 0
    return max(ups, downs) / (ups + downs) if ups + downs >= 8 else 0.0


def _formats(shapes: list[dict[str, Any]], order: str) -> list[str]:
    made = [format_of(row["shape"], order) for row in shapes]
    return list(dict.fromkeys(each for each in made if each))[:_MOST_FORMATS]


_FORMAT_OF_DAY = {"y": "%Y", "m": "%m", "d": "%d"}


def format_of(shape: str, order: str) -> str:
    """The strptime format of a shape (digits as 9), "" where it cannot be said.

    Examples:
        >>> format_of("9999-99-99 99:99:99", "ymd"), format_of("9/99/9999 9:99", "mdy")
        ('%Y-%m-%d %H:%M:%S', '%m/%d/%Y %H:%M')
        >>> format_of("9999年9月99日", "ymd"), format_of("99999999999999", "ymd")
        ('%Y年%m月%d日', '%Y%m%d%H%M%S')
    """
    if _compact(shape):
        return {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}[
            len(shape.split(".", maxsplit=1)[0])
        ]
    split = re.match(r"(9+)([-/.年 ])(9+)([-/.月 ])(9+)(日?)(.*)$", shape)
    if split is None:
        return ""
    parts, rest = (split[1], split[3], split[5]), split[7]
    written = "ymd" if len(parts[0]) == 4 else order
    codes = ["%y" if code == "y" and len(part) == 2 else _FORMAT_OF_DAY[code]
             for code, part in zip(written, parts, strict=True)]  # fmt: skip
    day = f"{codes[0]}{split[2]}{codes[1]}{split[4]}{codes[2]}{split[6]}"
    clock = _clock_of(rest)
    return "" if clock is None else day + clock


def _clock_of(rest: str) -> str | None:
    if not rest:
        return ""
    found = re.fullmatch(
        r"([ t]*)9{1,2}([:时])9{1,2}(?:([:分])9{1,2}(秒)?(\.9+)?)?(分)?( ?)([ap]m)?( ?)"
        r"(z|[+-]99:?99| ?utc)?",
        rest,
    )
    if found is None:
        return None
    gap, hours, minutes, seconds, fraction, minute_mark, before, half, space, zone = found.groups()
    text = gap.replace("t", "T") + ("%I" if half else "%H") + hours + "%M"
    text += f"{minutes}%S{seconds or ''}" if minutes else (minute_mark or "")
    text += ".%f" if fraction else ""
    text += f"{before}%p" if half else ""
    return text + (f"{space or before}%z" if zone else "")
