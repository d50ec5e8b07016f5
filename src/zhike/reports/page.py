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
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from zhike import charts, i18n
from zhike.blocks import Block, Chart, Number, Table, Text, change_of, write_rows, write_value
from zhike.errors import UnavailableError
from zhike.i18n import (
    LazyText,
    format_count,
    format_day,
    format_instant,
    format_share,
    language,
    lazy,
)
from zhike.reports.report import Report
from zhike.reports.words import COMPARISONS, FATES, customers_command, period_words

ROWS_SHOWN = 24
RIGHT_ALIGNED = frozenset({"count", "number", "amount", "share", "days", "score"})
TONE_MARKS = {"good": "▲", "bad": "▼", "neutral": "●"}


def render_html(report: Report, path: Path | None = None) -> str:
    """The report as one HTML file, in the language of the moment.

    Args:
        report: What to show.
        path: Where to write it; None only returns it.

    Raises:
        UnavailableError: The charting library was not built in.
    """
    library, behaviour = _library(), _asset("report.js")
    page = (
        _environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            about=report.about,
            language=language(),
            style=Markup(_style()),  # noqa: S704  # our own file
            library=Markup(library),  # noqa: S704  # our own file
            behaviour=Markup(behaviour),  # noqa: S704  # our own file
            policy=_policy(library, behaviour),
            drawings=_drawings(report),
            **_writers(report.about.currency),
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


def _writers(currency: str) -> dict[str, Any]:
    """What the templates write values with, in the shop's currency."""
    return {
        "figure": lambda number: write_value(number.value, number.format, currency),
        "earlier": lambda number, key: write_value(
            number.comparisons[key], number.format, currency
        ),
        "cells": lambda table: write_rows(table, currency, most=ROWS_SHOWN),
        "hidden_rows": lambda table: max(table.rows.num_rows - ROWS_SHOWN, 0),
    }


def _drawings(report: Report) -> Markup:
    """What the script draws, as JSON that cannot end its script element."""
    drawn = {
        "language": language(),
        "currency": report.about.currency,
        "palettes": {theme: dict(palette) for theme, palette in charts.PALETTES.items()},
        "charts": dict(_charts(report)),
    }
    text = json.dumps(drawn, default=str, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # its signs are escaped


def _charts(report: Report) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                yield (
                    f"{section.name}-{block.name}",
                    {"option": block.option, "alternative": block.alternative},
                )


def _style() -> str:
    return _asset("report.css").replace("/* palettes */", _palette_rules())


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


@lru_cache(maxsize=1)
def _library() -> str:
    try:
        return _asset("vendor/charts.js").replace("</script", "<\\/script")
    except FileNotFoundError:
        raise UnavailableError(
            lazy("The charting library was not built into this installation."),
            hint=lazy("Install it again with a network: `uv sync --reinstall-package zhike`."),
            code="assets",
        ) from None


def _asset(name: str) -> str:
    return (files("zhike.reports") / "assets" / name).read_text(encoding="utf-8")
