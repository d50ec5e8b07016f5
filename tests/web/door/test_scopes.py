"""Each sees their own customers, and names in full or masked: on pages, in JSON and in files."""

from __future__ import annotations

import csv
import html
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from web.asking import Said, Site, serving
from web.door.conftest import ADMIN, People
from workspace.planting import plant
from zhike.datasets import simulate
from zhike.operations.sight import Sight
from zhike.workspace import Settings, Workspace

pytestmark = pytest.mark.slow

Tables = dict[str, pa.Table]
AS_OF = date(2025, 7, 1)
STAFF = ("S1", "S2", "S3")
TEAMS = {"S1": "North", "S2": "North", "S3": "South"}
SCOPES = {
    "own": Sight(reach="own", of=("S1",)),
    "team": Sight(reach="team", of=("North",)),
    "nobody": Sight(reach="own", of=("S9",)),
}
ENGLISH = {"accept_language": "en"}


@pytest.fixture(scope="module")
def tables() -> Tables:
    """A small company in which each customer has somebody in charge."""
    company = simulate(120, language="zh")
    found = {name: company.arrow(name) for name in company.tables}
    customers = found["customers"]
    owners = pa.array([STAFF[number % 3] for number in range(customers.num_rows)])
    at = customers.column_names.index("owner_id")
    found["customers"] = customers.set_column(at, "owner_id", owners)
    found["staff"] = pa.table(
        {
            "staff_id": list(TEAMS),
            "name": ["Kim", "Lou", "Max"],
            "role": pa.nulls(3, pa.string()),
            "team": list(TEAMS.values()),
            "joined_on": pa.nulls(3, pa.date32()),
        }
    )
    return found


@pytest.fixture(scope="module")
def theirs(tables: Tables) -> dict[str, set[str]]:
    """Scope to its customers, by hand."""
    rows = tables["customers"].to_pylist()
    return {
        "own": {row["customer_id"] for row in rows if row["owner_id"] == "S1"},
        "team": {row["customer_id"] for row in rows if row["owner_id"] in ("S1", "S2")},
        "nobody": set(),
    }


def planted(folder: Path, tables: Tables) -> Workspace:
    workspace = Workspace.create(folder, Settings(name="Shop", currency="CNY", language="en"))
    plant(workspace, tables)
    workspace.run(AS_OF)
    return workspace


@pytest.fixture(scope="module")
def scoped_shop(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return planted(tmp_path_factory.mktemp("scoped") / "shop", tables)


@pytest.fixture(scope="module")
def scoped(scoped_shop: Workspace) -> People:
    people = People(scoped_shop.records)
    people.add("boss", "admin")
    for name, sight in SCOPES.items():
        people.add(name, "front_line", sight)
        people.add(f"{name} analyst", "analyst", sight)
    return people


@pytest.fixture(scope="module")
def site(scoped_shop: Workspace) -> Iterator[Site]:
    with serving(scoped_shop.folder) as site:
        yield site


def asked(site: Site, people: People, who: str, path: str) -> Said:
    """The answer, once what it needs has been computed."""
    ends = time.monotonic() + 120
    while True:
        answer = site.get(path, cookie=people.cookie(who), **ENGLISH)
        if answer.status != 503 or time.monotonic() > ends:
            return answer
        assert "Try again in a minute" in html.unescape(answer.text)
        time.sleep(0.2)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_list_holds_their_customers_and_no_other(
    site: Site, scoped: People, theirs: dict[str, set[str]], scope: str
) -> None:
    listed = asked(site, scoped, scope, "/api/v1/customers").json
    assert listed["total"] == len(theirs[scope])
    ids, page = set[str](), 1
    while page <= listed["pages"]:
        told = asked(site, scoped, scope, f"/api/v1/customers?page={page}").json
        ids |= {row["customer_id"] for row in told["customers"]}
        page += 1
    assert ids == theirs[scope]
    file = asked(site, scoped, f"{scope} analyst", "/customers.csv").text
    rows = list(csv.reader(io.StringIO(file.lstrip("\ufeff"))))[1:]
    assert {row[0] for row in rows} == theirs[scope]


@pytest.mark.parametrize("scope", SCOPES)
def test_nobody_elses_customer_is_there_by_any_way(
    site: Site, scoped: People, theirs: dict[str, set[str]], tables: Tables, scope: str
) -> None:
    everybody = set(tables["customers"]["customer_id"].to_pylist())
    other = min(everybody - theirs[scope])
    assert asked(site, scoped, "boss", f"/customers/{other}").status == 200
    assert asked(site, scoped, scope, f"/customers/{other}").status == 404
    assert asked(site, scoped, scope, f"/api/v1/customers/{other}").status == 404
    assert asked(site, scoped, scope, f"/api/v1/customers?search={other}").json["found"] == 0
    for customer in sorted(theirs[scope])[:1]:
        assert asked(site, scoped, scope, f"/customers/{customer}").status == 200


def test_the_numbers_are_those_of_a_shop_with_their_customers_alone(
    site: Site, scoped: People, theirs: dict[str, set[str]], tables: Tables, tmp_path: Path
) -> None:
    own = pa.array(sorted(theirs["team"]))
    cut = {
        name: rows.filter(pc.is_in(rows["customer_id"], own))
        if "customer_id" in rows.column_names
        else rows
        for name, rows in tables.items()
    }
    lines = cut["order_lines"]
    cut["order_lines"] = lines.filter(pc.is_in(lines["order_id"], cut["orders"]["order_id"]))
    alone = planted(tmp_path / "alone", cut)
    whole = 0
    for entry in alone.snapshots()[0].analyses:
        name = entry["name"]
        told = asked(site, scoped, "team", f"/api/v1/analyses/{name}")
        if entry["status"] != "done":
            assert told.status == 409
            continue
        assert not list(_differences(told.json, alone.show(name).as_json(), name))
        whole += told.json != asked(site, scoped, "boss", f"/api/v1/analyses/{name}").json
    assert whole > 10
    shown = asked(site, scoped, "team", "/api/v1/overview").json
    numbers = {item["name"]: item["value"] for item in shown["numbers"]}
    expected = alone.show("overview").numbers
    assert not list(_differences(numbers, {name: expected[name] for name in numbers}))


def test_settings_of_a_reader_are_computed_on_their_customers(site: Site, scoped: People) -> None:
    path = "/api/v1/analyses/cohorts?unit=quarter"
    own, boss = (asked(site, scoped, who, path).json for who in ("own", "boss"))
    assert own["tables"] != boss["tables"]


def test_the_customers_behind_a_finding_are_theirs(
    site: Site, scoped: People, theirs: dict[str, set[str]]
) -> None:
    for scope in ("own", "team"):
        file = asked(site, scoped, f"{scope} analyst", "/analyses/rfm/customers.csv").text
        rows = list(csv.reader(io.StringIO(file.lstrip("\ufeff"))))[1:]
        assert rows
        assert {row[0] for row in rows} <= theirs[scope]


def test_segments_count_their_customers(site: Site, scoped: People, scoped_shop: Workspace) -> None:
    scoped_shop.segments.save("bought", "frequency >= 1")
    sizes = {}
    for who in ("own analyst", "team analyst", "boss"):
        [told] = asked(site, scoped, who, "/api/v1/segments").json["segments"]
        sizes[who] = told["customers"]
    assert 0 < sizes["own analyst"] < sizes["team analyst"] < sizes["boss"]


@pytest.mark.parametrize("path", ["/", "/api/v1/overview", "/analyses/rfm", "/customers"])
def test_two_who_ask_for_one_page_get_their_own_in_either_order(
    site: Site, scoped: People, path: str
) -> None:
    people = ("own", "team", "boss")
    for who in people:
        asked(site, scoped, who, "/api/v1/customers")
    first = {who: asked(site, scoped, who, path) for who in people}
    bodies = {who: _without_names(said.text, scoped, who) for who, said in first.items()}
    assert len(set(bodies.values())) == 3
    with ThreadPoolExecutor(max_workers=6) as pool:
        order = [*people, *reversed(people)] * 4
        again = list(pool.map(lambda who: (who, asked(site, scoped, who, path)), order))
    for who, said in again:
        assert _without_names(said.text, scoped, who) == bodies[who]
    for who, said in first.items():
        tag = said.headers.get("etag")
        for other in people if tag else ():
            answer = site.get(path, cookie=scoped.cookie(other), if_none_match=tag, **ENGLISH)
            assert answer.status == (304 if other == who else 200)


def test_names_are_in_full_for_those_who_may_and_masked_for_the_rest(
    site: Site, scoped: People, tables: Tables, theirs: dict[str, set[str]]
) -> None:
    people = {row["customer_id"]: row for row in tables["people"].to_pylist()}
    customer = next(item for item in sorted(theirs["own"]) if people[item]["phone"])
    person = people[customer]
    for path in (f"/customers/{customer}", f"/api/v1/customers/{customer}"):
        full = html.unescape(asked(site, scoped, "own", path).text)
        assert all(person[name] in full for name in ("name", "phone", "address"))
        hidden = html.unescape(asked(site, scoped, "own analyst", path).text)
        assert not [name for name in ("name", "phone", "address") if person[name] in hidden]
        assert f"{person['phone'][:3]}****{person['phone'][-4:]}" in hidden
    listed = {"boss": True, "own analyst": False}
    for who, in_full in listed.items():
        file = asked(site, scoped, who, "/customers.csv").text
        page = html.unescape(asked(site, scoped, who, f"/customers?search={customer}").text)
        twin = asked(site, scoped, who, f"/api/v1/customers?search={customer}").text
        assert [person["phone"] in text for text in (file, twin)] == [in_full] * 2
        assert [person["name"] in text for text in (file, page, twin)] == [in_full] * 3


def test_what_a_mask_hides_is_not_found_out_by_searching(
    site: Site, scoped: People, tables: Tables
) -> None:
    person = next(row for row in tables["people"].to_pylist() if row["phone"] and row["name"])
    for text, parts in ((person["phone"][3:9], True), (person["phone"], False)):
        for who, finds in (("boss", True), ("team analyst", not parts)):
            for path in (f"/api/v1/customers?search={text}", f"/api/v1/search?q={text}"):
                told = asked(site, scoped, who, path).json["customers"]
                found = person["customer_id"] in {row["customer_id"] for row in told}
                assert found == finds, (who, path)


def test_whoever_sees_a_part_is_not_shown_files_that_hold_everybody(
    site: Site, scoped: People
) -> None:
    scoped.add("own steward", "steward", SCOPES["own"])
    scoped.add("steward", "steward")
    for path in ("/data/rejected", "/data/rejected.csv", "/api/v1/rejected"):
        assert asked(site, scoped, "own steward", path).status == 403
        assert asked(site, scoped, "steward", path).status != 403
    assert asked(site, scoped, "own steward", "/data").status == 200


def test_nothing_to_see_is_a_page_and_no_fault(site: Site, scoped: People) -> None:
    for path in ("/", "/analyses", "/analyses/rfm", "/metrics", "/customers", "/segments", "/help"):
        assert asked(site, scoped, "nobody", path).status == 200
    assert asked(site, scoped, "nobody analyst", "/data").status == 200


def test_another_reach_holds_from_the_next_request(
    site: Site, scoped: People, theirs: dict[str, set[str]]
) -> None:
    totals = []
    for scope in ("nobody", "own", "team", "nobody"):
        scoped.records.accounts.change("nobody", by=ADMIN, sight=SCOPES[scope])
        totals.append(asked(site, scoped, "nobody", "/api/v1/customers").json["total"])
    assert totals == [0, len(theirs["own"]), len(theirs["team"]), 0]


def _differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two answers differ by more than the order in which numbers were added up."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from _differences(one[name], other[name], f"{where}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(*pair, f"{where}[{number}]")
    elif isinstance(one, float) and isinstance(other, float | int):
        if one != pytest.approx(other, rel=1e-6, abs=1e-9):
            yield f"{where}: {one} != {other}"
    elif one != other:
        yield f"{where}: {one} != {other}"


def _without_names(text: str, people: People, who: str) -> str:
    """What a page says, without who reads it."""
    session = people.records.signing_in.session(people.secret(who))
    assert session is not None
    words = (session.form_token, f">{who}<", str(session.account.role.label))
    for word in words:
        text = text.replace(word, "")
    return text
