"""The search box: customers by name and telephone number, and everything that has a page."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from web.asking import Site
from zhike.workspace import Workspace


@pytest.fixture(scope="module")
def person(shop: Workspace) -> dict[str, str]:
    """Somebody with a name and a telephone number."""
    people = shop.open_snapshot()["people"]
    known = people.filter(people.phone.notnull(), people["name"].notnull())
    return known.order_by("customer_id").limit(1).to_pyarrow().to_pylist()[0]


def test_a_customer_is_found_by_name_and_by_telephone(site: Site, person: dict[str, str]) -> None:
    digits = "".join(sign for sign in person["phone"] if sign.isdecimal())
    for text in (person["name"], digits[-6:], person["customer_id"]):
        found = site.get(f"/api/v1/search?q={quote(text)}").json
        assert person["customer_id"] in {row["customer_id"] for row in found["customers"]}


def test_what_is_found_is_masked(site: Site, person: dict[str, str]) -> None:
    page = site.get(f"/search?q={quote(person['customer_id'])}").text
    assert person["customer_id"] in page
    assert person["name"] not in page
    assert person["phone"] not in page


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("cohort", "/analyses/cohorts"),
        ("net_revenue", "/metrics#net_revenue"),
        ("NET REVENUE", "/metrics#net_revenue"),
        ("order_lines.quantity", "/help#tables"),
    ],
)
def test_what_has_a_page_is_found(site: Site, text: str, address: str) -> None:
    places = site.get(f"/api/v1/search?q={quote(text)}").json["places"]
    assert address in {place["address"] for several in places.values() for place in several}
    assert f'href="{address}"' in site.get(f"/search?q={quote(text)}").text


def test_the_best_fit_comes_first(site: Site) -> None:
    metrics = site.get("/api/v1/search?q=net%20revenue").json["places"]["metric"]
    assert metrics[0]["title"] == "Net revenue"


def test_words_of_the_readers_language_are_found(site: Site) -> None:
    found = site.get(f"/api/v1/search?q={quote('净收入')}", accept_language="zh-CN").json
    assert found["places"]["metric"][0]["address"] == "/metrics#net_revenue"


@pytest.mark.parametrize("text", ["", "   ", "zzzzzz", "<script>alert(1)</script>", "%", "'--"])
def test_any_text_has_an_answer(site: Site, text: str) -> None:
    answer = site.get(f"/search?q={quote(text)}")
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    assert site.get(f"/api/v1/search?q={quote(text)}").json["sought"] == text.strip()


def test_a_long_text_is_cut(site: Site) -> None:
    assert len(site.get(f"/api/v1/search?q={'a' * 5000}").json["sought"]) == 100
