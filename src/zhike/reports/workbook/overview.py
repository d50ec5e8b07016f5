"""The first sheet: the headline, how it changed, two charts, live totals, what is where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from zhike.blocks import Chart, Number, amount_digits, change_of
from zhike.i18n import _, format_day, format_instant
from zhike.reports.report import Report
from zhike.reports.words import COMPARISONS, period_words
from zhike.reports.workbook.answers import AnswerSheets
from zhike.reports.workbook.contents import SheetWritten, Workbook
from zhike.reports.workbook.live import CustomerRanges
from zhike.reports.workbook.native_charts import native_chart
from zhike.reports.workbook.pages import Cell, Page
from zhike.reports.workbook.styles import COLOURS

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook as Book

CHARTS = (("overview", "revenue_by_month"), ("lifecycle", "customers_by_stage"))
CARDS = 6
CHART_COLUMNS = (0, 3)
CHART_ROWS = 12
CHART_HEIGHT = 260
HIGHLIGHTS = 4
COMPARED = ("previous period", "same period last year")
FIRST_WIDTH, NUMBER_WIDTH = 30, 17
INKS = {"good": COLOURS["teal"], "bad": COLOURS["red"], "neutral": COLOURS["quiet"]}


def write_overview(
    book: Book,
    workbook: Workbook,
    page: Page,
    ranges: CustomerRanges,
    sheets: Sequence[SheetWritten],
) -> None:
    """Everything on the first sheet.

    Args:
        book: The file being written.
        workbook: What it is about.
        page: The sheet.
        ranges: Where the customers are.
        sheets: The sheets, for the contents.
    """
    report = workbook.report
    page.title(*_titles(workbook))
    page.at_least(0, FIRST_WIDTH)
    for column in range(1, CARDS):
        page.at_least(column, NUMBER_WIDTH)
    _cards(report, page)
    _highlights(workbook, page)
    top = page.here
    page.gap(CHART_ROWS)
    _totals(workbook, page, ranges)
    _metrics(report, page)
    _charts(book, report, page, top)
    _contents(sheets, page)


def _titles(workbook: Workbook) -> Iterator[str]:
    about = workbook.report.about
    yield _("{shop} · Customer analysis").format(shop=about.shop or _("Our shop"))
    yield _("{period} · seen from {day} · amounts in {currency}").format(
        period=period_words(about),
        day=format_day(about.as_of),
        currency=about.currency or "–",
    )
    if about.made_at is not None:
        yield _("Computed at {time}, snapshot {snapshot}.").format(
            time=format_instant(about.made_at), snapshot=about.snapshot
        )
    if workbook.segment:
        yield _("The customer table holds only those for whom this is true: {rule}").format(
            rule=workbook.segment
        )


def _cards(report: Report, page: Page) -> None:
    """The headline as large figures side by side, each with its change."""
    numbers = report.headline[:CARDS]
    if not numbers:
        return
    wash = {"bg_color": COLOURS["wash"], "align": "center"}
    label = page.styles.of(font_color=COLOURS["quiet"], font_size=10, **wash)
    page.row([Cell(value=str(item.label), style=label) for item in numbers], points=22)
    page.row([_figure(item, page, wash) for item in numbers], points=32)
    page.row([_change(item, page, wash) for item in numbers], points=20)
    page.gap()


def _figure(item: Number, page: Page, wash: dict[str, str]) -> Cell:
    style = page.styles.value(
        item.format,
        digits=amount_digits([item.value]),
        bold=True,
        font_size=16,
        font_color=COLOURS["ramp-7"],
        **wash,
    )
    return Cell(value=item.value, style=style, kind="count")


def _change(item: Number, page: Page, wash: dict[str, str]) -> Cell:
    known = change_of(item, COMPARED[0])
    text, tone = known or ("–", "neutral")
    style = page.styles.of(font_color=INKS[tone], font_size=10, **wash)
    shown = _("{change} on the period before").format(change=text) if known else text
    return Cell(value=shown, style=style)


def _highlights(workbook: Workbook, page: Page) -> None:
    """What stands out most; where nothing does, what the analyses say themselves."""
    stood_out = workbook.stand_outs.items if workbook.stand_outs is not None else ()
    findings = [item.finding for item in stood_out or workbook.report.highlights]
    if not findings:
        return
    page.heading(_("What to look at first"))
    for finding in findings[:HIGHLIGHTS]:
        page.paragraph(str(finding.sentence), bullet=True)
    page.gap()


def _charts(book: Book, report: Report, page: Page, top: int) -> None:
    """The two main charts side by side at the top, from tables that stand further down."""
    sections = {section.name: section for section in report.sections}
    for (analysis, name), column in zip(CHARTS, CHART_COLUMNS, strict=True):
        blocks = sections[analysis].blocks if analysis in sections else ()
        chart = next((it for it in blocks if isinstance(it, Chart) and it.name == name), None)
        if chart is None or not chart.table.rows.num_rows:
            continue
        shown = replace(chart.table, columns=chart.table.columns[:CARDS])
        placed = AnswerSheets(book, report.about.currency, None).table(analysis, shown, page)
        native = native_chart(book, chart, placed)
        if native is not None:
            page.picture(native, top, column, columns=CARDS // 2, height=CHART_HEIGHT)
        page.gap()


def _metrics(report: Report, page: Page) -> None:
    """Every metric beside the periods that it is compared with; the changes are formulas."""
    overview = next((it for it in report.sections if it.name == "overview"), None)
    if overview is None or not overview.numbers:
        return
    page.heading(_("All metrics of the period"))
    labels = [str(COMPARISONS[name]) for name in COMPARED]
    change = _("Change")
    page.header(
        [_("Metric"), _("This period"), labels[0], change, labels[1], change],
        ["text", *["number"] * 5],
    )
    for number in overview.numbers:
        _metric(number, page)
    page.paragraph(
        _("Changes of percentages are in percentage points, all others in percent."), tone="note"
    )
    page.gap()


def _metric(number: Number, page: Page) -> None:
    before = [number.comparisons.get(name) for name in COMPARED]
    digits = amount_digits([number.value, *before])
    row = page.here
    cells = [page.cells.value(str(number.label), "text")]
    cells.append(page.cells.value(number.value, number.format, digits=digits))
    for place, value in enumerate(before):
        column = 2 + 2 * place
        cells.append(page.cells.value(value, number.format, digits=digits))
        cells.append(_difference(number, value, page, row, column))
    page.row(cells)


def _difference(number: Number, before: float | None, page: Page, row: int, column: int) -> Cell:
    """The change as a formula over the two cells beside it."""
    edge = {"bottom": 1, "bottom_color": COLOURS["rule"], "align": "right"}
    now, then = xl_rowcol_to_cell(row, 1), xl_rowcol_to_cell(row, column)
    points = number.format == "share"
    known = change_of(number, _comparison(column))
    tone = INKS[known[1] if known else "neutral"]
    if number.value is None or before is None or (before == 0 and not points):
        return Cell(value=None, style=page.styles.of(**edge))
    if points:
        value, formula = (number.value - before) * 100, f"=({now}-{then})*100"
        written = "+0.0;-0.0;0.0"
    else:
        value, formula = (number.value - before) / abs(before), f"=({now}-{then})/ABS({then})"
        written = "+0.0%;-0.0%;0.0%"
    style = page.styles.of(num_format=written, font_color=tone, **edge)
    return Cell(value=value, style=style, kind="share", formula=formula)


def _comparison(column: int) -> str:
    return COMPARED[(column - 2) // 2]


def _totals(workbook: Workbook, page: Page, ranges: CustomerRanges) -> None:
    """Totals of the customer table: live, of what a filter leaves, and what the engine said."""
    totals = workbook.customers.totals
    page.heading(_("Totals of the customer table"))
    page.header(
        [_("Measure"), _("In the table"), _("Of the rows shown"), _("As computed"), _("Agrees")],
        ["text", "number", "number", "number", "text"],
    )
    count = float(workbook.customers.count)
    _total(page, _("Customers known"), (ranges.rows(), ranges.rows_shown()), count)
    if not totals:
        page.gap()
        return
    rows = (
        (_("Customers with a purchase"), "customers", ranges.customers(), ranges.customers_shown()),
        (_("Purchases of known customers"), "purchases", *_both(ranges, "frequency")),
        (_("Net revenue from known customers"), "monetary", *_both(ranges, "monetary")),
    )
    for label, name, live, shown in rows:
        kind = "amount" if name == "monetary" else "count"
        _total(page, label, (live, shown), totals[name], kind)
    page.paragraph(
        _(
            "The first two columns are formulas: they follow the customer table, the second of "
            "them also its filters. The third is what Zhike computed."
        ),
        tone="note",
    )
    page.gap()


def _both(ranges: CustomerRanges, name: str) -> tuple[str, str]:
    return ranges.total(name), ranges.shown(name)


def _total(
    page: Page, label: str, formulas: tuple[str, str], value: float, kind: str = "count"
) -> None:
    row = page.here
    live, told = xl_rowcol_to_cell(row, 1), xl_rowcol_to_cell(row, 3)
    agrees = f'=IF(ABS({live}-{told})<0.005,"✓","≠")'
    page.row(
        [
            page.cells.value(label, "text"),
            page.cells.value(value, kind, formula=formulas[0]),
            page.cells.value(value, kind, formula=formulas[1]),
            page.cells.value(value, kind),
            page.cells.value("✓", "text", formula=agrees),
        ]
    )


def _contents(sheets: Sequence[SheetWritten], page: Page) -> None:
    page.heading(_("What is in this workbook"))
    page.header([_("Sheet"), _("Rows"), _("What is in it")], ["text", "number", "text"])
    for sheet in sheets:
        page.row(
            [
                page.cells.link(sheet.name, sheet.name),
                page.cells.value(sheet.rows or None, "count"),
                page.cells.running(sheet.what),
            ]
        )
