"""The customer sheets: what stands where, and what a spreadsheet makes of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl.workbook import Workbook as Read

from reports.workbook.making import CUSTOMERS, Write, written
from zhike.catalogue import customer_facts
from zhike.datasets import corner_shop_tables
from zhike.engines import open_engine
from zhike.reports.workbook import HIDDEN_SHEET
from zhike.schema import Shop


def told(book: Read) -> dict[str, str]:
    rows = book[HIDDEN_SHEET].iter_rows(values_only=True)
    return {str(key): str(value) for key, value in rows}


def test_the_first_row_holds_the_keys_and_is_hidden(write: Write) -> None:
    done = write("zh")
    sheet = done.read()["客户分析表"]
    keys = [cell.value for cell in sheet[1]]
    assert sheet.row_dimensions[1].hidden
    assert keys == [column.name for column in done.workbook.customers.columns]
    assert keys[0] == "customer_id"


def test_titles_are_frozen_and_filtered_and_in_the_readers_language(write: Write) -> None:
    for language, name, title in (
        ("zh", "客户分析表", "客户编号"),
        ("en", "Customer table", "Customer id"),
    ):
        sheet = write(language).read()[name]
        assert sheet["A2"].value == title
        assert sheet.freeze_panes == "C3"
        assert sheet.auto_filter.ref.startswith("A2:")
        assert sheet.auto_filter.ref.endswith(str(CUSTOMERS + 2))


def test_keys_are_the_same_in_every_language(write: Write) -> None:
    chinese, english = write("zh"), write("en")
    assert [it.name for it in chinese.workbook.customers.columns] == [
        it.name for it in english.workbook.customers.columns
    ]


def test_there_is_a_row_a_customer(write: Write, small_shop: Shop) -> None:
    sheet = write("zh").read()["客户分析表"]
    ids = [row[0] for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert len(ids) == len(set(ids)) == CUSTOMERS
    bought = customer_facts(small_shop).customer_id.to_pyarrow().to_pylist()
    assert set(bought) <= set(ids)


def test_what_is_kept_is_what_the_cells_hold(write: Write) -> None:
    done = write("zh")
    sheet = done.read()["客户分析表"]
    rows = sheet.iter_rows(min_row=3, values_only=True)
    for cells, kept in zip(rows, done.base.to_pylist(), strict=True):
        shown = [it.date() if isinstance(it, datetime) else it for it in cells]
        assert shown == pytest.approx(list(kept.values()), abs=1e-9) or shown == list(kept.values())


def test_ids_and_phones_are_text_and_keep_their_digits(write: Write) -> None:
    done = write("zh", unmasked=True)
    sheet = done.read()["客户分析表"]
    keys = [cell.value for cell in sheet[1]]
    for name in ("customer_id", "phone"):
        cells = [
            row[keys.index(name)]
            for row in sheet.iter_rows(min_row=3)
            if row[keys.index(name)].value
        ]
        assert all(isinstance(cell.value, str) and cell.number_format == "@" for cell in cells)


def test_the_hidden_sheet_says_what_was_exported(write: Write) -> None:
    book = write("zh").read()
    found = told(book)
    assert book[HIDDEN_SHEET].sheet_state == "veryHidden"
    assert list(found) == [
        "export_id", "snapshot", "as_of", "language", "made_at", "masked", "sheets",
    ]  # fmt: skip
    assert (found["language"], found["masked"]) == ("zh", "true")
    assert json.loads(found["sheets"]) == ["客户分析表"]


def test_customers_beyond_the_limit_go_on_in_another_sheet(write: Write) -> None:
    done = write("en", most=120)
    book = done.read()
    assert done.written.customer_sheets == (
        "Customer table",
        "Customer table 2",
        "Customer table 3",
    )
    assert json.loads(told(book)["sheets"]) == list(done.written.customer_sheets)
    rows = [book[name].max_row - 2 for name in done.written.customer_sheets]
    assert rows == [120, 120, 60]
    what = {item.name: item.what for item in done.written.sheets}
    assert "121 to 240" in what["Customer table 2"]
    ids = [
        row[0]
        for name in done.written.customer_sheets
        for row in book[name].iter_rows(min_row=3, values_only=True)
    ]
    assert ids == done.base["customer_id"].to_pylist()


def test_editable_columns_are_tinted_and_others_are_not(write: Write) -> None:
    done = write("zh")
    sheet = done.read()["客户分析表"]
    tints = {
        column.name: sheet.cell(3, place).fill.fgColor.rgb
        for place, column in enumerate(done.workbook.customers.columns, start=1)
    }
    editable = {tints[it.name] for it in done.workbook.customers.columns if it.editable}
    others = {tints[it.name] for it in done.workbook.customers.columns if not it.editable}
    assert len(editable) == 1
    assert not editable & others


def test_choices_are_held_to_their_list(write: Write) -> None:
    done = write("zh")
    sheet = done.read()["客户分析表"]
    lists = [it.formula1 for it in sheet.data_validations.dataValidation if it.type == "list"]
    assert '"女,男,其他"' in lists
    assert "date" in {it.type for it in sheet.data_validations.dataValidation}


HOSTILE = ("=1+1", "+86 1", "-2", "@SUM(A1)")


def test_cells_that_look_like_formulas_are_inert(tmp_path: Path) -> None:
    done = written(named_shop(HOSTILE), tmp_path / "x.xlsx", language="en", unmasked=True)
    sheet = done.read()["Customer table"]
    names = [row[1] for row in sheet.iter_rows(min_row=3)]
    assert sorted(cell.value for cell in names) == sorted(HOSTILE)
    assert all(cell.data_type in ("s", "inlineStr") for cell in names)
    assert all(cell.quotePrefix for cell in names)


def test_a_workbook_without_orders_shows_what_was_typed_in(tmp_path: Path) -> None:
    shop = named_shop(("王小明", "李雷", "韩梅梅", "😀"))
    few = Shop(
        engine=shop.engine,
        tables={name: shop[name] for name in ("customers", "people")},
        as_of=shop.as_of,
    )
    done = written(few, tmp_path / "x.xlsx", language="zh", unmasked=True)
    sheet = done.read()["客户分析表"]
    assert {row[1] for row in sheet.iter_rows(min_row=3, values_only=True)} == {
        "王小明", "李雷", "韩梅梅", "😀",
    }  # fmt: skip


def named_shop(names: Sequence[str]) -> Shop:
    """The corner shop with names of people."""
    tables = dict(corner_shop_tables())
    people = tables["people"]
    place = people.column_names.index("name")
    tables["people"] = people.set_column(place, "name", pa.array(names, pa.string()))
    engine = open_engine()
    return Shop(
        engine=engine,
        tables={name: engine.load(name, rows) for name, rows in tables.items()},
        as_of=date(2025, 1, 1),
    )
