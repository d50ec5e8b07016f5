"""One sheet an analysis: its question, what stands out, its tables, and native charts of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhike.blocks import Chart, Number, Table, Text, amount_digits, write_value
from zhike.blocks.kinds import Column
from zhike.i18n import lazy
from zhike.reports.report import Section
from zhike.reports.workbook.chart_tables import is_sideways, names_of, table_of
from zhike.reports.workbook.live import CustomerRanges
from zhike.reports.workbook.matrices import add_matrix
from zhike.reports.workbook.native_charts import Placed, fits, native_chart
from zhike.reports.workbook.pages import CHART_PIXELS, Cell, Page

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook as Book

LIVE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("rfm", "segments"): ("segment", "rfm_segment"),
    ("rfm", "types"): ("type", "rfm_type"),
    ("lifecycle", "stages"): ("stage", "stage"),
    ("value_tiers", "tiers"): ("tier", "value_tier"),
    ("abc", "customer_classes"): ("abc_class", "abc_class"),
    ("relationship", "levels"): ("level", "relationship"),
}
"""Tables that count customers by a column of the customer sheets: theirs are live formulas."""

LONGEST = 40
"""Rows of a table that is shown although its chart is drawn from another."""

SUMS = {"purchases": "frequency", "revenue": "monetary"}


@dataclass(frozen=True)
class AnswerSheets:
    """Writes the sheets of the analyses.

    Args:
        book: The workbook.
        currency: What amounts are in.
        ranges: Where the customers are; None where they are only a part of all.
    """

    book: Book
    currency: str
    ranges: CustomerRanges | None
    _places: dict[tuple[str, str], Placed] = field(default_factory=dict, init=False, repr=False)

    def write(self, section: Section, page: Page) -> None:
        """Everything that an analysis has to say."""
        page.title(str(section.title), str(section.question))
        for finding in section.findings:
            page.paragraph(str(finding.sentence), bullet=True)
        if section.findings:
            page.gap()
        self._numbers(section.numbers, page)
        written: set[str] = set()
        for block in section.blocks:
            match block:
                case Text():
                    page.paragraph(str(block.body), tone=block.tone)
                    page.gap()
                case Table():
                    if block.name not in written:
                        written.add(block.name)
                        self.table(section.name, block, page)
                        page.gap()
                case Chart():
                    self._chart(section.name, block, page, written)
        page.clear()

    def table(self, analysis: str, table: Table, page: Page) -> Placed:
        """A table with its title and note; gives where its cells are."""
        page.heading(str(table.title))
        columns = table.columns
        page.header([str(column.label) for column in columns], [it.format for it in columns])
        first = page.here
        digits = {
            column.name: amount_digits(table.rows[column.name].to_pylist())
            for column in columns
            if column.format == "amount"
        }
        for record in table.rows.to_pylist():
            page.row(
                [
                    self._cell(analysis, table, column, record, page, digits.get(column.name, 2))
                    for column in columns
                ]
            )
        if table.note is not None:
            page.paragraph(str(table.note), tone="note")
        placed = _placed(page.name, first, table)
        self._places[page.name, table.name] = placed
        return placed

    def _cell(
        self,
        analysis: str,
        table: Table,
        column: Column,
        record: Mapping[str, Any],
        page: Page,
        digits: int,
    ) -> Cell:
        value = record[column.name]
        word = column.labels.get(str(value)) if value is not None else None
        if word is not None or column.format == "month":
            shown = str(word) if word is not None else write_value(value, "month", self.currency)
            return page.cells.value(shown if value is not None else None, "text")
        formula = self._formula(analysis, table.name, column.name, record)
        return page.cells.value(value, column.format, digits=digits, formula=formula)

    def _formula(self, analysis: str, table: str, column: str, record: Mapping[str, Any]) -> str:
        """The live formula of a cell that counts or sums customers; empty for others."""
        by, of = LIVE.get((analysis, table), ("", ""))
        if self.ranges is None or of not in self.ranges or record.get(by) is None:
            return ""
        code = str(record[by])
        if column == "customers":
            return self.ranges.counted_where(of, code)
        if column in SUMS:
            return self.ranges.summed_where(of, code, SUMS[column])
        return ""

    def _numbers(self, numbers: Sequence[Number], page: Page) -> None:
        if not numbers:
            return
        labels = [str(lazy("Measure")), str(lazy("Value")), str(lazy("What it means"))]
        page.header(labels, ["text", "number", "text"])
        for number in numbers:
            digits = amount_digits([number.value])
            page.row(
                [
                    page.cells.value(str(number.label), "text"),
                    page.cells.value(number.value, number.format, digits=digits),
                    page.cells.running(str(number.definition)),
                ]
            )
        page.gap()

    def _chart(self, analysis: str, chart: Chart, page: Page, written: set[str]) -> None:
        if add_matrix(chart, page):
            page.gap()
            return
        again = chart.table.name in written
        written.add(chart.table.name)
        if again:
            self._chart_of_known(chart, page)
            return
        page.clear()
        drawn = table_of(chart)
        if drawn is not None and not fits(chart, _placed(page.name, 0, chart.table)):
            self._beside(analysis, chart, drawn, page)
            if chart.table.rows.num_rows <= LONGEST:
                self.table(analysis, chart.table, page)
        else:
            self._beside(analysis, chart, chart.table, page)
        page.clear()

    def _beside(self, analysis: str, chart: Chart, table: Table, page: Page) -> None:
        """A table with the chart that draws it on its right."""
        top = page.here + 1
        placed = self.table(analysis, table, page)
        native = native_chart(self.book, chart, placed)
        if native is not None:
            page.picture(native, top, len(table.columns), height=height_of(chart))
        page.clear()

    def _chart_of_known(self, chart: Chart, page: Page) -> None:
        """A second chart of a table that stands above: below it, by itself."""
        placed = self._places[page.name, chart.table.name]
        native = native_chart(self.book, chart, placed)
        drawn = table_of(chart)
        if native is None and drawn is not None:
            self._beside(chart.name, chart, drawn, page)
        elif native is not None:
            page.picture(native, page.here, 0, height=height_of(chart))
            page.clear()


def height_of(chart: Chart) -> int:
    """Pixels that a chart wants: lying bars want room for each, others are all alike."""
    if not is_sideways(chart.option):
        return CHART_PIXELS[1]
    return min(max(90 + 28 * len(names_of(chart.option)), 190), 520)


def _placed(sheet: str, first: int, table: Table) -> Placed:
    names = {column.name: place for place, column in reversed([*enumerate(table.columns)])}
    return Placed(
        sheet=sheet,
        first_row=first,
        columns={name: names[name] for name in [column.name for column in table.columns]},
        values={name: [_plain(it) for it in table.rows[name].to_pylist()] for name in names},
        formats={column.name: column.format for column in table.columns},
        words={column.name: _words(table, column) for column in table.columns},
    )


def _words(table: Table, column: Column) -> list[str]:
    values = table.rows[column.name].to_pylist()
    return [str(column.labels.get(str(value), value)) for value in values]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
