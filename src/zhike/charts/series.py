"""Charts of values along an axis: lines, bars, stacked bars, sparklines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from zhike.charts.option import (
    Label,
    NumberFormat,
    Option,
    category_axis,
    frame,
    legend,
    tooltip,
    value_axis,
    values_of,
    words_of,
    written,
)
from zhike.charts.palette import hue

BAR_PIXELS = 30  # one horizontal bar with the air around it
LEGEND_PIXELS = 34
FEW_POINTS = 36  # up to here each point gets a dot


def line(
    rows: pa.Table,
    x: str,
    values: Mapping[str, Label],
    *,
    format: NumberFormat = "count",
    x_format: NumberFormat = "text",
    dashed: Sequence[str] = (),
) -> Option:
    """Values over time, one line a column; gaps stay gaps.

    Args:
        rows: In the order of the axis.
        x: Column along the axis; days become ISO text.
        values: Column to the name of its line.
        format: How the values are written.
        x_format: "month" or "day" writes the axis in the reader's language.
        dashed: Columns drawn dashed and grey, such as the year before.

    Examples:
        >>> rows = pa.table({"month": ["2024-01", "2024-02"], "orders": [3, 5]})
        >>> line(rows, "month", {"orders": "Orders"})["series"][0]["data"]
        [3, 5]
    """
    several = len(values) > 1
    option = frame()
    option["tooltip"] = tooltip(format=format, by="axis")
    option["xAxis"] = category_axis(values_of(rows, x), format=x_format) | {"boundaryGap": False}
    option["yAxis"] = value_axis(format)
    option["series"] = [
        {
            "type": "line",
            "name": name,
            "data": values_of(rows, column),
            "color": "@grey" if column in dashed else hue(position),
            "lineStyle": {"width": 2, "type": "dashed" if column in dashed else "solid"},
            "showSymbol": rows.num_rows <= FEW_POINTS and column not in dashed,
            "symbolSize": 5,
            "symbol": "circle",
        }
        for position, (column, name) in enumerate(values.items())
    ]
    return _with_legend(option) if several else option


def bar(
    rows: pa.Table,
    x: str,
    value: str,
    *,
    format: NumberFormat = "count",
    labels: Mapping[str, Label] | None = None,
    name: Label = "",
) -> Option:
    """One horizontal bar a row, in the order of the rows, its figure at its end.

    Sort the rows by value first, unless their order means something; it reads better than a pie.

    Args:
        rows: One a bar, the first on top.
        x: Column of names.
        value: Column of lengths.
        format: How the figures are written.
        labels: Words for coded names.
        name: What the bars measure, for the tooltip.
    """
    option = frame(height=BAR_PIXELS * rows.num_rows + 24)
    option["tooltip"] = tooltip(format=format, by="item")
    option["grid"] |= {"right": 72, "top": 4}
    option["xAxis"] = value_axis(format) | {"show": False}
    option["yAxis"] = category_axis(words_of(values_of(rows, x), labels)) | {
        "inverse": True,
        "axisLine": {"show": False},
    }
    option["yAxis"]["axisLabel"] = {"color": "@ink", "width": 150, "overflow": "truncate"}
    option["series"] = [
        {
            "type": "bar",
            "name": name,
            "data": values_of(rows, value),
            "color": hue(0),
            "barMaxWidth": 18,
            "itemStyle": {"borderRadius": [0, 2, 2, 0]},
            "label": {
                "show": True,
                "position": "right",
                "color": "@ink",
                "formatter": written(format),
            },
        }
    ]
    return option


def columns(
    rows: pa.Table,
    x: str,
    values: Mapping[str, Label],
    *,
    format: NumberFormat = "count",
    x_format: NumberFormat = "text",
    labels: Mapping[str, Label] | None = None,
) -> Option:
    """Upright bars over periods or classes, side by side where there are several columns."""
    option = frame()
    option["tooltip"] = tooltip(format=format, by="axis")
    option["xAxis"] = category_axis(words_of(values_of(rows, x), labels), format=x_format)
    option["yAxis"] = value_axis(format)
    option["series"] = [
        {
            "type": "bar",
            "name": name,
            "data": values_of(rows, column),
            "color": hue(position),
            "barMaxWidth": 32,
            "barGap": "10%",
            "itemStyle": {"borderRadius": [2, 2, 0, 0]},
        }
        for position, (column, name) in enumerate(values.items())
    ]
    return _with_legend(option) if len(values) > 1 else option


def stacked_bar(
    rows: pa.Table,
    x: str,
    values: Mapping[str, Label],
    *,
    format: NumberFormat = "count",
    x_format: NumberFormat = "text",
    labels: Mapping[str, Label] | None = None,
) -> Option:
    """Upright bars whose parts add up, such as customers by stage, month after month.

    Args:
        rows: One a bar, in the order of the axis.
        x: Column along the axis.
        values: Column to the name of its part, from the ground up.
        format: How the values are written.
        x_format: "month" or "day" writes the axis in the reader's language.
        labels: Words for coded names on the axis.
    """
    option = columns(rows, x, values, format=format, x_format=x_format, labels=labels)
    for part in option["series"]:
        part["stack"] = "all"
        part["itemStyle"] = {"borderColor": "@ground", "borderWidth": 0.5}
    return option if "legend" in option else _with_legend(option)


def sparkline(values: Sequence[float | None]) -> Option:
    """The shape of a series in the space of a word: no axis, the last point marked."""
    option = frame(height=36)
    option["grid"] = {"left": 2, "right": 6, "top": 6, "bottom": 4}
    option["xAxis"] = {"type": "category", "show": False, "boundaryGap": False}
    option["yAxis"] = {"type": "value", "show": False, "scale": True}
    option["series"] = [
        {
            "type": "line",
            "data": list(values),
            "color": hue(0),
            "showSymbol": False,
            "silent": True,
            "lineStyle": {"width": 1.5},
            "markPoint": _last_point(values),
        }
    ]
    return option


def _last_point(values: Sequence[float | None]) -> Option:
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    return {
        "symbol": "circle",
        "symbolSize": 5,
        "label": {"show": False},
        "data": [{"coord": list(known[-1])}] if known else [],
    }


def _with_legend(option: Option) -> Option:
    option["legend"] = legend()
    option["grid"] |= {"top": LEGEND_PIXELS + 10}
    option["$height"] += LEGEND_PIXELS
    return option
