"""The charts of the analyses as Excel's own, drawn from the cells of the tables behind them.

A chart block carries an ECharts option and a table. Where every series of the option is a column
of that table, an Excel chart can show the same from the cells, and follows when they change.
Flows and other shapes that Excel does not have stay tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zhike.blocks import Chart
from zhike.reports.workbook.chart_tables import (
    DRAWN,
    axis_of,
    is_sideways,
    names_of,
    plain_values,
    series_of,
)
from zhike.reports.workbook.styles import COLOURS, font

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart as NativeChart
    from xlsxwriter.workbook import Workbook as Book

AXIS_FORMATS = {"share": "0%", "score": "0"}
SMALL = 9
MOST_NAMES = 9


@dataclass(frozen=True)
class Placed:
    """A table on a sheet.

    Attributes:
        sheet: Name of the sheet.
        first_row: Row of its first record, from 0.
        columns: Column name to its place on the sheet, from 0.
        values: Column name to its values as the chart may hold them.
        formats: Column name to how its values are written.
        words: Column name to its values as people read them.
    """

    sheet: str
    first_row: int
    columns: Mapping[str, int]
    values: Mapping[str, Sequence[Any]]
    formats: Mapping[str, str]
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)


def fits(chart: Chart, placed: Placed) -> bool:
    """Whether every series of a chart is a column of the table."""
    series = series_of(chart.option)
    return all(_column_of(plain_values(item), placed) is not None for item in series)


def native_chart(book: Book, chart: Chart, placed: Placed) -> NativeChart | None:
    """The chart as Excel draws it from the placed table; None where it cannot."""
    option = chart.option
    series = series_of(option)
    kinds = {item.get("type") for item in series}
    if not series or not kinds <= DRAWN or _is_curve(option):
        return _curve(book, chart, placed, series) if kinds == {"line"} else None
    sideways, names = is_sideways(option), names_of(option)
    found = [_column_of(plain_values(item), placed) for item in series]
    if not names or any(place is None for place in found):
        return None
    first, count = next(place for place in found if place)[1], len(names)
    along = _names_of(names, placed, first)
    shown = placed.formats.get(next(place for place in found if place)[0], "count")
    labels = AXIS_FORMATS.get(shown, "#,##0") if sideways else ""
    drawn: dict[str, NativeChart] = {}
    for item, place in zip(series, found, strict=True):
        kind = _kind(item, sideways)
        if kind not in drawn:
            drawn[kind] = book.add_chart(_type(kind))
        drawn[kind].add_series(
            _series(item, _reference(placed, place, count), along, len(series), labels)  # type: ignore[arg-type]
        )
    whole = _joined(drawn)
    return _dressed(whole, chart, shown, sideways=sideways, several=len(series) > 1)


def _curve(
    book: Book, chart: Chart, placed: Placed, series: Sequence[Mapping[str, Any]]
) -> NativeChart | None:
    """A curve of points, such as Lorenz's, over two columns."""
    points = [(item, list(zip(*item["data"], strict=True))) for item in series]
    if not _is_curve(chart.option) or any(len(axes) != 2 for _, axes in points):
        return None
    whole = book.add_chart({"type": "scatter", "subtype": "straight"})
    first: Mapping[str, Any] = {}
    for item, (across, up) in points:
        x, y = _column_of(across, placed), _column_of(up, placed)
        if x is None or y is None:
            continue
        first = first or {"format": placed.formats.get(y[0], "number")}
        categories = _reference(placed, x, len(across))
        whole.add_series(_series(item, _reference(placed, y, len(up)), categories, 1))
    return _dressed(whole, chart, first["format"], several=False) if first else None


def _is_curve(option: Mapping[str, Any]) -> bool:
    return all(axis_of(option, name).get("type") == "value" for name in ("xAxis", "yAxis"))


def _column_of(data: Sequence[Any], placed: Placed) -> tuple[str, int] | None:
    """The column that holds these values, and from which record on."""
    for name, values in placed.values.items():
        for start in range(len(values) - len(data) + 1):
            if _equal(values[start : start + len(data)], data):
                return name, start
    return None


def _equal(values: Sequence[Any], data: Sequence[Any]) -> bool:
    return all(_same(one, other) for one, other in zip(values, data, strict=True))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1.0)
    return bool(one == other)


def _names_of(names: Sequence[Any], placed: Placed, first: int) -> list[Any]:
    """The cells of the axis: the column that reads so, else the first."""
    wanted = [str(name) for name in names]
    column = next(iter(placed.columns.values()))
    for name, words in placed.words.items():
        if list(words[first : first + len(wanted)]) == wanted:
            column = placed.columns[name]
            break
    row = placed.first_row + first
    return [placed.sheet, row, column, row + len(wanted) - 1, column]


def _reference(placed: Placed, place: tuple[str, int], count: int) -> list[Any]:
    name, start = place
    column, row = placed.columns[name], placed.first_row + start
    return [placed.sheet, row, column, row + count - 1, column]


def _kind(item: Mapping[str, Any], sideways: bool) -> str:
    if item["type"] == "line":
        return "line"
    stacked = " stacked" if item.get("stack") else ""
    return ("bar" if sideways else "column") + stacked


def _type(kind: str) -> dict[str, str]:
    name, _, subtype = kind.partition(" ")
    return {"type": name, "subtype": subtype} if subtype else {"type": name}


def _joined(drawn: Mapping[str, NativeChart]) -> NativeChart:
    """Bars and lines in one picture, bars behind."""
    bars = [chart for kind, chart in drawn.items() if kind != "line"]
    if not bars:
        return drawn["line"]
    for other in [*bars[1:], *(chart for kind, chart in drawn.items() if kind == "line")]:
        bars[0].combine(other)
    return bars[0]


def _series(
    item: Mapping[str, Any],
    values: list[Any],
    categories: list[Any] | None,
    several: int,
    labels: str = "",
) -> dict[str, Any]:
    colour = _colour(item)
    described: dict[str, Any] = {
        "name": str(item.get("name") or ""),
        "values": values,
        "categories": categories,
    }
    if item["type"] == "line":
        dashed = (item.get("lineStyle") or {}).get("type") == "dashed"
        line = {"color": colour, "width": 2.25}
        described["line"] = line | ({"dash_type": "dash"} if dashed else {})
        described["marker"] = {"type": "none"}
    else:
        described["fill"] = {"color": colour}
        described["border"] = {"none": True}
        described["gap"] = 45 if several == 1 or item.get("stack") else 60
        if item.get("stack"):
            described["overlap"] = 100
    if labels:
        quiet = {"name": font(), "size": SMALL, "color": COLOURS["ink"]}
        described["data_labels"] = {"value": True, "num_format": labels, "font": quiet}
    return described


def _colour(item: Mapping[str, Any]) -> str:
    token = item.get("color") or (item.get("itemStyle") or {}).get("color") or "@blue"
    name = str(token).removeprefix("@")
    return COLOURS.get(name, name if name.startswith("#") else COLOURS["blue"])


def _dressed(
    whole: NativeChart, chart: Chart, shown: str, *, several: bool, sideways: bool = False
) -> NativeChart:
    """Title, axes and legend in the look of the report."""
    quiet = {"name": font(), "size": SMALL, "color": COLOURS["quiet"]}
    ink = {"name": font(), "size": 11, "bold": True, "color": COLOURS["ink"]}
    whole.set_title({"name": str(chart.title), "name_font": ink, "overlay": False})
    values: dict[str, Any] = {
        "num_format": AXIS_FORMATS.get(shown, "#,##0"),
        "num_font": quiet,
        "major_gridlines": {"visible": True, "line": {"color": COLOURS["rule"], "width": 0.5}},
        "line": {"none": True},
    }
    if all(axis_of(chart.option, name).get("type") == "value" for name in ("xAxis", "yAxis")):
        values |= {"max": 1, "min": 0} if shown == "share" else {}
        whole.set_x_axis(values)
        whole.set_y_axis(values)
    else:
        names: dict[str, Any] = {
            "num_font": quiet,
            "line": {"color": COLOURS["rule"]},
            "major_tick_mark": "none",
        }
        names |= {"label_position": "low"}
        if sideways:  # Excel turns the axes of bars; XlsxWriter names them as they are seen
            whole.set_y_axis(names | {"reverse": True, "major_gridlines": {"visible": False}})
            whole.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        else:
            whole.set_x_axis(names | {"interval_unit": _every(axis_of(chart.option, "xAxis"))})
            whole.set_y_axis(values | _ground(chart))
    whole.set_legend({"position": "bottom", "font": quiet} if several else {"none": True})
    whole.set_chartarea({"border": {"color": COLOURS["rule"]}, "fill": {"color": "#ffffff"}})
    whole.set_plotarea({"fill": {"none": True}})
    return whole


def _every(axis: Mapping[str, Any]) -> int:
    """Of how many names one is written, so that they do not crowd."""
    return max(1, -(-len(axis.get("data") or ()) // MOST_NAMES))


def _ground(chart: Chart) -> dict[str, float]:
    """Bars stand on zero, or their lengths would lie; lines need not."""
    bars = [item for item in chart.option["series"] if item.get("type") == "bar"]
    values = [
        value or 0 for item in bars for value in (plain_values(item) if item.get("data") else ())
    ]
    return {"min": 0} if bars and min(values, default=0) >= 0 else {}
