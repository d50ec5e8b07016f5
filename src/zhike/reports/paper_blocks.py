"""Blocks as plain data that the page template sets: every word chosen, every number written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from zhike.blocks import Block, Chart, Number, Table, Text, change_of, write_rows, write_value
from zhike.i18n import _, format_count, n_
from zhike.reports.drawing import Draw
from zhike.reports.report import Section
from zhike.reports.words import COMPARISONS, changes_of

FULL_WIDTH, HALF_WIDTH = 760, 420
RIGHT_ALIGNED = frozenset({"count", "number", "amount", "share", "days", "score"})
PAGE_POINTS, GUTTER_POINTS = 481.0, 8.0
CHARACTER_OF_SIZE = 0.55
"""A character is about so wide, by the size of the type; a Chinese one twice that."""
SMALLEST_POINTS, LARGEST_POINTS = 6.5, 8.0
NARROWEST_TEXT = 10.0
FIGURE_AIR = 1.5
"""Figures are wider than letters, and break where a line ends: they get so many characters more."""

Plain = dict[str, Any]


@dataclass
class Setting:
    """What blocks are set with.

    Attributes:
        currency: ISO code that amounts are in.
        rows_shown: Most rows of a table.
        with_tables: Whether the table behind a chart is shown beside it.
        draw: Turns a chart into SVG, or says that it cannot.
        drawings: SVG text by file name, filled while blocks are written.
    """

    currency: str
    rows_shown: int
    with_tables: bool
    draw: Draw
    drawings: dict[str, str] = field(default_factory=dict)


def section_blocks(section: Section, setting: Setting) -> list[Plain]:
    """The blocks of a section; numbers that stand beside one another become one table.

    A table that several charts share is shown with the first of them.
    """
    plains = [plain for group in section.groups for plain in _group(group, setting, section)]
    shown: set[str] = set()
    for plain in plains:
        behind = plain.get("table")
        if behind is None:
            continue
        if behind["name"] in shown and plain["file"]:
            del plain["table"]
        shown.add(behind["name"])
    return plains


def plain_number(number: Number, currency: str) -> Plain:
    """A number with its changes."""
    return {
        "label": str(number.label),
        "value": write_value(number.value, number.format, currency),
        "changes": [
            {"text": text, "tone": tone, "when": when} for text, tone, when in changes_of(number)
        ],
    }


def plain_chart(chart: Chart, setting: Setting, *, width: int, height: int = 0) -> Plain:
    """A chart with its drawing; with its table where there is none or where it is wanted."""
    drawn = setting.draw(chart, width, height)
    plain: Plain = {
        "kind": "chart",
        "title": str(chart.title),
        "says": str(chart.alternative),
        "file": "",
        "share": _share_of_width(chart, width),
    }
    if drawn is not None:
        plain["file"] = f"chart-{len(setting.drawings):03d}.svg"
        setting.drawings[plain["file"]] = drawn
    if drawn is None or setting.with_tables:
        plain["table"] = plain_table(chart.table, setting, titled=False)
    return plain


def plain_table(table: Table, setting: Setting, *, titled: bool = True) -> Plain:
    """A table as text, with how wide each column wants to be."""
    header = [str(column.label) for column in table.columns]
    rows = write_rows(table, setting.currency, most=setting.rows_shown)
    hidden = max(table.rows.num_rows - setting.rows_shown, 0)
    more = n_("{count} more row", "{count} more rows", hidden) if hidden else ""
    right = [column.format in RIGHT_ALIGNED for column in table.columns]
    widths = column_widths(header, rows, right)
    return {
        "kind": "table",
        "name": table.name,
        "title": str(table.title) if titled else "",
        "header": header,
        "right": right,
        "widths": widths,
        "points": points_for(widths),
        "rows": rows,
        "note": str(table.note) if table.note else "",
        "more": more.format(count=format_count(hidden)),
    }


def column_widths(
    header: list[str], rows: list[list[str]], right: list[bool] | None = None
) -> list[float]:
    """How wide each column is beside the others, from its longest cell.

    Headers may break, and so may text where the page is too narrow for all; figures may not.

    Args:
        header: Column titles.
        rows: Cells.
        right: Which columns hold figures; none without it.

    Examples:
        >>> column_widths(["Customers", "n"], [["重要价值", "1,204"]])
        [9.0, 5.0]
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    wanted = [
        float(max(max((_wide(cell) for cell in cells), default=0), _longest_word(title), 4))
        for title, cells in zip(header, columns, strict=True)
    ]
    figures = right or [False] * len(header)
    wanted = [
        width + FIGURE_AIR if is_figure else width
        for width, is_figure in zip(wanted, figures, strict=True)
    ]
    room = _room(len(header), SMALLEST_POINTS) - sum(
        width for width, is_figure in zip(wanted, figures, strict=True) if is_figure
    )
    texts = sum(width for width, is_figure in zip(wanted, figures, strict=True) if not is_figure)
    if texts <= room:
        return wanted
    return [
        width if is_figure else max(width * max(room, 0) / texts, NARROWEST_TEXT)
        for width, is_figure in zip(wanted, figures, strict=True)
    ]


def points_for(widths: list[float]) -> float:
    """The size of type with which columns so wide fit on a page.

    Examples:
        >>> points_for([10.0, 10.0]), points_for([60.0, 60.0])
        (8.0, 7.0)
    """
    fitting = _room(len(widths), 1.0) / max(sum(widths), 1.0)
    return round(min(max(fitting, SMALLEST_POINTS - 1), LARGEST_POINTS), 1)


def _room(columns: int, points: float) -> float:
    """Characters that fit on a line beside the gutters of so many columns."""
    return (PAGE_POINTS - GUTTER_POINTS * columns) / (CHARACTER_OF_SIZE * points)


def _group(group: tuple[Block, ...], setting: Setting, section: Section) -> Iterator[Plain]:
    match group[0]:
        case Number():
            numbers = [block for block in group if isinstance(block, Number)]
            yield _numbers(numbers, section, setting)
        case Text(body=body, tone=tone):
            yield {"kind": "text", "tone": tone, "body": str(body)}
        case Chart() as chart:
            yield plain_chart(chart, setting, width=FULL_WIDTH)
        case Table() as table:
            yield plain_table(table, setting)


def _numbers(numbers: list[Number], section: Section, setting: Setting) -> Plain:
    """Numbers as a table where there are many, else as figures in a row."""
    if len(numbers) <= 4:
        items = [plain_number(number, setting.currency) for number in numbers]
        return {"kind": "numbers", "items": items}
    compared = section.comparisons
    header = [_("Measure"), _("Value"), *(str(COMPARISONS.get(it, it)) for it in compared)]
    rows = [
        [
            str(number.label),
            write_value(number.value, number.format, setting.currency),
            *(_before(number, it, setting.currency) for it in compared),
        ]
        for number in numbers
    ]
    widths = column_widths(header, rows)
    return {
        "kind": "table", "title": "", "header": header, "rows": rows, "note": "", "more": "",
        "right": [False, *(True for _column in header[1:])],
        "widths": widths, "points": points_for(widths),
    }  # fmt: skip


def _before(number: Number, comparison: str, currency: str) -> str:
    change = change_of(number, comparison)
    before = write_value(number.comparisons.get(comparison), number.format, currency)
    return f"{before} ({change[0]})" if change else before


def _share_of_width(chart: Chart, width: int) -> float:
    """How much of its place a chart fills; some want to be square."""
    widest = chart.option.get("$max_width") or width
    return min(widest / width, 1.0)


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _longest_word(title: str) -> int:
    """A header breaks between words, and Chinese after any character, but not too narrow."""
    words = title.split()
    return max((len(it) if it.isascii() else min(_wide(it), 8) for it in words), default=0)
