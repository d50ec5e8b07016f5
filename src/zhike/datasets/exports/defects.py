"""Defects as people and programs leave them in exports, with what must become of each record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa

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

    Nothing that is in the tables is changed, so a spoiled export gives what the clean one gives.
    """
    width, row = len(header), 0
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
    if dialect.date:
        for count, (kind, stamp) in enumerate((("future", FUTURE), ("no_such_day", NO_SUCH_DAY))):
            bad = sample | {dialect.key: f"99{number:05}{count}00000000000", dialect.date: stamp}
            yield list(bad.values()), Defect(0, kind, "rejected")
    yield list((sample | {dialect.key: ""}).values()), Defect(0, "no_key", "rejected")
    if dialect.encoding:
        longer = [*(sample | {dialect.key: f"98{number:05}00000000000"}).values(), "x", "y"]
        yield longer, Defect(0, "too_many_columns", "rejected")
    if dialect.grain == "order":
        yield table.slice(0, 1), Defect(0, "repeated_record", "merged")
