"""A customer is found by id, name, letters of a name, telephone number, account or e-mail."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.datasets import corner_shop
from zhike.engines import open_engine
from zhike.schema import Shop
from zhike.workspace.searching import People
from zhike.workspace.spelling import spellings

PEOPLE = [
    ("c1", "王小明", "13800138000", "wang.xm@example.com", "小明同学"),
    ("c2", "单雄信", "13912345678", None, None),
    ("c3", "欧阳娜娜", None, "nana@example.com", "NANA_88"),
    ("c4", "Anna O'Neil", "+44 20 7946 0958", None, None),
    ("c5", None, None, None, None),
    ("c6", "吕布", "18600000000", None, None),
]


@pytest.fixture(scope="module")
def shop() -> Shop:
    engine = open_engine()
    names = ("customer_id", "name", "phone", "email", "account")
    columns = dict(zip(names, zip(*PEOPLE, strict=True), strict=True))
    rows = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return Shop(engine, {"people": engine.load("people", rows)})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("c3", ["c3"]),
        ("小明", ["c1"]),
        ("wangxiaoming", ["c1"]),
        ("wang xiao ming", ["c1"]),
        ("WXM", ["c1"]),
        ("wangxm", ["c1"]),
        ("wangx", ["c1"]),
        ("shanxiongxin", ["c2"]),
        ("danxx", ["c2"]),
        ("ouyangnn", ["c3"]),
        ("oynn", ["c3"]),
        ("lvbu", ["c6"]),
        ("8000", ["c1"]),
        ("139 1234-5678", ["c2"]),
        ("79460958", ["c4"]),
        ("ann", ["c4"]),
        ("o'n", ["c4"]),
        ("nana_88", ["c3"]),
        ("wang.xm@", ["c1"]),
        ("ＷＸＭ", ["c1"]),
        ("000", []),
        ("xiaoming", []),
        ("%", []),
        ("' or 1=1 --", []),
    ],
)
def test_finds(shop: Shop, text: str, meant: list[str]) -> None:
    people = People(shop, shop["people"].select("customer_id"))
    found = people.found(text).to_pyarrow()["customer_id"].to_pylist()
    assert sorted(found) == meant


def test_a_shop_without_people_is_searched_by_id() -> None:
    shop = corner_shop()
    rows = shop["orders"].select("customer_id").distinct()
    known = rows.to_pyarrow()["customer_id"].drop_null().to_pylist()
    people = People(Shop(shop.engine, {"orders": shop["orders"]}), rows.drop_null("customer_id"))
    found = people.found(known[0].upper())
    assert known[0] in found.to_pyarrow()["customer_id"].to_pylist()


@given(st.lists(st.none() | st.text(max_size=6), max_size=30))
def test_every_name_has_spellings_and_nothing_else_does(names: list[str | None]) -> None:
    spelled = spellings(pa.array(names, pa.string())).to_pylist()
    assert [text is None for text in spelled] == [name is None for name in names]
    assert all(text is None or text.startswith(" ") for text in spelled)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("王小明", ["c1"]),
        ("13800138000", ["c1"]),
        ("138 0013 8000", ["c1"]),
        ("WANG.xm@example.com", ["c1"]),
        ("nana_88", ["c3"]),
        ("王", []),
        ("王小", []),
        ("wxm", []),
        ("1380013", []),
        ("8000", []),
        ("wang.xm@", []),
        ("c", ["c1", "c2", "c3", "c4", "c5", "c6"]),
    ],
)
def test_whoever_sees_masks_finds_by_what_is_whole(shop: Shop, text: str, meant: list[str]) -> None:
    people = People(shop, shop["people"].select("customer_id"))
    found = people.found(text, by_parts=False).to_pyarrow()["customer_id"].to_pylist()
    assert sorted(found) == meant
