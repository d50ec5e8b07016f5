"""What is seen and done on the pages is in the log, and admins read it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi.routing import iter_route_contexts

from web.asking import Site
from web.door.conftest import People
from zhike.operations.audit import Actor, Entry
from zhike.web.application import application
from zhike.web.door.admitting import needs
from zhike.web.door.noting import acts, noted_routes
from zhike.workspace import Workspace

OURS = {"sec_fetch_site": "same-origin"}


def newest(people: People, who: str) -> Entry:
    return people.records.audit.entries(who=who)[0]


def test_seeing_customers_is_written_down_by_whom_and_of_whom(
    peopled: Site, people: People
) -> None:
    cookie = people.cookie("front_line")
    listed = peopled.get("/api/v1/customers?rule=" + quote("frequency > 3"), cookie=cookie).json
    assert (newest(people, "front_line").action, newest(people, "front_line").subject) == (
        "view_customers", "frequency > 3",
    )  # fmt: skip
    customer = listed["customers"][0]["customer_id"]
    for path in (f"/customers/{customer}", f"/api/v1/customers/{customer}"):
        peopled.get(path, cookie=cookie)
        entry = newest(people, "front_line")
        assert (entry.action, entry.subject, entry.address) == (
            "view_customer", customer, "127.0.0.1",
        )  # fmt: skip
    assert people.records.audit.verified().is_whole


def test_what_is_searched_for_stays_out(peopled: Site, people: People) -> None:
    peopled.get("/customers?search=13800001234", cookie=people.cookie("analyst"))
    entry = newest(people, "analyst")
    assert (entry.action, "13800001234" in repr(entry)) == ("view_customers", False)


def test_the_box_that_finds_everything_is_noted_where_it_shows_customers(
    peopled: Site, people: People
) -> None:
    for who, noted in (("steward", True), ("viewer", False)):
        peopled.get("/search?q=1000", cookie=people.cookie(who))
        seen = [entry.action for entry in people.records.audit.entries(who=who)]
        assert ("view_customers" in seen) == noted


def test_downloads_and_edits_are_written_down(peopled: Site, people: People) -> None:
    cookie = people.cookie("analyst")
    peopled.get("/customers.csv?rule=" + quote("frequency > 3"), cookie=cookie)
    assert newest(people, "analyst").action == "export"
    peopled.get("/analyses/rfm/customers.csv?segment=champions", cookie=cookie)
    assert newest(people, "analyst").subject == "rfm"
    form = urlencode({"name": "noted", "rule": "frequency > 3"})
    peopled.post("/segments", form, cookie=cookie, **OURS)
    assert newest(people, "analyst").subject == "noted frequency > 3"
    peopled.post("/segments/remove", urlencode({"name": "noted"}), cookie=cookie, **OURS)
    assert newest(people, "analyst").action == "remove_segment"


def test_what_is_refused_is_not_written_as_seen(peopled: Site, people: People) -> None:
    assert peopled.get("/customers", cookie=people.cookie("viewer")).status == 403
    seen = [item.action for item in people.records.audit.entries(who="viewer")]
    assert "view_customers" not in seen


def test_every_route_that_shows_customers_is_noted(shop: Workspace) -> None:
    shown = {
        f"{method} {route.path}"
        for route in iter_route_contexts(application(shop.folder).routes)
        for method in route.methods or ()
    }
    assert set(noted_routes()) <= shown
    personal = {route for route in shown if needs().get(route) in ("customers", "export")}
    edits = {route for route in shown if needs().get(route, "").startswith("edit_")}
    # What may or may not hold customers is noted as well.
    some = {"GET /search", "GET /api/v1/search", "GET /reports/files/{name}"}
    assert personal | edits | some == set(noted_routes())


def test_every_act_of_the_log_has_words(people: People) -> None:
    assert set(people.records.audit.actions()) <= set(acts())


def test_an_admin_reads_the_log(peopled: Site, people: People) -> None:
    people.records.audit.note(Actor(who="<b>Eve</b>"), "sign_in_failed")
    page = peopled.get("/settings/audit?verify=1", cookie=people.cookie("admin"))
    assert page.status == 200
    assert "The log is whole" in page.text
    assert "&lt;b&gt;Eve&lt;/b&gt;" in page.text
    told = peopled.get("/api/v1/audit?action=sign_in_failed", cookie=people.cookie("admin")).json
    assert {item["action"] for item in told["entries"]} == {"sign_in_failed"}
    assert peopled.get("/settings/audit?before=x", cookie=people.cookie("admin")).status == 200
