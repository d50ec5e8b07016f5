"""What every page of ours is written with: templates, values as text, charts, colours.

The report and the web application share it, so that a number, a table or a chart is drawn in one
way wherever it stands. A page that shows `parts.html.jinja` says what its links lead to by
`place_of` and `whole_of`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import jinja2
from markupsafe import Markup

from zhike import charts, i18n
from zhike.blocks import (
    Block,
    Chart,
    Number,
    Table,
    Text,
    change_of,
    write_cell,
    write_rows,
    write_value,
)
from zhike.i18n import (
    LazyText,
    format_count,
    format_day,
    format_instant,
    format_share,
    language,
)
from zhike.reports.library import asset
from zhike.reports.report import Section
from zhike.reports.words import COMPARISONS, FATES, customers_command, period_words

RIGHT_ALIGNED = frozenset({"count", "number", "amount", "share", "days", "score"})
TONE_MARKS = {"good": "▲", "bad": "▼", "neutral": "●"}


def markup_environment(*packages: str) -> jinja2.Environment:
    """Templates of the report and of these packages, the packages' own first."""
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package) for package in (*packages, "zhike.reports")]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _sentence,
        "n_": _counted,
        "p_": i18n.p_,
        "format_count": format_count,
        "format_day": format_day,
        "format_instant": format_instant,
        "format_share": format_share,
        "change_of": change_of,
        "kind_of": _kind_of,
        "command_of": customers_command,
        "period_words": period_words,
        "comparison_label": lambda key: COMPARISONS.get(key, key),
        "fate_label": lambda key: FATES.get(key, key),
        "marks": TONE_MARKS,
        "right_aligned": RIGHT_ALIGNED,
    }
    return environment


def writers(currency: str, rows_shown: int) -> dict[str, Any]:
    """What the templates write values with, in the shop's currency."""
    return {
        "figure": lambda number: write_value(number.value, number.format, currency),
        "earlier": lambda number, key: write_value(
            number.comparisons.get(key), number.format, currency
        ),
        "aimed": lambda aim: write_value(aim.target, aim.number.format, currency),
        "cell": lambda value, column: write_cell(value, column, currency),
        "money": lambda value: write_value(value, "amount", currency),
        "cells": lambda table: write_rows(table, currency, most=rows_shown),
        "hidden_rows": lambda table: max(table.rows.num_rows - rows_shown, 0),
    }


def drawings(
    shown: Iterable[tuple[Section, Chart]], currency: str, *, strict: bool = False
) -> Markup:
    """What the script draws, as JSON that cannot end its script element.

    Args:
        shown: Charts with the sections that they stand in.
        currency: ISO code that amounts are in.
        strict: Whether the page allows no style attributes, so that tips are drawn, not written.
    """
    drawn = {
        "strict": strict,
        "language": language(),
        "currency": currency,
        "palettes": {theme: dict(palette) for theme, palette in charts.PALETTES.items()},
        "charts": dict(_drawing(section, chart) for section, chart in shown),
    }
    text = json.dumps(drawn, default=str, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # its signs are escaped


def charts_of(section: Section) -> Iterable[tuple[Section, Chart]]:
    """The charts of a section, each with it."""
    return ((section, block) for block in section.blocks if isinstance(block, Chart))


def stylesheet() -> str:
    """The style of everything that both show, with the colours of both themes."""
    return asset("report.css").replace("/* palettes */", _palette_rules())


def _drawing(section: Section, chart: Chart) -> tuple[str, Mapping[str, Any]]:
    value = {"option": chart.option, "alternative": chart.alternative}
    return f"{section.name}-{chart.name}", value


def _sentence(message: str, **facts: object) -> str:
    return str(LazyText(message, facts))


def _counted(singular: str, plural: str, count: int, **facts: object) -> str:
    text = i18n.n_(singular, plural, count)
    return text.format(count=format_count(count), **facts)


def _kind_of(block: Block) -> str:
    match block:
        case Text():
            return "text"
        case Table():
            return "table"
        case Chart():
            return "chart"
        case Number():
            return "number"


def _palette_rules() -> str:
    light, dark = (
        "".join(f"--{token}:{colour};" for token, colour in charts.PALETTES[theme].items())
        for theme in ("light", "dark")
    )
    return (
        f":root{{color-scheme:light;{light}}}"
        f"@media screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
    )
