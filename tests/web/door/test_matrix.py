"""Every route for every role: answered where the role has what the route needs, else refused.

The routes are those that the application has, not a list of ours: a new one without a rule fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from web.asking import Said, Site
from web.door.conftest import People
from zhike.operations.roles import permissions, roles
from zhike.web.application import application
from zhike.web.door.admitting import OPEN, SIGNED_IN, needs
from zhike.workspace import Workspace

EXAMPLES = {
    "{name}": "rfm",
    "{customer_id:path}": "nobody",
    "{stamp}": "0",
    "{errand}": "0123456789abcdef",
}
"""What stands in an address where something may vary."""


def routes(folder: Path) -> list[str]:
    found = {
        f"{method} {route.path}"
        for route in iter_route_contexts(application(folder).routes)
        for method in route.methods or {"ANY"}
    }
    return sorted(found - {f"HEAD {item.split(' ')[1]}" for item in found})


def asked(site: Site, route: str, cookie: str = "") -> Said:
    method, path = route.split(" ")
    for variable, value in EXAMPLES.items():
        path = path.replace(variable, value)
    headers = {"cookie": cookie} if cookie else {}
    if method == "GET":
        return site.get(path, **headers)
    return site.ask(method, path, headers | {"sec-fetch-site": "same-origin"}, "")


@pytest.fixture(scope="module")
def known(shop: Workspace) -> list[str]:
    return routes(shop.folder)


def test_every_route_has_a_rule_and_every_rule_a_route(known: list[str]) -> None:
    assert set(known) == set(needs())
    allowed = {OPEN, SIGNED_IN, *permissions()}
    assert {route: need for route, need in needs().items() if need not in allowed} == {}


def test_nothing_but_the_door_is_open(known: list[str]) -> None:
    assert {route for route in known if needs()[route] == OPEN} == {
        "GET /health", "GET /assets/{stamp}/{name}", "POST /preferences",
        "GET /sign-in", "POST /sign-in",
    }  # fmt: skip


@pytest.mark.parametrize("role", roles())
def test_a_role_is_answered_what_it_may_and_nothing_else(
    peopled: Site, people: People, known: list[str], role: str
) -> None:
    may = roles()[role].may
    wrong = {}
    for route in known:
        expected = needs()[route] in {OPEN, SIGNED_IN, *may}
        answer = asked(peopled, route, people.cookie(role))
        broken = answer.status >= 500 or (answer.status == 401 and needs()[route] != OPEN)
        if (answer.status != 403) != expected or broken:
            wrong[route] = answer.status
    assert not wrong


def test_a_stranger_is_answered_nothing(peopled: Site, known: list[str]) -> None:
    wrong = {}
    for route in known:
        answer = asked(peopled, route)
        told = answer.status
        if needs()[route] == OPEN:
            fine = told in (200, 303, 401, 404, 429)
        elif route.startswith("GET /") and "/api/" not in route:
            fine = told == 303 and answer.headers["location"].startswith("/sign-in?to=")
        else:
            fine = told == 401
        if not fine:
            wrong[route] = told
    assert not wrong


def test_a_refusal_says_so_to_people_and_programs(peopled: Site, people: People) -> None:
    page = peopled.get("/settings/people", cookie=people.cookie("viewer"))
    assert page.status == 403
    assert "Your role does not allow that." in page.text
    twin = peopled.get("/api/v1/data", cookie=people.cookie("viewer"))
    assert (twin.status, twin.json["error"]["code"]) == (403, "forbidden")
    nobody = peopled.get("/api/v1/overview")
    assert (nobody.status, nobody.json["error"]["code"]) == (401, "sign_in")
    assert nobody.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/settings/../data", "//data"])
def test_what_is_not_there_shows_a_stranger_nothing_of_the_shop(peopled: Site, path: str) -> None:
    answer = peopled.get(path)
    assert answer.status in (303, 401, 404)
    assert "Corner" not in answer.text
    assert "/customers" not in answer.text
