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
_EPOCHS = ((1e17, "ns"), (1e14, "us"), (1e11, "ms"), (0.0, "s"))
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
        return DateReading(options={"epoch": unit})
    options: dict[str, Any] = {}
    if seen.share("serial") > 0.02 and seen.share("compact_date") < 0.5:
        options["excel_serial"] = True
    if seen.share("date", "compact_date") == 0:
        return DateReading(options=options)
    shapes = _shapes(raw, column)
    order, unsure = _order(raw, column, shapes, hint)
    options["order"] = order
    options["formats"] = _formats(shapes, order)
    return DateReading(options=options, unsure=unsure)


def _shapes(raw: ir.Table, column: str) -> list[dict[str, Any]]:
    """Writings of the column with how often and within which numbers, most frequent first."""
    records = normal_records(raw)
    written = records.select(value=value_of(records[column]))
    written = written.filter(written.value.notnull()).mutate(
        # The clock says nothing of the order of day and month; without it few values are left.
        day=written.value.substr(0, 10),
        rest=regexp_replace(written.value.substr(10), "[0-9]", "9", "g"),
    )
    days = written.group_by("day", "rest").agg(times=written.count())
    shaped = days.mutate(
        shape=regexp_replace(days.day, "[0-9]", "9", "g") + days.rest,
        first=_part(days.day, 1),
        second=_part(days.day, 2),
    )
    found = (
        shaped.group_by("shape")
        .agg(
            times=shaped.times.sum(),
            first_high=shaped.first.max(),
            second_high=shaped.second.max(),
        )
        .order_by(ibis.desc("times"), "shape")
        .limit(400)
    )
    rows: list[dict[str, Any]] = found.to_pyarrow().to_pylist()
    return [
        row
        for row in rows
        if re.search(PATTERNS["date"], _sample(row["shape"])) or _compact(row["shape"])
    ]


def _part(day: Any, number: int) -> ir.Value:
    return regexp_extract(day, _PARTS, number).try_cast("int64")


def _sample(shape: str) -> str:
    return shape.replace("9", "1")


def _compact(shape: str) -> bool:
    return re.fullmatch(r"9{8}(9{4}|9{6})?(\.9)?", shape) is not None


def _order(raw: ir.Table, column: str, shapes: list[dict[str, Any]], hint: str) -> tuple[str, bool]:
    numbered = [row for row in shapes if re.match(r"9{1,2}[-/. ]9{1,2}[-/. ]9{2,4}", row["shape"])]
    if not numbered:
        return ("ymd", False) if not _named_months(shapes) else ("mdy", False)
    first = max(row["first_high"] or 0 for row in numbered)
    second = max(row["second_high"] or 0 for row in numbered)
    two_digit_year = all(not re.search(r"9{4}", row["shape"][:10]) for row in numbered)
    if two_digit_year and first > 31:
        return "ymd", False
    if first > 12 and second > 12:
        # Both ways of writing in one column; the greater part decides, the rest is set aside.
        return ("dmy", False) if first >= second else ("mdy", False)
    if first > 12:
        return "dmy", False
    if second > 12:
        return "mdy", False
    if any(re.match(r"9{4}", row["shape"]) for row in shapes) or hint in ("dmy", "mdy"):
        return (hint or "mdy"), not hint
    if all(re.match(r"9{1,2}\.9{1,2}\.", row["shape"]) for row in numbered):
        return "dmy", False  # dots between the parts are written day first wherever they are used
    return _by_sequence(raw, column)


def _named_months(shapes: list[dict[str, Any]]) -> bool:
    return any(re.match(r"[a-z]", row["shape"]) for row in shapes)


def _by_sequence(raw: ir.Table, column: str) -> tuple[str, bool]:
    """Exports are mostly in the order of time: the reading under which they are is the right one."""
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
    if order["dmy"] > 0.98 and order["mdy"] < 0.9:
        return "dmy", False
    if order["mdy"] > 0.98 and order["dmy"] < 0.9:
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
