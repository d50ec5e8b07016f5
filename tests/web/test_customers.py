"""The list of customers and the page of each: what the workspace says, bound and masked."""

from __future__ import annotations

import csv
import html
import io
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from web.asking import Site, serving
from workspace.planting import plant
from zhike.catalogue.rules import segment_members
from zhike.datasets import simulate
from zhike.schema import Shop
from zhike.workspace import Settings, Workspace
from zhike.workspace.directory import MOST_CHOSEN, PAGE_ROWS, Asked, Directory

RULE = "frequency >= 3 and recency_days > 30"


@pytest.fixture(scope="module")
def opened(shop: Workspace) -> Shop:
    return shop.open_snapshot()


@pytest.fixture(scope="module")
def best(site: Site) -> str:
    """The customer who brought most."""
    return str(site.get("/api/v1/customers").json["customers"][0]["customer_id"])


def test_the_list_is_that_of_the_rule_in_order(site: Site, opened: Shop) -> None:
    answer = site.get(f"/api/v1/customers?rule={quote(RULE)}&sort=-recency_days").json
    members = segment_members(opened, RULE)
    meant = set(members.to_pyarrow()["customer_id"].to_pylist())
    assert answer["found"] == len(meant)
    assert answer["total"] > answer["found"] > 0
    assert {row["customer_id"] for row in answer["customers"]} <= meant
    silent = [row["recency_days"] for row in answer["customers"]]
    assert silent == sorted(silent, reverse=True)


def test_pages_of_a_list_hold_everybody_once(site: Site) -> None:
    first = site.get("/api/v1/customers").json
    seen = [
        row["customer_id"]
        for page in range(1, first["pages"] + 1)
        for row in site.get(f"/api/v1/customers?page={page}").json["customers"]
    ]
    assert len(seen) == len(set(seen)) == first["total"]
    assert first["pages"] == -(-first["total"] // PAGE_ROWS)
    assert site.get("/api/v1/customers?page=99999").json["page"] == first["pages"]


def test_the_file_holds_what_the_list_says(site: Site) -> None:
    answer = site.get(f"/customers.csv?rule={quote(RULE)}&sort=-monetary")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    listed = site.get(f"/api/v1/customers?rule={quote(RULE)}").json
    ids = [next(iter(row.values())) for row in rows]
    assert len(ids) == listed["found"]
    assert ids[:PAGE_ROWS] == [row["customer_id"] for row in listed["customers"]]


def test_a_wrong_rule_is_pointed_at_and_nothing_is_listed(site: Site) -> None:
    page = site.get("/customers?rule=" + quote("frequency >>> 3"))
    assert page.status == 400
    assert "<pre>" in page.text
    assert "^" in page.text
    assert 'class="people"' not in page.text
    assert site.get("/api/v1/customers?rule=" + quote("frequency >>> 3")).status == 400


@pytest.mark.parametrize(
    "query",
    [
        "sort=" + quote("monetary; drop table orders"),
        "rule=" + quote("'; delete from kept_0 --"),
    ],
)
def test_what_is_no_rule_and_no_column_reaches_no_query(site: Site, query: str) -> None:
    assert site.get(f"/customers?{query}").status == 400
    assert site.get("/api/v1/customers").json["total"] > 0


def test_text_of_the_reader_comes_back_as_text(site: Site) -> None:
    page = site.get("/customers?search=" + quote("<script>alert(1)</script>"))
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert "No customer is like that." in page.text


def test_columns_are_those_chosen(site: Site) -> None:
    page = site.get("/customers?columns=tenure_days&columns=nothing_such").text
    heads = page.split("<thead>")[1].split("</thead>")[0]
    assert "Days since the first purchase" in heads
    assert heads.count("<th ") == 2


def test_a_customer_is_told_with_all_that_happened(site: Site, opened: Shop, best: str) -> None:
    answer = site.get(f"/api/v1/customers/{best}").json
    orders = opened["orders"]
    own = orders.filter(orders.customer_id == best)
    told = [event for event in answer["events"] if event["kind"] == "order"]
    assert len(told) == own.count().to_pyarrow().as_py()
    paid = float(own.paid_amount.sum().to_pyarrow().as_py())
    assert sum(event["amount"] for event in told) == pytest.approx(paid)
    days = [event["day"] for event in answer["events"]]
    assert days == sorted(days, reverse=True)
    page = html.unescape(site.get(f"/customers/{best}").text)
    assert all(product in page for event in told for product in event["products"])


def test_what_is_to_be_expected_is_what_the_analyses_say(
    site: Site, shop: Workspace, best: str
) -> None:
    ends = time.monotonic() + 60
    while (said := site.get(f"/api/v1/customers/{best}").json["outlook"]) is None:
        assert time.monotonic() < ends
        time.sleep(0.2)
    rows = shop.customers("churn").filter(lambda row: row.customer_id == best)
    [expected] = rows.to_pyarrow().to_pylist()
    assert said["churn"]["leaving_probability"] == pytest.approx(expected["leaving_probability"])
    assert "Risk of leaving" in site.get(f"/customers/{best}").text


def test_nobody_is_a_page_of_its_own(site: Site) -> None:
    assert site.get("/customers/nobody").status == 404
    assert site.get("/api/v1/customers/nobody").status == 404


def test_personal_data_are_masked(site: Site, opened: Shop, best: str) -> None:
    people = opened["people"]
    [person] = people.filter(people.customer_id == best).to_pyarrow().to_pylist()
    told = [site.get(path).text for path in (f"/customers/{best}", f"/api/v1/customers/{best}")]
    hidden = [person[name] for name in ("name", "phone", "email", "address") if person[name]]
    assert hidden
    assert not [text for text in hidden for page in told if text in page]


def test_nobody_keeps_a_list(site: Site, best: str) -> None:
    for path in ("/customers", f"/customers/{best}", "/api/v1/customers"):
        answer = site.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_a_search_is_by_part_of_the_id(shop: Workspace, best: str) -> None:
    published = shop.published
    assert published is not None
    found = Directory(shop, published).page(Asked(search=best[2:9].upper()))
    assert best in {row["customer_id"] for row in found.rows}


def test_what_cannot_be_foretold_is_told_and_the_rest_is_shown(
    own_shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no model")

    monkeypatch.setattr("zhike.web.crowd.Outlook", broken)
    with serving(own_shop.folder) as site:
        best = site.get("/api/v1/customers").json["customers"][0]["customer_id"]
        ends = time.monotonic() + 60
        while "still being computed" in (page := site.get(f"/customers/{best}").text):
            assert time.monotonic() < ends
            time.sleep(0.1)
    assert "Something that should not happen did" in page
    assert "no model" not in page
    assert "What happened" in page


def test_customers_without_any_order_are_shown_too(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "typed", Settings(language="en"))
    plant(workspace, {"customers": simulate(100, language="en").arrow("customers")})
    workspace.run()
    with serving(workspace.folder) as site:
        answer = site.get("/api/v1/customers").json
        assert answer["found"] == 100
        page = site.get(f"/customers/{answer['customers'][0]['customer_id']}")
    assert page.status == 200
    assert "Nothing is known." in page.text


def test_more_lists_than_are_remembered_stay_right(shop: Workspace) -> None:
    directory = Directory(shop, shop.snapshots()[0].id)
    wanted = [f"frequency >= {least}" for least in range(MOST_CHOSEN + 6)]
    first = [directory.page(Asked(rule=rule)).found for rule in wanted]
    assert first == sorted(first, reverse=True)
    assert first[0] > first[2] > first[-1]
    again = [directory.page(Asked(rule=rule)) for rule in wanted]
    assert [page.found for page in again] == first
    assert all(row["frequency"] >= 2 for row in again[2].rows)


def test_the_past_of_a_customer_is_all_of_it(site: Site, opened: Shop, best: str) -> None:
    events = site.get(f"/api/v1/customers/{best}").json["events"]
    orders = opened["orders"]
    own = orders.filter(orders.customer_id == best)
    days = own.order_by(own.ordered_on.desc()).to_pyarrow()["ordered_on"].to_pylist()
    told = [event["day"] for event in events if event["kind"] == "order"]
    assert told == [day.isoformat() for day in days][: len(told)]
    assert len(told) == min(len(days), 100)
    assert any(event["products"] for event in events)
