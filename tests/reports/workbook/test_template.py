"""The workbook to type into is read back without a question."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from zhike.i18n import use_language
from zhike.reports.workbook import write_template
from zhike.workspace import Workspace

CUSTOMERS = {"en": ("Customers", "Female"), "zh": ("客户", "女")}
ORDERS = {"en": ("Orders", "Completed"), "zh": ("订单", "交易成功")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_typed_in_is_read_without_a_question(language: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.xlsx"
    with use_language(language):
        sheets = write_template(path)
        fill(path, language)
        workspace = Workspace.create(tmp_path / "shop")
        reports = workspace.add(path)
        workspace.run()
    assert sheets == [CUSTOMERS[language][0], ORDERS[language][0]]
    assert [report.part.fates["loaded"] for report in reports] == [1, 2]
    shop = workspace.open_snapshot()
    [person] = shop["people"].to_pyarrow().to_pylist()
    assert (person["name"], person["phone"]) == ("王小明", "13800001234")
    gender = shop["customers"].filter(shop["customers"].gender.notnull()).to_pyarrow()
    assert gender["birth_on"].to_pylist() == [date(1990, 5, 17)]
    assert shop["orders"].count().to_pyarrow().as_py() == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_column_says_what_belongs_there(language: str, tmp_path: Path) -> None:
    with use_language(language):
        write_template(tmp_path / "shop.xlsx")
    for sheet in load_workbook(tmp_path / "shop.xlsx").worksheets[:2]:
        rules = sheet.data_validations.dataValidation
        assert len(rules) == len(sheet[1])
        assert all(rule.promptTitle and rule.prompt for rule in rules)
        assert [cell.value for cell in sheet[2]] == [None] * len(sheet[2])


def fill(path: Path, language: str) -> None:
    book = load_workbook(path)
    customers, orders = book.worksheets[0], book.worksheets[1]
    typed = ["C1", "王小明", "13800001234", "wang@example.com", "", CUSTOMERS[language][1]]
    for place, value in enumerate([*typed, date(1990, 5, 17)], start=1):
        customers.cell(2, place, value)
    for row, amount in ((2, 128.5), (3, 20)):
        for place, value in enumerate(
            [f"A{row}", "2024-03-05 10:00", "C1", amount, ORDERS[language][1]], start=1
        ):
            orders.cell(row, place, value)
    book.save(path)
