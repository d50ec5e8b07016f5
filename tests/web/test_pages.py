"""Every page is there, in both languages, from the snapshot, and carries what protects it."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import pytest

from web.asking import Site, serving
from zhike.analyses import REGISTRY
from zhike.blocks import Number, write_value
from zhike.web.shielding import POLICY
from zhike.workspace import Settings, Workspace

PAGES = ("/", "/customers", "/segments", "/analyses", "/metrics", "/data", "/help")
TWINS = ("overview", "analyses", "metrics", "data", "glossary")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ZH = {"accept_language": "zh-CN,zh;q=0.9"}


@pytest.mark.parametrize("page", [*PAGES, *(f"/analyses/{name}" for name in REGISTRY)])
def test_a_page_is_there_in_both_languages(site: Site, page: str) -> None:
    english, chinese = site.get(page), site.get(page, **ZH)
    assert english.status == chinese.status == 200
    assert '<html lang="en"' in english.text
    assert '<html lang="zh-CN"' in chinese.text
    assert CHINESE.search(chinese.text.split("<h1")[1].split("</h1>")[0])


@pytest.mark.parametrize("name", REGISTRY)
def test_the_twin_of_an_analysis_is_what_show_says(site: Site, shop: Workspace, name: str) -> None:
    answer = site.get(f"/api/v1/analyses/{name}")
    if answer.status == 409:
        assert answer.json["error"]["code"] == "needs"
        assert "Not enough data" in site.get(f"/analyses/{name}").text
        return
    assert answer.json == shop.show(name).as_json()


@pytest.mark.parametrize("name", REGISTRY)
def test_numbers_on_a_page_are_those_of_show(site: Site, shop: Workspace, name: str) -> None:
    if site.get(f"/api/v1/analyses/{name}").status == 409:
        return
    page = html.unescape(site.get(f"/analyses/{name}").text)
    result = shop.show(name)
    numbers = [block for block in result.blocks() if isinstance(block, Number)]
    written = [write_value(item.value, item.format, result.currency) for item in numbers]
    assert all(f">{text}<" in page for text in written)
    assert all(str(finding.sentence) in page for finding in result.findings())


@pytest.mark.parametrize("twin", TWINS)
def test_every_page_has_its_twin_and_that_is_declared(site: Site, twin: str) -> None:
    answer = site.get(f"/api/v1/{twin}")
    assert answer.status == 200
    assert answer.json["snapshot"]
    assert f"/api/v1/{twin}" in site.get("/api/v1/openapi.json").json["paths"]


def test_every_answer_carries_what_protects_it(site: Site) -> None:
    for path in ("/", "/nowhere", "/api/v1/overview", "/api/v1/analyses/nothing", "/health"):
        headers = site.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert "public" not in headers["cache-control"]
        assert "server" not in headers
    assert "unsafe" not in POLICY


def test_no_page_has_a_script_or_a_style_of_its_own(site: Site) -> None:
    for path in (*PAGES, "/analyses/rfm", "/nowhere"):
        text = site.get(path).text
        scripts = re.findall(r"<script(?! src=)([^>]*)>", text)
        assert set(scripts) <= {' id="drawings" type="application/json"'}
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)


def test_a_name_from_the_settings_is_text_and_never_markup(site: Site) -> None:
    text = site.get("/").text
    assert "<b>shop</b>" not in text
    assert "Corner &lt;b&gt;shop&lt;/b&gt;" in text


def test_a_repeated_page_costs_nothing_and_belongs_to_one_reader(site: Site) -> None:
    first = site.get("/metrics")
    assert "private" in first.headers["cache-control"]
    again = site.get("/metrics", if_none_match=first.headers["etag"])
    assert (again.status, again.text) == (304, "")
    other = site.get("/metrics", if_none_match=first.headers["etag"], **ZH)
    assert other.status == 200
    dark = site.get("/metrics", if_none_match=first.headers["etag"], cookie="zhike_theme=dark")
    assert dark.status == 200
    assert 'data-theme="dark"' in dark.text


def test_a_language_is_remembered_and_leads_back(site: Site) -> None:
    answer = site.post("/preferences", "language=zh&back=%2Fdata%3Fx%3D1")
    assert answer.status == 303
    assert answer.headers["location"] == "/data?x=1"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert '<html lang="zh-CN"' in site.get("/", cookie=cookie.split(";")[0]).text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nothing_leads_to_another_site(site: Site, back: str) -> None:
    assert site.post("/preferences", f"language=en&back={back}").headers["location"] == "/"


@pytest.mark.parametrize(
    "header", [{"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}]
)
def test_a_form_on_another_site_changes_nothing(site: Site, header: dict[str, str]) -> None:
    answer = site.post("/preferences", "language=zh", **header)
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_a_strangers_name_for_this_machine_is_refused(site: Site) -> None:
    assert site.get("/", host="evil.example").status == 400


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("unit=decade", "unit is decade; it must be one of week, month, quarter"),
        ("most_periods=0", "most_periods is 0; it must be a whole number from 1 to 520"),
        ("most_periods=many", "most_periods is many; it must be a whole number"),
        ("as_of=2024-13-45", "as_of is 2024-13-45; it must be a day"),
        ("colour=red", "There is no parameter 'colour'"),
        ("unit=<script>alert(1)</script>", "unit is <script>alert(1)</script>;"),
    ],
)
def test_a_bad_setting_is_a_sentence_on_the_page(site: Site, query: str, says: str) -> None:
    path = query.replace("<", "%3C").replace(">", "%3E")
    page, twin = site.get(f"/analyses/cohorts?{path}"), site.get(f"/api/v1/analyses/cohorts?{path}")
    assert page.status == twin.status == 400
    assert says in html.unescape(page.text)
    assert "<script>alert" not in page.text
    assert says in twin.json["error"]["message"]


def test_settings_of_a_reader_are_computed_and_said(site: Site, shop: Workspace) -> None:
    page = site.get("/analyses/cohorts?unit=quarter")
    assert page.status == 200
    assert "Computed just now with your settings." in page.text
    twin = site.get("/api/v1/analyses/cohorts?unit=quarter").json
    assert twin == shop.show("cohorts", unit="quarter").as_json()
    assert twin != shop.show("cohorts").as_json()


def test_the_customers_behind_a_finding_can_be_downloaded(site: Site, shop: Workspace) -> None:
    page = html.unescape(site.get("/analyses/rfm").text)
    links = re.findall(r'href="(/analyses/rfm/customers\.csv\?segment=(\w+))"', page)
    assert links
    for link, segment in links:
        answer = site.get(link)
        assert answer.headers["content-type"].startswith("text/csv")
        assert f"rfm-{segment}.csv" in answer.headers["content-disposition"]
        behind = shop.customers("rfm", where=[f"segment={segment}"], sort="customer_id")
        ids = [line.split(",")[0].strip('"') for line in answer.text.splitlines()[1:]]
        assert ids == behind.customer_id.to_pyarrow().to_pylist()
    assert "no-store" in answer.headers["cache-control"]
    chinese = site.get(links[0][0], **ZH).text.splitlines()[0]
    assert all(CHINESE.search(title) for title in chinese.split(","))


@pytest.mark.parametrize(
    ("path", "status"),
    [("rfm/customers.csv?phone=1", 400), ("rmf/customers.csv", 404), ("rfm/customers.csv?=", 400)],
)
def test_a_list_that_cannot_be_is_a_sentence(site: Site, path: str, status: int) -> None:
    answer = site.get(f"/analyses/{path}")
    assert answer.status == status
    assert "<h1>" in answer.text


def test_what_is_not_there_is_a_sentence(site: Site) -> None:
    page = site.get("/analyses/rmf")
    assert page.status == 404
    assert "Did you mean &#39;rfm&#39;?" in page.text
    assert site.get("/nowhere", **ZH).text.count("这个地址没有内容。") == 2
    twin = site.get("/api/v1/nowhere")
    assert twin.json["error"] == {
        "code": "not_found", "message": "There is nothing at this address.", "hint": "",
    }  # fmt: skip


ORDERS = """订单编号,买家会员名,订单创建时间,买家实际支付金额
1,张三丰,2024-03-01 10:00:00,30
2,李四光,2024-03-32 10:00:00,40
3,张三丰,2024-04-02 11:00:00,50
"""


@pytest.mark.slow
def test_a_new_workspace_says_how_to_begin_and_shows_its_first_run(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "new", Settings(name="New", currency="CNY"))
    with serving(workspace.folder) as site:
        assert site.get("/").headers["location"] == "/begin"
        assert "Who are your customers?" in site.get("/begin", accept_language="en").text
        assert site.get("/api/v1/overview").status == 409
        assert site.get("/health").json["status"] == "ok"
        (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
        workspace.add(tmp_path / "orders.csv")
        workspace.run()
        assert site.get("/api/v1/overview").json["snapshot"] == workspace.published
        rejected = site.get("/api/v1/data").json["rejected"]
        assert [(item["file"], sorted(item)) for item in rejected] == [
            ("orders.csv", ["file", "reason", "row"])
        ]
        shown = site.get("/data", accept_language="en").text
        assert "1 record was set aside" in shown
        assert "李四光" not in shown  # it stands on a page that only whoever adds data may open
        assert "李四光" in site.get("/data/rejected").text


@pytest.mark.slow
def test_a_new_snapshot_is_shown_without_a_restart_and_fails_no_request(
    own_shop: Workspace,
) -> None:
    with serving(own_shop.folder) as site:
        first = site.get("/api/v1/overview").json["snapshot"]
        newer = own_shop.run().id
        assert newer != first
        deadline = time.monotonic() + 30
        seen = first
        while seen != newer and time.monotonic() < deadline:
            answer = site.get("/api/v1/overview")
            assert answer.status == 200
            seen = answer.json["snapshot"]
            time.sleep(0.05)
        assert seen == newer


def test_scripts_and_styles_keep_for_ever_and_are_small(site: Site) -> None:
    text = site.get("/").text
    found = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', text))
    assert len(found) == 4
    sizes = []
    for path in found:
        packed = site.ask_bytes(path)
        assert "immutable" in packed[0]["cache-control"]
        sizes.append(len(packed[1]))
    page = len(site.ask_bytes("/")[1])
    assert page + sum(sizes) < 500_000


def test_chinese_and_english_readers_are_never_mixed(site: Site) -> None:
    texts = [site.get("/help", **(ZH if turn % 2 else {})).text for turn in range(6)]
    headings = [text.split("<h1")[1].split("</h1>")[0] for text in texts]
    assert [bool(CHINESE.search(heading)) for heading in headings] == [False, True] * 3
