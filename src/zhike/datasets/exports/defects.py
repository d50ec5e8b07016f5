"""Defects as people and programs leave them in exports, with what must become of each record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.exports.dialects import Dialect
from zhike.datasets.exports.files import Part

FUTURE = "2099-01-01 08:00:00"
NO_SUCH_DAY = "2024-13-02 10:00:00"
TITLES = ["订单数据导出", "Order export"]


@dataclass(frozen=True)
class Defect:
    """One planted defect.

    Attributes:
        row: Record position in the file, the header counted, from 1.
        kind: What is wrong.
        fate: What must become of the record.
    """

    row: int
    kind: str
    fate: Literal["skipped", "rejected", "merged"]


def spoiled(
    dialect: Dialect, header: list[str], tables: Iterator[pa.Table]
) -> Iterator[tuple[Part, list[Defect]]]:
    """The records with defects among them; each part with the defects it brings.

    No value in the tables is changed, so a spoiled export gives what the clean one gives.
    """
    width = len(header)
    title = [TITLES[0] if any("一" <= mark <= "鿿" for mark in "".join(header)) else TITLES[1]]
    blank = [""] * width
    yield [*title, *[""] * (width - 1)], [Defect(1, "title", "skipped")]
    yield blank, [Defect(2, "blank", "skipped")]
    row = 3  # the header
    for number, table in enumerate(tables):
        middle = table.num_rows // 2
        yield table.slice(0, middle), []
        row += middle
        for part, defect in _in_the_middle(dialect, header, table, number):
            row += 1
            yield part, [replace(defect, row=row)]
        yield table.slice(middle), []
        row += table.num_rows - middle
    total = ["合计", *[""] * (width - 2), "12345.67"]
    yield total, [Defect(row + 1, "total", "skipped")]


def _in_the_middle(
    dialect: Dialect, header: list[str], table: pa.Table, number: int
) -> Iterator[tuple[Part, Defect]]:
    if not table.num_rows:
        return
    yield [""] * len(header), Defect(0, "blank", "skipped")
    yield header, Defect(0, "repeated_header", "skipped")
    sample = {
        name: "" if cell is None else str(cell)
        for name, cell in table.slice(0, 1).to_pylist()[0].items()
    }
    # What a customer file cannot do without, and which days it may hold, is for its reader to say.
    if dialect.grain != "customer":
        yield list((sample | {dialect.key: ""}).values()), Defect(0, "no_key", "rejected")
        wrong_days = (("future", FUTURE), ("no_such_day", NO_SUCH_DAY)) if dialect.date else ()
        for count, (kind, stamp) in enumerate(wrong_days):
            bad = sample | {dialect.key: f"99{number:05}{count}00000000000", dialect.date: stamp}
            yield list(bad.values()), Defect(0, kind, "rejected")
    if dialect.encoding:
        longer = [*(sample | {dialect.key: f"98{number:05}00000000000"}).values(), "x", "y"]
        yield longer, Defect(0, "too_many_columns", "rejected")
    if dialect.grain == "order":
        yield table.slice(0, 1), Defect(0, "repeated_record", "merged")


def untidy(table: pa.Table) -> pa.Table:
    """The same values as people write them: other date writings, signs, units and blanks."""
    columns = {name: _untidy(table[name].combine_chunks()) for name in table.column_names}
    return pa.table(columns)


def _untidy(column: pa.Array) -> pa.Array:
    """Every seventh value written one way, every seventh another, the others as they were."""
    place = pa.array(np.arange(len(column)) % 7)
    text = column.cast(pa.string())
    for number, (pattern, replacement) in enumerate(_ways(column.type)):
        other = pc.replace_substring_regex(text, pattern, replacement)
        text = pc.if_else(pc.equal(place, number), other, text)
    return text


def _ways(kind: pa.DataType) -> list[tuple[str, str]]:
    """Pattern and replacement of each other way to write a value."""
    if pa.types.is_timestamp(kind):
        day, time = r"^(\d+)-0?(\d+)-0?(\d+)", r" (\d+):(\d+):(\d+)$"
        return [(day + time, r"\1年\2月\3日 \4时\5分\6秒"), (day, r"\1/\2/\3")]
    if pa.types.is_decimal(kind):
        return [(r"^(\d+?)(\d{3})(\.\d+)$", r"¥\1,\2\3"), (r"^(\d+\.\d+)$", r"\1元")]
    return [(r"^([^\s].*)$", r"  \1 "), (r"^(1\d{2})(\d{4})(\d{4})$", r"\1-\2-\3")]
