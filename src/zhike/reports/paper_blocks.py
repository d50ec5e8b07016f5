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
SHARE_OF_LONGEST = 0.4
"""A column is at most this share of all text wide before the others are pressed together."""

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
    """The blocks of a section; numbers that stand beside one another become one table."""
    return [plain for group in section.groups for plain in _group(group, setting, section)]


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
    return {
        "kind": "table",
        "title": str(table.title) if titled else "",
        "header": header,
        "right": [column.format in RIGHT_ALIGNED for column in table.columns],
        "widths": column_widths(header, rows),
        "rows": rows,
        "note": str(table.note) if table.note else "",
        "more": more.format(count=format_count(hidden)),
    }


def column_widths(header: list[str], rows: list[list[str]]) -> list[float]:
    """How wide each column is beside the others, from its longest cell; headers may break.

    Examples:
        >>> column_widths(["Customers", "n"], [["重要价值", "1,204"]])
        [8.0, 5.0]
    """
    columns = zip(*rows, strict=True) if rows else iter([()] * len(header))
    wanted = [
        max(max((_wide(cell) for cell in cells), default=0), _longest_word(title), 4)
        for title, cells in zip(header, columns, strict=True)
    ]
    most = max(SHARE_OF_LONGEST * sum(wanted), 12)
    return [float(min(width, most)) for width in wanted]


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
    return {
        "kind": "table", "title": "", "header": header, "rows": rows, "note": "", "more": "",
        "right": [False, *(True for _column in header[1:])], "widths": column_widths(header, rows),
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
