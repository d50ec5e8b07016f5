"""The look of the workbook: one palette with the report, fonts that the reader's system has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zhike.charts import PALETTES
from zhike.i18n import language
from zhike.i18n.languages import LOCALES
from zhike.reports.workbook.contents import Group, Kind

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook as Book

FONTS = {"zh": "微软雅黑", "en": "Calibri"}
COLOURS = PALETTES["light"]
PAPER = "#ffffff"
EDITABLE = "#fff6dc"
EDITABLE_HEAD = COLOURS["ochre"]
HEADS: Mapping[Group, str] = {
    "basic": COLOURS["ramp-7"],
    "custom": COLOURS["ramp-7"],
    "standing": COLOURS["purple"],
    "purchases": COLOURS["blue"],
    "preferences": COLOURS["teal"],
    "behaviour": COLOURS["quiet"],
    "scores": COLOURS["ramp-7"],
}
TONES: Mapping[str, tuple[str, str]] = {
    "good": ("#dcefe6", "#0b5c4f"),
    "fair": ("#e3edf8", "#123f70"),
    "watch": ("#fdeed3", "#7a5200"),
    "bad": ("#fadfdd", "#8f2226"),
    "quiet": ("#eceff2", "#46505c"),
}
"""Ground and ink of a cell that says something good or bad; each pair reads at 4.5:1 or more."""

NUMBERS: Mapping[str, str] = {
    "id": "@",
    "text": "@",
    "choice": "@",
    "flag": "@",
    "day": "yyyy-mm-dd",
    "count": "#,##0",
    "number": "#,##0.00",
    "amount": "#,##0.00",
    "share": "0.0%",
    "days": "#,##0.0",
    "score": "0",
    "month": "@",
}
"""Excel's number format of each kind; text cells keep leading zeros and long ids."""

RIGHT = frozenset({"count", "number", "amount", "share", "days", "score"})


class Styles:
    """The cell formats of one workbook, each made once.

    Args:
        book: The workbook.
        currency: ISO code of amounts on the summary sheets.
    """

    def __init__(self, book: Book, currency: str) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._sign = _sign(currency)

    def of(self, **properties: Any) -> Format:
        """The format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "vcenter", **properties})
        return self._made[key]

    def value(self, kind: str, *, digits: int = 2, **properties: Any) -> Format:
        """The format of a value on a summary sheet; amounts carry the currency's sign."""
        side = {"align": "right"} if kind in RIGHT else {"align": "left", "indent": 1}
        properties = side | properties
        written = NUMBERS.get(kind, "@")
        if kind == "amount":
            plain = "#,##0.00" if digits else "#,##0"
            written = f"{self._sign}{plain};-{self._sign}{plain}"
        return self.of(num_format=written, **properties)

    def cell(self, kind: Kind, *, editable: bool = False, quoted: bool = False) -> Format:
        """The format of a cell of the customer table; `quoted` keeps it text when retyped."""
        properties: dict[str, Any] = {"num_format": NUMBERS[kind]}
        properties |= {"align": "right"} if kind in RIGHT else {"align": "left", "indent": 1}
        if editable:
            edges = {"border": 1, "border_color": "#eadfc0"}
            properties |= {"bg_color": EDITABLE, **edges}
        if quoted:
            properties["quote_prefix"] = True
        return self.of(**properties)

    def head(self, colour: str = COLOURS["ramp-7"], *, align: str = "left") -> Format:
        """The format of a column's title."""
        indent = {"indent": 1} if align == "left" else {}
        return self.of(
            bold=True, font_color=PAPER, bg_color=colour, align=align, text_wrap=True,
            border=1, border_color=PAPER, **indent,
        )  # fmt: skip

    def tone(self, name: str) -> Format:
        """A conditional format: the ground and ink of a tone."""
        ground, ink = TONES[name]
        key = (("tone", name),)
        if key not in self._made:
            self._made[key] = self._book.add_format({"bg_color": ground, "font_color": ink})
        return self._made[key]


def font() -> str:
    """The face of the reader's language."""
    return FONTS[language()]


def _sign(currency: str) -> str:
    """The currency's sign as part of a number format; nothing where there is no currency."""
    if not currency:
        return ""
    from babel.numbers import get_currency_symbol

    return f'"{get_currency_symbol(currency, locale=LOCALES[language()])}"'
