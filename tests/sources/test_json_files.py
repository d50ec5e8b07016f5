"""JSON lines and arrays: flattened, digits as written, faults set aside."""

from __future__ import annotations

import json

import pytest

from zhike.errors import SourceError
from zhike.sources import open_source

LINES = (
    '{"id": 1234567890123456789, "paid": 1.10, "buyer": {"name": "张三", "vip": true}}\n'
    "\n"
    '{"id": "0012", "items": [{"sku": "a", "price": 1.10}, 2], "late": null}\n'
    '{"id": 3, broken\n'
    "[1, 2]\n"
)


def test_nested_keys_get_dots_and_numbers_keep_their_digits(read) -> None:
    rows = read(LINES, name="orders.jsonl")
    assert rows[0]["id"] == "1234567890123456789"
    assert rows[0]["paid"] == "1.10"
    assert rows[0]["buyer.name"] == "张三"
    assert rows[0]["buyer.vip"] == "true"
    assert rows[2]["items"] == '[{"sku": "a", "price": 1.10}, 2]'


def test_every_line_has_its_fate(read) -> None:
    rows = read(LINES, name="orders.jsonl")
    assert [(row["_row"], row["_reason"]) for row in rows] == [
        (1, None), (2, "blank"), (3, None), (4, "not_json"), (5, "not_an_object"),
    ]  # fmt: skip
    assert rows[3]["_raw"] == '{"id": 3, broken'


def test_an_array_is_read_like_lines_whatever_its_layout(read) -> None:
    records = [{"id": str(n), "note": "x" * n, "deep": {"a": {"b": n}}} for n in range(300)]
    for indent in (None, 2):
        rows = read(json.dumps(records, indent=indent), name="orders.json")
        assert len(rows) == 300
        assert [row["deep.a.b"] for row in rows] == [str(n) for n in range(300)]


def test_a_key_that_first_appears_far_down_is_a_column(opened) -> None:
    lines = "".join(f'{{"id": {n}}}\n' for n in range(5000)) + '{"id": 1, "late": "x"}\n'
    assert opened(lines, name="a.jsonl").header == ("id", "late")


def test_an_array_that_breaks_off_is_refused(written) -> None:
    with pytest.raises(SourceError) as refused:
        open_source(written('[{"id": 1}, {"id": 2', name="a.json"))
    assert refused.value.code == "truncated_file"


def test_json_in_gbk_is_read(read) -> None:
    line = json.dumps({"姓名": "张三", "城市": "北京"}, ensure_ascii=False)
    assert read(line + "\n" + line, name="a.jsonl", encoding="gbk")[1]["城市"] == "北京"


def test_the_records_inside_an_answer_of_a_web_service_are_found(read) -> None:
    answer = {"code": 0, "data": {"list": [{"id": "1"}, {"id": "2"}], "tags": ["a"]}}
    for indent in (None, 2):
        assert [row["id"] for row in read(json.dumps(answer, indent=indent), name="a.json")] == [
            "1", "2",
        ]  # fmt: skip
