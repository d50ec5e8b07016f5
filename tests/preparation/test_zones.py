"""Business time is what `zoneinfo` says it is, on both sides of every change of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.preparation.standardise.zones import to_local, to_utc

LAST_YEAR = 2031
FIRST, LAST = datetime(1990, 1, 2), datetime(LAST_YEAR, 12, 30)  # noqa: DTZ001
written = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(fold=0))
"""Files and tables hold no fold: of an hour that comes twice, or never, the first is meant."""
times = st.lists(written, min_size=1, max_size=40)
ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC")


@pytest.fixture(scope="module")
def duck() -> ibis.BaseBackend:
    return ibis.duckdb.connect()


def answers(
    duck: ibis.BaseBackend, moments: list[datetime], zone: str, shift: object
) -> list[datetime]:
    table = ibis.memtable(
        pa.table({"n": range(len(moments)), "at": pa.array(moments, pa.timestamp("us"))})
    )
    shifted = table.mutate(moved=shift(table["at"], zone, LAST_YEAR)).order_by("n")  # type: ignore[operator]
    return duck.to_pyarrow(shifted)["moved"].to_pylist()


@pytest.mark.parametrize("zone", ZONES)
@given(moments=times)
@settings(max_examples=15)
def test_local_times_become_utc(duck: ibis.BaseBackend, zone: str, moments: list[datetime]) -> None:
    expected = [
        moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
        for moment in moments
    ]
    assert answers(duck, moments, zone, to_utc) == expected


@pytest.mark.parametrize("zone", ZONES)
@given(moments=times)
@settings(max_examples=15)
def test_instants_become_local_times(
    duck: ibis.BaseBackend, zone: str, moments: list[datetime]
) -> None:
    expected = [
        moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        for moment in moments
    ]
    assert answers(duck, moments, zone, to_local) == expected


def test_an_hour_that_comes_twice_is_the_first_and_one_that_is_skipped_goes_by_the_old_clock(
    duck: ibis.BaseBackend,
) -> None:
    twice, skipped = datetime(2024, 10, 27, 1, 30), datetime(2024, 3, 31, 1, 30)  # noqa: DTZ001
    assert answers(duck, [twice, skipped], "Europe/London", to_utc) == [
        twice - timedelta(hours=1),
        skipped,
    ]
