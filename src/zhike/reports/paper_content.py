"""A report as plain data for the page template: what stands where, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from zhike import charts
from zhike.blocks import write_value
from zhike.i18n import LazyText, _, format_count, format_day, format_instant, language, lazy
from zhike.reports.method import limits_of, method_of
from zhike.reports.outline import Outline, Part
from zhike.reports.paper_blocks import (
    FULL_WIDTH,
    HALF_WIDTH,
    Plain,
    Setting,
    column_widths,
    plain_chart,
    plain_number,
    plain_table,
    points_for,
    section_blocks,
)
from zhike.reports.report import Goal, Quality, Section, Suggestion
from zhike.reports.words import FATES, period_words

PICTURE_HEIGHTS = (190, 250)  # of the wide picture of the one-pager, and of the two below it


def paper_content(outline: Outline, setting: Setting, font: str) -> Plain:
    """Everything that the template sets."""
    report, about = outline.report, outline.report.about
    brief = outline.is_brief
    return {
        "lang": language(),
        "region": "cn" if language() == "zh" else "gb",
        "font": font,
        "audience": outline.audience,
        "palette": dict(charts.LIGHT),
        "words": _words(),
        "shop": about.shop or _("Your shop"),
        "dates": str(period_words(about)),
        "as_of": str(lazy("as of {day}", day=format_day(about.as_of))),
        "headline": [plain_number(number, about.currency) for number in report.headline],
        "goal": _goal(report.goal, about.currency),
        "findings": [
            {
                "tone": item.finding.tone,
                "sentence": str(item.finding.sentence),
                "where": str(item.section.title),
            }
            for item in outline.findings
        ],
        "suggestions": [_suggestion(item) for item in outline.suggestions],
        "pictures": _pictures(outline, setting) if brief else [],
        "parts": [_part(part, setting) for part in outline.parts],
        "quality": None if brief or report.quality is None else _quality(report.quality, setting),
        "inputs": [] if brief else _inputs(outline, setting),
        "unanswered": [] if brief else [_unanswered(section) for section in outline.unanswered],
        "method": [str(line) for line in method_of(report)],
        "limits": [str(line) for line in limits_of(report)],
        "definitions": _definitions(outline) if outline.is_technical else [],
        "origin": _origin(outline),
    }


def _words() -> dict[str, str]:
    said: dict[str, LazyText] = {
        "report": lazy("Customer report"),
        "goal": lazy("What this report is for"),
        "target": lazy("target"),
        "contents": lazy("Contents"),
        "findings": lazy("What stands out"),
        "look": lazy("What to look at"),
        "suggestions": lazy("What to do"),
        "because": lazy("Because"),
        "steps": lazy("Steps"),
        "timing": lazy("When"),
        "whom": lazy("For whom"),
        "measure": lazy("How to see whether it worked"),
        "data": lazy("What it rests on"),
        "quality": lazy("What became of every record that was read?"),
        "files": lazy("Files"),
        "unanswered": lazy("What these data cannot answer yet"),
        "method": lazy("Method and limits"),
        "counted": lazy("How it was counted"),
        "limits": lazy("What these numbers cannot say"),
        "definitions": lazy("What the numbers mean"),
        "origin": lazy("How it was made"),
        "settings": lazy("Settings of this analysis"),
        "good": lazy("Good news:"),
        "bad": lazy("Needs attention:"),
        "page": lazy("Page {number}", number="{number}"),
    }
    return {name: str(text) for name, text in said.items()}


def _goal(goal: Goal | None, currency: str) -> Plain | None:
    if goal is None:
        return None
    return {
        "text": goal.text,
        "aims": [
            {
                "label": str(aim.number.label),
                "value": write_value(aim.number.value, aim.number.format, currency),
                "target": ""
                if aim.target is None
                else write_value(aim.target, aim.number.format, currency),
                "tone": {True: "good", False: "bad", None: "neutral"}[aim.reached],
            }
            for aim in goal.aims
        ],
    }


def _suggestion(item: Suggestion) -> Plain:
    names = ("title", "because", "steps", "timing", "whom", "measure")
    return {name: str(getattr(item, name)) for name in names}


def _pictures(outline: Outline, setting: Setting) -> list[Plain]:
    """The wide one above, the others side by side below."""
    wide, low = PICTURE_HEIGHTS
    return [
        plain_chart(
            chart, setting, width=HALF_WIDTH if place else FULL_WIDTH, height=low if place else wide
        )
        for place, (_section, chart) in enumerate(outline.pictures)
    ]


def _part(part: Part, setting: Setting) -> Plain:
    return {
        "title": str(part.title),
        "question": str(part.question),
        "sections": [_section(section, setting) for section in part.sections],
    }


def _section(section: Section, setting: Setting) -> Plain:
    return {
        "title": str(section.title),
        "question": str(section.question),
        "findings": [
            {"tone": item.tone, "sentence": str(item.sentence)} for item in section.findings
        ],
        "blocks": section_blocks(section, setting),
        "parameters": [
            {"name": name, "value": value} for name, value in (section.parameters or {}).items()
        ],
    }


def _quality(quality: Quality, setting: Setting) -> Plain:
    fates = ((str(FATES.get(name, name)), count) for name, count in quality.fates.items() if count)
    aside = [
        [str(item.reason), format_count(item.count), item.file or "–"] for item in quality.set_aside
    ]
    return {
        "read": {"label": _("records read"), "value": format_count(quality.read)},
        "fates": [{"label": label, "value": format_count(count)} for label, count in fates],
        "aside": _written(
            _("What was set aside or skipped, and why"),
            [_("Reason"), _("Records"), _("File")],
            aside[: setting.rows_shown * 2],
            right=(1,),
        ),
        "tables": [plain_table(table, setting) for table in quality.tables],
    }


def _inputs(outline: Outline, setting: Setting) -> list[Plain]:
    rows = [
        [
            item.file,
            str(item.platform) or "–",
            format_count(item.rows),
            format_instant(item.landed_at) if item.landed_at else "–",
        ]
        for item in outline.report.about.inputs
    ]
    header = [_("File"), _("Taken for"), _("Records"), _("Came in")]
    return [_written(_("Files"), header, rows[: setting.rows_shown * 2], right=(2,))]


def _written(
    title: str, header: list[str], rows: list[list[str]], *, right: tuple[int, ...]
) -> Plain:
    figures = [place in right for place in range(len(header))]
    widths = column_widths(header, rows, figures)
    return {
        "kind": "table",
        "title": title,
        "header": header,
        "right": figures,
        "widths": widths,
        "points": points_for(widths),
        "rows": rows,
        "note": "",
        "more": "",
    }


def _unanswered(section: Section) -> Plain:
    return {
        "title": str(section.title),
        "question": str(section.question),
        "missing": str(section.missing),
    }


def _definitions(outline: Outline) -> list[Plain]:
    return [
        {"label": str(number.label), "name": number.name, "text": str(number.definition)}
        for number in outline.report.numbers
    ]


def _origin(outline: Outline) -> list[Plain]:
    about = outline.report.about
    pairs = chain(_made(outline), (about.versions or {}).items() if outline.is_technical else ())
    return [{"label": str(label), "value": value} for label, value in pairs]


def _made(outline: Outline) -> Iterator[tuple[object, str]]:
    about = outline.report.about
    yield lazy("Currency"), about.currency or "–"
    yield lazy("Business time zone"), about.timezone
    if about.snapshot:
        yield lazy("Snapshot"), about.snapshot
    if about.made_at:
        yield lazy("Computed at"), format_instant(about.made_at)
