"""A summary sheet: headings, sentences, tables and charts, laid out from top to bottom.

The sheet is laid out in memory first, since what is on it is bounded, and written when it is
finished: only then are the widths of its columns known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from zhike.reports.workbook.styles import COLOURS, RIGHT, Styles

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart as NativeChart
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROW_POINTS = 18.0
ROW_PIXELS = 24
NARROW, WIDE = 9, 44
LEAST_COLUMNS = 6
PROSE = 0.88
CHART_PIXELS = (620, 312)
GUTTER = 16


def width_of(text: str) -> int:
    """How many columns of figures a text takes; Chinese characters take two.

    Examples:
        >>> width_of("abc"), width_of("客户")
        (3, 4)
    """
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: its value as Excel is to hold it, its format, and what it is computed from.

    A text that flows runs on over the empty cells beside it and does not widen its column.
    """

    value: object
    style: Format
    kind: str = "text"
    formula: str = ""
    link: str = ""
    flows: bool = False

    @property
    def width(self) -> int:
        """How wide it wants to be."""
        if self.value is None or self.flows:
            return 0
        match self.kind:
            case "amount" | "number" | "days" if isinstance(self.value, int | float):
                return len(f"{self.value:,.2f}") + 3
            case "share":
                return 8
            case "day":
                return 11
            case _ if isinstance(self.value, int | float):
                return len(f"{self.value:,.0f}") + 3
            case _:
                return max(width_of(line) for line in str(self.value).split("\n")) + 2


@dataclass
class Row:
    """One row of a page: its cells, or one text across the page."""

    cells: list[Cell | None] = field(default_factory=list)
    across: Cell | None = None
    points: float = ROW_POINTS
    wraps: bool = True


@dataclass(frozen=True)
class Picture:
    """A native chart and where its upper left corner goes; 0 columns: as wide as it likes."""

    row: int
    column: int
    chart: NativeChart
    height: int
    columns: int = 0


class Cells:
    """Makes the cells of a summary sheet.

    Args:
        styles: The workbook's formats.
    """

    def __init__(self, styles: Styles) -> None:
        self._styles = styles

    def value(self, value: object, kind: str, *, digits: int = 2, formula: str = "") -> Cell:
        """A cell of a table's body."""
        edge = {"bottom": 1, "bottom_color": COLOURS["rule"]}
        known = _as_excel_has_it(value)
        shown = kind if kind == "day" or not isinstance(known, str) else "text"
        style = self._styles.value(
            shown, digits=digits, text_wrap=shown == "text", **edge, **_inert(known)
        )
        return Cell(value=known, style=style, kind=shown, formula=formula)

    def running(self, text: str) -> Cell:
        """A text that runs on over the empty cells beside it."""
        style = self._styles.of(align="left", indent=1, font_color=COLOURS["quiet"])
        return Cell(value=text, style=style, flows=True)

    def link(self, text: str, sheet: str) -> Cell:
        """A cell that leads to another sheet."""
        edge = {"bottom": 1, "bottom_color": COLOURS["rule"]}
        style = self._styles.of(
            font_color=COLOURS["blue"], underline=1, align="left", indent=1, **edge
        )
        return Cell(value=text, style=style, link=f"internal:{quoted(sheet)}!A1")


class Page:
    """A summary sheet under construction.

    Args:
        sheet: Where it goes.
        styles: The workbook's formats.
    """

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet = sheet
        self.styles = styles
        self.cells = Cells(styles)
        self.rows: list[Row] = []
        self._pictures: list[Picture] = []
        self._least: dict[int, int] = {}
        self._until = 0

    @property
    def name(self) -> str:
        """Name of the sheet."""
        return str(self.sheet.get_name())

    @property
    def here(self) -> int:
        """Number of the next row, from 0."""
        return len(self.rows)

    def title(self, text: str, *lines: str) -> None:
        """The sheet's title, and quiet lines below it."""
        style = self.styles.of(bold=True, font_size=16, font_color=COLOURS["ramp-7"])
        self.rows.append(Row(cells=[Cell(value=text, style=style)], points=30, wraps=False))
        quiet = self.styles.of(font_color=COLOURS["quiet"], text_wrap=True, valign="top")
        self.rows += [Row(across=Cell(value=line, style=quiet)) for line in lines]
        self.gap()

    def heading(self, text: str) -> None:
        """A heading within the sheet."""
        style = self.styles.of(bold=True, font_size=13, font_color=COLOURS["ramp-6"])
        self.rows.append(Row(cells=[Cell(value=text, style=style)], points=24, wraps=False))

    def paragraph(self, text: str, *, tone: str = "plain", bullet: bool = False) -> None:
        """A sentence or several, across the page."""
        ink = {"note": COLOURS["quiet"], "warning": COLOURS["orange"]}.get(tone, COLOURS["ink"])
        style = self.styles.of(font_color=ink, text_wrap=True, valign="top")
        shown = f"• {text}" if bullet else text
        self.rows.append(Row(across=Cell(value=shown, style=style)))

    def gap(self, rows: int = 1) -> None:
        """Empty rows."""
        self.rows += [Row() for _ in range(rows)]

    def row(self, cells: Iterable[Cell | None], *, points: float = ROW_POINTS) -> int:
        """One row of cells; gives its number."""
        self.rows.append(Row(cells=list(cells), points=points))
        return self.here - 1

    def header(self, labels: Sequence[str], kinds: Sequence[str]) -> None:
        """The titles of a table's columns."""
        self.row(
            [
                Cell(value=label, style=self.styles.head(align=self._side(kind)))
                for label, kind in zip(labels, kinds, strict=True)
            ],
            points=22,
        )

    def picture(
        self,
        chart: NativeChart,
        row: int,
        column: int,
        *,
        columns: int = 0,
        height: int = CHART_PIXELS[1],
    ) -> None:
        """Put a chart beside what it shows; the rows below it begin under both."""
        self._pictures.append(Picture(row, column, chart, height, columns))
        self._until = max(self._until, row + ceil(height / ROW_PIXELS) + 1)

    def clear(self) -> None:
        """Begin below the charts that stand beside the last tables."""
        self.gap(max(self._until - self.here, 1))

    def at_least(self, column: int, width: int) -> None:
        """Make a column at least so wide."""
        self._least[column] = max(width, self._least.get(column, 0))

    def finish(self) -> None:
        """Write the sheet."""
        widths = self._widths()
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        for number, row in enumerate(self.rows):
            self._write(number, row, widths)
        for picture in self._pictures:
            within = widths[picture.column : picture.column + picture.columns]
            width = sum(7 * it + 5 for it in within) - GUTTER if within else CHART_PIXELS[0]
            picture.chart.set_size({"width": width, "height": picture.height})
            place = {"x_offset": 0 if within else GUTTER, "object_position": 3}
            self.sheet.insert_chart(picture.row, picture.column, picture.chart, place)
        self._printed()

    def _write(self, number: int, row: Row, widths: Sequence[int]) -> None:
        self.sheet.set_row(number, self._points(row, widths))
        if row.across is not None:
            last = max(min(len(widths), 8), LEAST_COLUMNS) - 1
            text, style = str(row.across.value), row.across.style
            self.sheet.merge_range(number, 0, number, last, "", style)
            self.sheet.write_string(number, 0, text, style)
            return
        for column, cell in enumerate(row.cells):
            if cell is not None:
                self._write_cell(number, column, cell)

    def _write_cell(self, row: int, column: int, cell: Cell) -> None:
        value, style = cell.value, cell.style
        if cell.formula:
            self.sheet.write_formula(row, column, cell.formula, style, value)
        elif cell.link:
            self.sheet.write_url(row, column, cell.link, style, str(value))
        elif value is None:
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, date):
            self.sheet.write_datetime(row, column, value, style)
        elif isinstance(value, int | float):
            self.sheet.write_number(row, column, value, style)
        else:
            self.sheet.write_string(row, column, str(value), style)

    def _widths(self) -> list[int]:
        columns = max([LEAST_COLUMNS, *(len(row.cells) for row in self.rows)])
        widths = [self._least.get(column, NARROW) for column in range(columns)]
        for row in self.rows:
            for column, cell in enumerate(row.cells if row.wraps else []):
                if cell is not None:
                    widths[column] = max(widths[column], min(cell.width, WIDE))
        return widths

    def _points(self, row: Row, widths: Sequence[int]) -> float:
        """Height of a row: as many lines as its longest text takes."""
        if row.across is not None:
            room = sum(widths[: max(min(len(widths), 8), LEAST_COLUMNS)])
            return ROW_POINTS * _lines(str(row.across.value), room)
        if not row.wraps:
            return row.points
        lines = [
            _lines(str(cell.value), widths[column])
            for column, cell in enumerate(row.cells)
            if cell is not None and isinstance(cell.value, str) and not cell.flows
        ]
        return max(row.points, ROW_POINTS * max(lines, default=1))

    def _printed(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.set_footer("&L&A&R&P / &N")

    @staticmethod
    def _side(kind: str) -> str:
        return "right" if kind in RIGHT else "left"


def quoted(sheet: str) -> str:
    """A sheet's name as formulas write it.

    Examples:
        >>> quoted("Bob's")
        "'Bob''s'"
    """
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"


def is_active(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula when it is typed again."""
    return text[:1] in ("=", "+", "-", "@", "\t", "\r")


def _inert(value: object) -> dict[str, bool]:
    return {"quote_prefix": True} if isinstance(value, str) and is_active(value) else {}


def _as_excel_has_it(value: object) -> object:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool) or value is None or isinstance(value, int | float | date):
        return str(value) if isinstance(value, bool) else value
    return str(value)


def _lines(text: str, room: int) -> int:
    return sum(max(1, ceil(_set_width(line) / max(room - 2, 1))) for line in text.split("\n"))


def _set_width(text: str) -> float:
    """The width of prose: Latin letters are narrower than figures, which columns count in."""
    wide = width_of(text) - len(text)
    return 2 * wide + PROSE * (len(text) - wide)
