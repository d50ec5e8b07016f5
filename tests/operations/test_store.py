"""The database: made, migrated up and down, safe to read by nobody else, whole after a crash."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from operations.conftest import ANN, PASSWORD
from zhike.errors import ParameterError, UnavailableError
from zhike.operations.records import Records
from zhike.operations.store import NOTHING, Store
from zhike.operations.tables import METADATA


def test_migrations_lead_to_the_tables_and_back(records: Records) -> None:
    store = records.store
    for _ in range(2):
        store.migrate()
        with store.reading() as connection:
            assert not compare_metadata(MigrationContext.configure(connection), METADATA)
        store.migrate(NOTHING)
        with store.reading() as connection:
            assert sa.inspect(connection).get_table_names() == ["alembic_version"]


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "private" / "operations.sqlite"
    records = Records(file)
    records.accounts.add_first("Ann", PASSWORD, by=ANN)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("address", ["mysql://host/db", "sqlite:///x", "postgresql:/x", "nonsense"])
def test_another_kind_of_database_is_a_sentence(address: str) -> None:
    with pytest.raises(ParameterError, match="postgresql://host/name"):
        Store(address)


def test_a_database_that_does_not_answer_is_a_sentence() -> None:
    with pytest.raises(UnavailableError) as told:
        Records("postgresql://zhike@127.0.0.1:1/none").accounts.anybody()
    assert told.value.code == "store"


WRITER = """
import sys
from pathlib import Path
from zhike.operations.audit import Actor
from zhike.operations.records import Records
records = Records(Path(sys.argv[1]))
for number in range(100_000):
    records.audit.note(Actor(who="Ann"), "edit", str(number))
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "operations.sqlite"
    command = [sys.executable, "-c", WRITER, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        heard = [running.stdout.readline() for _ in range(40)]
        running.send_signal(signal.SIGKILL)
        heard += running.stdout.readlines()
    acknowledged = int([line for line in heard if line.endswith("\n")][-1])
    verdict = Records(file).audit.verified()
    assert verdict.is_whole
    assert acknowledged + 1 <= verdict.entries <= acknowledged + 2
