"""Edits, conflicts and own fields on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.conftest import Said
from zhike.cli import program

HEADER = "会员编号,姓名,城市\n"


@pytest.fixture
def members(zhike: Said, tmp_path: Path) -> Said:
    file = tmp_path / "members.csv"
    file.write_text(HEADER + "007,王五,杭州\n008,赵六,上海\n", encoding="utf-8")
    assert zhike("add", file)[0] == 0
    return zhike


def test_a_field_is_changed_and_the_log_says_who(members: Said) -> None:
    code, said = members("edits", "set", "007", "city", "苏州市", "--by", "小王")
    assert code == 0
    assert (said["value"], said["base"], said["who"]) == ("苏州", "杭州", "小王")
    code, log = members("edits", "log", "--customer", "007")
    assert (code, log["count"], log["unreadable"]) == (0, 1, [])


@pytest.mark.parametrize(
    "words", [("007", "cty", "x"), ("009", "city", "x"), ("007", "birth_on", "夏天")]
)
def test_what_cannot_be_changed_is_told(members: Said, words: tuple[str, ...]) -> None:
    code, said = members("edits", "set", *words)
    assert code == 1
    assert said["error"]["message"]


def test_a_conflict_is_listed_and_settled(members: Said, tmp_path: Path) -> None:
    members("edits", "set", "007", "city", "苏州")
    later = tmp_path / "later.csv"
    later.write_text(HEADER + "007,王五,广州\n", encoding="utf-8")
    assert members("add", later)[0] == 0
    _, listed = members("conflicts", "list")
    (conflict,) = listed["conflicts"]
    assert (conflict["mine"], conflict["data"]) == ("苏州", "广州")
    assert members("conflicts", "resolve", "--keep", "data")[0] == 1
    assert members("conflicts", "resolve", "99", "--keep", "data")[0] == 1
    code, done = members("conflicts", "resolve", conflict["number"], "--keep", "data")
    assert (code, done["settled"]) == (0, [conflict["number"]])
    assert members("conflicts", "list")[1]["conflicts"] == []


def test_fields_are_added_renamed_hidden_and_shown(zhike: Said) -> None:
    assert (
        zhike("fields", "add", "pet", "--type", "choice", "--choice", "猫", "--label", "宠物")[0]
        == 0
    )
    assert zhike("fields", "add", "pet")[0] == 1
    assert zhike("fields", "add", "city")[0] == 1
    assert zhike("fields", "add", "toy", "--type", "choice")[0] == 1
    assert zhike("fields", "rename", "pet", "爱宠")[0] == 0
    assert zhike("fields", "hide", "pet")[0] == 0
    fields = {item["name"]: item for item in zhike("fields", "list")[1]["fields"]}
    assert (fields["pet"]["label"], fields["pet"]["hidden"]) == ("爱宠", True)
    assert zhike("fields", "show", "pet")[0] == 0
    assert zhike("fields", "rename", "toy", "x")[0] == 1


def test_people_read_it_in_their_language(members: Said, tmp_path: Path) -> None:
    members("edits", "set", "007", "city", "苏州")
    for words in (["edits", "log"], ["fields", "list"], ["conflicts", "list"]):
        done = CliRunner().invoke(program, ["-C", str(tmp_path / "shop"), "--lang", "zh", *words])
        assert done.exit_code == 0
        assert any("\u4e00" <= letter <= "\u9fff" for letter in done.output)
