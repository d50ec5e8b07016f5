"""From one number to another in steps: the waterfall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

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
from zhike.charts.palette import hue

BAR_PIXELS = 30


def waterfall(
    rows: pa.Table,
    *,
    ends: tuple[Label, Label],
    start: float,
    format: NumberFormat = "amount",
    labels: Mapping[str, Label] | None = None,
) -> Option:
    """Bars from a first number to a last, one step a row, the first on top.

    What is beyond both ends of zero is drawn from zero, so that no bar floats where it is not.

    Args:
        rows: One a step, in order: its name in the first column, what it adds in the second.
        ends: Names of the first bar and of the last, whose height is the first and all steps.
        start: Height of the first bar.
        format: How the figures are written.
        labels: Words for coded names.

    Examples:
        >>> rows = pa.table({"driver": ["price", "refunds"], "amount": [30.0, -10.0]})
        >>> option = waterfall(rows, ends=("May", "June"), start=100.0)
        >>> [bar["value"] for bar in option["series"][1]["data"]]
        [[100.0, 0, 100.0], [30.0, 1, 30.0], [10.0, 2, -10.0], [120.0, 3, 120.0]]
    """
    x, value = rows.column_names[:2]
    steps = values_of(rows, value)
    levels = list(accumulate(steps, initial=start))
    spans = [(0.0, start), *pairwise(levels), (0.0, levels[-1])]
    names = [ends[0], *words_of(values_of(rows, x), labels), ends[1]]
    option = frame(height=BAR_PIXELS * len(names) + 24)
    option["tooltip"] = tooltip(format=format, by="item")
    option["grid"] |= {"right": 96, "top": 4}
    option["xAxis"] = value_axis(format) | {"show": False}
    option["yAxis"] = category_axis(names) | {"inverse": True, "axisLine": {"show": False}}
    option["yAxis"]["axisLabel"] = {"color": "@ink", "width": 170, "overflow": "truncate"}
    told = [start, *steps, levels[-1]]
    bars = _bars(names, spans, told) | {
        "label": {
            "show": True,
            "position": "right",
            "color": "@ink",
            "formatter": written(format),
        },
    }
    option["series"] = [_hidden(spans), bars]
    return option


def _hidden(spans: Sequence[tuple[float, float]]) -> Option:
    """What the bars stand on: nothing where a bar crosses zero."""
    return {
        "type": "bar",
        "stack": "all",
        "data": [min(low, high) if low * high > 0 else 0.0 for low, high in spans],
        "silent": True,
        "itemStyle": {"color": "transparent"},
        "tooltip": {"show": False},
    }


def _bars(
    names: Sequence[Label], spans: Sequence[tuple[float, float]], told: Sequence[float]
) -> Option:
    """The bars that are seen: both ends in one colour, rises in another, falls in a third."""
    inner = [hue(2 if step >= 0 else 1) for step in told[1:-1]]
    colours = [hue(0), *inner, hue(0)]
    lengths = [abs(high - low) for low, high in spans]
    return {
        "type": "bar",
        "stack": "all",
        "barMaxWidth": 18,
        # How long, in which row, and what is written: the length of a fall has no sign.
        "encode": {"x": 0, "y": 1},
        "data": [
            {"name": name, "value": [length, row, number], "itemStyle": {"color": colour}}
            for row, (name, length, number, colour) in enumerate(
                zip(names, lengths, told, colours, strict=True)
            )
        ],
    }
