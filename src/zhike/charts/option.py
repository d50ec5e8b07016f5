"""What every chart shares: the frame of an option, its axes, its numbers by name.

An option is plain data. Two things in it are filled in where it is drawn:

- a string `@token` is a colour of the palette;
- a mapping `{"$format": name, "short": bool}` is the function that writes a number or a day in
  the reader's language and the shop's currency; `short` is for axes (12K, 1.2万).

`$height`, `$min_width` and `$max_width` (0: any) are the pixels that the chart wants; a narrower
page scrolls it.
Labels may be lazy texts; they become words when the option is written as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from zhike.charts.palette import FONTS
from zhike.i18n import LazyText

Option = dict[str, Any]
Label = str | LazyText
NumberFormat = Literal[
    "text", "count", "number", "amount", "share", "day", "days", "month", "score"
]

PLAIN_HEIGHT = 320


def written(name: NumberFormat, *, short: bool = False) -> Option:
    """The function that writes values in that format, by name."""
    return {"$format": name, "short": short} if short else {"$format": name}


def values_of(rows: pa.Table, column: str) -> list[Any]:
    """A column as JSON knows it: decimals as floats, days as ISO text."""
    return [_plain(value) for value in rows.column(column).to_pylist()]


def words_of(values: Sequence[Any], labels: Mapping[str, Label] | None) -> list[Any]:
    """Coded values as the words people read; values without a word stay themselves."""
    known = labels or {}
    return [known.get(str(value), value) for value in values]


def frame(*, height: int = PLAIN_HEIGHT, min_width: int = 0, max_width: int = 0) -> Option:
    """The part that is the same in every chart."""
    return {
        "$height": height,
        "$min_width": min_width,
        "$max_width": max_width,
        "animation": False,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": FONTS, "fontSize": 12, "color": "@quiet"},
        "grid": {"left": 8, "right": 24, "top": 16, "bottom": 8, "containLabel": True},
    }


def tooltip(*, format: NumberFormat, by: Literal["axis", "item"]) -> Option:
    """What is shown when a mark is pointed at."""
    return {
        "trigger": by,
        "confine": True,
        "valueFormatter": written(format),
        "backgroundColor": "@ground",
        "borderColor": "@rule",
        "textStyle": {"color": "@ink", "fontSize": 12},
        "axisPointer": {"type": "line", "lineStyle": {"color": "@quiet", "width": 1}},
    }


def category_axis(values: Sequence[Any], *, format: NumberFormat = "text") -> Option:
    """An axis of names or periods."""
    axis: Option = {
        "type": "category",
        "data": list(values),
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": "@rule"}},
        "axisLabel": {"color": "@quiet", "hideOverlap": True},
    }
    if format != "text":
        axis["axisLabel"]["formatter"] = written(format, short=True)
        axis["axisPointer"] = {"label": {"formatter": written(format)}}
    return axis


def value_axis(format: NumberFormat, *, most: float | None = None) -> Option:
    """An axis of amounts: faint lines, no spine, short figures."""
    axis: Option = {
        "type": "value",
        "splitNumber": 4,
        "splitLine": {"lineStyle": {"color": "@rule"}},
        "axisLabel": {
            "color": "@quiet",
            "hideOverlap": True,
            "formatter": written(format, short=True),
        },
        "axisPointer": {"label": {"formatter": written(format)}},
    }
    if most is not None:
        axis["max"] = most
    return axis


def legend() -> Option:
    """The names of several series, above the chart."""
    return {
        "top": 0,
        "left": 0,
        "type": "scroll",
        "icon": "roundRect",
        "itemWidth": 12,
        "itemHeight": 8,
        "itemGap": 16,
        "textStyle": {"color": "@ink", "fontSize": 12},
        "inactiveColor": "@rule",
        "pageIconColor": "@ink",
        "pageIconInactiveColor": "@rule",
        "pageTextStyle": {"color": "@quiet"},
    }


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return float(value)
        case date():
            return value.isoformat()
        case _:
            return value
