"""Segments are saved, counted, listed and removed in a browser as on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest

from web.asking import Site, serving
from zhike.catalogue.rules import segment_members
from zhike.workspace import Workspace

RULE = "frequency >= 3 and recency_days > 30"
FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def own(own_shop: Workspace) -> Iterator[Site]:
    with serving(own_shop.folder) as site:
        yield site


def saved(site: Site, **form: str) -> int:
    return site.post("/segments", urlencode(form), **FORM).status


def test_a_saved_segment_is_counted_and_opens_its_customers(own: Site, own_shop: Workspace) -> None:
    assert "No segment is saved yet" in own.get("/segments").text
    assert saved(own, name="quiet", rule=RULE) == 303
    [segment] = own.get("/api/v1/segments").json["segments"]
    members = segment_members(own_shop.open_snapshot(), RULE).count().to_pyarrow().as_py()
    assert (segment["name"], segment["customers"]) == ("quiet", members)
    assert own.get("/api/v1/customers?rule=quiet").json["found"] == members
    assert own_shop.segments.find("quiet").rule == RULE
    assert "Save this rule" not in own.get("/customers?rule=quiet").text
    assert "Save this rule" in own.get("/customers?rule=" + quote(RULE)).text


def test_a_segment_may_rest_on_another_one(own: Site) -> None:
    assert saved(own, name="quiet", rule=RULE) == 303
    assert saved(own, name="rich quiet", rule="segment('quiet') and monetary > 100") == 303
    inner, outer = own.get("/api/v1/segments").json["segments"]
    assert 0 < outer["customers"] <= inner["customers"]
    refused = own.post("/segments/remove", "name=quiet", **FORM)
    assert refused.status == 409
    assert "rich quiet" in refused.text


def test_what_is_no_rule_or_no_name_is_refused_and_nothing_saved(own: Site) -> None:
    assert saved(own, name="odd", rule="frequency >>> 3") == 400
    assert saved(own, name="../odd", rule=RULE) == 400
    assert saved(own, name="<script>", rule=RULE) == 400
    assert saved(own) == 400
    assert own.post("/segments", "name=a&rule=" + "x" * 20_000, **FORM).status == 413
    assert own.get("/api/v1/segments").json["segments"] == []


def test_a_segment_is_removed(own: Site) -> None:
    saved(own, name="quiet", rule=RULE)
    assert own.post("/segments/remove", "name=quiet", **FORM).status == 303
    assert own.get("/api/v1/segments").json["segments"] == []
    assert own.post("/segments/remove", "name=quiet", **FORM).status == 400


def test_a_page_of_somebody_else_saves_nothing(own: Site) -> None:
    form = urlencode({"name": "quiet", "rule": RULE})
    for theirs in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
        assert own.post("/segments", form, **FORM, **theirs).status == 403
    assert own.get("/api/v1/segments").json["segments"] == []


def test_a_rule_that_fails_today_is_told_and_does_not_break_the_page(
    own: Site, own_shop: Workspace
) -> None:
    saved(own, name="quiet", rule=RULE)
    settings = own_shop.folder / "zhike.toml"
    settings.write_text(settings.read_text("utf-8").replace(RULE, "colour = 3"), "utf-8")
    page = own.get("/segments")
    assert page.status == 200
    assert "colour" in page.text
    assert own.get("/api/v1/segments").json["segments"][0]["customers"] is None
