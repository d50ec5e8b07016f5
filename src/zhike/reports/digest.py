"""The digest: a period in a few lines, for a mail or a chat."""

from __future__ import annotations

from collections.abc import Iterator

from zhike.i18n import _
from zhike.reports.markdown import (
    aim_lines,
    finding_lines,
    headline_lines,
    plain,
    suggestion_lines,
    title_lines,
)
from zhike.reports.outline import outlined
from zhike.reports.report import Report
from zhike.reports.words import change_words

CHANGES_SHOWN = 5
LEAST_CHANGE = 0.1
"""Metrics that moved less than this, by a share of what they were, are not news."""


def digest_of(report: Report) -> str:
    """The period as Markdown: headline numbers, what moved, findings, what to do.

    Examples:
        >>> from datetime import date
        >>> from zhike.reports import About
        >>> about = About(shop="A", currency="CNY", timezone="UTC", as_of=date(2025, 1, 1))
        >>> digest_of(Report(about=about, headline=(), highlights=(), sections=())).splitlines()[0]
        '# A'
    """
    return "\n".join(_lines(report)).rstrip() + "\n"


def _lines(report: Report) -> Iterator[str]:
    brief = outlined(report, "management")
    yield from title_lines(report)
    yield from headline_lines(report.headline, report.about.currency)
    if report.goal is not None and report.goal.aims:
        yield from (f"**{_('Targets')}**", "")
        yield from aim_lines(report.goal.aims, report.about.currency)
    moved = list(_moved(report))
    if moved:
        yield from (f"**{_('What changed')}**", "", *moved, "")
    if brief.findings:
        yield from (f"**{_('What to look at')}**", "")
        yield from finding_lines(item.finding for item in brief.findings)
    if brief.suggestions:
        yield from (f"**{_('What to do')}**", "")
        yield from suggestion_lines(brief.suggestions, brief=True)


def _moved(report: Report) -> Iterator[str]:
    """Metrics outside the headline that moved most since the period before."""
    shown = {number.name for number in report.headline}
    section = next((item for item in report.sections if item.name == "overview"), None)
    others = [] if section is None else [it for it in section.numbers if it.name not in shown]
    moves = []
    for number in others:
        before = next(iter(number.comparisons.values()), None)
        if not before or number.value is None or not number.direction:
            continue
        size = abs(number.value - before) / abs(before)
        if size >= LEAST_CHANGE:
            moves.append((size, number))
    for _size, number in sorted(moves, key=lambda item: -item[0])[:CHANGES_SHOWN]:
        yield f"- {plain(number.label)} {plain(next(change_words(number)))}"
