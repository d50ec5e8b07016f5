"""Programs with a token: the JSON of somebody, and of that what the token says."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from web.asking import Said, Site
from web.door.conftest import ADMIN, People

OURS = {"sec_fetch_site": "same-origin"}
TOKENS = "/settings/account/tokens"


def made(site: Site, people: People, who: str, *may: str, name: str = "stock") -> Said:
    form = urlencode([("name", name), ("days", "30"), *(("may", scope) for scope in may)])
    return site.post(TOKENS, form, cookie=people.cookie(who), **OURS)


def secret(site: Site, people: People, who: str, *may: str) -> str:
    found = re.search(r"zhike_[\w-]{40,}", made(site, people, who, *may).text)
    assert found is not None
    return found[0]


def bearing(site: Site, token: str, path: str, **headers: str) -> Said:
    return site.get(path, authorization=f"Bearer {token}", **headers)


def test_a_token_is_shown_once(peopled: Site, people: People) -> None:
    token = secret(peopled, people, "analyst", "results")
    page = peopled.get("/settings/account", cookie=people.cookie("analyst")).text
    assert "stock" in page
    assert token not in page


def test_a_token_opens_its_scopes_and_nothing_else(peopled: Site, people: People) -> None:
    token = secret(peopled, people, "admin", "results", "segments")
    for path in ("/api/v1/overview", "/api/v1/analyses/rfm", "/api/v1/segments",
                 "/api/v1/openapi.json"):  # fmt: skip
        assert bearing(peopled, token, path).status == 200
    for path in ("/api/v1/customers", "/api/v1/data", "/customers.csv", "/settings/people",
                 "/api/v1/audit", "/settings/account"):  # fmt: skip
        assert bearing(peopled, token, path).status == 403
    told = bearing(peopled, token, "/api/v1/account").json
    assert (told["account"], told["may"]) == ("admin", ["results", "segments"])


def test_a_token_changes_nothing(peopled: Site, people: People) -> None:
    token = secret(peopled, people, "admin", "results", "segments")
    form = urlencode({"name": "planted", "rule": "frequency > 3"})
    assert peopled.post("/segments", form, authorization=f"Bearer {token}").status == 403


@pytest.mark.parametrize("shown", ["Bearer ", "Bearer zhike_x", "Basic YTpi", "zhike_x"])
def test_what_is_no_token_opens_nothing(peopled: Site, shown: str) -> None:
    answer = peopled.get("/api/v1/overview", authorization=shown)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_shows_names_in_full_where_it_says_so(peopled: Site, people: People) -> None:
    masked = secret(peopled, people, "steward", "customers")
    full = secret(peopled, people, "steward", "customers", "personal")
    named = {
        token: bearing(peopled, token, "/api/v1/customers").json["customers"]
        for token in (masked, full)
    }
    names = [[row["name"] for row in rows if row["name"]] for rows in named.values()]
    assert all(name.endswith("**") or name == "***" for name in names[0])
    assert not any(name.endswith("**") for name in names[1])


def test_what_was_kept_for_one_token_is_not_told_another(peopled: Site, people: People) -> None:
    one, other = (secret(peopled, people, "analyst", "results") for _ in range(2))
    tag = bearing(peopled, one, "/api/v1/overview").headers["etag"]
    assert bearing(peopled, one, "/api/v1/overview", if_none_match=tag).status == 304
    assert bearing(peopled, other, "/api/v1/overview", if_none_match=tag).status == 200
    assert "authorization" in bearing(peopled, one, "/api/v1/overview").headers["vary"]


def test_a_revoked_token_opens_nothing(peopled: Site, people: People) -> None:
    token = secret(peopled, people, "manager", "results")
    page = peopled.get("/settings/account", cookie=people.cookie("manager")).text
    number = re.search(r'name="token" value="(\d+)"', page)
    assert number is not None
    sent = urlencode({"token": number[1]})
    strangers = peopled.post(f"{TOKENS}/revoke", sent, cookie=people.cookie("analyst"), **OURS)
    assert strangers.status == 400
    assert bearing(peopled, token, "/api/v1/overview").status == 200
    assert (
        peopled.post(f"{TOKENS}/revoke", sent, cookie=people.cookie("manager"), **OURS).status
        == 303
    )
    assert bearing(peopled, token, "/api/v1/overview").status == 401


def test_another_role_narrows_what_a_token_opens(peopled: Site, people: People) -> None:
    people.add("turner", "analyst")
    token = secret(peopled, people, "turner", "customers", "results")
    assert bearing(peopled, token, "/api/v1/customers").status == 200
    people.records.accounts.change("turner", by=ADMIN, role="viewer")
    assert bearing(peopled, token, "/api/v1/customers").status == 403
    assert bearing(peopled, token, "/api/v1/overview").status == 200
    people.records.accounts.close("turner", by=ADMIN)
    assert bearing(peopled, token, "/api/v1/overview").status == 401


@pytest.mark.parametrize("form", ["name=&days=30&may=results", "name=x&days=many&may=results",
                                  "name=x&days=30", "name=x&days=30&may=people"])  # fmt: skip
def test_a_token_that_cannot_be_is_a_sentence(peopled: Site, people: People, form: str) -> None:
    answer = peopled.post(TOKENS, form, cookie=people.cookie("admin"), **OURS)
    assert answer.status == 400
    assert 'class="notice bad"' in answer.text
