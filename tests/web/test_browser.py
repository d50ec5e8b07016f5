"""The pages in a real browser: accessible, quiet, on every screen, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from web.asking import Site
from web.browsing import RULES, elsewhere, kept, launched
from zhike.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATHS = {
    "overview": "/",
    "customers": "/customers",
    "rule": "/customers?rule=frequency+%3E+3&columns=stage&columns=monetary",
    "wrong": "/customers?rule=frequency+%3E%3E%3E",
    "customer": "/customers/{best}",
    "segments": "/segments",
    "analyses": "/analyses",
    "analysis": "/analyses/rfm",
    "settings": "/analyses/cohorts?unit=quarter",
    "refused": "/analyses/cohorts?unit=decade",
    "metrics": "/metrics",
    "reports": "/reports",
    "search": "/search?q=revenue",
    "data": "/data",
    "add": "/data/add",
    "set aside": "/data/rejected",
    "help": "/help",
    "nowhere": "/nowhere",
    "first account": "/settings/people",
}
SCREENS = [("en", "light", 1440), ("zh", "dark", 390)]
"""Each page in each language, theme and width, if not in each of their combinations."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from launched()


@pytest.fixture
def opened(browser: Any, site: Site) -> Iterator[Any]:
    """Opens a page and notes what it complains of and which other hosts it asks."""
    contexts = []

    def open_page(path: str, language: str = "en", theme: str = "light", **how: Any) -> Any:
        size = {"width": how.pop("width", 1440), "height": 900}
        locale = {"en": "en-US", "zh": "zh-CN"}[language]
        context = browser.new_context(viewport=size, color_scheme=theme, locale=locale, **how)
        contexts.append(context)
        page = context.new_page()
        page.heard = []
        page.on("console", lambda message: page.heard.append(message.text))
        page.on("pageerror", lambda error: page.heard.append(str(error)))
        page.on("request", lambda request: elsewhere(request.url, site, page.heard))
        page.goto(site.address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_a_page_is_accessible_quiet_and_fits(
    opened: Any, site: Site, name: str, language: str, theme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    path = PATHS[name]
    if "{best}" in path:
        path = path.format(best=site.get("/api/v1/customers").json["customers"][0]["customer_id"])
    page = opened(path, language, theme, width=width)
    kept(page, f"{name}-{language}-{theme}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    charts = page.locator("[data-chart]").count()
    assert page.locator("[data-chart] svg").count() == charts
    if width == 390:  # what is folded away is looked at too, where it must fit into least
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = axe.Axe().run(page, options=RULES)
    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()
    assert [text for text in page.heard if "404" not in text and "400" not in text] == []


def test_pointing_at_a_chart_breaks_no_rule_of_the_page(opened: Any) -> None:
    page = opened("/")
    chart = page.locator("[data-chart]").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    for part in (0.3, 0.5, 0.7):
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
    assert page.heard == []


def test_colours_and_language_are_chosen_and_remembered(opened: Any) -> None:
    page = opened("/metrics")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark").click()
    page.wait_for_load_state()
    assert page.evaluate(ground) != light
    page.get_by_role("button", name="中文").click()
    page.wait_for_load_state()
    page.get_by_role("link", name="经营总览").first.click()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("name", ["overview", "customers", "analysis", "metrics", "data", "help"])
def test_without_scripts_everything_is_read_from_tables(opened: Any, name: str) -> None:
    page = opened(PATHS[name], java_script_enabled=False)
    assert page.locator("h1").is_visible()
    drawn = page.locator("figure.chart")
    assert page.locator("figure.chart table:visible").count() == drawn.count()
    assert not page.locator("[data-chart]:visible").count()


def test_without_scripts_the_form_of_an_analysis_works_and_back_goes_back(opened: Any) -> None:
    page = opened("/analyses/cohorts", java_script_enabled=False)
    page.get_by_text("Settings of this analysis").click()
    page.locator("select[name=unit]").select_option("quarter")
    page.get_by_role("button", name="Compute").click()
    assert "unit=quarter" in page.url
    assert page.get_by_text("Computed just now with your settings.").is_visible()
    page.go_back()
    assert page.url.endswith("/analyses/cohorts")


def test_one_gets_from_the_overview_to_an_answer_by_keyboard(opened: Any) -> None:
    page = opened("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    finding = page.locator(".standing .findings a").first
    finding.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/analyses/*")
    assert page.locator("main h1").is_visible()


def test_paper_has_the_page_without_its_frame(opened: Any, shop: Workspace) -> None:
    page = opened("/", theme="dark")
    page.emulate_media(media="print")
    assert not page.locator("header.side").is_visible()
    assert page.locator("h1").is_visible()
    assert len(page.pdf(format="A4")) > 20_000
