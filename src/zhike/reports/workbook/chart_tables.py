"""The table that a chart draws, where the table behind it has another shape.

An analysis may keep one row a month and source, and draw one line a source. Excel draws columns,
so such a chart gets a table of its own: one row a place on the axis, one column a series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pyarrow as pa

from zhike.blocks import Chart, Column, Format, Table
from zhike.i18n import LazyText

AXIS = "axis"
DRAWN = frozenset({"line", "bar"})


def axis_of(option: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An axis of an option; the first where there are several."""
    axis = option.get(name) or {}
    return axis[0] if isinstance(axis, list) else axis


def is_sideways(option: Mapping[str, Any]) -> bool:
    """Whether the names stand up the side, so that bars lie."""
    return axis_of(option, "yAxis").get("type") == "category"


def names_of(option: Mapping[str, Any]) -> Sequence[Any]:
    """The names along the axis of categories; none where both axes are of values."""
    axis = axis_of(option, "yAxis" if is_sideways(option) else "xAxis")
    return axis.get("data") or () if axis.get("type") == "category" else ()


def series_of(option: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The series that hold something."""
    return [item for item in option.get("series", ()) if item.get("data")]


def plain_values(item: Mapping[str, Any]) -> list[Any]:
    """The values of a series, without what is said of single ones."""
    return [it.get("value") if isinstance(it, Mapping) else it for it in item["data"]]


def table_of(chart: Chart) -> Table | None:
    """One row a name on the axis, one column a series; None where the chart has no such shape."""
    names, series = names_of(chart.option), series_of(chart.option)
    values = [plain_values(item) for item in series]
    fits = names and series and {item.get("type") for item in series} <= DRAWN
    if not fits or any(len(it) != len(names) or not _numeric(it) for it in values):
        return None
    rows = {AXIS: pa.array([str(name) for name in names], pa.string())}
    rows |= {f"series_{n}": pa.array(it, pa.float64()) for n, it in enumerate(values)}
    axis = axis_of(chart.option, "yAxis" if is_sideways(chart.option) else "xAxis")
    columns = [Column(name=AXIS, label=_as_is(""), format=_format(axis.get("axisLabel"), "text"))]
    shown = _format({"formatter": chart.option.get("tooltip", {}).get("valueFormatter")}, "number")
    for n, item in enumerate(series):
        name = _as_is(str(item.get("name") or chart.title))
        columns.append(Column(name=f"series_{n}", label=name, format=shown))
    return Table(
        name=f"{chart.name}_drawn",
        title=chart.title,
        rows=pa.table(rows),
        columns=tuple(columns),
    )


def _numeric(values: Sequence[Any]) -> bool:
    return all(value is None or isinstance(value, int | float) for value in values)


def _format(holder: Any, otherwise: Format) -> Format:
    formatter = (holder or {}).get("formatter")
    named = formatter.get("$format") if isinstance(formatter, Mapping) else None
    return cast(Format, named or otherwise)


def _as_is(text: str) -> LazyText:
    return LazyText.of(en=text, zh=text)
