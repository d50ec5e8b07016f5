"""The PDF is tagged, says its language, can be read as text, and holds nothing as markup."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from reports.shown import ABOUT, REPORT, RFM, both
from zhike.blocks import Chart
from zhike.errors import UnavailableError
from zhike.i18n import use_language
from zhike.reports import Report, Section, outlined, paper
from zhike.reports.drawing import drawing
from zhike.reports.paper import render_pdf
from zhike.reports.paper_blocks import Setting, column_widths, plain_chart, section_blocks

HOSTILE = '#image("/etc/passwd") $x$ *b* <a> \\'


@pytest.fixture(scope="module", params=["en", "zh"])
def pdf(request: pytest.FixtureRequest) -> tuple[str, PdfReader]:
    with use_language(request.param):
        return request.param, PdfReader(io.BytesIO(render_pdf(outlined(REPORT, "full"))))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def tags(reader: PdfReader) -> Iterator[tuple[str, Any]]:
    """Every element of the structure tree with its role."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += list(element)
        elif isinstance(element, dict):
            if "/S" in element:
                yield str(element["/S"]), element
            if "/K" in element:
                waiting.append(element["/K"])


def test_it_is_tagged_for_accessibility(pdf: tuple[str, PdfReader]) -> None:
    _language, reader = pdf
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    roles = [role for role, _element in tags(reader)]
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Figure"} <= set(roles)
    assert roles.count("/H1") == 1
    assert "pdfuaid:part" in root["/Metadata"].get_object().get_data().decode()


def test_every_picture_says_what_it_shows(pdf: tuple[str, PdfReader]) -> None:
    _language, reader = pdf
    figures = [element for role, element in tags(reader) if role == "/Figure"]
    charts = [
        block for part in REPORT.sections for block in part.blocks if isinstance(block, Chart)
    ]
    assert len(figures) == len(charts)
    assert all(figure.get("/Alt") for figure in figures)


def test_it_says_its_language_and_title(pdf: tuple[str, PdfReader]) -> None:
    language, reader = pdf
    assert str(reader.trailer["/Root"]["/Lang"]).lower().startswith(language)
    assert reader.metadata is not None
    assert "灯笼街" in str(reader.metadata.title)


def test_its_text_can_be_searched(pdf: tuple[str, PdfReader]) -> None:
    language, reader = pdf
    text = text_of(reader)
    assert "灯笼街" in text
    wanted = {
        "zh": ("客户是谁", "净销售额", "重要价值"),
        "en": ("Who the customers are", "Champions"),
    }
    assert all(words in text for words in wanted[language])


def test_managers_get_one_page() -> None:
    for language in ("en", "zh"):
        with use_language(language):
            reader = PdfReader(io.BytesIO(render_pdf(outlined(REPORT, "management"))))
        assert len(reader.pages) == 1


def test_analysts_get_definitions_settings_and_tables() -> None:
    full, analyst = (
        text_of(PdfReader(io.BytesIO(render_pdf(outlined(REPORT, audience)))))
        for audience in ("full", "analyst")
    )
    for words in ("recency_cuts", "Goods, vouchers and discounts, minus refunds."):
        assert words not in full
        assert words in analyst


def test_what_comes_from_data_is_never_markup() -> None:
    section = replace(RFM, title=HOSTILE, question=HOSTILE)
    report = replace(REPORT, about=replace(ABOUT, shop=HOSTILE), sections=(section,))
    text = text_of(PdfReader(io.BytesIO(render_pdf(outlined(report)))))
    assert '#image("/etc/passwd")' in text.replace("\n", "")


def test_a_report_on_nothing_is_still_a_page() -> None:
    nothing = Report(about=replace(ABOUT, shop=""), headline=(), highlights=(), sections=())
    for audience in ("management", "full"):
        assert len(PdfReader(io.BytesIO(render_pdf(outlined(nothing, audience)))).pages) >= 1


def test_a_machine_without_chinese_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "_families", lambda: ("DejaVu Sans", "Libertinus Serif"))
    with pytest.raises(UnavailableError, match="fonts-noto-cjk"):
        render_pdf(outlined(REPORT))


def test_a_chart_that_cannot_be_drawn_shows_its_table() -> None:
    broken = replace(RFM.blocks[0], option={"$height": 100, "$min_width": 0, "$max_width": 0,
                                            "series": [{"type": "no such chart"}],
                                            "xAxis": {"type": 5}})  # fmt: skip
    setting = Setting("CNY", 12, False, lambda chart, width, height: None)
    drawn = plain_chart(broken, setting, width=600)
    assert drawn["file"] == ""
    assert drawn["table"]["rows"][0][0] == "Champions"
    with_title = Section(name="x", title="x", question="?", blocks=(broken,))
    assert section_blocks(with_title, setting)[0]["table"]


def test_every_chart_draws_with_its_words_in_both_languages() -> None:
    charts = [
        block for part in REPORT.sections for block in part.blocks if isinstance(block, Chart)
    ]
    for language, word in (("en", "Champions"), ("zh", "重要价值")):
        with use_language(language), drawing("CNY", "Noto Sans CJK SC") as draw:
            drawings = [draw(chart, 600, 0) for chart in charts]
        assert all(drawings)
        assert any(word in (drawing or "") for drawing in drawings)


def test_a_name_that_would_break_the_picture_does_not() -> None:
    first = REPORT.sections[1].blocks[0]
    assert isinstance(first, Chart)
    option = dict(first.option)
    option["yAxis"] = option["yAxis"] | {"data": ["<a>&\"'", "\x01", both("x", "x"), "y"]}
    with drawing("CNY", "Noto Sans CJK SC") as draw:
        drawn = draw(replace(first, option=option), 600, 0)
    assert drawn is None or "<a>" not in drawn


def test_columns_are_as_wide_as_what_they_hold() -> None:
    name, count = column_widths(["Name", "n"], [["a rather long name", "1"]])
    assert name > count
