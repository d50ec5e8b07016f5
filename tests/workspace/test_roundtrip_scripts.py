"""Two hundred random edit scripts, each checked against a model that fits on a page.

The model knows what the data said at the export (`was`), what holds now (`now`), and what the
person meant by what she wrote (`meant`). It knows nothing of files, masks, rows or columns.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from workspace.planting import plant
from workspace.workbooks import (
    COMPUTED,
    CUSTOMERS,
    Edited,
    export,
    shown_rows,
    small_shop,
    tables,
    true_values,
)
from zhike.workspace import Workspace
from zhike.workspace.edits import Edit, EditLog
from zhike.workspace.preparing import Kitchen
from zhike.workspace.returned import returned_workbook
from zhike.workspace.taking import Taking, WorkbookReport

SCRIPTS = 200
REFUSED = object()
Cell = tuple[str, str]

WRITINGS: dict[str, tuple[tuple[Any, Any], ...]] = {
    "name": (("欧阳锋", "欧阳锋"), (" 诸葛亮\n", "诸葛亮"), ("Zoë O'Neil", "Zoë O'Neil"),
             ("王**", REFUSED), (None, None)),
    "phone": (("13911112222", "13911112222"), ("１３９１１１１３３３３", "13911113333"),
              ("+86 139-1111-4444", "13911114444"), (13911115555, "13911115555"),
              ("139****2222", REFUSED), ("没有", REFUSED), (None, None)),
    "gender": (("女", "female"), ("男", "male"), ("Female", "female"), ("其他", "other"),
               (None, None)),
    "birth_on": ((date(1991, 2, 3), "1991-02-03"), ("1992/3/4", "1992-03-04"),
                 ("1990-02-31", REFUSED), ("1990-**-**", REFUSED)),
    "city": (("苏州市", "苏州"), ("无锡", "无锡"), ("Springfield", "Springfield"), ("杭州", "杭州"),
             ("上海", "上海"), (None, None)),
    "level": (("钻石卡💎", "钻石卡💎"), ("007", "007"), ("金卡", "金卡"), ("=A1&\"x\"", REFUSED),
              (None, None)),
    "tags": (("老客, 喜欢茶", "老客, 喜欢茶"), ("粘贴\t的\r\n文字", "粘贴\t的\n文字"),
             ("0086", "0086"), ("-1+2", "-1+2"), (None, None)),
    "pet": (("猫😀", "猫😀"), ("00012", "00012"), ("@我", "@我"), ("１２３", "１２３"),
            (None, None)),
    "size": ((38, 38.0), ("３９.５", 39.5), ("40", 40.0), ("很大", REFUSED), ("=1+1", REFUSED),
             (None, None)),
    "visited": ((date(2024, 2, 29), "2024-02-29"), ("2024年3月1日", "2024-03-01"),
                ("去年", REFUSED), (None, None)),
    "vip": (("是", True), ("否", False), (True, True), ("也许", REFUSED), (None, None)),
    "colour": (("红", "红"), ("蓝", "蓝"), ("绿", REFUSED), (None, None)),
    "note": (("长\n长\n的备注 🍵", "长\n长\n的备注 🍵"), ("01", "01"), (None, None)),
}  # fmt: skip
OWN = ("pet", "size", "visited", "vip", "colour")
NEW_COLUMNS = {
    "生日礼物": (("书", "书"), ("😀", "😀"), ("0012", "0012")),
    "Shoe width": ((1.5, 1.5), (2, 2.0)),
    "上门日": ((date(2024, 5, 6), "2024-05-06"),),
}
NEW_NAMES = {"生日礼物": "生日礼物", "Shoe width": "shoe_width", "上门日": "上门日"}


def said(value: Any) -> Any:
    """A value as the store has it."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass
class Model:
    """What should come of a script.

    Attributes:
        was: What was exported of each cell, unmasked.
        now: What holds when the workbook comes back.
        meant: What the person wrote, of the cells that are still in the workbook.
        new: Customers whose row a person added.
        hidden: Fields whose column is gone.
    """

    was: dict[Cell, Any]
    now: dict[Cell, Any]
    meant: dict[Cell, Any] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)

    def expected(self) -> tuple[dict[Cell, Any], dict[Cell, Any], set[Cell]]:
        """Edits, conflicts (what the person wrote), and cells that are refused."""
        edits, conflicts, refused = {}, {}, set()
        for cell, value in self.meant.items():
            was, now = self.was.get(cell), self.now.get(cell)
            if value is REFUSED:
                refused.add(cell)
            elif value in (was, now):
                continue
            elif now == was:
                edits[cell] = value
            else:
                conflicts[cell] = value
        return edits, conflicts, refused


class Script:
    """One person's afternoon with the workbook.

    Args:
        path: The workbook.
        model: What should come of it.
        chance: Where its decisions come from.
    """

    def __init__(self, path: Path, model: Model, chance: random.Random) -> None:
        self.model, self.chance = model, chance
        with Edited(path) as it:
            self.it, self.sheet = it, it.sheet
            self.places: dict[Cell, str] = {}
            acts = [self.write] * 6 + [
                self.compute, self.add_column, self.drop_column, self.move_columns, self.sort,
                self.hide, self.filter, self.delete_row, self.add_row, self.drop_keys,
            ]  # fmt: skip
            for act in chance.choices(acts, k=chance.randint(3, 12)):
                act()

    def customers(self) -> list[str]:
        first = self.first_row()
        ids = (self.sheet.cell(row, self.column("customer_id")).value
               for row in range(first, self.sheet.max_row + 1))  # fmt: skip
        return [str(one) for one in ids if one is not None]

    def first_row(self) -> int:
        return 3 if self.has_keys() else 2

    def has_keys(self) -> bool:
        return "customer_id" in self.it.keys

    def column(self, key: str) -> int:
        from workspace.workbooks import TITLES

        row, wanted = (1, key) if self.has_keys() else (1, TITLES[key])
        for cell in self.sheet[row]:
            if cell.value == wanted:
                return int(cell.column)
        return 0

    def row(self, customer: str) -> int:
        ids = self.column("customer_id")
        return next(row for row in range(self.first_row(), self.sheet.max_row + 1)
                    if str(self.sheet.cell(row, ids).value) == customer)  # fmt: skip

    def put(self, customer: str, key: str, writing: Any, meant: Any) -> None:
        self.sheet.cell(self.row(customer), self.column(key)).value = writing
        cell = (customer, key)
        was = self.model.was.get(cell)
        if writing is None and was is None:
            self.model.meant.pop(cell, None)
            return
        if key == "name" and writing == "王**" and was is not None and was[0] == "王":
            self.model.meant.pop(cell, None)  # that is what the mask shows
            return
        self.model.meant[cell] = meant

    def write(self) -> None:
        keys = [key for key in WRITINGS if self.column(key)]
        people = [one for one in self.customers() if one in CUSTOMERS or one in self.model.new]
        if keys and people:
            key, one = self.chance.choice(keys), self.chance.choice(people)
            self.put(one, key, *self.chance.choice(WRITINGS[key]))

    def compute(self) -> None:
        keys = [key for key in COMPUTED if self.column(key)]
        if keys and self.customers():
            at = self.row(self.chance.choice(self.customers()))
            self.sheet.cell(at, self.column(self.chance.choice(keys))).value = 999

    def add_column(self) -> None:
        title = self.chance.choice(list(NEW_COLUMNS))
        titles = [cell.value for cell in self.sheet[self.first_row() - 1]]
        if title in titles or not self.customers():
            return
        at = self.sheet.max_column + 1
        self.sheet.cell(self.first_row() - 1, at).value = title
        people = self.customers()
        for one in self.chance.sample(people, self.chance.randint(1, min(4, len(people)))):
            writing, meant = self.chance.choice(NEW_COLUMNS[title])
            self.sheet.cell(self.row(one), at).value = writing
            self.model.meant[one, NEW_NAMES[title]] = meant

    def drop_column(self) -> None:
        keys = [key for key in WRITINGS if self.column(key)]
        if len(keys) > 6:
            key = self.chance.choice(keys)
            self.sheet.delete_cols(self.column(key))
            for cell in [cell for cell in self.model.meant if cell[1] == key]:
                del self.model.meant[cell]
            if key in OWN:
                self.model.hidden.add(key)

    def move_columns(self) -> None:
        order = self.chance.sample(range(self.sheet.max_column), self.sheet.max_column)
        rows = [[cell.value for cell in row] for row in self.sheet.iter_rows()]
        self.rewrite([[row[place] for place in order] for row in rows])

    def sort(self) -> None:
        rows = [[cell.value for cell in row] for row in self.sheet.iter_rows()]
        head, body = rows[: self.first_row() - 1], rows[self.first_row() - 1 :]
        if self.chance.random() < 0.5:
            self.chance.shuffle(body)
        else:
            by = self.chance.randrange(self.sheet.max_column)
            body.sort(key=lambda row: str(row[by]))
        self.rewrite(head + body)

    def rewrite(self, rows: list[list[Any]]) -> None:
        for at, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                self.sheet.cell(at, place).value = value

    def hide(self) -> None:
        self.sheet.row_dimensions[self.chance.randint(3, 9)].hidden = True
        self.sheet.column_dimensions[self.chance.choice("BCDEFG")].hidden = True

    def filter(self) -> None:
        self.sheet.auto_filter.ref = f"A{self.first_row() - 1}:H{self.sheet.max_row}"
        self.sheet.auto_filter.add_filter_column(2, ["女"])

    def delete_row(self) -> None:
        people = self.customers()
        if len(people) > 3:
            gone = self.chance.choice(people)
            self.sheet.delete_rows(self.row(gone))
            for cell in [cell for cell in self.model.meant if cell[0] == gone]:
                del self.model.meant[cell]
            self.model.new.discard(gone)

    def add_row(self) -> None:
        one = f"新{self.chance.randint(1, 3)}"
        if one in self.customers():
            return
        self.sheet.cell(self.sheet.max_row + 1, self.column("customer_id")).value = one
        self.model.new.add(one)
        self.write()

    def drop_keys(self) -> None:
        if self.has_keys() and self.chance.random() < 0.3:
            self.sheet.delete_rows(1)
            for dimension in self.sheet.row_dimensions.values():
                dimension.hidden = False


@pytest.fixture(scope="module")
def shop_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_shop(tmp_path_factory.mktemp("scripts") / "shop").folder


@pytest.fixture(scope="module")
def kitchen(shop_once: Path) -> Any:
    with Workspace.open(shop_once)._kitchen() as kitchen:
        yield kitchen


@dataclass
class Played:
    """A script that was played."""

    workspace: Workspace
    book: Path
    model: Model
    kitchen: Kitchen

    def taken(self) -> WorkbookReport:
        book = returned_workbook(self.book)
        assert book is not None
        return Taking(self.kitchen, self.workspace._landing, by="小王").take(book)

    @property
    def log(self) -> EditLog:
        return EditLog(self.workspace.folder / "edits.jsonl")


def played(number: int, shop_once: Path, kitchen: Kitchen, folder: Path) -> Played:
    """A shop, its export, what a person did to it, and what changed in the data meanwhile."""
    chance = random.Random(number)  # noqa: S311 - a test's dice
    shutil.copytree(shop_once, folder)
    workspace = Workspace.open(folder)
    was = {
        (one, key): said(value)
        for n, one in enumerate(CUSTOMERS)
        for key, value in true_values(n).items()
    }
    before = earlier_edits(chance, EditLog(folder / "edits.jsonl"))
    held = {cell: raw for cell, (raw, _) in before.items()}
    was |= {cell: value for cell, (_, value) in before.items()}
    book = export(workspace, folder / "shop.xlsx", shown_rows(held))
    model = Model(was=was, now=dict(was))
    Script(book, model, chance)
    data_move_on(chance, workspace, model)
    others_edit(chance, EditLog(folder / "edits.jsonl"), model)
    own = replace(kitchen, layout=workspace._layout)
    return Played(workspace, book, model, own)


def earlier_edits(chance: random.Random, log: EditLog) -> dict[Cell, tuple[Any, Any]]:
    """Values of the company's own fields that were there before the export."""
    pool = {"pet": ("狗", "狗"), "size": (36.5, 36.5), "vip": (True, True),
            "visited": (date(2023, 1, 2), "2023-01-02")}  # fmt: skip
    found = {(chance.choice(CUSTOMERS), key): value for key, value in pool.items()}
    log.append(
        Edit(customer_id=one, field=key, value=value) for (one, key), (_, value) in found.items()
    )
    return found


def data_move_on(chance: random.Random, workspace: Workspace, model: Model) -> None:
    """A later batch says something else of some customers."""
    if chance.random() < 0.5:
        return
    one = chance.choice(CUSTOMERS)
    moved = {"city": chance.choice(["苏州", "广州"]), "level": "白金卡", "tags": "新标签"}
    if chance.random() < 0.3:
        moved["birth_on"] = date(1970, 1, 1)
    schema = tables()["customers"].schema
    row = dict.fromkeys(schema.names) | {"customer_id": one} | moved
    plant(workspace, {"customers": pa.Table.from_pylist([row], schema=schema)}, name="later")
    model.now |= {(one, key): said(value) for key, value in moved.items()}


def others_edit(chance: random.Random, log: EditLog, model: Model) -> None:
    """A colleague changes something in the meantime."""
    for _ in range(chance.randint(0, 4)):
        one, key = chance.choice(CUSTOMERS), chance.choice(["city", "pet", "note", "gender"])
        value = {"city": "成都", "pet": "鱼", "note": "同事写的", "gender": "other"}[key]
        log.append([Edit(customer_id=one, field=key, value=value, base=None)], by="小李")
        model.now[one, key] = value


def check(it: Played) -> None:
    """What came of it is what the model says, and nothing that was there is lost."""
    before = it.log.edits
    report = it.taken()
    edits, conflicts, refused = it.model.expected()
    assert {edit.cell: edit.value for edit in report.edits} == edits
    assert {edit.cell: edit.value for edit in report.conflicts} == conflicts
    assert set(report.new_customers) == it.model.new
    assert len(report.refused) == len(refused), [str(item.why) for item in report.refused]
    assert {item.name for item in report.fields["hidden"]} == it.model.hidden
    log = it.log
    assert log.edits[: len(before)] == before
    holds = {cell: edit.value for cell, edit in log.standing().items()}
    for cell, value in (it.model.now | edits).items():
        if cell in holds:
            assert holds[cell] == value
    assert all((value == holds.get(cell)) for cell, value in edits.items())
    again = it.taken()
    assert not again.edits + again.conflicts
    assert it.log.edits == log.edits


@pytest.mark.slow
@pytest.mark.parametrize("number", range(SCRIPTS))
def test_no_edit_of_any_script_is_lost(
    number: int, shop_once: Path, kitchen: Kitchen, tmp_path: Path
) -> None:
    check(played(number, shop_once, kitchen, tmp_path / "shop"))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1000, 1005))
def test_nor_is_one_that_libre_office_saved(
    number: int, shop_once: Path, kitchen: Kitchen, tmp_path: Path
) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed; apt-get install libreoffice-calc")
    it = played(number, shop_once, kitchen, tmp_path / "shop")
    saved = tmp_path / "saved"
    own = f"-env:UserInstallation=file://{tmp_path / 'office'}"
    subprocess.run(
        [office, own, "--headless", "--convert-to", "xlsx", "--outdir", saved, it.book],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    it.book = saved / it.book.name
    check_saved(it)


def check_saved(it: Played) -> None:
    """As `check`, but that LibreOffice has computed the formulas."""
    report = it.taken()
    edits, conflicts, _ = it.model.expected()
    taken = {edit.cell: edit.value for edit in report.edits}
    assert edits.items() <= taken.items()
    computed = {cell for cell, value in it.model.meant.items() if value is REFUSED}
    assert taken.keys() - edits.keys() <= computed
    waiting = {edit.cell: edit.value for edit in report.conflicts}
    assert conflicts.items() <= waiting.items()
    assert set(report.new_customers) == it.model.new
    again = it.taken()
    assert not again.edits + again.conflicts
