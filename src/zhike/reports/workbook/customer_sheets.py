"""The customer sheets: one row a customer, over as many sheets as Excel's limit makes necessary.

Row 1 is hidden and holds each column's key, so that the sheet can be read back whatever language
its titles are in; row 2 holds the titles. Rows are written as they come and forgotten, so that
memory does not grow with customers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from zhike.i18n import _
from zhike.reports.workbook.contents import CustomerColumn, CustomerTable
from zhike.reports.workbook.live import FIRST_ROW
from zhike.reports.workbook.pages import is_active, width_of
from zhike.reports.workbook.styles import EDITABLE_HEAD, HEADS, Styles

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook as Book
    from xlsxwriter.worksheet import Worksheet

EXCEL_ROWS = 1_048_576
KEYS, TITLES = 0, 1
MOST_CUSTOMERS = EXCEL_ROWS - FIRST_ROW + 1
FROZEN_COLUMNS = 2
PRINTED_ACROSS = 3
TITLE_POINTS = 36
NARROW, WIDE = 9, 30
SAMPLE_ROWS = 300
SERIAL_OF_EPOCH = 25_569
FIRST_SERIAL = 61
"""Day numbers below are off by one: Excel believes that 1900 was a leap year."""

STAGE_TONES = {
    "loyal": "good",
    "repeat": "fair",
    "first": "fair",
    "potential": "quiet",
    "lost": "bad",
}
SEGMENT_TONES = {
    "champions": "good", "loyal": "good", "potential_loyalists": "fair", "new": "fair",
    "promising": "fair", "need_attention": "watch", "about_to_sleep": "watch", "at_risk": "bad",
    "cant_lose": "bad", "hibernating": "quiet", "lost": "quiet",
}  # fmt: skip
TONES_OF = {
    "stage": STAGE_TONES,
    "rfm_segment": SEGMENT_TONES,
    "value_tier": {"high": "good", "middle": "fair", "low": "quiet", "none": "quiet"},
    "abc_class": {"A": "good", "B": "fair", "C": "quiet"},
    "churn_risk": {"high": "bad", "raised": "watch", "low": "good"},
    "relationship": {
        "close": "good",
        "cooling": "watch",
        "at_risk": "bad",
        "lost": "quiet",
        "unknown": "quiet",
    },
}
BARS = {
    "monetary": "#aecbe6", "frequency": "#b3dbd3", "recency_score": "#c9dcef",
    "frequency_score": "#c9dcef", "monetary_score": "#c9dcef",
}  # fmt: skip
"""Bars light enough for the figures on them."""

Put = Callable[[int, int, Any], None]


@dataclass
class CustomerSheets:
    """Writes the customers.

    Args:
        book: The workbook.
        styles: Its formats.
        table: What to write.
        name: Name of the first sheet; a number is added to those after it.
        most: Most customers on one sheet.
        kept: Called with each batch as its cells hold it.
    """

    book: Book
    styles: Styles
    table: CustomerTable
    name: str
    most: int = MOST_CUSTOMERS
    kept: Callable[[pa.RecordBatch], None] = lambda _batch: None
    _open: list[tuple[Worksheet, int]] = field(default_factory=list, init=False)

    def open(self) -> None:
        """Make the sheets, so that they stand where they belong among the others."""
        for number, rows in enumerate(shared_out(self.table.count, self.most), start=1):
            name = self.name if number == 1 else f"{self.name} {number}"
            self._open.append((self.book.add_worksheet(name), rows))

    @property
    def sheets(self) -> tuple[tuple[str, int], ...]:
        """Name of each sheet and how many customers are on it."""
        return tuple((sheet.get_name(), rows) for sheet, rows in self._open)

    def write(self) -> None:
        """Write every customer, and how the columns look and may be edited."""
        columns = self.table.columns
        writers = [_Writer(column, self.styles) for column in columns]
        widths = [_title_width(column) for column in columns]
        for sheet, _rows in self._open:
            self._titles(sheet)
        rows: Iterator[tuple[Any, ...]] = iter(())
        waiting = self._lines(writers, widths)
        for sheet, count in self._open:
            puts = [writer.put(sheet) for writer in writers]
            for row in range(KEYS + 2, KEYS + 2 + count):
                line = next(rows, None)
                if line is None:
                    rows = next(waiting)
                    line = next(rows)
                for place, value in enumerate(line):
                    puts[place](row, place, value)
        for sheet, count in self._open:
            self._looks(sheet, count, widths)

    def _lines(
        self, writers: Sequence[_Writer], widths: list[int]
    ) -> Iterator[Iterator[tuple[Any, ...]]]:
        """The rows of each batch, as the writers take them."""
        sampled = 0
        for batch in self.table.batches():
            self.kept(batch)
            columns = [writer.values(batch.column(n)) for n, writer in enumerate(writers)]
            if sampled < SAMPLE_ROWS:
                _widen(widths, columns, self.table.columns)
                sampled += batch.num_rows
            yield zip(*columns, strict=True)

    def _titles(self, sheet: Worksheet) -> None:
        sheet.set_row(KEYS, None, None, {"hidden": True})
        for place, column in enumerate(self.table.columns):
            sheet.write_string(KEYS, place, column.name)
        sheet.set_row(TITLES, TITLE_POINTS)
        for place, column in enumerate(self.table.columns):
            colour = EDITABLE_HEAD if column.editable else HEADS[column.group]
            sheet.write_string(TITLES, place, str(column.label), self.styles.head(colour))

    def _looks(self, sheet: Worksheet, count: int, widths: Sequence[int]) -> None:
        columns = self.table.columns
        last = KEYS + 1 + max(count, 1)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, widths[place], self.styles.cell(column.kind))
            self._colours(sheet, column, (KEYS + 2, place, last, place))
            self._choices(sheet, column, (KEYS + 2, place, last, place))
        sheet.autofilter(TITLES, 0, last, len(columns) - 1)
        sheet.freeze_panes(TITLES + 1, FROZEN_COLUMNS)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(PRINTED_ACROSS, 0)
        sheet.repeat_rows(TITLES)
        sheet.repeat_columns(0, FROZEN_COLUMNS - 1)
        sheet.hide_gridlines(1)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")

    def _colours(self, sheet: Worksheet, column: CustomerColumn, at: tuple[int, ...]) -> None:
        for code, tone in TONES_OF.get(column.name, {}).items():
            word = str(column.labels.get(code, code)).replace('"', '""')
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"'}
            sheet.conditional_format(*at, rule | {"format": self.styles.tone(tone)})
        if column.name in BARS:
            is_score = column.kind == "score"
            bar = {
                "type": "data_bar",
                "bar_color": BARS[column.name],
                "bar_solid": True,
                "data_bar_2010": True,
                "min_type": "num",
                "min_value": 0,
            }
            most = {"max_type": "num", "max_value": 5} if is_score else {}
            sheet.conditional_format(*at, bar | most)

    def _choices(self, sheet: Worksheet, column: CustomerColumn, at: tuple[int, ...]) -> None:
        rule = validation_of(column)
        if rule:
            sheet.data_validation(*at, rule)


def validation_of(column: CustomerColumn) -> dict[str, Any]:
    """What Excel is to allow in an editable column; empty where it allows everything."""
    if not column.editable:
        return {}
    if column.choices and len(",".join(column.choices)) <= 255:
        wrong = _("Please choose from the list: {listed}").format(listed=", ".join(column.choices))
        rule: dict[str, Any] = {"validate": "list", "source": list(column.choices)}
    elif column.kind == "day":
        wrong = _("Please write a day, such as 1990-05-17.")
        rule = {
            "validate": "date", "criteria": "between",
            "minimum": date(1900, 3, 1), "maximum": date(2200, 1, 1),
        }  # fmt: skip
    elif column.kind == "number":
        wrong = _("Please write a number.")
        rule = {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
    else:
        return {}
    return {
        **rule,
        "error_title": str(column.label)[:32],
        "error_message": wrong[:255],
        "error_type": "stop",
    }


def shared_out(count: int, most: int) -> list[int]:
    """How many customers each sheet takes; one sheet even where there are none.

    Examples:
        >>> shared_out(5, 2), shared_out(0, 2)
        ([2, 2, 1], [0])
    """
    full, rest = divmod(count, most)
    return [most] * full + ([rest] if rest or not full else [])


class _Writer:
    """Puts the cells of one column."""

    def __init__(self, column: CustomerColumn, styles: Styles) -> None:
        self._column = column
        self._plain = styles.cell(column.kind, editable=column.editable)
        self._inert = styles.cell(column.kind, editable=column.editable, quoted=True)

    def values(self, values: pa.Array) -> list[Any]:
        """The values of a batch, days as Excel counts them."""
        if pa.types.is_date(values.type):
            serials = values.cast(pa.int32()).to_pylist()
            return [
                None if day is None else _serial(day + SERIAL_OF_EPOCH, place, values)
                for place, day in enumerate(serials)
            ]
        found: list[Any] = values.to_pylist()
        return found

    def put(self, sheet: Worksheet) -> Put:
        """What writes a value of the column on that sheet."""
        plain, inert = self._plain, self._inert
        write_number, write_string = sheet.write_number, sheet.write_string
        write_blank, tinted = sheet.write_blank, self._column.editable

        def put(row: int, place: int, value: Any) -> None:
            if value is None:
                if tinted:
                    write_blank(row, place, None, plain)
            elif isinstance(value, str):
                write_string(row, place, value, inert if is_active(value) else plain)
            else:
                write_number(row, place, value, plain)

        return put


def _serial(serial: int, place: int, values: pa.Array) -> int | str:
    """The day as Excel counts; a day before March 1900, which it counts wrongly, as text."""
    return serial if serial >= FIRST_SERIAL else str(values[place].as_py())


def _title_width(column: CustomerColumn) -> int:
    """Wide enough for half of the title, which may take two lines, and the filter's arrow."""
    title = width_of(str(column.label))
    least = {"day": 12, "amount": 13, "id": 12}.get(column.kind, NARROW)
    return min(max(least, title if title <= 12 else -(-title // 2) + 2) + 3, WIDE)


def _widen(
    widths: list[int], columns: Sequence[list[Any]], described: Sequence[CustomerColumn]
) -> None:
    for place, values in enumerate(columns):
        if described[place].kind == "day":
            continue
        for value in values[:SAMPLE_ROWS]:
            if isinstance(value, str):
                widths[place] = max(widths[place], min(width_of(value) + 2, WIDE))
            elif isinstance(value, int | float):
                widths[place] = max(widths[place], min(len(f"{value:,.2f}") + 2, WIDE))
