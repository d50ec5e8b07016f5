"""From one number to another in steps: the waterfall."""

from __future__ import annotations

from collections.abc import Mapping

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
    x: str,
    value: str,
    *,
    start: tuple[Label, float],
    end: Label,
    format: NumberFormat = "amount",
    labels: Mapping[str, Label] | None = None,
) -> Option:
    """Bars from a first number to a last, one step a row, the first on top.

    What is beyond both ends of zero is drawn from zero, so that no bar floats where it is not.

    Args:
        rows: One a step, in order.
        x: Column of names.
        value: Column of what each step adds.
        start: Name and height of the first bar.
        end: Name of the last bar; its height is the first and all steps.
        format: How the figures are written.
        labels: Words for coded names.

    Examples:
        >>> rows = pa.table({"driver": ["price", "refunds"], "amount": [30.0, -10.0]})
        >>> option = waterfall(rows, "driver", "amount", start=("May", 100.0), end="June")
        >>> [bar["value"] for bar in option["series"][1]["data"]]
        [[100.0, 0, 100.0], [30.0, 1, 30.0], [10.0, 2, -10.0], [120.0, 3, 120.0]]
    """
    steps = values_of(rows, value)
    levels = [start[1]]
    for step in steps:
        levels.append(levels[-1] + step)
    spans = [(0.0, start[1]), *zip(levels[:-1], levels[1:], strict=True), (0.0, levels[-1])]
    told = [start[1], *steps, levels[-1]]
    names = [start[0], *words_of(values_of(rows, x), labels), end]
    option = frame(height=BAR_PIXELS * len(names) + 24)
    option["tooltip"] = tooltip(format=format, by="item")
    option["grid"] |= {"right": 96, "top": 4}
    option["xAxis"] = value_axis(format) | {"show": False}
    option["yAxis"] = category_axis(names) | {"inverse": True, "axisLine": {"show": False}}
    option["yAxis"]["axisLabel"] = {"color": "@ink", "width": 170, "overflow": "truncate"}
    hidden = [min(low, high) if low * high > 0 else 0.0 for low, high in spans]
    lengths = [abs(high - low) for low, high in spans]
    colours = [hue(0), *(hue(2 if step >= 0 else 1) for step in steps), hue(0)]
    option["series"] = [
        {
            "type": "bar",
            "stack": "all",
            "data": hidden,
            "silent": True,
            "itemStyle": {"color": "transparent"},
            "tooltip": {"show": False},
        },
        {
            "type": "bar",
            "stack": "all",
            "barMaxWidth": 18,
            # How long, in which row, and what is written: the length of a fall has no sign.
            "encode": {"x": 0, "y": 1},
            "data": [
                {
                    "name": name,
                    "value": [length, row, number],
                    "itemStyle": {"color": colour},
                }
                for row, (name, length, number, colour) in enumerate(
                    zip(names, lengths, told, colours, strict=True)
                )
            ],
            "label": {
                "show": True,
                "position": "right",
                "color": "@ink",
                "formatter": written(format),
            },
        },
    ]
    return option
