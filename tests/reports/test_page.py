"""The report is one file that asks for nothing, reads without scripts and cannot be broken."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from reports.shown import ABOUT, REPORT, RFM, SEGMENT_TABLE, both
from zhike.i18n import use_language
from zhike.reports import Quality, Report, Section, SetAside, render_html
from zhike.reports.outline import ROWS_SHOWN as ROWS_OF

ROWS_SHOWN = ROWS_OF["full"]
HOSTILE = "</script><script>alert(1)</script> & <b>"
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(HTMLParser):
    """What a page holds: elements with their attributes, scripts, headings, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request: pytest.FixtureRequest) -> Page:
    with use_language(request.param):
        return Page(render_html(REPORT))


def small(**changes: object) -> Report:
    return replace(
        Report(about=ABOUT, headline=(), highlights=(), sections=()),
        **changes,  # type: ignore[arg-type]
    )


def test_every_element_is_closed_where_it_was_opened(page: Page) -> None:
    assert page.open == []


def test_nothing_is_asked_of_any_other_place(page: Page) -> None:
    for tag, attributes in page.elements:
        assert "src" not in attributes
        assert tag not in {"link", "img", "iframe"}
        if tag == "a":
            assert (attributes["href"] or "").startswith("#")


def test_only_the_scripts_of_the_page_may_run(page: Page) -> None:
    policy = next(
        item["content"] or ""
        for item in page.all("meta")
        if item.get("http-equiv") == "Content-Security-Policy"
    )
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    kinds = [item.get("type") for item in page.all("script")]
    ran = [script for script, kind in zip(page.scripts, kinds, strict=True) if kind is None]
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in ran}
    assert allowed == hashes
    assert len(ran) == 2
    assert "default-src 'none'" in policy


def test_links_lead_to_what_is_there_and_names_are_given_once(page: Page) -> None:
    names = [item["id"] for _, item in page.elements if "id" in item]
    assert len(names) == len(set(names))
    assert {(item["href"] or "")[1:] for item in page.all("a")} <= set(names)


def test_headings_step_down_one_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = [after - before for before, after in pairwise(levels)]
    assert all(step <= 1 for step in steps)


def test_each_chart_says_what_it_shows_and_has_its_table_open_without_scripts(page: Page) -> None:
    canvases = [item for item in page.all("div") if item.get("data-chart")]
    behind = [item for item in page.all("details") if item.get("class") == "behind"]
    drawn = json.loads(page.scripts[0])["charts"]
    assert {item["data-chart"] for item in canvases} == set(drawn)
    assert all(item["role"] == "img" and item["aria-label"] for item in canvases)
    assert len(behind) == len(canvases)
    assert all("open" in item for item in behind)


def test_tables_have_captions_and_scopes(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(item.get("scope") in {"col", "row"} for item in page.all("th"))


def test_the_page_says_its_language() -> None:
    with use_language("zh"):
        chinese = render_html(REPORT)
    assert '<html lang="zh-CN">' in chinese
    assert "客户分析报告" in chinese
    assert '<html lang="en">' in render_html(REPORT)


def test_a_chinese_page_holds_no_english_sentence() -> None:
    with use_language("zh"):
        text = Page(render_html(REPORT)).text
    english = [item.strip() for item in text if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", item)]
    assert [item for item in english if not item.startswith("zhike ")] == []


def test_what_comes_from_data_cannot_become_markup() -> None:
    named = RFM.blocks[0]
    section = replace(RFM, title=HOSTILE, blocks=(replace(named, alternative=HOSTILE),))
    quality = Quality(
        read=1, fates={"rejected": 1}, set_aside=(SetAside(reason="x", count=1, example=HOSTILE),)
    )
    report = small(about=replace(ABOUT, shop=HOSTILE), sections=(section,), quality=quality)
    page = Page(render_html(report))
    assert len(page.all("script")) == 3
    assert page.all("b") == []
    assert json.loads(page.scripts[0])["charts"]["rfm-segments"]["alternative"] == HOSTILE


def test_a_long_table_is_cut_and_says_where_the_rest_is() -> None:
    rows = pa.table({"segment": [f"s{number}" for number in range(ROWS_SHOWN + 5)]})
    table = replace(SEGMENT_TABLE, rows=rows, columns=SEGMENT_TABLE.columns[:1])
    section = Section(name="rfm", title="RFM", question="?", blocks=(table,))
    html = render_html(small(sections=(section,)))
    assert html.count('<th scope="row">s') == ROWS_SHOWN
    assert "5 more rows" in html
    assert "zhike show rfm --json" in html


def test_a_finding_says_how_to_list_its_customers() -> None:
    command = "zhike customers rfm --where segment=at_risk"
    assert command in render_html(REPORT)


def test_an_analysis_without_an_answer_says_what_to_add() -> None:
    section = Section(name="abc", title="ABC", question="?", missing=both("Add one.", "请添加。"))
    assert "Add one." in render_html(small(sections=(section,)))


def test_a_report_on_nothing_is_still_a_page(tmp_path: Path) -> None:
    path = tmp_path / "报告.html"
    html = render_html(small(about=replace(ABOUT, shop="", period=None)), path)
    assert path.read_text(encoding="utf-8") == html
    assert "Your shop" in html
    assert "All days before 2024-07-01" in html


def test_the_ledger_shows_every_fate_that_has_records() -> None:
    text = " ".join(" ".join(Page(render_html(REPORT)).text).split())
    assert "records read 80,113 loaded 79,800 merged 240 set aside 42 skipped 31" in text
