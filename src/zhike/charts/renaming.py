"""Words for the codes along an axis of a chart that is already made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from zhike.charts.option import Label, NumberFormat, Option, words_of, written

SIDE_PIXELS, FOOT_PIXELS = 120, 88


def with_words(
    option: Option,
    axis: Literal["xAxis", "yAxis"],
    labels: Mapping[str, Label] | None = None,
    *,
    format: NumberFormat = "text",
) -> Option:
    """The chart with words instead of codes along an axis, and every one of them shown.

    Long names are cut short at the side, and broken into lines at the top or the foot.

    Args:
        option: The chart.
        axis: Its axis of names.
        labels: Words for coded names.
        format: "month" or "day" writes the axis in the reader's language instead.

    Examples:
        >>> option = {"yAxis": {"data": [1, 2], "axisLabel": {}}}
        >>> with_words(option, "yAxis", {"1": "Monday"})["yAxis"]["data"]
        ['Monday', 2]
    """
    label = option[axis]["axisLabel"]
    if format != "text":
        label = label | {"formatter": written(format, short=True)}
    elif axis == "yAxis":
        label = label | {"width": SIDE_PIXELS, "overflow": "truncate"}
    else:
        label = label | {
            "width": FOOT_PIXELS, "overflow": "break", "interval": 0, "hideOverlap": False,
        }  # fmt: skip
    data = words_of(option[axis]["data"], labels)
    return option | {axis: option[axis] | {"data": data, "axisLabel": label}}


def naming_only(option: Option, names: list[Label]) -> Option:
    """The chart with a legend of some of its series: the ends of a band need no name."""
    return option | {"legend": option["legend"] | {"data": names}}
