from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from zhike.catalogue.clock import second_of_day
from zhike.engines import Engine
from zhike.schema import Shop


@pytest.mark.parametrize(
    "zone",
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"],
)
def test_the_second_of_the_day_is_that_of_the_zone(zone: str, duckdb_engine: Engine) -> None:
    begin = datetime(2023, 1, 1, tzinfo=UTC)
    instants = [begin + timedelta(minutes=97 * number) for number in range(6000)]
    naive = pa.array([it.replace(tzinfo=None) for it in instants], pa.timestamp("us"))
    rows = ibis.memtable(pa.table({"at": naive}))
    shop = Shop(duckdb_engine, {}, timezone=zone)
    second = second_of_day(shop, rows.at, date(2023, 1, 1), date(2024, 3, 1))
    found = rows.mutate(second=second).to_pyarrow().to_pylist()
    for row in found:
        local = row["at"].replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert row["second"] == local.hour * 3600 + local.minute * 60 + local.second
