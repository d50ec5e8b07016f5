"""Cuts place values exactly: money has four decimals, and counts have none."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from zhike.catalogue.ladder import places

MONEY = ["60.7254", "60.7255", "60.7256"]


def reached(kind: pa.DataType, values: list[object], cut: object, *, downwards: bool = False):
    table = ibis.memtable(pa.table({"value": pa.array(values).cast(kind)}))
    rows = table.select("value", reached=places(table.value, [cut], downwards=downwards))
    return rows.order_by("value").to_pyarrow()["reached"].to_pylist()


def test_a_cut_of_four_decimals_is_not_rounded():
    amounts = [Decimal(it) for it in MONEY]
    assert reached(pa.decimal128(18, 4), amounts, Decimal("60.7255")) == [0, 1, 1]
    assert reached(pa.decimal128(18, 4), amounts, Decimal("60.7255"), downwards=True) == [1, 1, 0]


@pytest.mark.parametrize(("downwards", "expected"), [(False, [0, 0, 1]), (True, [1, 1, 0])])
def test_a_cut_between_two_counts_parts_them(downwards: bool, expected: list[int]):
    assert reached(pa.int64(), [1, 2, 3], Decimal("2.5"), downwards=downwards) == expected
