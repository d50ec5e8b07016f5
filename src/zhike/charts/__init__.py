"""Data in, ECharts option out: one visual language for pages, reports and pictures.

Every function takes an Arrow table that is already sorted and small, names its columns, and
returns plain data (see `zhike.charts.option` for what is filled in when it is drawn). An
analysis wraps the option in a `Chart` block, with a sentence that says what the picture shows
and the table behind it:

    Chart(
        name="revenue_by_segment",
        title=lazy("Net revenue by segment"),
        option=charts.bar(rows, "segment", "revenue", format="amount", labels=SEGMENTS),
        alternative=lazy("Champions bring {share} of net revenue.", share=...),
        table=table,
    )
"""

from zhike.charts.bridge import waterfall
from zhike.charts.option import Label, NumberFormat, Option
from zhike.charts.palette import DARK, FONTS, LIGHT, PALETTES, Theme
from zhike.charts.renaming import naming_only, with_words
from zhike.charts.series import bar, columns, line, sparkline, stacked_bar
from zhike.charts.shapes import grid, heatmap, lorenz, sankey

__all__ = [
    "DARK",
    "FONTS",
    "LIGHT",
    "PALETTES",
    "Label",
    "NumberFormat",
    "Option",
    "Theme",
    "bar",
    "columns",
    "grid",
    "heatmap",
    "line",
    "lorenz",
    "naming_only",
    "sankey",
    "sparkline",
    "stacked_bar",
    "waterfall",
    "with_words",
]
