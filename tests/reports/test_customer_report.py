"""Results become a report: in reading order, with the most urgent in front."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

import pytest

from reports.shown import ABOUT
from zhike.analyses import REGISTRY
from zhike.blocks import Block, Finding
from zhike.catalogue import Analysis
from zhike.datasets import corner_shop
from zhike.i18n import LazyText, lazy
from zhike.reports import About, Report, customer_report, render_html


def about(as_of: date) -> About:
    return replace(ABOUT, as_of=as_of, period=None, currency="CNY")


@pytest.fixture(scope="module")
def report() -> Report:
    shop = corner_shop()
    analyses = {name: kind() for name, kind in REGISTRY.items()}
    results = {name: (analysis, analysis.run(shop)) for name, analysis in analyses.items()}
    assert shop.as_of is not None
    return customer_report(results, about(shop.as_of))


def test_every_analysis_has_its_section_and_overview_is_first(report: Report) -> None:
    assert {section.name for section in report.sections} == set(REGISTRY)
    assert report.sections[0].name == "overview"


def test_the_first_screen_begins_with_net_revenue(report: Report) -> None:
    assert report.headline[0].name == "net_revenue"


def test_the_period_is_that_of_the_overview(report: Report) -> None:
    assert report.about.period is not None
    first, after = report.about.period
    assert first.day == after.day == 1
    assert after <= report.about.as_of


@pytest.mark.parametrize("language", ["en", "zh"])
def test_real_results_make_a_page(report: Report, language: str) -> None:
    from zhike.i18n import use_language

    with use_language(language):
        html = render_html(report)
    assert all(f'id="{section.name}"' in html for section in report.sections)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A result that has only findings."""

    stated: tuple[Finding, ...]
    numbers: ClassVar[dict[str, float | None]] = {}

    def blocks(self) -> Iterator[Block]:
        yield from ()

    def findings(self) -> Iterator[Finding]:
        yield from self.stated

    def customers(self, **cell: str) -> None:
        raise AssertionError(cell)


def finding(code: str, tone: str, amount: float | None = None) -> Finding:
    return Finding(code=code, sentence=lazy("x"), tone=tone, amount=amount)  # type: ignore[arg-type]


def named(kind: str) -> Analysis:
    @dataclass(frozen=True, kw_only=True)
    class Named(Analysis):
        name: ClassVar[str] = kind
        title: ClassVar[LazyText] = LazyText.of(en=kind, zh=kind)
        question: ClassVar[LazyText] = LazyText.of(en="?", zh="？")

        def run(self, data: object) -> None:
            raise AssertionError(data)

    return Named()


def test_bad_news_stands_first_and_no_section_speaks_twice() -> None:
    stated = {
        "rfm": (finding("best", "good", 900), finding("leaving", "bad", 50)),
        "lifecycle": (finding("lost", "bad", 80), finding("lost_more", "bad", 70)),
        "abc": (finding("few", "neutral", 5000),),
        "cohorts": (finding("back", "good"),),
    }
    results = {name: (named(name), Found(stated=found)) for name, found in stated.items()}
    made = customer_report(results, ABOUT)  # type: ignore[arg-type]
    assert [item.finding.code for item in made.highlights] == ["lost", "leaving", "back"]


def test_what_could_not_be_answered_stays_in_its_place() -> None:
    skipped = {"rfm": (type(named("rfm")), lazy("Add customers."))}
    results = {"zebra": (named("zebra"), Found(stated=()))}
    made = customer_report(results, ABOUT, skipped=skipped)  # type: ignore[arg-type]
    assert [section.name for section in made.sections] == ["rfm", "zebra"]
    assert str(made.sections[0].missing) == "Add customers."
