"""Looking at files says what they would be taken for, and adds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook as Book

from zhike.datasets import simulate, write_export
from zhike.workspace import Workspace
from zhike.workspace.adding import Wishes
from zhike.workspace.looking import SeenFile

PLAIN = "order id,customer id,order date,paid,colour\n" + "".join(
    f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},{n % 50}.50,red\n" for n in range(1, 60)
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop")


def seen(
    workspace: Workspace, file: Path, name: str = "", said: dict[str, str] | None = None
) -> SeenFile:
    called = name or file.name
    [found] = workspace.look({file: called}, {called: said or {}}, workspace.folder / "looking")
    assert not (workspace.folder / "looking").exists()
    assert SeenFile.of(found.as_json()) == found
    return found


def fields(file: SeenFile) -> dict[str, str]:
    return {item.column: item.field for item in file.tables[0].columns}


def test_each_column_is_told_with_three_of_its_values(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "0").write_text(PLAIN)
    found = seen(workspace, tmp_path / "0", "orders.csv")
    [table] = found.tables
    assert (found.name, table.name, table.rows) == ("orders.csv", "orders.csv", 59)
    assert fields(found) == {
        "order id": "orders.order_id", "customer id": "orders.customer_id",
        "order date": "orders.ordered_at", "paid": "orders.paid_amount", "colour": "",
    }  # fmt: skip
    assert [item.examples for item in table.columns][::4] == [("A1", "A2", "A3"), ("red",)]
    assert all(item.why["zh"] and item.why["en"] for item in table.columns)
    assert workspace.sources() == []


def test_a_platform_is_recognised_as_add_recognises_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    [file] = write_export(simulate(100, language="zh"), "taobao_orders", tmp_path)
    found = seen(workspace, file)
    [report] = workspace.add(file)
    added = report.as_json()
    assert found.tables[0].platform == added["platform"] == "taobao_orders"
    assert {column: field for column, field in fields(found).items() if field} == {
        item["column"]: item["field"] for item in added["mapping"]
    }
    assert seen(workspace, file).what == "known"


def test_what_was_said_of_a_column_is_seen(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(PLAIN)
    found = seen(workspace, tmp_path / "a.csv", said={"colour": "orders.channel"})
    assert fields(found)["colour"] == "orders.channel"


def test_a_file_that_nothing_tells_shows_its_columns_and_can_be_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = "".join(f"{n}x,{n % 9}y,day {n},about {n}\n" for n in range(1, 60))
    (tmp_path / "odd.csv").write_text("x1,x2,x3,x4\n" + rows)
    found = seen(workspace, tmp_path / "odd.csv")
    assert found.what == "tables"
    assert not found.tables[0].tables
    assert found.tables[0].fault is not None
    said = {"x1": "orders.order_id", "x2": "orders.customer_id", "x3": "orders.ordered_at",
            "x4": "orders.paid_amount"}  # fmt: skip
    assert seen(workspace, tmp_path / "odd.csv", said=said).tables[0].fault is None


def test_days_that_could_be_either_are_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"A{n},C{n},0{n % 9 + 1}/0{n % 8 + 1}/2024,5\n" for n in range(1, 40))
    (tmp_path / "a.csv").write_text("order id,customer id,order date,paid\n" + rows)
    [question] = seen(workspace, tmp_path / "a.csv").tables[0].questions
    assert question.code == "day_or_month_first"
    assert set(question.choices) == {
        "order date=orders.ordered_at:dmy", "order date=orders.ordered_at:mdy",
    }  # fmt: skip
    said = {"order date": "orders.ordered_at:dmy"}
    assert not seen(workspace, tmp_path / "a.csv", said=said).tables[0].questions


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (bytes(range(256)) * 40, "binary_file")]
)
def test_a_file_that_is_none_says_why(
    workspace: Workspace, tmp_path: Path, content: bytes, code: str
) -> None:
    (tmp_path / "0").write_bytes(content)
    found = seen(workspace, tmp_path / "0", "orders.csv")
    assert found.what == "fault"
    assert found.fault is not None
    assert found.fault["code"] == code
    assert "orders.csv" in found.fault["message"]["zh"]


def test_a_sheet_of_notes_is_told_apart(workspace: Workspace, tmp_path: Path) -> None:
    book = Book()
    for line in PLAIN.splitlines():
        book.active.append(line.split(","))
    notes = book.create_sheet("说明")
    for words in (["说明"], ["本表由系统导出"], ["请勿修改"]):
        notes.append(words)
    book.save(tmp_path / "book.xlsx")
    found = seen(workspace, tmp_path / "book.xlsx")
    assert [table.is_notes for table in found.tables] == [False, True]


def test_files_with_a_column_of_one_name_are_told_apart_when_they_are_taken_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    first, second = tmp_path / "0", tmp_path / "1"
    first.write_text(PLAIN)
    second.write_text(PLAIN.replace("A", "B"))
    names = {first: "a.csv", second: "b.csv"}
    wishes = Wishes(names=names, tables={"a.csv": {"colour": "orders.channel"}})
    reports = [item.as_json() for item in workspace.take_in([first, second], wishes)]
    assert [item["file"] for item in reports] == ["a.csv", "b.csv"]
    assert [item["unmapped"] for item in reports] == [[], ["colour"]]
    assert [batch.path for batch in workspace.sources()] == ["a.csv", "b.csv"]
