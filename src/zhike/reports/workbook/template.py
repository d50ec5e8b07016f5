"""An empty workbook to type customers and orders into: checked as one types, explained, no data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.catalogue.traits import GENDERS
from zhike.i18n import _
from zhike.reports.workbook.customer_columns import EDITABLE, PEOPLE
from zhike.reports.workbook.pages import width_of
from zhike.reports.workbook.styles import COLOURS, EDITABLE_HEAD, HEADS, Styles, font
from zhike.reports.workbook.styles import EDITABLE as TINT
from zhike.schema import Field, Kind, standard_table

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook as Book
    from xlsxwriter.worksheet import Worksheet

TYPED_ROWS = 5_000
ORDERS = ("order_id", "ordered_at", "customer_id", "paid_amount", "status", "channel")
STATUSES = ("paid", "shipped", "completed", "closed", "refunded")
EXAMPLES = {
    "customer_id": "C0001",
    "phone": "13800001234",
    "birth_on": "1990-05-17",
    "order_id": "A20240001",
    "ordered_at": "2024-03-05 10:00",
    "paid_amount": "128.50",
}
FORMATS = {
    Kind.ID: "@",
    Kind.TEXT: "@",
    Kind.CHOICE: "@",
    Kind.DAY: "yyyy-mm-dd",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.MONEY: "#,##0.00",
}


@dataclass(frozen=True)
class _Sheet:
    """One sheet to fill in."""

    name: str
    fields: Sequence[Field]


def write_template(path: Path) -> list[str]:
    """Write the workbook in the language of the moment; gives the names of its sheets.

    What is typed into it is read back by `zhike add` without a question.
    """
    import xlsxwriter

    look = {"font_name": font(), "font_size": 11}
    sheets = (
        _Sheet(str(standard_table("customers").label), _customer_fields()),
        _Sheet(str(standard_table("orders").label), _order_fields()),
    )
    with xlsxwriter.Workbook(path, {"default_format_properties": look}) as book:
        styles = Styles(book, "")
        for item in sheets:
            _write(book, styles, item)
        _guide(book)
    return [item.name for item in sheets]


def _guide(book: Book) -> None:
    """How to fill it in: a drawn note, for a sheet without cells is left out when read."""
    lines = (
        _("How to fill this in"),
        "",
        _("1. One row is one customer, or one order. Titles in dark blue are required."),
        _("2. Choose a cell: a note says what belongs there, with an example."),
        _("3. Orders name their customer by the same customer id as the first sheet."),
        _("4. What you do not know stays empty. Columns that you do not need may be deleted."),
        _("5. Save, then run `zhike add FILE` and `zhike run`."),
    )
    sheet = book.add_worksheet(_("How to fill this in"))
    sheet.hide_gridlines(2)
    look = {
        "width": 760,
        "height": 260,
        "font": {"name": font(), "size": 12, "color": COLOURS["ink"]},
        "fill": {"color": TINT},
        "line": {"color": EDITABLE_HEAD},
        "align": {"vertical": "middle"},
    }
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.insert_textbox(1, 1, "\n".join(lines), look)


def _customer_fields() -> list[Field]:
    people, customers = standard_table("people"), standard_table("customers")
    named = [people[name] for name in PEOPLE]
    return [customers["customer_id"], *named, *(customers[name] for name in EDITABLE)]


def _order_fields() -> list[Field]:
    return [standard_table("orders")[name] for name in ORDERS]


def _write(book: Book, styles: Styles, item: _Sheet) -> None:
    sheet = book.add_worksheet(item.name)
    for place, field in enumerate(item.fields):
        colour = HEADS["basic"] if field.required else EDITABLE_HEAD
        sheet.write_string(0, place, str(field.label), styles.head(colour))
        width = max(14, width_of(str(field.label)) + 4)
        sheet.set_column(place, place, width, styles.of(num_format=FORMATS.get(field.kind, "@")))
        _explain(sheet, place, field)
    sheet.set_row(0, 28)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:Z{TYPED_ROWS + 1}"})


def _explain(sheet: Worksheet, place: int, field: Field) -> None:
    """What a cell may hold, shown when it is chosen and held to where that is certain."""
    needed = _("Required.") if field.required else _("May be left empty.")
    example = EXAMPLES.get(field.name, "")
    shown = [str(field.description), needed]
    if example:
        shown.append(_("Example: {example}").format(example=example))
    rule = _rule(field) | {
        "input_title": str(field.label)[:32],
        "input_message": "\n".join(shown)[:255],
        "error_title": str(field.label)[:32],
        "error_type": "stop",
    }
    sheet.data_validation(1, place, TYPED_ROWS, place, rule)


def _rule(field: Field) -> dict[str, Any]:
    if field.name == "gender":
        return {"validate": "list", "source": [str(word) for word in GENDERS.values()]}
    if field.name == "status":
        return {"validate": "list", "source": _status_words()}
    if field.kind in (Kind.DAY, Kind.INSTANT):
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1900, 3, 1),
            "maximum": date(2200, 1, 1),
        }
    if field.kind is Kind.MONEY:
        return {"validate": "decimal", "criteria": "between", "minimum": -1e12, "maximum": 1e12}
    return {"validate": "any"}


def _status_words() -> list[str]:
    words = {
        "paid": _("Paid"),
        "shipped": _("Shipped"),
        "completed": _("Completed"),
        "closed": _("Closed"),
        "refunded": _("Refunded"),
    }
    return [words[status] for status in STATUSES]
