"""One outline for every form of the report: which parts there are, and what each reader gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, get_args

from zhike.blocks import Block, Chart, Table
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.reports.report import Highlight, Report, Section, Suggestion

Audience = Literal["management", "full", "analyst"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
FINDINGS_OF_A_PAGE = 5
PICTURES_OF_A_PAGE = 3
SUGGESTIONS_OF_A_PAGE = 3
FINDINGS_SHOWN = 12
ROWS_SHOWN: Mapping[Audience, int] = {"management": 8, "full": 12, "analyst": 60}
PICTURED_FIRST = ("overview", "rfm", "lifecycle", "cohorts", "value_tiers")
LAST_PART, DATA_PART = "more", "data"


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A part of every report: what it is about, and the analyses that belong there, in order."""

    title: LazyText
    question: LazyText
    analyses: tuple[str, ...] = ()


THEMES: Mapping[str, Theme] = {
    "business": Theme(
        title=lazy("How business is"),
        question=lazy("Where do we stand, against before?"),
        analyses=("overview", "why", "new_returning", "seasonality", "demand"),
    ),
    "who": Theme(
        title=lazy("Who the customers are"),
        question=lazy("Which groups are there, and how do they differ?"),
        analyses=(
            "rfm",
            "profile",
            "segmentations",
            "clusters",
            "lifecycle",
            "movement",
            "comparison",
        ),
    ),
    "value": Theme(
        title=lazy("What they are worth"),
        question=lazy("Who brings the money, and how much hangs on few?"),
        analyses=("value_tiers", "clv", "next_purchase", "concentration", "abc", "loyalty"),
    ),
    "behaviour": Theme(
        title=lazy("How they buy"),
        question=lazy("When, where, what and at which price do they buy?"),
        analyses=("rhythm", "heatmap", "channels", "categories", "baskets", "price_sensitivity"),
    ),
    "growth": Theme(
        title=lazy("Where growth comes from"),
        question=lazy("Who comes, who comes again, and where is room?"),
        analyses=("acquisition", "nurture", "recommendations", "cohorts", "regions"),
    ),
    "risk": Theme(
        title=lazy("What is at risk"),
        question=lazy("Who is leaving, and what goes wrong?"),
        analyses=("churn", "relationship", "lost_traits", "returns"),
    ),
    LAST_PART: Theme(
        title=lazy("Further answers"),
        question=lazy("What else was computed?"),
    ),
    DATA_PART: Theme(
        title=lazy("What these data can carry"),
        question=lazy("How firm is the ground, and what should be added?"),
        analyses=("accuracy", "adequacy"),
    ),
}
"""The parts, in reading order; an analysis that none names comes last."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Sections that belong together.

    Attributes:
        name: Its address on the page.
        title: What people read.
        question: What it answers.
        sections: In reading order.
    """

    name: str
    title: LazyText
    question: LazyText
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A report cut to its reader.

    Attributes:
        report: All of it.
        audience: The reader.
        parts: The answered sections by part; none for the one-pager.
        unanswered: The sections without an answer.
        findings: What stands out, the most important first.
        suggestions: What to do about it.
        pictures: The charts of the one-pager, each with its section.
        rows_shown: Most rows of a table.
    """

    report: Report
    audience: Audience
    parts: tuple[Part, ...]
    unanswered: tuple[Section, ...]
    findings: tuple[Highlight, ...]
    suggestions: tuple[Suggestion, ...]
    pictures: tuple[tuple[Section, Chart], ...]
    rows_shown: int

    @property
    def is_brief(self) -> bool:
        """Whether it is the one-pager."""
        return self.audience == "management"

    @property
    def is_technical(self) -> bool:
        """Whether definitions, parameters and the tables behind charts are in it."""
        return self.audience == "analyst"


def outlined(report: Report, audience: str = "full") -> Outline:
    """The report as this reader gets it.

    Args:
        report: All that there is.
        audience: "management" for one page, "full", or "analyst" for all the details too.

    Raises:
        ParameterError: There is no such audience.
    """
    if audience not in AUDIENCES:
        raise ParameterError.unknown(lazy("audience"), audience, AUDIENCES)
    chosen: Audience = next(item for item in AUDIENCES if item == audience)
    brief = chosen == "management"
    answered = [section for section in report.sections if section.missing is None]
    return Outline(
        report=report,
        audience=chosen,
        parts=() if brief else parts_of(_cut(section, chosen) for section in answered),
        unanswered=tuple(section for section in report.sections if section.missing is not None),
        findings=_findings(report)[: FINDINGS_OF_A_PAGE if brief else FINDINGS_SHOWN],
        suggestions=report.suggestions[: SUGGESTIONS_OF_A_PAGE if brief else None],
        pictures=tuple(islice(_pictures(answered), PICTURES_OF_A_PAGE)),
        rows_shown=ROWS_SHOWN[chosen],
    )


def parts_of(sections: Iterable[Section]) -> tuple[Part, ...]:
    """Sections by part, in reading order; a part without any is left out."""
    found: dict[str, list[Section]] = {name: [] for name in THEMES}
    for section in sections:
        found[theme_of(section.name)].append(section)
    return tuple(
        Part(
            name=f"on-{name}",
            title=THEMES[name].title,
            question=THEMES[name].question,
            sections=tuple(sorted(held, key=lambda item: reading_place(item.name))),
        )
        for name, held in found.items()
        if held
    )


def theme_of(analysis: str) -> str:
    """The part that an analysis belongs to.

    Examples:
        >>> theme_of("rfm"), theme_of("zebra")
        ('who', 'more')
    """
    return next((name for name, theme in THEMES.items() if analysis in theme.analyses), LAST_PART)


def reading_place(analysis: str) -> tuple[int, int, str]:
    """What analyses are sorted by: their part, their place in it, their name."""
    name = theme_of(analysis)
    known = THEMES[name].analyses
    place = known.index(analysis) if analysis in known else len(known)
    return list(THEMES).index(name), place, analysis


def _findings(report: Report) -> tuple[Highlight, ...]:
    return report.findings or report.highlights


def _cut(section: Section, audience: Audience) -> Section:
    """Without a table that a chart of the section shows already, but for the analyst."""
    if audience == "analyst":
        return section
    charted = {block.table.name for block in section.blocks if isinstance(block, Chart)}
    blocks: tuple[Block, ...] = tuple(
        block
        for block in section.blocks
        if not (isinstance(block, Table) and block.name in charted)
    )
    return replace(section, blocks=blocks, parameters=None)


def _pictures(sections: Iterable[Section]) -> Iterator[tuple[Section, Chart]]:
    """The first chart of each section, those that everybody asks for first."""
    named = {section.name: section for section in sections}
    order = [name for name in PICTURED_FIRST if name in named]
    order += [name for name in named if name not in order]
    for name in order:
        chart = next((item for item in named[name].blocks if isinstance(item, Chart)), None)
        if chart is not None:
            yield named[name], chart
