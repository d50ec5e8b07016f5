"""From an empty workspace to the overview of one's own file, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from web.asking import Site, serving
from web.browsing import RULES, elsewhere, kept, launched
from zhike.workspace import Settings, Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADER = {
    "en": "order id,customer id,order date,paid,place",
    "zh": "订单编号,会员编号,下单时间,实付金额,去处",
}
ROWS = "".join(f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},{n % 50}.50,web\n" for n in range(1, 200))
BUTTONS = {
    "en": {"see": "See what is in them", "take": "Take them in and compute"},
    "zh": {"see": "看看里面有什么", "take": "导入并计算"},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from launched()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    workspace = Workspace.create(tmp_path / "new", Settings(name="新店 New", currency="CNY"))
    with serving(workspace.folder) as site:
        yield site


def looked_at(page: Any, name: str, width: int) -> None:
    """A page fits, and breaks no rule of accessibility, folded away or not."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    kept(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    found = axe.Axe().run(page, options=RULES)
    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1440), ("zh", "dark", 390)]
)
def test_from_nothing_to_the_overview_of_an_own_file(
    browser: Any, empty: Site, tmp_path: Path, language: str, theme: str, width: int
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(f"{HEADER[language]}\n{ROWS}A999,C1,2024-13-45,5,web\n", encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        locale={"en": "en-US", "zh": "zh-CN"}[language],
    )
    page, heard = context.new_page(), list[str]()
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: elsewhere(request.url, empty, heard))

    def named(what: str) -> str:
        return f"{what}-{language}-{theme}-{width}"

    page.goto(empty.address)
    assert page.url.endswith("/begin")
    looked_at(page, named("begin"), width)
    page.set_input_files("input[type=file]", file)
    assert "orders.csv" in page.locator(".chosen").inner_text()
    page.get_by_role("button", name=BUTTONS[language]["see"]).click()
    page.wait_for_url("**/data/add/*", timeout=60_000)
    looked_at(page, named("matching"), width)
    place = HEADER[language].rpartition(",")[2]
    page.get_by_label(place, exact=True).select_option("orders.channel")
    page.get_by_role("button", name=BUTTONS[language]["take"]).click()
    page.wait_for_url("**/data/work/*")
    looked_at(page, named("work"), width)
    page.reload()  # how far it is stands on the server
    assert page.locator("progress").is_visible()
    page.wait_for_url(re.compile(r"/$"), timeout=120_000)
    assert page.locator("main h1").inner_text() == {"en": "Overview", "zh": "经营总览"}[language]
    assert page.locator(".hero .figure").is_visible()
    page.goto(f"{empty.address}/data")
    looked_at(page, named("sources"), width)
    page.goto(f"{empty.address}/data/rejected")
    assert page.get_by_text("2024-13-45").is_visible()
    looked_at(page, named("rejected"), width)
    [batch] = empty.get("/api/v1/sources").json["batches"]
    assert batch["fates"] == {"loaded": 199, "rejected": 1}
    assert heard == []
    context.close()
