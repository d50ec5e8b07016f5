"""`zhike export workbook` and `zhike template FILE.xlsx`, as a person types them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

Said = Callable[..., tuple[int, Any]]


def test_there_is_nothing_to_export_before_a_run(zhike: Said, tmp_path: Path) -> None:
    code, answer = zhike("export", "workbook", tmp_path / "shop.xlsx")
    assert code == 1
    assert answer["error"]["code"] == "no_snapshot"


def test_the_template_is_a_workbook_where_the_file_is_called_so(
    zhike: Said, tmp_path: Path
) -> None:
    code, answer = zhike("template", tmp_path / "shop.xlsx", "--lang", "zh")
    assert code == 0
    assert answer["sheets"] == ["客户", "订单"]
    assert load_workbook(tmp_path / "shop.xlsx").sheetnames[:2] == ["客户", "订单"]
    assert zhike("template", tmp_path / "shop.xlsx")[0] == 1  # it is there already


@pytest.mark.slow
def test_a_workbook_is_written_in_the_language_asked_for(zhike: Said, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    with orders.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["订单编号", "下单时间", "客户编号", "实付金额"])
        for number in range(40):
            day = f"2024-0{1 + number % 6}-1{number % 9} 10:00"
            out.writerow([f"A{number}", day, f"C{number % 7}", 20 + number])
    assert zhike("add", orders)[0] == 0
    assert zhike("run")[0] == 0
    code, answer = zhike("export", "workbook", tmp_path / "shop.xlsx", "--lang", "zh")
    assert code == 0
    assert answer["customers"] == 7
    assert answer["masked"] is True
    assert answer["customer_sheets"] == ["客户分析表"]
    sheet = load_workbook(answer["workbook"])["客户分析表"]
    assert sheet.max_row == 9
