"""What stands out and what to do, from the findings over all results, put into the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from zhike.insights import Explanation, StandOut, StandOuts, Why
from zhike.reports.outline import reading_place
from zhike.reports.report import Highlight, Report, Section, Suggestion

LEAST_FINDINGS = 5
MOST_SUGGESTIONS = 8
ON_THE_COVER = 3


def with_stand_outs(report: Report, found: StandOuts) -> Report:
    """The report with findings ranked over all results, their plays, and why revenue changed.

    Where fewer stand out than a page has room for, findings of the sections follow.
    """
    sections = list(report.sections)
    if found.explanation is not None:
        sections.append(_why(found.explanation))
        sections.sort(key=lambda section: reading_place(section.name))
    known = {section.name: section for section in sections}
    ranked = [
        Highlight(finding=item.finding, section=known[item.source])
        for item in found.items
        if item.source in known
    ]
    findings = (*ranked, *_more(report.findings, ranked))
    return replace(
        report,
        sections=tuple(sections),
        findings=findings,
        highlights=findings[:ON_THE_COVER],
        suggestions=tuple(_suggestions(found.items)),
    )


def _why(explanation: Explanation) -> Section:
    return Section(
        name="why",
        title=Why.title,
        question=Why.question,
        findings=tuple(explanation.findings()),
        blocks=tuple(explanation.blocks()),
    )


def _more(others: Iterable[Highlight], ranked: list[Highlight]) -> Iterator[Highlight]:
    """Findings of the sections, as many as are wanted to fill the page."""
    said = {(item.section.name, str(item.finding.sentence)) for item in ranked}
    room = LEAST_FINDINGS - len(ranked)
    for item in others:
        if room <= 0:
            return
        if (item.section.name, str(item.finding.sentence)) not in said:
            room -= 1
            yield item


def _suggestions(items: Iterable[StandOut]) -> Iterator[Suggestion]:
    """The first play of each finding that none before has named."""
    named: set[str] = set()
    for item in items:
        play = next((it for it in item.plays if it.code not in named), None)
        if play is None or len(named) >= MOST_SUGGESTIONS:
            continue
        named.add(play.code)
        yield Suggestion(
            title=play.title,
            because=item.finding.sentence,
            steps=play.what,
            timing=play.when,
            whom=play.whom,
            measure=play.measure,
        )
