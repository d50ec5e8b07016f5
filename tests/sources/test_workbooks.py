"""Excel workbooks: digits, days, several sheets, and what is not there."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest
import xlwt

from zhike.errors import SourceError
from zhike.sources import open_source

from .conftest import rows_of


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "订单"
    sheet["A1"] = "2024 年订单"
    sheet.append([])
    sheet.append(["订单号", "下单时间", "数量", "金额", "客户"])
    sheet.append(["1234567890123456789", datetime(2024, 1, 5, 12, 30, 5), 2, 12.5, 13085.0])  # noqa: DTZ001 - file times have no zone
    sheet.append(["0012", date(2024, 1, 6), 1, 100, "张三"])
    sheet.append(["合计", None, 3, 112.5, None])
    second = book.create_sheet("客户")
    second.append(["客户号", "手机"])
    second.append([13085, 13800138000])
    book.create_sheet("空")
    hidden = book.create_sheet("底稿")
    hidden["A1"] = "secret"
    hidden.sheet_state = "hidden"
    path = tmp_path / "订单 2024.xlsx"
    book.save(path)
    return path


def test_each_visible_sheet_with_records_is_a_table(workbook: Path) -> None:
    tables = open_source(workbook)
    assert [(table.name, table.sheet) for table in tables] == [
        ("订单 2024.xlsx › 订单", "订单"),
        ("订单 2024.xlsx › 客户", "客户"),
    ]
    notes = " ".join(map(str, tables[0].notes))
    assert "底稿 is hidden" in notes
    assert "空 is empty" in notes


def test_ids_days_and_whole_numbers_read_as_a_person_wrote_them(workbook: Path) -> None:
    rows = [row for row in rows_of(open_source(workbook)[0]) if row["_fate"] is None]
    assert rows[0] | {"_raw": 0} == {
        "订单号": "1234567890123456789", "下单时间": "2024-01-05 12:30:05", "数量": "2",
        "金额": "12.5", "客户": "13085", "_row": 4, "_fate": None, "_reason": None, "_raw": 0,
    }  # fmt: skip
    assert rows[1]["下单时间"].startswith("2024-01-06")
    assert rows[1]["订单号"] == "0012"


def test_rows_are_numbered_as_excel_numbers_them(workbook: Path) -> None:
    rows = rows_of(open_source(workbook)[0])
    assert [(row["_row"], row["_reason"]) for row in rows] == [
        (1, "title"), (2, "blank"), (4, None), (5, None), (6, "total"),
    ]  # fmt: skip
    assert rows[-1]["_raw"] == "合计\t\t3\t112.5"


def test_the_old_format_is_read_too(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("orders")
    for row, cells in enumerate([("order", "paid"), ("0012", 9.5), ("0013", 10.0)]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    path = tmp_path / "orders.xls"
    book.save(str(path))
    (table,) = open_source(path)
    assert [(row["order"], row["paid"]) for row in rows_of(table)] == [
        ("0012", "9.5"), ("0013", "10"),
    ]  # fmt: skip


def test_a_password_is_named(workbook: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked.xlsx"
    plain = msoffcrypto.OfficeFile(io.BytesIO(workbook.read_bytes()))
    with locked.open("wb") as file:
        plain.encrypt("1234", file)
    with pytest.raises(SourceError) as refused:
        open_source(locked)
    assert refused.value.code == "password"


def test_a_workbook_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(SourceError) as refused:
        open_source(path)
    assert refused.value.code == "no_records"


def test_a_damaged_workbook_is_refused(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.xlsx"
    path.write_bytes(workbook.read_bytes()[:2000])
    with pytest.raises(SourceError) as refused:
        open_source(path)
    assert refused.value.code == "damaged_workbook"


def test_text_that_calls_itself_a_workbook_is_read_as_text(read) -> None:
    assert read("订单号\t金额\n1\t2\n", name="orders.xls", encoding="gbk")[0]["金额"] == "2"
