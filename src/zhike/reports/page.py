"""A report as one self-contained HTML file.

Everything is inside: style, script, charts. A content security policy allows exactly the two
scripts of the page, by their hashes, and no request at all. Without scripts the charts show their
tables.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from zhike import charts, i18n
from zhike.blocks import Block, Chart, Number, Table, Text, change_of, write_rows, write_value
from zhike.i18n import (
    LazyText,
    format_count,
    format_day,
    format_instant,
    format_share,
    language,
)
from zhike.reports.library import asset, charting_library
from zhike.reports.method import limits_of, method_of
from zhike.reports.outline import Outline, outlined
from zhike.reports.report import Report
from zhike.reports.words import COMPARISONS, FATES, customers_command, period_words

LEADING: Mapping[str, int] = {"management": 5, "full": 3, "analyst": 3}
"""Findings on the first screen."""
RIGHT_ALIGNED = frozenset({"count", "number", "amount", "share", "days", "score"})
TONE_MARKS = {"good": "▲", "bad": "▼", "neutral": "●"}


def render_html(report: Report, path: Path | None = None, *, audience: str = "full") -> str:
    """The report as one HTML file, in the language of the moment.

    Args:
        report: What to show.
        path: Where to write it; None only returns it.
        audience: "management" for one page, "full", or "analyst" for all the details too.

    Raises:
        UnavailableError: The charting library was not built in.
        ParameterError: There is no such audience.
    """
    outline = outlined(report, audience)
    library = charting_library().replace("</script", "<\\/script")
    behaviour = asset("report.js")
    page = (
        _environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            outline=outline,
            about=report.about,
            leading=outline.findings[: LEADING[outline.audience]],
            known={section.name for held in outline.parts for section in held.sections},
            method=method_of(report),
            limits=limits_of(report),
            language=language(),
            style=Markup(_style()),  # noqa: S704  # our own file
            library=Markup(library),  # noqa: S704  # our own file
            behaviour=Markup(behaviour),  # noqa: S704  # our own file
            policy=_policy(library, behaviour),
            drawings=_drawings(outline),
            **_writers(report.about.currency, outline.rows_shown),
        )
    )
    if path is not None:
        path.write_text(page, encoding="utf-8")
    return page


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("zhike.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _sentence,
        "n_": _counted,
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


def _writers(currency: str, rows_shown: int) -> dict[str, Any]:
    """What the templates write values with, in the shop's currency."""
    return {
        "figure": lambda number: write_value(number.value, number.format, currency),
        "earlier": lambda number, key: write_value(
            number.comparisons.get(key), number.format, currency
        ),
        "aimed": lambda aim: write_value(aim.target, aim.number.format, currency),
        "cells": lambda table: write_rows(table, currency, most=rows_shown),
        "hidden_rows": lambda table: max(table.rows.num_rows - rows_shown, 0),
    }


def _drawings(outline: Outline) -> Markup:
    """What the script draws, as JSON that cannot end its script element."""
    drawn = {
        "language": language(),
        "currency": outline.report.about.currency,
        "palettes": {theme: dict(palette) for theme, palette in charts.PALETTES.items()},
        "charts": dict(_charts(outline)),
    }
    text = json.dumps(drawn, default=str, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # its signs are escaped


def _charts(outline: Outline) -> Iterator[tuple[str, Mapping[str, Any]]]:
    shown = [(section, chart) for section, chart in outline.pictures if outline.is_brief]
    shown += [
        (section, block)
        for held in outline.parts
        for section in held.sections
        for block in section.blocks
        if isinstance(block, Chart)
    ]
    for section, chart in shown:
        yield (
            f"{section.name}-{chart.name}",
            {"option": chart.option, "alternative": chart.alternative},
        )


def _style() -> str:
    return asset("report.css").replace("/* palettes */", _palette_rules())


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


def _policy(*scripts: str) -> str:
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:"


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
