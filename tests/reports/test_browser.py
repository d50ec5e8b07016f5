"""The report in a real browser: drawn, accessible, quiet, on every kind of screen and on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reports.shown import REPORT
from zhike.i18n import Language, use_language
from zhike.reports import Aim, Goal, Suggestion, render_html

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is missing: apt-get install chromium fonts-noto-cjk")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    folder = tmp_path_factory.mktemp("reports")
    written: dict[Language, Path] = {"en": folder / "en.html", "zh": folder / "zh.html"}
    for language, path in written.items():
        with use_language(language):
            render_html(REPORT, path)
    return written


@pytest.fixture
def opened(browser, files):
    """Opens the report and notes what the page complains of and what it asks for."""
    pages = []

    def open_page(language: Language = "en", **context):
        page = browser.new_page(**context)
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("request", lambda request: page.heard.append(request.url))
        page.goto(files[language].as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()


SCREENS = pytest.mark.parametrize(
    ("language", "theme", "width"),
    [
        (language, theme, width)
        for language in ("en", "zh")
        for theme in ("light", "dark")
        for width in (1440, 390)
    ],
)


@SCREENS
def test_axe_finds_nothing(opened, language: Language, theme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened(language, viewport={"width": width, "height": 900}, color_scheme=theme)
    if width == 390:  # what is folded away is looked at too, where it must fit into least
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = axe.Axe().run(page, options=RULES)
    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("audience", ["management", "analyst"])
def test_axe_finds_nothing_for_other_readers(browser, audience: str, tmp_path: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    suggestion = Suggestion(title="Win them back", because="They leave.", steps="Write to them.")
    goal = Goal(text="More of them.", aims=(Aim(number=REPORT.headline[0], reached=False),))
    report = replace(REPORT, goal=goal, suggestions=(suggestion,))
    render_html(report, tmp_path / "a.html", audience=audience)
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto((tmp_path / "a.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = axe.Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@SCREENS
def test_it_fits_and_every_chart_is_drawn(opened, language, theme, width) -> None:
    page = opened(language, viewport={"width": width, "height": 900}, color_scheme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    charts = page.locator("[data-chart]").count()
    assert page.locator("[data-chart] svg").count() == charts > 0
    assert page.heard == [page.url]


def test_the_toggle_changes_colours_and_says_so(opened) -> None:
    page = opened(color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    before, button = page.evaluate(ground), page.get_by_role("button", name="Dark colours")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert page.evaluate(ground) != before
    assert button.get_attribute("aria-pressed") == "true"


def test_without_scripts_the_tables_stand_in_for_the_charts(opened) -> None:
    page = opened(java_script_enabled=False)
    assert page.locator("figure table").first.is_visible()
    assert not page.locator("[data-chart]").first.is_visible()


def test_every_number_can_be_opened_by_keyboard(opened) -> None:
    page = opened()
    opener = page.locator(".hero summary")
    opener.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Goods, vouchers and discounts").first.is_visible()


def test_paper_shows_the_charts_in_light_colours(opened) -> None:
    page = opened(color_scheme="dark")
    assert len(page.pdf(format="A4", prefer_css_page_size=True)) > 50_000
