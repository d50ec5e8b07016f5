"""Values as people read them, by the name of their format: the same on every surface."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from zhike.blocks.kinds import Column, Format, Number, Table
from zhike.i18n import (
    _,
    format_amount,
    format_count,
    format_day,
    format_instant,
    format_number,
    format_share,
    language,
    n_,
)

MISSING = "–"
CENTS_BELOW = 10_000  # larger amounts are read without decimals

Numeric = int | float | Decimal
Tone = Literal["good", "bad", "neutral"]


def write_value(value: object, format: Format, currency: str, *, digits: int | None = None) -> str:
    """A value in the reader's language.

    Args:
        value: As it comes from Arrow, or a day as ISO text; None is a dash.
        format: How it is written.
        currency: ISO code that amounts are in.
        digits: Decimals of an amount; by default two below ten thousand and none above.

    Examples:
        >>> write_value(0.1234, "share", "CNY"), write_value(None, "count", "CNY")
        ('12.3%', '–')
        >>> write_value(1204.5, "amount", "GBP"), write_value(9570018.99, "amount", "GBP")
        ('£1,204.50', '£9,570,019')
    """
    if value is None:
        return MISSING
    if isinstance(value, Numeric):
        return _write_numeric(value, format, currency, digits)
    if format == "month":
        return _month(str(value))
    if format == "day" and isinstance(value, str):
        return format_day(date.fromisoformat(value))
    if isinstance(value, datetime):
        return format_instant(value)
    return format_day(value) if isinstance(value, date) else str(value)


def write_cell(value: object, column: Column, currency: str, *, digits: int | None = None) -> str:
    """A value of a table's column: the word for its code, else as its format says."""
    word = column.labels.get(str(value)) if value is not None else None
    if word is not None:
        return str(word)
    if column.format == "days" and isinstance(value, int | float):
        return format_number(value, 1)  # the column's label names the unit
    return write_value(value, column.format, currency, digits=digits)


def write_rows(table: Table, currency: str, *, most: int | None = None) -> list[list[str]]:
    """The rows of a table as text, at most `most`; amounts of a column share their decimals."""
    rows = table.rows.slice(0, most) if most is not None else table.rows
    written = [_written_column(rows, column, currency) for column in table.columns]
    return [list(row) for row in zip(*written, strict=True)]


def amount_digits(values: Iterable[object]) -> int:
    """Decimals that amounts standing together are written with."""
    sizes = [abs(float(value)) for value in values if isinstance(value, int | float | Decimal)]
    return 0 if any(size >= CENTS_BELOW for size in sizes) else 2


def change_of(number: Number, comparison: str) -> tuple[str, Tone] | None:
    """How far a number is from an earlier one, and whether that is good.

    Shares differ by percentage points, everything else by a share of the earlier value.

    Returns:
        Text with its sign and its tone; None where there is nothing to compare with.
    """
    before = number.comparisons.get(comparison)
    if number.value is None or before is None or (before == 0 and number.format != "share"):
        return None
    if number.format == "share":
        difference = number.value - before
        points = _("{count} points").format(count=format_number(abs(difference) * 100, 1))
        text = _signed(difference, points)
    else:
        difference = (number.value - before) / abs(before)
        text = _signed(difference, format_share(abs(difference)))
    return text, _tone(difference, number.direction)


def _write_numeric(value: Numeric, format: Format, currency: str, digits: int | None) -> str:
    match format:
        case "amount":
            return format_amount(
                value, currency, amount_digits([value]) if digits is None else digits
            )
        case "count":
            return format_count(value)
        case "share":
            return format_share(float(value))
        case "days":
            text = n_("{count} day", "{count} days", round(value))
            return text.format(count=format_number(value, 1))
        case "number" | "score":
            return format_number(value)
        case _:
            return str(value)


def _written_column(rows: pa.Table, column: Column, currency: str) -> list[str]:
    values = rows.column(column.name).to_pylist()
    digits = amount_digits(values) if column.format == "amount" else None
    return [write_cell(value, column, currency, digits=digits) for value in values]


def _month(text: str) -> str:
    year, month = text.split("-")[:2]
    return f"{year}年{int(month)}月" if language() == "zh" else f"{year}-{month}"


def _signed(difference: float, magnitude: str) -> str:
    if round(difference, 3) == 0:
        return magnitude
    return ("+" if difference > 0 else "−") + magnitude


def _tone(difference: float, direction: str) -> Tone:
    if not direction or round(difference, 3) == 0:
        return "neutral"
    return "good" if (difference > 0) == (direction == "up") else "bad"
