"""CSV and its kin, as programs and people really write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zhike.sources import open_source

from .conftest import rows_of


def cells(row: dict[str, object]) -> list[object]:
    return [value for name, value in row.items() if not name.startswith("_")]


def test_csv_spectrum_parses_to_its_truth(real_data: Path) -> None:
    files = sorted((real_data / "csv_spectrum" / "csvs").glob("*.csv"))
    assert len(files) == 12
    for file in files:
        truth = json.loads((real_data / "csv_spectrum" / "json" / f"{file.stem}.json").read_text())
        (table,) = open_source(file)
        rows = [
            {name: row[name] or "" for name in table.header}
            for row in rows_of(table)
            if row["_fate"] is None
        ]
        if file.stem == "location_coordinates":  # its truth disagrees with its file
            assert rows[0]["Location Coordinates"] == truth["Location Coordinates"]
        else:
            assert rows == truth, file.name


def test_cdnow_has_no_header_and_is_aligned_by_blanks(real_data: Path) -> None:
    (table,) = open_source(real_data / "cdnow" / "CDNOW_sample.txt")
    rows = rows_of(table)
    assert table.header == ("column_1", "column_2", "column_3", "column_4", "column_5")
    assert len(rows) == 6919
    assert cells(rows[0]) == ["00004", "0001", "19970101", "2", "29.33"]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_every_usual_separator_is_found(opened, sign) -> None:
    table = opened(sign.join(["order", "note", "paid"]) + "\n" + sign.join(["1", "x", "2"]) + "\n")
    assert table.header == ("order", "note", "paid")


def test_decimal_commas_do_not_hide_the_semicolons(read) -> None:
    rows = read("order;price;paid\n1;2,50;3,20\n2;1,10;4,00\n3;9,99;8,75\n")
    assert cells(rows[0]) == ["1", "2,50", "3,20"]


def test_commas_in_quotes_and_full_width_commas_separate_nothing(read) -> None:
    rows = read('order\taddress\n1\t"浙江省，杭州市, 余杭区"\n2\t上海市，浦东新区, 张江\n')
    assert cells(rows[1]) == ["2", "上海市，浦东新区, 张江"]


def test_a_declared_separator_is_believed(read) -> None:
    rows = read("sep=;\na;b\n1,5;2\n")
    assert [(row["_row"], row["_reason"]) for row in rows] == [(1, "title"), (3, None)]
    assert cells(rows[1]) == ["1,5", "2"]


def test_wrapped_ids_keep_every_digit(read) -> None:
    text = (
        "order,buyer,zip\n"
        '="1234567890123456789",="007",a\n'
        '"=""1234567890123456780""",x,\'01234\n'
        "\t1234567890123456781,y,02139\t\n"
        "'1234567890123456782,'t Hof,z\n"
    )
    assert [cells(row) for row in read(text)] == [
        ["1234567890123456789", "007", "a"],
        ["1234567890123456780", "x", "01234"],
        ["1234567890123456781", "y", "02139"],
        ["1234567890123456782", "'t Hof", "z"],
    ]


def test_quoted_line_ends_stay_inside_their_cell(read) -> None:
    rows = read('order,note,paid\r\n1,"a\r\nb\nc",2\r\n3,d,4\r\n')
    assert cells(rows[0]) == ["1", "a\r\nb\nc", "2"]
    assert [row["_row"] for row in rows] == [2, 3]


def test_short_records_are_filled_up_and_long_ones_set_aside(read) -> None:
    rows = read("a,b,c\n1\n1,2,3,4\n1,2,3,,\n1,2,3\n")
    assert [cells(row) for row in rows] == [
        ["1", None, None], [None, None, None], ["1", "2", "3"], ["1", "2", "3"],
    ]  # fmt: skip
    assert rows[1]["_reason"] == "too_many_columns"
    assert rows[1]["_raw"] == "1,2,3,4"


def test_a_header_shorter_than_its_records_gets_names_for_the_rest(opened) -> None:
    assert opened("a,b\n" + "x,y,9\n" * 5).header == ("a", "b", "column_3")


def test_an_unclosed_quote_costs_one_record(read) -> None:
    body = "".join(f"{n},text,{n}.00\n" for n in range(3000))
    rows = read("order,note,paid\n" + body + '3000,"broken,5.00\n' + body)
    assert len(rows) == 6001
    assert cells(rows[3000]) == ["3000", '"broken', "5.00"]
    assert cells(rows[3001]) == ["0", "text", "0.00"]


def test_quotes_that_are_not_doubled_are_read_as_written(read) -> None:
    rows = read('order,note,paid\n1,"a "good" one",2\n3,5" pipe,4\n')
    assert [cells(row) for row in rows] == [["1", '"a "good" one"', "2"], ["3", '5" pipe', "4"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_record(read, end) -> None:
    assert [cells(row) for row in read(end.join(["a,b", "1,2", "3,4", ""]))] == [
        ["1", "2"], ["3", "4"],
    ]  # fmt: skip


def test_a_file_without_a_last_line_end_loses_nothing(read) -> None:
    assert len(read("a,b\n1,2\n3,4")) == 2


def test_one_column_is_a_table_too(read) -> None:
    rows = read("手机号\n13800138000\n\n13900139000\n", name="phones.txt")
    assert [(row["手机号"], row["_reason"]) for row in rows] == [
        ("13800138000", None), (None, "blank"), ("13900139000", None),
    ]  # fmt: skip


def test_records_may_be_longer_than_a_block(read) -> None:
    long = "x" * 9_000_000
    rows = read(f"a,b,c\n1,{long},2\n3,4,5\n")
    assert [len(rows), rows[0]["b"] == long, rows[1]["_row"]] == [2, True, 3]
