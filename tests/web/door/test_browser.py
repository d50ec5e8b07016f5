"""The door in a real browser: accessible, quiet, and passed by keyboard without scripts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from web.asking import Site, serving
from web.door.conftest import PASSWORD, People
from zhike.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PATHS = ("/sign-in", "/settings/people", "/settings/account", "/settings/audit?verify=1")
SCREENS = [("en", "light", 1440), ("zh", "dark", 390)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is missing: apt-get install chromium fonts-noto-cjk")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def opened(browser: Any, site: Site, language: str, theme: str, width: int, **how: Any) -> Any:
    locale = {"en": "en-US", "zh": "zh-CN"}[language]
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=theme, locale=locale, **how)
    page = context.new_page()
    page.heard = []
    page.on("console", lambda message: page.heard.append(message.text))
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    return page


@pytest.mark.parametrize(("language", "theme", "width"), SCREENS)
def test_a_page_of_accounts_is_accessible_quiet_and_fits(
    browser: Any, peopled: Site, people: People, language: str, theme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened(browser, peopled, language, theme, width)
    for path in PATHS:
        page.goto(peopled.address + path)
        if path != "/sign-in":  # nobody is signed in there
            name, _, value = people.cookie("admin").partition("=")
            page.context.add_cookies([{"name": name, "value": value, "url": peopled.address}])
            page.goto(peopled.address + path)
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.Axe().run(page, options=RULES)
        assert found.response["passes"]
        assert found.violations_count == 0, found.generate_report()
    assert page.heard == []
    page.context.close()


def test_the_first_account_and_another_are_made_by_keyboard_without_scripts(
    browser: Any, own_folder: Path
) -> None:
    with serving(own_folder) as site:
        page = opened(browser, site, "zh", "light", 1440, java_script_enabled=False)
        page.goto(site.address)
        page.get_by_role("link", name="设置").click()
        page.get_by_label("名字").fill("王敏")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/settings/people")
        page.locator("#name").fill("Lin")
        page.locator("#password").fill(PASSWORD)
        page.locator("#role").select_option("viewer")
        page.get_by_role("button", name="开通账号").click()
        page.wait_for_url("**saved=Lin")
        page.get_by_role("button", name="退出登录").click()
        page.wait_for_url("**/sign-in")
        page.goto(site.address + "/metrics")
        page.get_by_label("名字").fill("lin")
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/metrics")
        assert page.get_by_text("只读查看").is_visible()
        assert page.get_by_role("link", name="客户").count() == 0
        page.context.close()
    roles = {
        item.name: item.role.name for item in Workspace.open(own_folder).records.accounts.all()
    }
    assert roles == {"王敏": "admin", "Lin": "viewer"}
