"""The store of edits: append-only, the latest holds, and nothing that was written is lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from zhike.workspace.edits import Edit, EditLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "edits.jsonl"


def edit(value: object, field: str = "city", **more: object) -> Edit:
    return Edit(customer_id="007", field=field, value=value, **more)  # type: ignore[arg-type]


def test_the_latest_edit_of_a_cell_holds(path: Path) -> None:
    EditLog(path).append([edit("苏州"), edit("猫", "pet")], by="小王")
    EditLog(path).append([edit(None)], by="小李")
    standing = EditLog(path).standing()
    assert standing["007", "city"].value is None
    assert standing["007", "city"].who == "小李"
    assert standing["007", "pet"].value == "猫"


def test_numbers_count_on_over_several_writings(path: Path) -> None:
    EditLog(path).append([edit("a"), edit("b")])
    EditLog(path).append([edit("c")])
    assert [item.number for item in EditLog(path).edits] == [1, 2, 3]


@pytest.mark.parametrize("value", ["", "0", "  ", "a\nb\u2028c", "😀", 0.0, 1.5, True, False, None])
def test_any_value_is_read_as_it_was_written(path: Path, value: object) -> None:
    EditLog(path).append([edit(value, base=value)])
    (found,) = EditLog(path).edits
    assert (found.value, found.base) == (value, value)
    assert type(found.value) is type(value)


def test_an_edit_taken_back_lets_the_data_speak(path: Path) -> None:
    EditLog(path).append([edit("苏州"), edit("广州", kind="withdrawn")])
    assert EditLog(path).standing() == {}


def test_a_conflict_waits_until_it_is_settled(path: Path) -> None:
    log = EditLog(path)
    log.append([edit("苏州", kind="conflict")])
    assert [item.number for item in log.undecided()] == [1]
    assert log.standing() == {}
    log.append([edit("广州", kind="settled", settles=1)])
    assert EditLog(path).undecided() == []


def test_a_torn_last_line_is_told_and_costs_nothing_else(path: Path) -> None:
    EditLog(path).append([edit("苏州"), edit("猫", "pet")])
    whole = path.read_bytes()
    path.write_bytes(whole[:-25])
    torn = EditLog(path)
    assert [item.value for item in torn.edits] == ["苏州"]
    assert [item.line for item in torn.unreadable] == [2]
    torn.append([edit("狗", "pet")])
    again = EditLog(path)
    assert [item.value for item in again.edits] == ["苏州", "狗"]
    assert [item.line for item in again.unreadable] == [2]


def test_a_line_cut_anywhere_never_hides_those_before_it(path: Path) -> None:
    EditLog(path).append([edit("苏州"), edit("猫🐱", "pet")])
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole)):
        path.write_bytes(whole[:end])
        assert EditLog(path).edits[0].value == "苏州"


def test_only_the_owner_reads_it(path: Path) -> None:
    EditLog(path).append([edit("苏州")])
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600


def test_it_is_plain_json_lines(path: Path) -> None:
    EditLog(path).append([edit("苏州", base="杭州", source="shop.xlsx")], by="小王")
    said = json.loads(path.read_text(encoding="utf-8"))
    assert {
        "customer_id": "007",
        "field": "city",
        "value": "苏州",
        "base": "杭州",
    }.items() <= said.items()
    assert said["who"] == "小王"
    assert said["source"] == "shop.xlsx"
    assert said["at"].endswith("+00:00")


def test_nothing_appended_writes_nothing(path: Path) -> None:
    assert EditLog(path).append([]) == []
    assert not path.exists()
