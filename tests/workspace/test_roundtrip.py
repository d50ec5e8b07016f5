"""An edited workbook comes back: nothing that a person wrote is lost, nothing else changes."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from workspace.planting import plant
from workspace.workbooks import (
    CUSTOMERS,
    SHEET,
    TITLES,
    Edited,
    export,
    shown_rows,
    small_shop,
    tables,
)
from zhike.workspace import Workspace
from zhike.workspace.edits import EditLog
from zhike.workspace.taking import WorkbookReport


@pytest.fixture(scope="module")
def shop_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_shop(tmp_path_factory.mktemp("roundtrip") / "shop").folder


@pytest.fixture
def shop(shop_once: Path, tmp_path: Path) -> Workspace:
    folder = tmp_path / "shop"
    shutil.copytree(shop_once, folder)
    return Workspace.open(folder)


@pytest.fixture
def book(shop: Workspace) -> Path:
    return export(shop, shop.folder / "shop.xlsx", shown_rows())


def taken(shop: Workspace, book: Path) -> WorkbookReport:
    (report,) = shop.add(book, by="小王")
    assert isinstance(report, WorkbookReport)
    return report


def edits(report: WorkbookReport) -> dict[tuple[str, str], Any]:
    return {edit.cell: edit.value for edit in report.edits}


def whys(report: WorkbookReport) -> dict[str, str]:
    return {item.place: str(item.why) for item in report.refused}


def data_now_say(shop: Workspace, customer: str, table: str, **said: Any) -> None:
    """A later batch, in which the data say something else of a customer."""
    rows = tables()[table].to_pylist()
    row = dict.fromkeys(rows[0]) | {"customer_id": customer} | said
    schema = tables()[table].schema
    plant(shop, {table: pa.Table.from_pylist([row], schema=schema)}, name="later")


def test_a_workbook_that_nobody_edited_changes_nothing(shop: Workspace, book: Path) -> None:
    report = taken(shop, book)
    assert (report.rows_read, report.same) == (len(CUSTOMERS), 0)
    assert not report.edits + report.conflicts + report.refused + report.notes
    assert not (shop.folder / "edits.jsonl").exists()


def test_what_a_person_changed_is_an_edit_with_who_and_when(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州市")
        it.set("C-7", "size", 38)
        it.set("C-7", "visited", date(2024, 2, 29))
        it.set("c10", "vip", "是")
        it.set("c10", "note", "  爱喝茶 🍵\n第二行 ")
        it.set("c11", "phone", "+86 139-1111-2222")
        place = it.set("c12", "level", None)
    report = taken(shop, book)
    assert edits(report) == {
        ("007", "city"): "苏州",
        ("C-7", "size"): 38.0,
        ("C-7", "visited"): "2024-02-29",
        ("c10", "vip"): True,
        ("c10", "note"): "爱喝茶 🍵\n第二行",
        ("c11", "phone"): "13911112222",
        ("c12", "level"): None,
    }
    cleared = next(edit for edit in report.edits if edit.field == "level")
    assert (cleared.who, cleared.base, cleared.place) == ("小王", "银卡", place)
    assert cleared.at


def test_the_same_workbook_twice_changes_nothing(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州")
        it.set("007", "note", "x")
    taken(shop, book)
    before = (shop.folder / "edits.jsonl").read_bytes()
    again = taken(shop, book)
    copy = taken(shop, Path(shutil.copy(book, shop.folder / "copy of shop.xlsx")))
    assert not again.edits + copy.edits + again.conflicts + copy.conflicts
    assert (again.same, copy.same) == (2, 2)
    assert (shop.folder / "edits.jsonl").read_bytes() == before


def test_the_store_is_for_its_owner_alone(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "phone", "13911112222")
    taken(shop, book)
    assert (shop.folder / "edits.jsonl").stat().st_mode & 0o077 == 0


def test_what_only_the_data_changed_stays_as_the_data_say(shop: Workspace, book: Path) -> None:
    data_now_say(shop, "007", "customers", city="广州")
    report = taken(shop, book)
    assert not report.edits + report.conflicts


def test_what_both_changed_alike_is_nothing_to_do(shop: Workspace, book: Path) -> None:
    data_now_say(shop, "007", "customers", city="广州")
    with Edited(book) as it:
        it.set("007", "city", "广州市")
    report = taken(shop, book)
    assert not report.edits + report.conflicts
    assert report.same == 1


def test_what_both_changed_differently_waits_for_a_decision(shop: Workspace, book: Path) -> None:
    data_now_say(shop, "007", "customers", city="广州")
    with Edited(book) as it:
        place = it.set("007", "city", "苏州")
    report = taken(shop, book)
    assert not report.edits
    (found,) = shop.edits.conflicts()
    assert (found.mine, found.data, found.base, found.holds) == ("苏州", "广州", "杭州", "data")
    assert (found.who, found.place, found.reason) == ("小王", place, "both_changed")
    assert not taken(shop, book).conflicts
    assert len(shop.edits.conflicts()) == 1
    shop.edits.resolve([found.number], "mine", by="老板")
    assert not shop.edits.conflicts()
    assert EditLog(shop.folder / "edits.jsonl").standing()["007", "city"].value == "苏州"
    assert not taken(shop, book).edits


def test_data_that_change_under_an_edit_are_a_conflict(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州")
    taken(shop, book)
    assert not shop.edits.conflicts()
    data_now_say(shop, "007", "customers", city="广州")
    (found,) = shop.edits.conflicts()
    assert (found.mine, found.data, found.holds) == ("苏州", "广州", "mine")
    assert found.reason == "data_changed"
    shop.edits.resolve(None, "data")
    assert not shop.edits.conflicts()
    assert not EditLog(shop.folder / "edits.jsonl").standing()
    assert len(shop.edits.log()) == 2


def test_an_edit_that_the_data_come_to_agree_with_is_no_conflict(
    shop: Workspace, book: Path
) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州")
    taken(shop, book)
    data_now_say(shop, "007", "customers", city="苏州")
    assert not shop.edits.conflicts()


def test_two_people_with_the_same_export_do_not_overwrite_each_other(
    shop: Workspace, book: Path
) -> None:
    other = Path(shutil.copy(book, shop.folder / "小李.xlsx"))
    with Edited(book) as it:
        it.set("007", "city", "苏州")
        it.set("007", "pet", "猫")
    with Edited(other) as it:
        it.set("007", "city", "无锡")
        it.set("007", "note", "小李写的")
    taken(shop, book)
    report = taken(shop, other)
    assert edits(report) == {("007", "note"): "小李写的"}
    (found,) = shop.edits.conflicts()
    assert (found.mine, found.data) == ("无锡", "苏州")


def test_an_edit_taken_back_in_the_same_file_is_asked_about(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州")
    taken(shop, book)
    with Edited(book) as it:
        it.set("007", "city", "杭州")
    assert not taken(shop, book).edits
    (found,) = shop.edits.conflicts()
    assert (found.mine, found.data, found.reason) == ("杭州", "苏州", "gone_back")
    with Edited(book) as it:
        it.set("007", "city", "无锡")
    assert edits(taken(shop, book)) == {("007", "city"): "无锡"}


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("size", "很大", "no number"),
        ("visited", "2024-02-30", "no day"),
        ("vip", "也许", "neither yes nor no"),
        ("colour", "绿", "none of: 红, 蓝"),
        ("phone", "139****2222", "masked"),
        ("birth_on", "1990-**-**", "masked"),
        ("phone", "没有", "cannot be read"),
        ("size", "=1+1", "never computed"),
    ],
)
def test_what_breaks_a_type_is_refused_by_its_cell_and_others_are_taken(
    shop: Workspace, book: Path, key: str, value: str, why: str
) -> None:
    with Edited(book) as it:
        place = it.set("C-7", key, value)
        it.set("007", "pet", "猫")
    report = taken(shop, book)
    assert edits(report) == {("007", "pet"): "猫"}
    assert list(whys(report)) == [place]
    assert why in whys(report)[place]


def test_a_field_that_is_required_may_not_be_cleared(shop: Workspace) -> None:
    from zhike.schema import CustomField
    from zhike.workspace.custom_fields import write_field

    field = CustomField(name="pet", type="text", label="宠物", required=True)
    write_field(shop.folder / "zhike.toml", field)
    book = export(shop, shop.folder / "shop.xlsx", shown_rows({("007", "pet"): "猫"}))
    with Edited(book) as it:
        place = it.set("007", "pet", None)
    assert "may not be empty" in whys(taken(shop, book))[place]


def test_masked_cells_left_alone_are_no_edits_and_can_be_written_in_full(
    shop: Workspace, book: Path
) -> None:
    with Edited(book) as it:
        it.set("C-7", "name", "欧阳锋")
        it.set("007", "phone", "13800000001")  # what the mask hides
    report = taken(shop, book)
    assert edits(report) == {("C-7", "name"): "欧阳锋"}
    assert report.same == 1


def test_computed_columns_are_left_out_and_that_is_said(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        place = it.set("007", "monetary", 1_000_000)
    report = taken(shop, book)
    assert not report.edits
    assert any(place in str(note) and "computed" in str(note) for note in report.notes)


def test_a_deleted_row_deletes_nobody(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.sheet.delete_rows(it.row_of("007"))
    report = taken(shop, book)
    assert not report.edits + report.refused
    assert any("nobody was deleted" in str(note) for note in report.notes)


def test_new_rows_are_customers_only_with_an_id(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        row = it.sheet.max_row + 1
        it.sheet.cell(row, 1, "新1")
        it.sheet.cell(row, it.keys.index("name") + 1, "孙七")
        it.sheet.cell(row + 1, it.keys.index("name") + 1, "无名氏")
    report = taken(shop, book)
    assert report.new_customers == ("新1",)
    assert edits(report) == {("新1", "name"): "孙七"}
    assert list(whys(report)) == [f"{SHEET}!A{row + 1}"]
    assert taken(shop, book).new_customers == ()


def test_an_id_that_was_changed_makes_no_new_customer(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        place = it.set("c11", "customer_id", "c99")
    report = taken(shop, book)
    assert report.new_customers == ()
    assert "row of c11" in whys(report)[place]


def test_damaged_ids_are_told_or_mended(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        lost = it.set("100000000000000123", "customer_id", 1.00000000000000e17)
        it.set("007", "city", "苏州")
        it.set("007", "customer_id", 7)
    report = taken(shop, book)
    assert edits(report) == {("007", "city"): "苏州"}
    assert "lost" in whys(report)[lost]
    assert report.new_customers == ()


def test_columns_added_become_fields_with_their_label(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        for title, values in {
            "会员卡号": ["0012", "7"], "Shoe size": [38, 40.5],
            "上门日": [date(2024, 1, 5), "2024/3/1"],
            "养狗": ["是", "否"], "生日礼物🎁": ["书", "😀"],
        }.items():  # fmt: skip
            column = it.sheet.max_column + 1
            it.sheet.cell(2, column, title)
            for row, value in enumerate(values, 3):
                it.sheet.cell(row, column, value)
        it.sheet.cell(4, it.sheet.max_column + 1, "没有标题")
    report = taken(shop, book)
    made = {item.name: (item.type, item.label) for item in report.fields["added"]}
    assert made == {
        "会员卡号": ("text", "会员卡号"),
        "shoe_size": ("number", "Shoe size"),
        "上门日": ("day", "上门日"),
        "养狗": ("flag", "养狗"),
        "生日礼物": ("text", "生日礼物🎁"),
    }
    assert edits(report)["00012", "会员卡号"] == "0012"
    assert edits(report)["007", "shoe_size"] == 40.5
    assert edits(report)["007", "上门日"] == "2024-03-01"
    assert any("no title" in str(note) for note in report.notes)
    again = taken(shop, book)
    assert not again.edits
    assert again.fields["added"] == ()


def test_a_field_is_renamed_by_its_title_and_hidden_by_deleting_its_column(
    shop: Workspace, book: Path
) -> None:
    with Edited(book) as it:
        it.set("007", "size", 38)
    taken(shop, book)
    with Edited(book) as it:
        it.sheet.cell(2, it.keys.index("pet") + 1, "爱宠")
        it.sheet.delete_cols(it.keys.index("size") + 1)
        it.sheet.cell(2, it.keys.index("city") + 1, "所在地")
    report = taken(shop, book)
    assert [(item.name, item.label) for item in report.fields["renamed"]] == [("pet", "爱宠")]
    assert [item.name for item in report.fields["hidden"]] == ["size"]
    assert any("standard columns keep theirs" in str(note) for note in report.notes)
    use = {item.field.name: item for item in shop.edits.fields()}
    assert use["size"].field.hidden
    assert use["size"].customers == 1
    shop.edits.hide_field("size", hidden=False)
    shop.edits.rename_field("pet", "宠儿")
    again = taken(shop, book)
    assert not again.fields["renamed"] + again.fields["hidden"]


def test_order_filters_and_hiding_mean_nothing(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州")
        rows = [[cell.value for cell in row] for row in it.sheet.iter_rows()]
        order = [3, 1, 0, 2, *range(4, len(TITLES))]
        body = [rows[0], rows[1], *reversed(rows[2:])]
        for at, row in enumerate(body, 1):
            for place, old in enumerate(order, 1):
                it.sheet.cell(at, place).value = row[old]
        it.sheet.auto_filter.ref = "A2:Q12"
        it.sheet.row_dimensions[5].hidden = True
        it.sheet.column_dimensions["C"].hidden = True
        it.sheet.title = "改过名的表"
    report = taken(shop, book)
    assert edits(report) == {("007", "city"): "苏州"}
    assert not report.refused + report.notes


def test_a_sort_that_took_the_heads_along_is_seen_through(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州")
        rows = [[cell.value for cell in row] for row in it.sheet.iter_rows()]
        for at, row in enumerate(sorted(rows, key=lambda row: str(row[0])), 1):
            for place, value in enumerate(row, 1):
                it.sheet.cell(at, place).value = value
    assert edits(taken(shop, book)) == {("007", "city"): "苏州"}


def test_without_its_keys_the_titles_tell_the_columns(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        it.set("007", "city", "苏州")
        it.sheet.delete_rows(1)
    report = taken(shop, book)
    assert edits(report) == {("007", "city"): "苏州"}
    assert report.fields["added"] == ()
    assert any("row of keys was lost" in str(note) for note in report.notes)


def test_without_its_hidden_sheet_the_export_is_found_that_fits(
    shop: Workspace, book: Path
) -> None:
    export(shop, shop.folder / "other.xlsx", shown_rows({("007", "pet"): "鱼"}), "e0")
    with Edited(book) as it:
        it.set("007", "city", "苏州")
        del it.book["_zhike"]
    report = taken(shop, book)
    assert (report.export, edits(report)) == ("e1", {("007", "city"): "苏州"})
    assert any("hidden sheet" in str(note) for note in report.notes)


def test_without_its_base_masked_cells_are_left_alone(shop: Workspace, book: Path) -> None:
    (shop.folder / "exports" / "e1.parquet").unlink()
    with Edited(book) as it:
        it.set("007", "city", "苏州")
    report = taken(shop, book)
    assert edits(report) == {("007", "city"): "苏州"}
    assert not report.refused
    assert any("not kept here" in str(note) for note in report.notes)


def test_a_copied_row_or_column_takes_nothing_twice(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        last, width = it.sheet.max_row + 1, it.sheet.max_column
        for place in range(1, width + 1):
            it.sheet.cell(last, place, it.sheet.cell(it.row_of("007"), place).value)
        it.sheet.cell(last, it.keys.index("city") + 1, "苏州")
        for row in range(1, last):
            it.sheet.cell(row, width + 1, it.sheet.cell(row, it.keys.index("city") + 1).value)
        it.sheet.cell(2, width + 1, "常住城市")
    report = taken(shop, book)
    assert edits(report)["007", "city"] == "苏州"
    assert [item.name for item in report.fields["added"]] == ["常住城市"]
    assert edits(report)["C-7", "常住城市"] == "上海"


def test_an_error_of_a_formula_is_no_cleared_cell(shop: Workspace, book: Path) -> None:
    with Edited(book) as it:
        place = it.set("007", "level", "#N/A")
        it.sheet[place.partition("!")[2]].data_type = "e"
    report = taken(shop, book)
    assert not report.edits
    assert "error" in whys(report)[place]


def test_an_ordinary_table_is_no_returned_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    from zhike.workspace.returned import returned_workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["customer_id", "name", "city"])
    sheet.append(["1", "a", "b"])
    book.save(tmp_path / "plain.xlsx")
    (tmp_path / "text.csv").write_text("customer_id,_zhike\n1,2\n")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.xml", "_zhike")
    for name in ("plain.xlsx", "text.csv", "broken.xlsx"):
        assert returned_workbook(tmp_path / name) is None
