"""Where the column names stand, and what becomes of the records around the data."""

from __future__ import annotations

from zhike.sources.headers import column_names, find_header


def fates(rows: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(row["_row"], row["_reason"]) for row in rows]


def test_titles_and_blank_lines_above_the_header_are_skipped_with_their_text(read) -> None:
    rows = read("订单报表,,\n导出时间：2024-01-01,,\n\n订单号,金额,备注\n1,2,x\n")
    assert fates(rows) == [(1, "title"), (2, "title"), (3, "blank"), (5, None)]
    assert rows[1]["_raw"] == "导出时间：2024-01-01,,"


def test_parameters_above_the_header_are_no_header(opened) -> None:
    text = "店铺,某旗舰店,导出人,小王\n订单编号,下单时间,商品名称,实付金额\n1,2024-01-01,裙,2.00\n"
    assert opened(text).header == ("订单编号", "下单时间", "商品名称", "实付金额")


def test_totals_and_footers_below_are_skipped(read) -> None:
    text = (
        "订单号,客户,金额,备注\n1,张三,2.00,x\n2,李四,3.00,\n"
        "合计,,5.00,\n总计：,,5.00,\n共 2 条\n制表人：王五\n"
    )
    assert fates(read(text))[2:] == [(4, "total"), (5, "total"), (6, "title"), (7, "title")]


def test_a_total_may_stand_in_a_later_column(read) -> None:
    rows = read("city,orders,paid\nParis,1,2.0\n,Grand Total,2.0\n")
    assert fates(rows)[-1] == (3, "total")


def test_a_record_that_only_begins_like_a_total_is_kept(read) -> None:
    rows = read("name,city,paid\nTotal,Paris,2.0\nSummer dress,Rome,1.0\n合计科技,上海,5\n")
    assert [reason for _, reason in fates(rows)] == [None, None, None]


def test_a_header_repeated_further_down_is_skipped(read) -> None:
    rows = read("订单号,金额\n1,2\n订单号,金额\n3,4\n")
    assert fates(rows) == [(2, None), (3, "repeated_header"), (4, None)]


def test_lines_of_nothing_but_separators_are_blank(read) -> None:
    rows = read("a,b,c\n1,2,3\n,,\n  , ,\n4,5,6\n\x1a")
    assert fates(rows) == [(2, None), (3, "blank"), (4, "blank"), (5, None), (6, "blank")]


def test_duplicated_empty_and_reserved_names_become_unique() -> None:
    names = column_names(["金额", "金额", "", "ID", "id", "_row", " a\nb "])
    assert names == ("金额", "金额 (2)", "column_3", "ID", "id (2)", "_row (2)", "a b")


def test_a_table_of_data_from_its_first_line_has_no_header() -> None:
    rows = [["10001", "2024-01-05", "12.50"], ["10002", "2024-01-06", "9.90"]]
    assert find_header(rows).row == 0


def test_years_as_column_names_are_names() -> None:
    rows = [["商品名称", "2023", "2024"], ["裙", "120", "150"], ["衣", "90", "80"]]
    assert find_header(rows).row == 1


def test_a_text_table_keeps_its_first_line_as_header() -> None:
    assert find_header([["key", "val"], ["1", "{}"]]).row == 1
    assert find_header([["name", "city"], ["Ann", "Rome"]]).row == 1


def test_a_line_of_words_and_values_above_a_wider_header_is_a_title() -> None:
    rows = [["exported", "2024-01-05", ""], ["alpha", "beta", "gamma"], ["x", "y", "1"]]
    assert find_header(rows).row == 2
