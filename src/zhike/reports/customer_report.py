"""The customer report: how the business is doing, who the customers are, what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from zhike.analyses.overview import Overview
from zhike.blocks import Finding, Number
from zhike.catalogue import Analysis, Period, Result
from zhike.catalogue.parameters import parameters_of
from zhike.i18n import LazyText
from zhike.reports.outline import reading_place
from zhike.reports.report import About, Highlight, Quality, Report, Section

HEADLINE = (
    "net_revenue",
    "orders",
    "customers",
    "new_customers",
    "average_order_value",
    "repeat_rate",
)
HIGHLIGHTS = 3
FINDINGS_OF_A_SECTION = 2
TONES = ("bad", "good", "neutral")


def customer_report(
    results: Mapping[str, tuple[Analysis, Result]],
    about: About,
    quality: Quality | None = None,
    *,
    skipped: Mapping[str, tuple[type[Analysis], LazyText | str]] | None = None,
) -> Report:
    """Results arranged as a report; ones it does not know come last, by name.

    Args:
        results: Name of the analysis to the analysis as it was run and what it found.
        about: Whose report it is and how it was made.
        quality: What became of the records.
        skipped: Analyses without an answer, with the sentence that says what to add.
    """
    sections = [_answered(analysis, result) for analysis, result in results.values()]
    sections += [_unanswered(kind, why) for kind, why in (skipped or {}).values()]
    sections.sort(key=lambda section: reading_place(section.name))
    return Report(
        about=_with_period(about, results),
        headline=_headline(sections),
        highlights=_highlights(sections),
        sections=tuple(sections),
        quality=quality,
        findings=_findings(sections),
    )


def _with_period(about: About, results: Mapping[str, tuple[Analysis, Result]]) -> About:
    """The period of the overview, where none is given: the first screen shows its numbers."""
    analysis = results["overview"][0] if "overview" in results else None
    if about.period is not None or not isinstance(analysis, Overview):
        return about
    period = Period.parse(analysis.period, as_of=about.as_of)
    return about if period.kind == "all" else replace(about, period=(period.from_on, period.to_on))


def _answered(analysis: Analysis, result: Result) -> Section:
    return Section(
        name=analysis.name,
        title=analysis.title,
        question=analysis.question,
        findings=tuple(result.findings()),
        blocks=tuple(result.blocks()),
        parameters=_parameters(analysis),
    )


def _unanswered(kind: type[Analysis], why: LazyText | str) -> Section:
    return Section(name=kind.name, title=kind.title, question=kind.question, missing=why)


def _parameters(analysis: Any) -> dict[str, str]:
    values = {item.name: getattr(analysis, item.name) for item in parameters_of(type(analysis))}
    return {name: str(value) for name, value in values.items() if value is not None and value != ""}


def _headline(sections: Iterable[Section]) -> tuple[Number, ...]:
    overview = {
        number.name: number
        for section in sections
        if section.name == "overview"
        for number in section.numbers
    }
    return tuple(overview[name] for name in HEADLINE if name in overview)


def _highlights(sections: Iterable[Section]) -> tuple[Highlight, ...]:
    """The most urgent finding of each section: bad news first, then by money at stake."""
    urgent = [
        Highlight(finding=min(section.findings, key=_urgency), section=section)
        for section in sections
        if section.findings
    ]
    urgent.sort(key=lambda item: _urgency(item.finding))
    return tuple(urgent[:HIGHLIGHTS])


def _findings(sections: Iterable[Section]) -> tuple[Highlight, ...]:
    """What stands out over all sections: a few of each, so that none drowns the others."""
    foremost = [
        Highlight(finding=finding, section=section)
        for section in sections
        for finding in sorted(section.findings, key=_urgency)[:FINDINGS_OF_A_SECTION]
    ]
    return tuple(sorted(foremost, key=lambda item: _urgency(item.finding)))


def _urgency(finding: Finding) -> tuple[int, float]:
    return (TONES.index(finding.tone), -abs(finding.amount or 0.0))
