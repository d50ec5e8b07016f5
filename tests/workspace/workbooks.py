"""A small shop whose customers were exported, in the layout of the customer workbook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from workspace.planting import plant
from zhike.schema import standard_table
from zhike.workspace import Settings, Workspace

SHEET = "客户分析表"
CUSTOMERS = (
    "00012", "007", "100000000000000123", "C-7", "客户9", "c10", "c11", "c12", "c13", "c14",
)  # fmt: skip
FIELDS = {
    "pet": {"type": "text", "label": "宠物"},
    "size": {"type": "number", "label": "鞋码"},
    "visited": {"type": "day", "label": "到店日"},
    "vip": {"type": "flag", "label": "贵宾"},
    "colour": {"type": "choice", "label": "颜色", "choices": ["红", "蓝"]},
}
TITLES = {
    "customer_id": "客户编号", "name": "姓名", "phone": "手机", "gender": "性别",
    "birth_on": "生日", "city": "城市", "level": "等级", "tags": "标签", "pet": "宠物",
    "size": "鞋码", "visited": "到店日", "vip": "贵宾", "colour": "颜色", "note": "备注",
    "monetary": "净收入", "last_on": "最近购买日期", "stage": "阶段",
}  # fmt: skip
COMPUTED = ("monetary", "last_on", "stage")
GENDERS = {"female": "女", "male": "男"}


def true_values(number: int) -> dict[str, Any]:
    """What the data say of a customer."""
    return {
        "name": f"{'王李张赵陈'[number % 5]}小{number}",
        "phone": f"1380000{number:04d}",
        "gender": "female" if number % 2 else "male",
        "birth_on": date(1980 + number, 1 + number, 3),
        "city": ("上海", "杭州", None)[number % 3],
        "level": ("金卡", "银卡")[number % 2],
        "tags": "老客, 喜欢茶" if number % 4 == 0 else None,
    }


def tables() -> dict[str, pa.Table]:
    """The standard tables of the shop."""
    rows = [{"customer_id": one, **true_values(n)} for n, one in enumerate(CUSTOMERS)]
    return {
        name: pa.Table.from_pylist(
            [
                {key: row.get(key) for key in standard_table(name).arrow_schema.names}
                for row in rows
            ],
            schema=standard_table(name).arrow_schema,
        )
        for name in ("customers", "people")
    }


def small_shop(folder: Path) -> Workspace:
    """A workspace with the shop in it, and no snapshot yet."""
    workspace = Workspace.create(folder, Settings(name="小店", currency="CNY", fields=FIELDS))
    plant(workspace, tables())
    return Workspace.open(folder)


def masked(key: str, value: Any) -> Any:
    """A value as a masked export shows it."""
    if value is None:
        return None
    match key:
        case "name":
            return value[0] + "**"
        case "phone":
            return value[:3] + "****" + value[-4:]
        case "birth_on":
            return f"{value.year}-**-**"
        case "gender":
            return GENDERS[value]
    return value


def computed(number: int) -> dict[str, Any]:
    """What no person may change."""
    return {
        "monetary": 100.5 * number, "last_on": date(2024, 5, 1 + number), "stage": "忠诚客户",
    }  # fmt: skip


def shown_rows(held: Mapping[tuple[str, str], Any] | None = None) -> list[dict[str, Any]]:
    """One row a customer, as the workbook shows it.

    Args:
        held: Values of the company's own fields, and edits, that hold at the time.
    """
    rows = []
    for number, one in enumerate(CUSTOMERS):
        said = true_values(number) | {
            key: value for (customer, key), value in (held or {}).items() if customer == one
        }
        row = {key: masked(key, said.get(key)) for key in TITLES if key not in COMPUTED}
        if row.get("vip") is not None:
            row["vip"] = "是" if row["vip"] else "否"
        rows.append(row | {"customer_id": one} | computed(number))
    return rows


def export(
    workspace: Workspace, path: Path, rows: Sequence[Mapping[str, Any]], export_id: str = "e1"
) -> Path:
    """Write rows as the customer workbook, and keep their base."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(list(TITLES))
    sheet.append(list(TITLES.values()))
    for row in rows:
        sheet.append([row[key] for key in TITLES])
    sheet.row_dimensions[1].hidden = True
    about = book.create_sheet("_zhike")
    about.sheet_state = "veryHidden"
    for key, value in {
        "export_id": export_id, "masked": "true", "sheets": json.dumps([SHEET]),
    }.items():  # fmt: skip
        about.append([key, value])
    book.save(path)
    folder = workspace.folder / "exports"
    folder.mkdir(exist_ok=True)
    kinds = {"size": pa.float64(), "monetary": pa.float64(), "visited": pa.date32(),
             "last_on": pa.date32()}  # fmt: skip
    columns = {
        key: pa.array([row[key] for row in rows], kinds.get(key, pa.string())) for key in TITLES
    }
    pq.write_table(pa.table(columns), folder / f"{export_id}.parquet")
    return path


class Edited:
    """A workbook open for editing; saved on leaving.

    Args:
        path: The workbook.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.book = load_workbook(path)
        self.sheet: Worksheet = self.book[SHEET]

    def __enter__(self) -> Edited:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.book.save(self._path)

    @property
    def keys(self) -> list[Any]:
        """The hidden row of keys."""
        return [cell.value for cell in self.sheet[1]]

    def row_of(self, customer: str) -> int:
        """The row of a customer."""
        return next(row for row in range(3, self.sheet.max_row + 1)
                    if str(self.sheet.cell(row, 1).value) == customer)  # fmt: skip

    def place(self, customer: str, key: str) -> str:
        """What a customer's cell is called in reports."""
        cell = self.sheet.cell(self.row_of(customer), self.keys.index(key) + 1)
        return f"{SHEET}!{cell.coordinate}"

    def set(self, customer: str, key: str, value: Any) -> str:
        """Write into a customer's cell; gives its place."""
        cell = self.sheet.cell(self.row_of(customer), self.keys.index(key) + 1)
        cell.value = value
        return f"{SHEET}!{cell.coordinate}"
