"""The same records on SQLite and on PostgreSQL, with a clock that tests turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from zhike.operations import passwords
from zhike.operations.audit import Actor
from zhike.operations.records import Records

ANN = Actor(who="Ann")
PASSWORD = "four quiet grey horses"


@dataclass
class Clock:
    at: datetime = datetime(2026, 1, 5, 9)  # noqa: DTZ001

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Digests of the same kind that cost little: some tests make dozens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))
        passwords._nobodys.cache_clear()
        yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | Path]:
    """Of an empty database."""
    if request.param == "sqlite":
        yield tmp_path / "private" / "operations.sqlite"
        return
    server = request.getfixturevalue("postgres_address")
    rest = server.removeprefix("postgres://").rpartition("/")[0]
    engine = sa.create_engine(f"postgresql+psycopg://{rest}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE zhike_records"))
    try:
        yield f"postgresql://{rest}/zhike_records"
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text("DROP DATABASE zhike_records WITH (FORCE)"))
        engine.dispose()


@pytest.fixture
def records(address: str | Path, clock: Clock) -> Iterator[Records]:
    records = Records(address, clock)
    yield records
    records.store.close()
