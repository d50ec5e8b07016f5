"""The door with its records in PostgreSQL: the same from the first account to the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from web.asking import serving
from web.door.conftest import PASSWORD, People
from zhike.operations.records import ADDRESS
from zhike.workspace import Workspace

pytestmark = pytest.mark.server

OURS = {"sec_fetch_site": "same-origin"}


@pytest.fixture
def database(postgres_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of its own, named by the environment."""
    rest = postgres_address.removeprefix("postgres://").rpartition("/")[0]
    engine = sa.create_engine(f"postgresql+psycopg://{rest}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE zhike_door"))
    address = f"postgresql://{rest}/zhike_door"
    monkeypatch.setenv(ADDRESS, address)
    yield address
    with engine.connect() as connection:
        connection.execute(sa.text("DROP DATABASE zhike_door WITH (FORCE)"))
    engine.dispose()


def test_people_come_in_see_and_are_noted(database: str, own_folder: Path) -> None:
    with serving(own_folder) as site:
        assert site.get("/").status == 200
        form = urlencode({"name": "Ann", "password": PASSWORD})
        made = site.post("/settings/people/first", form, **OURS)
        cookie = made.headers["set-cookie"].split(";")[0]
        assert site.get("/").status == 303
        assert site.get("/", cookie=cookie).status == 200
        assert site.get("/api/v1/customers", cookie=cookie).json["total"] > 0
        people = People(Workspace.open(own_folder).records)
        people.add("Vic", "viewer")
        assert site.get("/customers", cookie=people.cookie("Vic")).status == 403
        wrong = urlencode({"name": "Vic", "password": "wrong"})
        told = [site.post("/sign-in", wrong, **OURS).status for _ in range(6)]
        assert told == [401] * 5 + [429]
    assert not (own_folder / "private" / "operations.sqlite").exists()
    audit = people.records.audit
    assert audit.verified().is_whole
    assert set(audit.actions()) >= {"add_account", "sign_in", "view_customers", "locked_out"}
    people.records.store.close()


def test_settings_name_the_database_too(
    database: str, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ADDRESS)
    settings = own_folder / "zhike.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('database = ""', f'database = "{database}"'), encoding="utf-8")
    workspace = Workspace.open(own_folder)
    People(workspace.records).add("Ann", "admin")
    assert not (own_folder / "private" / "operations.sqlite").exists()
    assert [item.name for item in Workspace.open(own_folder).records.accounts.all()] == ["Ann"]
