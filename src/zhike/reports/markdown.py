"""A report as Markdown: for wikis, for editing further, for programs that read text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from zhike.blocks import Block, Chart, Finding, Number, Table, Text, write_rows, write_value
from zhike.i18n import _, format_count, format_day, format_instant, lazy, n_
from zhike.reports.method import limits_of, method_of
from zhike.reports.outline import Outline
from zhike.reports.report import Aim, Quality, Report, Section, Suggestion
from zhike.reports.words import FATES, change_words, period_words

MARKS = {"good": "▲", "bad": "▼", "neutral": "●"}
NUMERIC = frozenset({"count", "number", "amount", "share", "days", "score"})
_SIGNS = re.compile(r"([\\`*_\[\]<>|#])")
_AT_THE_START = re.compile(r"^(\s*)([-+~]|\d+[.)])(?=\s)")


def render_markdown(outline: Outline) -> str:
    """The report as Markdown, in the language of the moment."""
    return "\n".join(_lines(outline)).rstrip() + "\n"


def plain(text: object) -> str:
    r"""Text in which no sign means anything to Markdown.

    Examples:
        >>> plain("5 * [x](y) | z")
        '5 \\* \\[x\\](y) \\| z'
    """
    escaped = _SIGNS.sub(r"\\\1", " ".join(str(text).split()))
    return _AT_THE_START.sub(r"\1\\\2", escaped)


def title_lines(report: Report) -> Iterator[str]:
    """Whose report it is, of which period."""
    about = report.about
    yield f"# {plain(about.shop or _('Your shop'))}"
    yield ""
    seen = lazy("as of {day}", day=format_day(about.as_of))
    yield f"{plain(period_words(about))} · {plain(seen)}"
    yield ""


def headline_lines(numbers: Iterable[Number], currency: str) -> Iterator[str]:
    """The headline numbers, one a line, each with its changes."""
    for number in numbers:
        value = write_value(number.value, number.format, currency)
        changes = ", ".join(plain(words) for words in change_words(number))
        yield f"- {plain(number.label)} **{value}**" + (f" ({changes})" if changes else "")
    yield ""


def aim_lines(aims: Iterable[Aim], currency: str) -> Iterator[str]:
    """Metrics that the goal names, each beside its target."""
    for aim in aims:
        tone = {True: "good", False: "bad", None: "neutral"}[aim.reached]
        value = write_value(aim.number.value, aim.number.format, currency)
        line = f"- {MARKS[tone]} {plain(aim.number.label)} **{value}**"
        if aim.target is not None:
            target = write_value(aim.target, aim.number.format, currency)
            line += f" · {_('target {value}').format(value=target)}"
        yield line
    yield ""


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """One a line, its tone in front."""
    for finding in findings:
        yield f"- {MARKS[finding.tone]} {plain(finding.sentence)}"
    yield ""


def suggestion_lines(items: Iterable[Suggestion], *, brief: bool = False) -> Iterator[str]:
    """What to do, each with its reason, its time and its measure."""
    for item in items:
        yield f"- **{plain(item.title)}**"
        lines = {_("Because"): item.because, _("Steps"): item.steps}
        if not brief:
            lines |= {
                _("When"): item.timing,
                _("For whom"): item.whom,
                _("How to see whether it worked"): item.measure,
            }
        for label, text in lines.items():
            if str(text):
                yield f"  - {label}: {plain(text)}"
    yield ""


def _lines(outline: Outline) -> Iterator[str]:
    report, currency = outline.report, outline.report.about.currency
    yield from title_lines(report)
    yield from headline_lines(report.headline, currency)
    if report.goal is not None:
        yield from _headed(2, _("What this report is for"))
        if report.goal.text:
            yield from (plain(report.goal.text), "")
        yield from aim_lines(report.goal.aims, currency)
    if outline.findings:
        yield from _headed(2, _("What stands out"))
        yield from finding_lines(item.finding for item in outline.findings)
    if outline.suggestions:
        yield from _headed(2, _("What to do"))
        yield from suggestion_lines(outline.suggestions, brief=outline.is_brief)
    for section, chart in outline.pictures if outline.is_brief else ():
        yield from _headed(3, section.title)
        yield from _charted(chart, outline, set())
    for part in outline.parts:
        yield from _headed(2, part.title)
        for section in part.sections:
            yield from _section(section, outline)
    if not outline.is_brief:
        yield from _data(outline)
    yield from _headed(2, _("Method and limits"))
    lines = (*method_of(report), *limits_of(report))
    yield from (f"- {plain(line)}" for line in lines)
    yield ""
    if outline.is_technical:
        yield from _headed(2, _("What the numbers mean"))
        for number in report.numbers:
            yield f"- **{plain(number.label)}** (`{number.name}`): {plain(number.definition)}"


def _section(section: Section, outline: Outline) -> Iterator[str]:
    yield from _headed(3, section.title)
    yield from (f"*{plain(section.question)}*", "")
    if section.findings:
        yield from finding_lines(section.findings)
    shown: set[str] = set()
    for is_number, blocks in groupby(section.blocks, lambda block: isinstance(block, Number)):
        if is_number:
            numbers = [block for block in blocks if isinstance(block, Number)]
            yield from headline_lines(numbers, outline.report.about.currency)
            continue
        for block in blocks:
            yield from _block(block, outline, shown)
    if section.parameters:
        yield from _headed(4, _("Settings of this analysis"))
        yield from (f"- `{name}` = {plain(value)}" for name, value in section.parameters.items())
        yield ""


def _block(block: Block, outline: Outline, shown: set[str]) -> Iterator[str]:
    match block:
        case Text(body=body):
            yield from (plain(body), "")
        case Chart():
            yield from _charted(block, outline, shown)
        case Table():
            yield from _headed(4, block.title)
            yield from _table(block, outline)


def _charted(chart: Chart, outline: Outline, shown: set[str]) -> Iterator[str]:
    """Text holds no picture: what it says, and the table behind it, once a section."""
    yield from _headed(4, chart.title)
    yield from (plain(chart.alternative), "")
    if chart.table.name not in shown:
        shown.add(chart.table.name)
        yield from _table(chart.table, outline)


def _table(table: Table, outline: Outline) -> Iterator[str]:
    header = [plain(column.label) for column in table.columns]
    signs = ["---:" if column.format in NUMERIC else "---" for column in table.columns]
    rows = write_rows(table, outline.report.about.currency, most=outline.rows_shown)
    yield from _grid(header, signs, rows)
    hidden = table.rows.num_rows - outline.rows_shown
    if hidden > 0:
        more = n_("{count} more row", "{count} more rows", hidden)
        yield from (more.format(count=format_count(hidden)), "")
    if table.note:
        yield from (plain(table.note), "")


def _grid(header: list[str], signs: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join(signs)} |"
    for row in rows:
        yield f"| {' | '.join(plain(cell) for cell in row)} |"
    yield ""


def _data(outline: Outline) -> Iterator[str]:
    report = outline.report
    yield from _headed(2, _("What it rests on"))
    if report.quality is not None:
        yield from _ledger(report.quality, outline)
    if report.about.inputs:
        header = [_("File"), _("Taken for"), _("Records"), _("Came in")]
        yield from _grid(
            header,
            ["---", "---", "---:", "---"],
            (
                [
                    item.file,
                    str(item.platform) or "–",
                    format_count(item.rows),
                    format_instant(item.landed_at) if item.landed_at else "–",
                ]
                for item in report.about.inputs
            ),
        )
    if outline.unanswered:
        yield from _headed(3, _("What these data cannot answer yet"))
        for section in outline.unanswered:
            yield f"- **{plain(section.title)}**: {plain(section.missing)}"
        yield ""


def _ledger(quality: Quality, outline: Outline) -> Iterator[str]:
    fates = ", ".join(
        f"{FATES.get(name, name)} {format_count(count)}"
        for name, count in quality.fates.items()
        if count
    )
    yield from (f"{_('records read')} {format_count(quality.read)}: {fates}", "")
    for item in quality.set_aside[: outline.rows_shown]:
        yield f"- {plain(item.reason)}: {format_count(item.count)} {plain(item.file)}".rstrip()
    yield ""


def _headed(level: int, title: object) -> Iterator[str]:
    yield f"{'#' * level} {plain(title)}"
    yield ""
