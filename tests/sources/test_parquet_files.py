"""Parquet: every value as the text that a person would have written."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhike.errors import SourceError
from zhike.sources import open_source

from .conftest import rows_of


def test_values_become_canonical_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.table(
        {
            "id": pa.array([13085.0, None]),
            "paid": pa.array([12.5, 3.0]),
            "price": pa.array([Decimal("1.50"), None]),
            "at": pa.array([datetime(2024, 1, 5, 12, 30), None], pa.timestamp("us")),  # noqa: DTZ001 - file times have no zone
            "utc": pa.array([datetime(2024, 1, 5, 12), None], pa.timestamp("ms", "UTC")),  # noqa: DTZ001 - file times have no zone
            "on": pa.array([date(2024, 1, 5), None]),
            "new": [True, False],
            "buyer": [{"name": "张三", "tags": ["a", "b"]}, None],
            "word": pa.array(["x", ""]).dictionary_encode(),
        }
    )
    pq.write_table(table, path)
    (raw,) = open_source(path)
    rows = rows_of(raw)
    assert {name: value for name, value in rows[0].items() if not name.startswith("_")} == {
        "id": "13085", "paid": "12.5", "price": "1.50", "at": "2024-01-05 12:30:00",
        "utc": "2024-01-05 12:00:00Z", "on": "2024-01-05", "new": "true",
        "buyer.name": "张三", "buyer.tags": '["a", "b"]', "word": "x",
    }  # fmt: skip
    assert [row["_row"] for row in rows] == [1, 2]
    assert rows[1]["id"] is rows[1]["word"] is None


def test_online_retail_is_read_whole(real_data: Path) -> None:
    (file,) = (real_data / "online_retail_ii").glob("*.parquet")
    (raw,) = open_source(file)
    table = pa.Table.from_batches(raw.batches())
    assert table.num_rows == 525_461
    assert table["Customer ID"][0].as_py() == "13085"
    assert table["_fate"].null_count == 525_461


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(SourceError) as refused:
        open_source(path)
    assert refused.value.code == "truncated_file"


def test_no_records_is_said(tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), path)
    with pytest.raises(SourceError) as refused:
        open_source(path)
    assert refused.value.code == "no_records"
