"""A workbook written: its sheets in their order, and what lets it be read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from zhike.i18n import _, format_count, language
from zhike.reports.workbook.answers import AnswerSheets
from zhike.reports.workbook.contents import SheetWritten, Workbook, Written
from zhike.reports.workbook.customer_sheets import MOST_CUSTOMERS, CustomerSheets
from zhike.reports.workbook.guide import (
    write_dictionary,
    write_findings,
    write_quality,
    write_reading,
)
from zhike.reports.workbook.live import CustomerRanges
from zhike.reports.workbook.overview import write_overview
from zhike.reports.workbook.pages import Page
from zhike.reports.workbook.styles import COLOURS, Styles, font

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook as Book

HIDDEN_SHEET = "_zhike"
FONT_SIZE = 10
LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
TABS = {"overview": "ramp-7", "customers": "ochre", "answer": "blue", "guide": "grey"}


def write_workbook(
    workbook: Workbook,
    path: Path,
    *,
    kept: Callable[[pa.RecordBatch], None] = lambda _batch: None,
    most_customers: int = MOST_CUSTOMERS,
) -> Written:
    """Write a workbook, in the language of the moment.

    Args:
        workbook: What it shows.
        path: The file; its folder also takes what is in the making.
        kept: Called with each batch of customers as the cells hold it.
        most_customers: Most customers on one sheet; Excel's own limit unless a test asks for less.
    """
    import xlsxwriter

    options: dict[str, Any] = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
        "default_format_properties": {"font_name": font(), "font_size": FONT_SIZE},
    }
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": _("Customer analysis"), "comments": "Zhike"})
        book.set_calc_mode("auto")
        return _Writing(book, workbook, kept, most_customers).write()


class _Writing:
    """One workbook under way."""

    def __init__(
        self,
        book: Book,
        workbook: Workbook,
        kept: Callable[[pa.RecordBatch], None],
        most_customers: int,
    ) -> None:
        self._book = book
        self._workbook = workbook
        self._styles = Styles(book, workbook.report.about.currency)
        self._names: set[str] = {HIDDEN_SHEET.lower()}
        name = sheet_name(_("Customer table"), ())
        self._customers = CustomerSheets(
            book, self._styles, workbook.customers, name, most_customers, kept
        )
        self._said: list[SheetWritten] = []

    def write(self) -> Written:
        """Write every sheet."""
        overview = self._page(_("Overview"), "overview")
        self._customers.open()
        self._names |= {name.lower() for name, _rows in self._customers.sheets}
        self._customers.write()
        columns = self._workbook.customers.columns
        ranges = CustomerRanges(self._customers.sheets, columns)
        self._said += self._customer_words()
        self._findings()
        self._answers(ranges)
        self._guides()
        write_overview(self._book, self._workbook, overview, ranges, self._said)
        overview.finish()
        self._hidden()
        overview.sheet.activate()
        names = tuple(name for name, _rows in self._customers.sheets)
        first = SheetWritten(name=overview.name, what=_("The headline"), rows=0)
        return Written(sheets=(first, *self._said), customer_sheets=names)

    def _page(self, name: str, part: str) -> Page:
        chosen = sheet_name(name, self._names)
        self._names.add(chosen.lower())
        sheet = self._book.add_worksheet(chosen)
        sheet.set_tab_color(COLOURS[TABS[part]])
        sheet.set_default_row(18)
        return Page(sheet, self._styles)

    def _customer_words(self) -> Iterator[SheetWritten]:
        sheets = self._customers.sheets
        first = 1
        for name, rows in sheets:
            what = _("One row a customer, the best first")
            if len(sheets) > 1:
                what = _("Customers {first} to {last}: Excel holds no more on one sheet").format(
                    first=format_count(first), last=format_count(first + rows - 1)
                )
            first += rows
            yield SheetWritten(name=name, what=what, rows=rows)

    def _answers(self, ranges: CustomerRanges) -> None:
        live = None if self._workbook.segment else ranges
        writer = AnswerSheets(self._book, self._workbook.report.about.currency, live)
        for section in self._workbook.report.sections:
            if section.missing is None and section.name != "overview":
                page = self._page(str(section.title), "answer")
                writer.write(section, page)
                self._finish(page, str(section.question))

    def _findings(self) -> None:
        page = self._page(_("What stands out"), "guide")
        tables = AnswerSheets(self._book, self._workbook.report.about.currency, None)
        write_findings(self._workbook, page, tables.table)
        self._finish(page, _("What changed, why, and what to do about it"))

    def _guides(self) -> None:
        report = self._workbook.report
        tables = AnswerSheets(self._book, report.about.currency, None)
        page = self._page(_("Data quality"), "guide")
        write_quality(report.quality, report, page, tables.table)
        self._finish(page, _("What became of every record"))
        page = self._page(_("Metric dictionary"), "guide")
        write_dictionary(self._workbook, page)
        self._finish(page, _("What every number and column means"))
        page = self._page(_("How to read this"), "guide")
        write_reading(self._workbook, page)
        self._finish(page, _("For whoever runs the shop"))

    def _finish(self, page: Page, what: str) -> None:
        page.finish()
        self._said.append(SheetWritten(name=page.name, what=what, rows=0))

    def _hidden(self) -> None:
        """What lets the workbook be merged when it comes back."""
        workbook = self._workbook
        customers = [name for name, _rows in self._customers.sheets]
        told = {
            "export_id": workbook.export_id,
            "snapshot": workbook.report.about.snapshot,
            "as_of": workbook.report.about.as_of.isoformat(),
            "language": language(),
            "made_at": workbook.made_at.isoformat(timespec="seconds"),
            "masked": "true" if workbook.masked else "false",
            "sheets": json.dumps(customers, ensure_ascii=False),
        }
        sheet = self._book.add_worksheet(HIDDEN_SHEET)
        for row, (key, value) in enumerate(told.items()):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, value)
        sheet.very_hidden()


def sheet_name(title: str, taken: Collection[str]) -> str:
    """A title as Excel allows a sheet to be called: no signs of its own, 31 characters, once.

    Examples:
        >>> sheet_name("Who: new/returning?", ())
        'Who new returning'
        >>> sheet_name("Overview", {"overview"})
        'Overview 2'
    """
    plain = " ".join(_FORBIDDEN.sub(" ", title).split())[:LONGEST_NAME].strip() or "Zhike"
    chosen, number = plain, 1
    while chosen.lower() in taken:
        number += 1
        ending = f" {number}"
        chosen = plain[: LONGEST_NAME - len(ending)].strip() + ending
    return chosen
