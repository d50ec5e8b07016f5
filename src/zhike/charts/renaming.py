"""Words for the codes along an axis of a chart that is already made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from zhike.charts.option import Label, Option, words_of

NAME_PIXELS = 120


def with_words(
    option: Option, axis: Literal["xAxis", "yAxis"], labels: Mapping[str, Label] | None = None
) -> Option:
    """The chart with words instead of codes along an axis; long names are cut short.

    Examples:
        >>> option = {"yAxis": {"data": [1, 2], "axisLabel": {}}}
        >>> with_words(option, "yAxis", {"1": "Monday"})["yAxis"]["data"]
        ['Monday', 2]
    """
    named = option[axis] | {"data": words_of(option[axis]["data"], labels)}
    named["axisLabel"] = named["axisLabel"] | {"width": NAME_PIXELS, "overflow": "truncate"}
    return option | {axis: named}
