"""Landing: every record in Parquet, memory flat however large the file."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from zhike.errors import SourceError
from zhike.sources import content_hash, write_parquet

_LAND = """
import resource, sys
from zhike.sources import open_source, write_parquet
(table,) = open_source(sys.argv[1])
rows = write_parquet(table, sys.argv[2])
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_the_hash_is_that_of_the_bytes(written) -> None:
    assert content_hash(written(b"a,b\n")) == hashlib.sha256(b"a,b\n").hexdigest()
    with pytest.raises(SourceError):
        content_hash("nowhere.csv")


def test_landing_holds_every_record_and_tells_its_progress(opened, tmp_path: Path) -> None:
    table = opened("a,b\n1,2\n,\n3,4,5\n")
    told: list[tuple[int, int]] = []
    assert write_parquet(table, tmp_path / "raw.parquet", lambda *at: told.append(at)) == 3
    landed = pq.read_table(tmp_path / "raw.parquet")
    assert landed.schema.equals(table.schema)
    assert landed["_reason"].to_pylist() == [None, "blank", "too_many_columns"]
    assert told[-1] == (table.size_bytes, table.size_bytes)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    line = (
        '="1234567890123456789",张三,浙江省杭州市余杭区文一西路 {} 号,2024-03-05 12:33:00,99.50\n'
    )
    block = "".join(line.format(n) for n in range(10_000)).encode("gb18030")
    peaks = {}
    for rows in (1_000_000, 5_000_000):
        path = tmp_path / f"{rows}.csv"
        with path.open("wb") as file:
            file.write("订单编号,姓名,地址,下单时间,金额\n".encode("gb18030"))
            for _ in range(rows // 10_000):
                file.write(block)
        command = [sys.executable, "-c", _LAND, str(path), str(tmp_path / "raw.parquet")]
        landed, peak_mb = subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.split()
        path.unlink()
        assert int(landed) == rows
        peaks[rows] = int(peak_mb)
    assert peaks[5_000_000] < 1.15 * peaks[1_000_000] + 20, peaks
