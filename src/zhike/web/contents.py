"""What the pages and their JSON twins say, of a published snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zhike.analyses import REGISTRY
from zhike.blocks import Chart, Finding, Number
from zhike.catalogue.metrics import METRICS, Metric
from zhike.catalogue.own_metrics import own_metrics
from zhike.catalogue.targets import Target
from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.reports.outline import LAST_PART, THEMES, Theme, reading_place, theme_of
from zhike.reports.report import Report, Section
from zhike.web.published import Published
from zhike.workspace import Settings
from zhike.workspace.results import StoredResult, jsonable
from zhike.workspace.targets import targets_of

PICTURED = ("overview", "lifecycle", "value_tiers", "rfm", "cohorts")
PICTURES, FINDINGS, SUGGESTIONS = 3, 6, 3


@dataclass(frozen=True, kw_only=True)
class Group:
    """Analyses that belong together.

    Attributes:
        name: Of the theme.
        theme: What it is about.
        sections: Its analyses in reading order, those without an answer last.
    """

    name: str
    theme: Theme
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One metric of the catalogue.

    Attributes:
        metric: What it means.
        number: Where it stands; None where the overview does not say.
        target: Where it should be; None where nobody said.
    """

    metric: Metric
    number: Number | None
    target: Target | None


def groups_of(report: Report) -> Iterator[Group]:
    """Every analysis, by theme."""
    for name, theme in THEMES.items():
        held = [section for section in report.sections if theme_of(section.name) == name]
        held.sort(key=lambda item: (item.missing is not None, reading_place(item.name)))
        if held:
            yield Group(name=name, theme=theme, sections=tuple(held))


def section_of(report: Report, name: str) -> Section:
    """An analysis of the report.

    Raises:
        ParameterError: There is none of that name.
    """
    known = {section.name: section for section in report.sections}
    if name not in known:
        raise ParameterError.unknown(lazy("analysis"), name, known)
    return known[name]


def siblings_of(report: Report, name: str) -> tuple[Section, ...]:
    """The answered analyses of the same theme, itself among them."""
    theme = theme_of(name)
    if theme == LAST_PART:
        return ()
    held = [item for item in report.sections if theme_of(item.name) == theme]
    return tuple(item for item in held if item.missing is None)


def recomputed(section: Section, found: StoredResult) -> Section:
    """The section with what was found just now."""
    return Section(
        name=section.name,
        title=section.title,
        question=section.question,
        findings=tuple(found.findings()),
        blocks=tuple(found.blocks()),
        parameters={
            name: _plainly(value)
            for name, value in found.params.items()
            if value is not None and value != ""
        },
    )


def pictures_of(report: Report) -> tuple[tuple[Section, Chart], ...]:
    """The first chart of the analyses that everybody asks for."""
    known = {item.name: item for item in report.sections if item.missing is None}
    order = [name for name in PICTURED if name in known]
    order += [name for name in known if name not in order]
    found = []
    for name in order:
        chart = next((block for block in known[name].blocks if isinstance(block, Chart)), None)
        if chart is not None:
            found.append((known[name], chart))
    return tuple(found[:PICTURES])


def metrics_of(report: Report, settings: Settings) -> Iterator[Entry]:
    """The catalogue with the company's own metrics, and where each stands."""
    own = own_metrics(settings.metrics)
    known = {metric.name: metric for metric in own}
    targets = targets_of(settings.targets, known)
    measured = {
        number.name: number
        for section in report.sections
        if section.name == "overview"
        for number in section.numbers
    }
    for metric in (*METRICS, *own):
        yield Entry(
            metric=metric,
            number=measured.get(metric.name),
            target=targets.get(metric.name),
        )


def finding_json(section: Section, finding: Finding) -> dict[str, Any]:
    """A finding for programs, with the analysis that it comes from."""
    said: dict[str, Any] = jsonable(finding)
    return {"analysis": section.name} | said


def number_json(number: Number) -> dict[str, Any]:
    """A number for programs."""
    said: dict[str, Any] = jsonable(number)
    return said


def section_json(section: Section) -> dict[str, Any]:
    """An analysis for programs, without its answer."""
    return {
        "name": section.name,
        "title": str(section.title),
        "question": str(section.question),
        "theme": theme_of(section.name),
        "answered": section.missing is None,
        "missing": None if section.missing is None else str(section.missing),
    }


def analysis_class(name: str) -> Any:
    """The class of an analysis; None for what the report adds, such as why revenue changed."""
    return REGISTRY.get(name)


def about_json(published: Published) -> Mapping[str, Any]:
    """Which snapshot an answer rests on."""
    about = published.report.about
    return {
        "snapshot": about.snapshot,
        "as_of": about.as_of.isoformat(),
        "currency": about.currency,
    }


def _plainly(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
