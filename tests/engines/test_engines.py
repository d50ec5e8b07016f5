from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhike.engines import Engine, open_engine
from zhike.errors import ParameterError, UnavailableError

ROWS = pa.table(
    {
        "id": pa.array([1, 2, 3], pa.int64()),
        "text": pa.array(["", None, 'comma, "quote"\nline 中文']),
        "money": pa.array(
            [Decimal("0.1000"), None, Decimal("-12345678.9999")], pa.decimal128(18, 4)
        ),
        "at": pa.array(
            [
                datetime.fromisoformat("2024-02-29T23:59:59.000001"),
                None,
                datetime.fromisoformat("1969-01-01"),
            ]
        ),
        "on": pa.array([date(2024, 2, 29), None, date(1969, 1, 1)]),
        "flag": pa.array([True, None, False]),
        "number": pa.array([0.1, None, 1e300]),
    }
)


@pytest.fixture(params=["duckdb", "postgres", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.mark.server
def test_rows_come_back_as_they_went_in(engine: Engine) -> None:
    table = engine.load("went_in", ROWS)
    assert table.order_by("id").to_pyarrow().to_pylist() == ROWS.to_pylist()


@pytest.mark.server
def test_parquet_files_are_read_as_one_table(engine: Engine, tmp_path: Path) -> None:
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(ROWS.slice(0, 2), paths[0])
    pq.write_table(ROWS.slice(2), paths[1])
    read = engine.read_parquet(paths).order_by("id").to_pyarrow()
    assert read.to_pylist() == ROWS.to_pylist()


@pytest.mark.server
@pytest.mark.parametrize("wide", [False, True])
def test_what_is_materialised_is_what_was_computed(engine: Engine, wide: bool) -> None:
    table = engine.load("whole", ROWS)
    kept = engine.materialise(table, wide=wide)
    assert kept.order_by("id").to_pyarrow().to_pylist() == ROWS.to_pylist()


def test_a_column_of_any_name_is_kept_in_a_file(duckdb_engine: Engine) -> None:
    names = {'say "hi"': [1], "O'Neil": ["x"], "数量": [2.5]}
    kept = duckdb_engine.materialise(duckdb_engine.load("named", pa.table(names)), wide=True)
    assert kept.to_pyarrow().to_pydict() == names


@pytest.mark.parametrize("wide", [False, True])
def test_sums_of_whole_numbers_stay_whole_when_they_are_kept(engine: Engine, wide: bool) -> None:
    table = engine.load("counted", ROWS)
    kept = engine.materialise(table.agg(total=table.id.sum(), rows=table.count()), wide=wide)
    row = kept.to_pyarrow().to_pylist()[0]
    assert row == {"total": 6, "rows": 3}
    assert all(type(value) is int for value in row.values())


def test_what_is_materialised_no_longer_changes(engine: Engine) -> None:
    table = engine.load("changing", ROWS)
    kept = engine.materialise(table.filter(table.id > 1))
    engine.load("changing", ROWS.slice(0, 1))
    assert sorted(kept.id.to_pyarrow().to_pylist()) == [2, 3]


@pytest.mark.server
def test_tables_without_rows_keep_their_columns(engine: Engine) -> None:
    empty = engine.materialise(engine.load("nothing", ROWS.slice(0, 0)))
    assert empty.columns == tuple(ROWS.column_names)
    assert empty.count().to_pyarrow().as_py() == 0


def test_an_unknown_address_is_refused_with_what_there_is() -> None:
    with pytest.raises(ParameterError, match="duckdb"):
        open_engine("duckbd")


@pytest.mark.server
def test_a_server_that_does_not_answer_is_named(postgres_address: str) -> None:
    nowhere = postgres_address.replace("127.0.0.1", "127.0.0.1").rsplit(":", 1)[0] + ":1/postgres"
    with pytest.raises(UnavailableError, match="does not answer"):
        open_engine(nowhere)


def test_an_engine_that_nobody_closes_leaves_nothing_behind() -> None:
    script = "from zhike.engines import open_engine; print(open_engine()._scratch)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert not Path(done.stdout.strip()).exists()
