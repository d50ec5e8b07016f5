"""Charts as SVG without a browser: the page's own library, run by V8 inside this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

from zhike import charts
from zhike.blocks import Chart
from zhike.errors import UnavailableError
from zhike.i18n import language, lazy
from zhike.reports.library import charting_library

DRAWING_SECONDS = 20
Draw = Callable[[Chart, int, int], str | None]
"""A chart, its width in pixels and its height (0: its own), to SVG text; None where it cannot."""


@contextmanager
def drawing(currency: str, fonts: str) -> Iterator[Draw]:
    """Something that draws charts in the light palette, in the language of the moment.

    A chart that cannot be drawn gives None, so that its table can stand in its place.

    Args:
        currency: ISO code that amounts are in.
        fonts: Names of fonts with commas between and no quotes.

    Raises:
        UnavailableError: The charting library was not built in, or V8 does not run here.
    """
    engine_class, fault_class = _javascript()
    # A V8 that is not closed keeps the whole process from ending.
    with engine_class() as engine:
        engine.eval(charting_library())
        context = {
            "palette": dict(charts.LIGHT),
            "language": language(),
            "currency": currency,
            "fonts": fonts,
        }

        def draw(chart: Chart, width: int, height: int = 0) -> str | None:
            option = json.loads(json.dumps(chart.option, default=str))
            if height:
                option["$height"] = height
            try:
                drawn = engine.call(
                    "zhikeCharts.picture",
                    option,
                    context | {"width": width},
                    timeout_sec=DRAWING_SECONDS,
                )
            except fault_class:
                return None
            return _well_formed(str(drawn))

        yield draw


def _well_formed(text: str) -> str | None:
    """The SVG, unless it is broken, as by a name that holds what XML does not allow."""
    try:
        ElementTree.fromstring(text)  # noqa: S314  # what our own library has written
    except ElementTree.ParseError:
        return None
    return text


def _javascript() -> tuple[Any, Any]:
    try:
        from py_mini_racer import (
            JSEvalException,
            JSOOMException,
            JSTimeoutException,
            MiniRacer,
        )
    except (ImportError, OSError) as fault:
        raise UnavailableError(
            lazy(
                "Charts cannot be drawn for paper: mini-racer does not run here ({fault}).",
                fault=fault,
            ),
            hint=lazy("Install it with `pip install mini-racer`, or write HTML."),
            code="javascript",
        ) from fault
    return MiniRacer, (JSEvalException, JSOOMException, JSTimeoutException)
