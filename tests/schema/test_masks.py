"""Masked values are for recognising, and say no more than the rule allows."""

from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa
import pytest

from zhike.schema import standard_table
from zhike.schema.masks import MASKS, is_child, masked

EXAMPLES = {
    "people.phone": {
        "13800001234": "138****1234",
        "0571-88886666": "057****6666",
        "88886666": "****66",
        "138****1234": "138****1234",
    },
    "people.email": {"li@example.com": "l***@example.com", "@x": "***", "nonsense": "***"},
    "people.name": {"王小明": "王**", "李": "***", "Alice Smith": "A**"},
    "people.address": {
        "浙江省杭州市西湖区文三路 1 号": "浙江省杭州市西湖区***",
        "内蒙古自治区呼和浩特市新城区 2 号": "内蒙古自治区呼和浩特市新城区***",
        "广东省东莞市阳光小区 3 栋": "广东省东莞市***",
        "12 High Street, Leeds": "***",
    },
    "people.external_ids": {"openid:abc": "***"},
}


def shown(field: str, values: list[str | None], children: list[bool] | None = None) -> list[str]:
    flags = children or [False] * len(values)
    rows = ibis.memtable(pa.table({"value": pa.array(values, pa.string()), "child": flags}))
    found = masked(field, rows.value, is_child=rows.child)
    result: list[str] = found.to_pyarrow().to_pylist()
    return result


@pytest.mark.parametrize("field", EXAMPLES)
def test_each_field_has_its_mask(field: str) -> None:
    given = EXAMPLES[field]
    assert shown(field, list(given)) == list(given.values())


@pytest.mark.parametrize("field", EXAMPLES)
def test_nothing_stays_nothing(field: str) -> None:
    assert shown(field, [None, "x"])[0] is None


def test_whoever_is_under_fourteen_is_hidden_wholly() -> None:
    assert shown("people.name", ["王小明", "王小明"], [True, False]) == ["***", "王**"]


def test_a_birthday_keeps_its_year() -> None:
    rows = ibis.memtable(pa.table({"born": [date(1988, 5, 17), None]}))
    assert masked("customers.birth_on", rows.born).to_pyarrow().to_pylist() == ["1988-**-**", None]


def test_fourteen_years_are_counted_to_the_day() -> None:
    born = [date(2010, 7, 1), date(2010, 7, 2), date(1980, 1, 1), None]
    rows = ibis.memtable(pa.table({"born": pa.array(born, pa.date32())}))
    found = is_child(rows.born, date(2024, 7, 1)).to_pyarrow().to_pylist()
    assert found == [False, True, False, None]


def test_whatever_reaches_a_person_has_a_mask() -> None:
    direct = {
        f"{table}.{field.name}"
        for table in ("people", "customers")
        for field in standard_table(table).fields
        if field.personal == "direct"
    }
    assert direct <= set(MASKS)


def test_a_field_without_a_mask_is_left_alone() -> None:
    assert shown("customers.city", ["杭州"]) == ["杭州"]
