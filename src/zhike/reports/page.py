"""A report as one self-contained HTML file.

Everything is inside: style, script, charts. A content security policy allows exactly the two
scripts of the page, by their hashes, and no request at all. Without scripts the charts show their
tables.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from zhike.blocks import Chart
from zhike.i18n import language
from zhike.reports.library import asset, charting_library
from zhike.reports.markup import charts_of, drawings, markup_environment, stylesheet, writers
from zhike.reports.method import limits_of, method_of
from zhike.reports.outline import Outline, outlined
from zhike.reports.report import Report, Section

LEADING: Mapping[str, int] = {"management": 5, "full": 3, "analyst": 3}
"""Findings on the first screen."""


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
            style=Markup(stylesheet()),  # noqa: S704  # our own file
            library=Markup(library),  # noqa: S704  # our own file
            behaviour=Markup(behaviour),  # noqa: S704  # our own file
            policy=_policy(library, behaviour),
            drawings=drawings(_shown(outline), report.about.currency),
            place_of=lambda section: f"#{section.name}",
            whole_of=_whole,
            **writers(report.about.currency, outline.rows_shown),
        )
    )
    if path is not None:
        path.write_text(page, encoding="utf-8")
    return page


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return markup_environment()


def _whole(name: str) -> Markup:
    """Where all rows of an analysis' tables are."""
    return Markup("<code>zhike show {} --json</code>").format(name)


def _shown(outline: Outline) -> Iterator[tuple[Section, Chart]]:
    if outline.is_brief:
        yield from outline.pictures
    for held in outline.parts:
        for section in held.sections:
            yield from charts_of(section)


def _policy(*scripts: str) -> str:
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:"


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
