"""The summary sheets: what an analysis shows, as cells and native charts."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter

from reports.workbook.making import Write
from zhike import charts
from zhike.blocks import Chart, Column, Table
from zhike.i18n import LazyText, use_language
from zhike.reports.workbook.chart_tables import table_of
from zhike.reports.workbook.matrices import add_matrix
from zhike.reports.workbook.native_charts import Placed, native_chart
from zhike.reports.workbook.pages import Page
from zhike.reports.workbook.styles import Styles
from zhike.reports.workbook.writing import sheet_name

ROWS = pa.table(
    {"month": ["2024-01", "2024-02", "2024-03"], "revenue": [5.0, 7.5, 6.0], "orders": [2, 3, 2]}
)


def both(text: str) -> LazyText:
    return LazyText.of(en=text, zh=text)


def chart_of(option: charts.Option, rows: pa.Table = ROWS) -> Chart:
    columns = tuple(Column(name=name, label=both(name)) for name in rows.column_names)
    table = Table(name="t", title=both("Table"), rows=rows, columns=columns)
    return Chart(name="c", title=both("Chart"), option=option, alternative=both("c"), table=table)


def placed(rows: pa.Table = ROWS) -> Placed:
    return Placed(
        sheet="Sheet1",
        first_row=4,
        columns={name: place for place, name in enumerate(rows.column_names)},
        values={name: rows[name].to_pylist() for name in rows.column_names},
        formats={"revenue": "amount", "orders": "count"},
    )


def test_a_line_is_drawn_from_the_cells_of_its_column(tmp_path: Path) -> None:
    option = charts.line(ROWS.slice(1), "month", {"revenue": both("Revenue")}, format="amount")
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        sheet = book.add_worksheet("Sheet1")
        native = native_chart(book, chart_of(option), placed())
        assert native is not None
        sheet.insert_chart(0, 5, native)
    xml = zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/charts/chart1.xml").decode()
    assert "Sheet1!$B$6:$B$7" in xml  # the slice begins one row below the table's first
    assert "Sheet1!$A$6:$A$7" in xml
    assert "<c:lineChart>" in xml


def test_bars_lie_stand_and_stack_as_in_the_report(tmp_path: Path) -> None:
    words = {"revenue": both("Revenue"), "orders": both("Orders")}
    options = {
        'barDir val="bar"': charts.bar(ROWS, "month", "revenue"),
        'grouping val="clustered"': charts.columns(ROWS, "month", words),
        'grouping val="stacked"': charts.stacked_bar(ROWS, "month", words),
    }
    for sign, option in options.items():
        path = tmp_path / "x.xlsx"
        with xlsxwriter.Workbook(path) as book:
            native = native_chart(book, chart_of(option), placed())
            assert native is not None
            book.add_worksheet("Sheet1").insert_chart(0, 5, native)
        assert sign in zipfile.ZipFile(path).read("xl/charts/chart1.xml").decode()


def test_what_excel_cannot_draw_stays_a_table(tmp_path: Path) -> None:
    flows = pa.table({"before": ["a"], "after": ["b"], "customers": [3]})
    option = charts.sankey(flows, "before", "after", "customers")
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        book.add_worksheet("Sheet1")
        assert native_chart(book, chart_of(option, flows), placed(flows)) is None


def test_a_heat_map_becomes_cells_with_a_colour_scale(tmp_path: Path) -> None:
    cells = pa.table(
        {
            "cohort": ["2024-01", "2024-01", "2024-02"],
            "period": [1, 2, 1],
            "share": [0.5, 0.25, 0.4],
        }
    )
    option = charts.heatmap(cells, "period", "cohort", "share")
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        page = Page(book.add_worksheet("Sheet1"), Styles(book, "CNY"))
        assert add_matrix(chart_of(option, cells), page)
        rows = [[cell.value if cell else None for cell in row.cells] for row in page.rows]
        page.finish()
    assert rows[2:] == [["2024-01", 0.5, 0.25], ["2024-02", 0.4, None]]


def test_the_first_sheet_has_its_two_charts(write: Write) -> None:
    for language in ("zh", "en"):
        files = zipfile.ZipFile(write(language).path)
        drawings = files.read("xl/drawings/_rels/drawing1.xml.rels").decode()
        assert drawings.count("charts/chart") == 2


def test_every_sheet_of_the_contents_is_there_in_the_readers_language(write: Write) -> None:
    for language, names in (
        (
            "zh",
            ["经营总览", "客户分析表", "RFM 分群", "同期群", "主要发现", "指标字典", "使用说明"],
        ),
        ("en", ["Overview", "Customer table", "RFM segments", "Cohorts", "What stands out"]),
    ):
        done = write(language)
        assert set(names) <= set(done.read().sheetnames)
        assert [item.name for item in done.written.sheets] == done.read().sheetnames[:-1]


def test_changes_on_the_first_sheet_are_formulas(write: Write) -> None:
    sheet = write("en").read()["Overview"]
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    change = rows["Net revenue"][3]
    assert change.data_type == "f"
    assert "ABS(" in change.value


@pytest.mark.parametrize(
    ("title", "expected"),
    [("A: b/c*[d]?", "A b c d"), ("x" * 40, "x" * 31), ("'quoted'", "quoted")],
)
def test_titles_become_names_that_excel_allows(title: str, expected: str) -> None:
    assert sheet_name(title, ()) == expected


def test_the_workbook_speaks_one_language(write: Write) -> None:
    with use_language("zh"):
        sheet = write("zh").read()["使用说明"]
    said = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    assert "客户分析表" in said
    assert "Read the first sheet" not in said


def test_a_chart_of_a_long_table_gets_a_table_that_excel_can_draw(tmp_path: Path) -> None:
    wide = pa.table({"month": ["2024-01", "2024-02"], "shop": [1, 2], "web": [3, 4]})
    words = {"shop": both("Shop"), "web": both("Web")}
    option = charts.stacked_bar(wide, "month", words, x_format="month")
    long = pa.table({"month": ["2024-01"] * 2, "source": ["shop", "web"], "customers": [1, 3]})
    chart = chart_of(option, long)
    drawn = table_of(chart)
    assert drawn is not None
    assert drawn.rows.to_pydict() == {
        "axis": ["2024-01", "2024-02"],
        "series_0": [1.0, 2.0],
        "series_1": [3.0, 4.0],
    }
    assert [column.format for column in drawn.columns] == ["month", "count", "count"]
    assert [str(column.label) for column in drawn.columns[1:]] == ["Shop", "Web"]
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        book.add_worksheet("Sheet1")
        assert native_chart(book, chart, placed(drawn.rows)) is not None


def test_flows_have_no_such_table() -> None:
    flows = pa.table({"before": ["a"], "after": ["b"], "customers": [3]})
    option = charts.sankey(flows, "before", "after", "customers")
    assert table_of(chart_of(option, flows)) is None
