"""One outline for every reader: parts in order, a page for managers, details for analysts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.shown import ABOUT, COHORT, NUMBERS, OVERVIEW, REPORT, RFM, UNANSWERED
from zhike.analyses import REGISTRY
from zhike.blocks import Chart, Table
from zhike.errors import ParameterError
from zhike.i18n import use_language
from zhike.reports import Goal, Report, Section, outlined
from zhike.reports.digest import digest_of
from zhike.reports.markdown import plain, render_markdown
from zhike.reports.outline import LAST_PART, THEMES, theme_of
from zhike.reports.report import Aim, Suggestion

SUGGESTED = Suggestion(
    title="Win back", because="They leave.", steps="Write *now*.", timing="Monday", whom="All",
    measure="Count them.",
)  # fmt: skip
WHOLE = replace(
    REPORT,
    goal=Goal(text="More of them.", aims=(Aim(number=NUMBERS[5], target=0.45, reached=False),)),
    findings=REPORT.highlights * 4,
    suggestions=(SUGGESTED,) * 5,
)


def test_every_analysis_has_its_part() -> None:
    assert [name for name in REGISTRY if theme_of(name) == LAST_PART] == []


def test_no_analysis_stands_in_two_parts() -> None:
    named = [name for theme in THEMES.values() for name in theme.analyses]
    assert len(named) == len(set(named))


def test_parts_follow_one_another_as_people_ask() -> None:
    sections = (COHORT, Section(name="zebra", title="Z", question="?"), RFM, OVERVIEW)
    outline = outlined(Report(about=ABOUT, headline=(), highlights=(), sections=sections))
    assert [part.name for part in outline.parts] == [
        "on-business", "on-who", "on-growth", "on-more"
    ]  # fmt: skip


def test_what_has_no_answer_is_told_apart() -> None:
    outline = outlined(WHOLE)
    assert outline.unanswered == (UNANSWERED,)
    assert "abc" not in {section.name for part in outline.parts for section in part.sections}


def test_managers_get_a_page_full() -> None:
    outline = outlined(WHOLE, "management")
    assert outline.parts == ()
    assert len(outline.findings) == 5
    assert len(outline.suggestions) == 3
    assert [section.name for section, _chart in outline.pictures] == ["overview", "rfm", "cohorts"]


def test_a_table_that_a_chart_shows_already_is_for_analysts() -> None:
    def tables(audience: str) -> list[str]:
        [rfm] = [
            section
            for part in outlined(WHOLE, audience).parts
            for section in part.sections
            if section.name == "rfm"
        ]
        assert sum(isinstance(block, Chart) for block in rfm.blocks) == 2
        return [block.name for block in rfm.blocks if isinstance(block, Table)]

    assert tables("full") == []
    assert tables("analyst") == ["segments"]


def test_an_audience_that_there_is_not_is_named() -> None:
    with pytest.raises(ParameterError, match="manager"):
        outlined(REPORT, "manager")


@pytest.mark.parametrize("audience", ["management", "full", "analyst"])
def test_markdown_holds_what_the_page_holds(audience: str) -> None:
    text = render_markdown(outlined(WHOLE, audience))
    assert text.startswith("# Lantern Street 灯笼街\n")
    assert "More of them." in text
    assert "target 45.0%" in text
    assert "Write \\*now\\*." in text
    assert ("## Who the customers are" in text) == (audience != "management")
    assert ("`repeat_rate`" in text) == (audience == "analyst")
    assert ("recency_cuts" in text) == (audience == "analyst")


def test_markdown_in_chinese_holds_no_english_sentence() -> None:
    with use_language("zh"):
        text = render_markdown(outlined(REPORT))
    assert "## 客户是谁" in text
    assert "What" not in text


def test_text_from_data_means_nothing_to_markdown() -> None:
    assert plain("# a | b\n- c <i>") == "\\# a \\| b - c \\<i\\>"
    assert plain("- a") == "\\- a"
    assert plain("1. a") == "\\1. a"


def test_a_digest_is_short_and_says_what_moved() -> None:
    text = digest_of(WHOLE)
    assert "Net revenue **CN¥832,914**" in text
    assert "**What to look at**" in text
    assert "**Targets**" in text
    assert len(text.splitlines()) < 40
    assert text.count("Win back") == 3


def test_a_digest_of_nothing_is_still_one() -> None:
    nothing = Report(about=ABOUT, headline=(), highlights=(), sections=())
    assert digest_of(nothing).startswith("# Lantern Street")
