"""Coming in through the door, and the ways around it that are shut."""

from __future__ import annotations

import http.client
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from web.asking import Said, Site, serving
from web.door.conftest import PASSWORD, People
from zhike.workspace import Workspace

OURS = {"sec_fetch_site": "same-origin"}


def cookie_of(answer: Said) -> str:
    return answer.headers["set-cookie"].split(";")[0]


def sign_in(site: Site, name: str = "admin", to: str = "/", **headers: str) -> Said:
    form = urlencode({"name": name, "password": PASSWORD, "to": to})
    return site.post("/sign-in", form, **OURS, **headers)


def test_whoever_signs_in_is_led_to_what_was_asked_for(peopled: Site) -> None:
    led = peopled.get("/customers?rule=frequency+%3E+3")
    assert led.status == 303
    page = peopled.get(led.headers["location"])
    to = re.search(r'name="to" value="([^"]+)"', page.text)
    assert to is not None
    answer = sign_in(peopled, to=to[1])
    assert (answer.status, answer.headers["location"]) == (303, "/customers?rule=frequency+%3E+3")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    shown = peopled.get("/", cookie=cookie_of(answer))
    assert shown.status == 200
    assert "Sign out" in shown.text


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(peopled: Site, to: str) -> None:
    assert sign_in(peopled, to=to).headers["location"] == "/"
    assert f'value="{to}"' not in peopled.get(f"/sign-in?to={quote(to)}").text


def test_a_session_that_somebody_planted_is_replaced(peopled: Site) -> None:
    planted = cookie_of(sign_in(peopled))
    own = cookie_of(sign_in(peopled, cookie=planted))
    made_up = cookie_of(sign_in(peopled, cookie="zhike_session=chosen-by-a-stranger"))
    assert len({planted, own, made_up, "zhike_session=chosen-by-a-stranger"}) == 4
    assert peopled.get("/", cookie=planted).status == 303
    assert peopled.get("/", cookie=own).status == 200


def test_signing_out_ends_the_session(peopled: Site) -> None:
    cookie = cookie_of(sign_in(peopled))
    out = peopled.post("/sign-out", "", cookie=cookie, **OURS)
    assert (out.status, out.headers["location"]) == (303, "/sign-in")
    assert out.headers["clear-site-data"] == '"cache"'
    assert peopled.get("/", cookie=cookie).status == 303


@pytest.mark.parametrize("name", ["admin", "nobody", "<script>alert(1)</script>"])
def test_a_wrong_password_is_one_sentence(peopled: Site, name: str) -> None:
    answer = peopled.post("/sign-in", urlencode({"name": name, "password": "x"}), **OURS)
    assert answer.status == 401
    assert "do not belong together" in answer.text
    assert "set-cookie" not in answer.headers
    assert "<script>alert" not in answer.text


def test_whoever_guesses_is_locked_out(own_folder: Path) -> None:
    records = Workspace.open(own_folder).records
    People(records).add("Ann", "admin")
    with serving(own_folder) as site:
        wrong = urlencode({"name": "Ann", "password": "wrong"})
        told = [site.post("/sign-in", wrong, **OURS).status for _ in range(7)]
        assert told == [401] * 5 + [429] * 2
        locked = sign_in(site, "Ann")
        assert (locked.status, "set-cookie" in locked.headers) == (429, False)
        assert 0 < int(locked.headers["retry-after"]) <= 900


@pytest.mark.parametrize(
    "sent",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
)
def test_a_form_of_another_site_does_nothing(
    peopled: Site, people: People, sent: dict[str, str]
) -> None:
    form = urlencode({"name": "planted", "rule": "frequency > 3"})
    answer = peopled.post("/segments", form, cookie=people.cookie("admin"), **sent)
    assert answer.status == 403
    assert "planted" not in peopled.get("/api/v1/segments", cookie=people.cookie("admin")).text


def test_a_browser_that_says_nothing_shows_the_token_of_its_page(
    peopled: Site, people: People
) -> None:
    cookie = people.cookie("admin")
    page = peopled.get("/segments", cookie=cookie).text
    tokens = set(re.findall(r'name="form_token" value="([0-9a-f]{64})"', page))
    assert tokens == {people.form_token("admin")}
    other = people.form_token("analyst")
    form = {"name": "sealed", "rule": "frequency > 3"}
    for token, status in ((other, 403), ("", 403), (tokens.pop(), 303)):
        sent = urlencode(form | {"form_token": token})
        assert peopled.post("/segments", sent, cookie=cookie).status == status


def test_every_form_of_every_page_carries_the_token(peopled: Site, people: People) -> None:
    cookie = people.cookie("admin")
    for path in ("/", "/customers?rule=frequency+%3E+3", "/segments", "/settings/people",
                 "/settings/account"):  # fmt: skip
        page = peopled.get(path, cookie=cookie).text
        forms = re.findall(r'<form[^>]*method="post"[^>]*>.*?</form>', page, re.DOTALL)
        bare = [form[:120] for form in forms if "form_token" not in form]
        assert all('action="/preferences"' in form for form in bare)


def test_a_form_is_not_too_large(peopled: Site) -> None:
    assert peopled.post("/sign-in", "name=" + "x" * 70_000, **OURS).status == 413
    assert peopled.post("/sign-in", "&".join(["a=b"] * 300), **OURS).status == 400


@pytest.mark.parametrize("path", ["/sign-in", "/preferences", "/segments"])
def test_a_form_without_an_end_is_not_read(peopled: Site, people: People, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", peopled.port, timeout=30)
    connection.putrequest("POST", path)
    connection.putheader("transfer-encoding", "chunked")
    connection.putheader("cookie", people.cookie("admin"))
    connection.putheader("sec-fetch-site", "same-origin")
    connection.endheaders()
    chunk = b"name=" + b"x" * 65_530
    with suppress(OSError):  # whoever is refused in the midst is cut off
        for _ in range(64):
            connection.send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    assert connection.getresponse().status == 413
    connection.close()


def test_a_store_that_cannot_be_read_is_a_sentence_and_lets_nobody_in(own_folder: Path) -> None:
    People(Workspace.open(own_folder).records).add("Ann", "admin")
    store = own_folder / "private" / "operations.sqlite"
    for file in store.parent.glob("operations.sqlite*"):
        file.write_bytes(b"no database at all " * 400)
    with serving(own_folder) as site:
        for path in ("/", "/customers", "/nowhere", "/api/v1/overview", "/sign-in"):
            answer = site.get(path, accept_language="en")
            assert answer.status in (404, 503)
            assert "Corner" not in answer.text
            assert "content-security-policy" in answer.headers
        assert "The database of accounts does not answer" in site.get("/").text


def test_nobody_is_served_what_was_kept_for_another(peopled: Site, people: People) -> None:
    first = peopled.get("/metrics", cookie=people.cookie("admin"))
    assert "private" in first.headers["cache-control"]
    assert "cookie" in first.headers["vary"]
    tag = first.headers["etag"]
    again = peopled.get("/metrics", cookie=people.cookie("admin"), if_none_match=tag)
    assert again.status == 304
    other = peopled.get("/metrics", cookie=people.cookie("viewer"), if_none_match=tag)
    assert other.status == 200
    assert peopled.get("/metrics", if_none_match=tag).status == 303


def test_a_page_offers_nothing_that_it_would_refuse(peopled: Site, people: People) -> None:
    page = peopled.get("/", cookie=people.cookie("viewer")).text
    for path in ("/customers", "/data"):
        assert f'href="{path}"' not in page
    listed = peopled.get("/customers", cookie=people.cookie("front_line")).text
    assert "/customers.csv" not in listed
    assert "/customers.csv" in peopled.get("/customers", cookie=people.cookie("analyst")).text


def test_the_first_account_is_made_on_a_page_and_from_then_all_sign_in(own_folder: Path) -> None:
    with serving(own_folder) as site:
        assert site.get("/settings").headers["location"] == "/settings/people"
        page = site.get("/settings/people")
        assert "Make the first account" in page.text
        short = urlencode({"name": "Ann", "password": "short"})
        refused = site.post("/settings/people/first", short, **OURS)
        assert refused.status == 400
        assert "this one has 5" in refused.text
        form = urlencode({"name": "Ann", "password": PASSWORD})
        made = site.post("/settings/people/first", form, **OURS)
        assert made.status == 303
        assert site.get("/").status == 303
        assert site.post("/settings/people/first", form, **OURS).status == 401
        people = site.get("/settings/people", cookie=cookie_of(made)).text
        assert "Ann" in people
        assert "Let somebody else in" in people


def test_an_account_of_the_command_line_shuts_a_server_that_runs(own_folder: Path) -> None:
    with serving(own_folder) as site:
        assert site.get("/").status == 200
        People(Workspace.open(own_folder).records).add("Ann", "admin")
        assert site.get("/").status == 303
        assert sign_in(site, "Ann").status == 303


def test_people_change_their_password_when_they_know_it(own_folder: Path) -> None:
    People(Workspace.open(own_folder).records).add("Ann", "admin")
    with serving(own_folder) as site:
        cookie, other = cookie_of(sign_in(site, "Ann")), cookie_of(sign_in(site, "Ann"))
        path, new = "/settings/account/password", "nine loud red birds"
        wrong = urlencode({"present": "guess", "password": new})
        assert site.post(path, wrong, cookie=cookie, **OURS).status == 400
        short = urlencode({"present": PASSWORD, "password": "short"})
        assert site.post(path, short, cookie=cookie, **OURS).status == 400
        assert site.get("/", cookie=cookie).status == 200
        right = urlencode({"present": PASSWORD, "password": new})
        done = site.post(path, right, cookie=cookie, **OURS)
        assert done.status == 303
        assert site.get("/", cookie=other).status == 303
        assert site.get("/", cookie=cookie_of(done)).status == 200
        assert sign_in(site, "Ann").status == 401


def test_an_admin_makes_changes_and_closes_accounts(own_folder: Path) -> None:
    records = Workspace.open(own_folder).records
    people = People(records)
    people.add("Ann", "admin")
    with serving(own_folder) as site:

        def post(path: str, **form: str) -> int:
            answer = site.post(
                f"/settings/people{path}", urlencode(form), cookie=people.cookie("Ann"), **OURS
            )
            return answer.status

        made = {"name": "Lin", "password": PASSWORD, "role": "front_line"}
        assert post("", **made, reach="region", of="浙江省，江苏省") == 303
        assert records.accounts.find("Lin").reach_of == ("江苏省", "浙江省")
        assert post("", **made, reach="all") == 400
        assert post("", name="Bo", password=PASSWORD, role="king", reach="all") == 400
        assert post("/change", name="Lin", role="analyst", reach="all") == 303
        assert records.accounts.find("Lin").role.name == "analyst"
        lin = people.cookie("Lin")
        assert post("/password", name="Lin", password="nine loud red birds") == 303
        assert site.get("/", cookie=lin).status == 303
        assert post("/close", name="Ann") == 400
        assert post("/close", name="Lin") == 303
        assert post("/reopen", name="Lin") == 303
        assert post("/close", name="nobody") == 400
    actions = {item.action for item in records.audit.entries(who="Ann")}
    assert actions >= {"add_account", "change_account", "change_password", "close_account"}
