"""Charts with a shape of their own: cells, the Lorenz curve, flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from zhike.charts.option import (
    Label,
    NumberFormat,
    Option,
    category_axis,
    frame,
    tooltip,
    value_axis,
    values_of,
    words_of,
    written,
)
from zhike.charts.palette import RAMP_STEPS, hue, ramp_step
from zhike.i18n import LazyText

CELL_HEIGHT = 30
CELL_WIDTH = {"share": 36, "amount": 46}
GRID_CELL = 56
AXIS_PIXELS = 56
ROW_NAME_PIXELS = 88
SQUARE_WIDTH = 600
RIGHT = "{word}\N{ZERO WIDTH SPACE}"  # ECharts tells nodes apart by name; this one reads the same


def heatmap(
    rows: pa.Table,
    x: str,
    y: str,
    value: str,
    *,
    format: NumberFormat = "share",
    y_format: NumberFormat = "text",
) -> Option:
    """Cells coloured by value, their figures inside: the cohort triangle.

    Rows of the picture are the distinct values of `y` in the order in which they come, the first
    on top; missing cells stay empty. Leave out a first column that is 100 % by definition: the
    ramp then tells the rest apart.

    Args:
        rows: One a cell.
        x: Column along the top, such as periods since the first purchase.
        y: Column down the side, such as the cohort.
        value: Column that colours the cell; null leaves it empty.
        format: How the figures are written.
        y_format: "month" or "day" writes the side in the reader's language.
    """
    across, down = _distinct(values_of(rows, x)), _distinct(values_of(rows, y))
    option = frame(
        height=CELL_HEIGHT * len(down) + AXIS_PIXELS,
        min_width=CELL_WIDTH.get(format, CELL_WIDTH["amount"]) * len(across) + ROW_NAME_PIXELS,
    )
    option["grid"] |= {"top": 8, "right": 8}
    option["xAxis"] = category_axis(across) | {"position": "top"}
    option["yAxis"] = category_axis(down, format=y_format) | {"inverse": True}
    return _cells(option, rows, (x, y, value), format)


def grid(
    rows: pa.Table,
    x: str,
    y: str,
    value: str,
    *,
    format: NumberFormat = "count",
    names: tuple[Label, Label] = ("", ""),
) -> Option:
    """Scores 1 to 5 across and up, each cell coloured by value: the RFM grid.

    The best corner is top right. Scores without a row stay empty.

    Args:
        rows: One a pair of scores.
        x: Score along the bottom.
        y: Score up the side.
        value: Column that colours the cell.
        format: How the figures are written.
        names: What the two axes measure.
    """
    scores = [1, 2, 3, 4, 5]
    option = frame(height=GRID_CELL * len(scores) + AXIS_PIXELS, max_width=SQUARE_WIDTH)
    option["grid"] |= {"left": 32, "top": 8, "bottom": 28}
    named = {"nameLocation": "middle", "nameTextStyle": {"color": "@ink"}}
    option["xAxis"] = category_axis(scores) | named | {"name": names[0], "nameGap": 28}
    option["yAxis"] = category_axis(scores) | named | {"name": names[1], "nameGap": 24}
    return _cells(option, rows, (x, y, value), format)


def lorenz(
    rows: pa.Table,
    x: str,
    y: str,
    *,
    names: tuple[Label, Label] = ("", ""),
    equality: Label = "",
) -> Option:
    """How unequal: the share of all value that the first share of customers brings.

    The diagonal is what it would be if all were equal.

    Args:
        rows: Points of the curve, both shares 0…1, in order.
        x: Cumulative share of customers (or products).
        y: Cumulative share of value.
        names: What the two axes measure.
        equality: Name of the diagonal.
    """
    points = [list(pair) for pair in zip(values_of(rows, x), values_of(rows, y), strict=True)]
    option = frame(height=400, max_width=SQUARE_WIDTH)
    option["tooltip"] = tooltip(format="share", by="axis")
    option["grid"] |= {"top": 36, "bottom": 32}
    quiet = {"color": "@quiet"}
    option["xAxis"] = value_axis("share", most=1) | {"interval": 0.2} | {
        "name": names[0], "nameLocation": "middle", "nameGap": 30, "nameTextStyle": quiet,
    }  # fmt: skip
    option["yAxis"] = value_axis("share", most=1) | {"interval": 0.2} | {
        "name": names[1], "nameTextStyle": quiet | {"align": "left"},
    }  # fmt: skip
    option["series"] = [
        {
            "type": "line",
            "name": names[1],
            "data": points,
            "color": hue(0),
            "showSymbol": False,
            "lineStyle": {"width": 2},
            "areaStyle": {"opacity": 0.08},
        },
        {
            "type": "line",
            "name": equality,
            "data": [[0, 0], [1, 1]],
            "color": "@grey",
            "showSymbol": False,
            "silent": True,
            "lineStyle": {"width": 1, "type": "dashed"},
            "tooltip": {"show": False},
        },
    ]
    return option


def sankey(
    rows: pa.Table,
    source: str,
    target: str,
    value: str,
    *,
    labels: Mapping[str, Label] | None = None,
) -> Option:
    """Who went where between two days: stages on the left flow to stages on the right.

    Args:
        rows: One a flow.
        source: Column of the stage before.
        target: Column of the stage after.
        value: How many.
        labels: Words for coded stages, in the order in which they are stacked.
    """
    before, after = values_of(rows, source), values_of(rows, target)
    stages = list(dict.fromkeys([*(labels or {}), *before, *after]))
    words = dict(zip(stages, words_of(stages, labels), strict=True))
    left, right = words, {stage: LazyText(RIGHT, {"word": word}) for stage, word in words.items()}
    nodes = [
        {
            "name": names[stage],
            "depth": depth,
            "itemStyle": {"color": hue(stages.index(stage))},
            "label": {"position": ("right", "left")[depth]},
        }
        for depth, (names, column) in enumerate(((left, before), (right, after)))
        for stage in stages
        if stage in column
    ]
    option = frame(height=340, min_width=340)
    option["tooltip"] = tooltip(format="count", by="item")
    option["series"] = [
        {
            "type": "sankey",
            "data": nodes,
            "links": [
                {"source": left[one], "target": right[other], "value": count}
                for one, other, count in zip(before, after, values_of(rows, value), strict=True)
                if count
            ],
            "left": 8, "right": 8, "top": 8, "bottom": 8,
            "nodeGap": 12, "nodeWidth": 14, "draggable": False, "layoutIterations": 0,
            "lineStyle": {"color": "source", "opacity": 0.3, "curveness": 0.5},
            "label": {"color": "@ink"},
        }
    ]  # fmt: skip
    return option


def _distinct(values: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _cells(
    option: Option, rows: pa.Table, names: tuple[str, str, str], format: NumberFormat
) -> Option:
    across, down, values = (values_of(rows, name) for name in names)
    known = [value for value in values if value is not None]
    least, most = (min(0, *known), max(known)) if known else (0, 0)
    places = {axis: _places(option[axis]["data"]) for axis in ("xAxis", "yAxis")}
    option["tooltip"] = tooltip(format=format, by="item")
    option["visualMap"] = _steps(least, most)
    option["series"] = [
        {
            "type": "heatmap",
            "data": [
                {
                    "name": f"{other} · {one}",
                    "value": [places["xAxis"][one], places["yAxis"][other], value],
                    "label": {"color": f"@on-ramp-{ramp_step(value, least, most)}"},
                }
                for one, other, value in zip(across, down, values, strict=True)
                if value is not None
            ],
            "label": {"show": True, "fontSize": 11, "formatter": written(format, short=True)},
            "itemStyle": {"borderColor": "@ground", "borderWidth": 1.5},
            "emphasis": {"itemStyle": {"borderColor": "@ink", "borderWidth": 1.5}},
        }
    ]
    return option


def _places(values: Sequence[Any]) -> dict[Any, int]:
    return {value: place for place, value in enumerate(values)}


def _steps(least: float, most: float) -> Option:
    """The ramp's steps as pieces, so that colour and ink agree on where a step begins."""
    width = (most - least) / RAMP_STEPS
    if width <= 0:
        middle = ramp_step(least, least, most)
        return {"show": False, "type": "piecewise", "pieces": [{"color": f"@ramp-{middle}"}]}
    pieces = [
        {
            "gte": least + width * step,
            "lt": least + width * (step + 1),
            "color": f"@ramp-{step + 1}",
        }
        for step in range(RAMP_STEPS)
    ]
    del pieces[0]["gte"], pieces[-1]["lt"]
    return {"show": False, "type": "piecewise", "pieces": pieces}
