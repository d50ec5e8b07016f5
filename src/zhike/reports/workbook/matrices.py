"""Heat maps as cells with a colour scale: the cohort triangle, the grid of two scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from zhike.blocks import Chart, Format, amount_digits, write_value
from zhike.reports.workbook.pages import Page
from zhike.reports.workbook.styles import COLOURS

MIDDLE, DEEP = "ramp-3", "ramp-4"
LEAST_WIDTH = 8


def add_matrix(chart: Chart, page: Page) -> bool:
    """Write a heat map as a table of cells coloured by value; False where the chart is none."""
    series: Sequence[Mapping[str, Any]] = chart.option.get("series") or ()
    if len(series) != 1 or series[0].get("type") != "heatmap":
        return False
    cells = {
        (point["value"][0], point["value"][1]): point["value"][2] for point in series[0]["data"]
    }
    across, down = _names(chart.option["xAxis"]), _names(chart.option["yAxis"])
    rows = range(len(down))
    top_down = rows if chart.option["yAxis"].get("inverse") else reversed(rows)
    page.heading(str(chart.title))
    page.header([_corner(chart.option), *across], ["text", *("count" for _ in across)])
    first = page.here
    format = (chart.option["tooltip"].get("valueFormatter") or {}).get("$format", "number")
    digits = amount_digits(cells.values())
    for row in top_down:
        values = [cells.get((column, row)) for column in range(len(across))]
        page.row(
            [
                page.cells.value(down[row], "text"),
                *(page.cells.value(value, format, digits=digits) for value in values),
            ]
        )
    for column in range(1, len(across) + 1):
        page.at_least(column, LEAST_WIDTH)
    if cells:
        page.sheet.conditional_format(
            first, 1, page.here - 1, len(across),
            {
                "type": "3_color_scale",
                "min_color": COLOURS["ramp-1"],
                "mid_color": COLOURS[MIDDLE],
                "max_color": COLOURS[DEEP],
            },
        )  # fmt: skip
    if chart.table.note is not None:
        page.paragraph(str(chart.table.note), tone="note")
    return True


def _corner(option: Mapping[str, Any]) -> str:
    """What the two axes measure, side before top."""
    axes = (option["yAxis"], option["xAxis"])
    return " \\ ".join(str(axis["name"]) for axis in axes if axis.get("name"))


def _names(axis: Mapping[str, Any]) -> list[str]:
    formatter = axis.get("axisLabel", {}).get("formatter") or {}
    format = formatter.get("$format", "text") if isinstance(formatter, Mapping) else "text"
    return [write_value(name, cast(Format, format), "") for name in axis["data"]]
