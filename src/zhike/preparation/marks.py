"""Marks of an order in its remarks, tags and types: test, brushing, pre-sale, paid on delivery."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches
from zhike.preparation.reading import FileReading
from zhike.schema.vocabulary import OrderMark, fold, order_marks

MARK = "mark "
"""Prefix of a mark's column: `mark orders.is_test`."""
_ORDER_GRAINS = ("order", "order_line")
_FIELDS = {"is_cash_on_delivery": "orders.payment"}
"""Fields that are looked at whatever their column is called."""


def marks_of(raw: ir.Table, reading: FileReading) -> dict[str, ir.Value]:
    """For each mark that the file may carry, whether each record does."""
    if reading.grain not in _ORDER_GRAINS:
        return {}
    found = {mark.flag: list(_columns(mark, reading)) for mark in order_marks()}
    # Case aside the text is taken as it stands: folding would cost more than all the patterns.
    return {
        f"{MARK}orders.{mark.flag}": reduce(
            or_,
            (
                regexp_matches(raw[name], f"(?i){mark.match}").fill_null(False)
                for name in found[mark.flag]
            ),
        )
        for mark in order_marks()
        if found[mark.flag]
    }


def _columns(mark: OrderMark, reading: FileReading) -> Iterable[str]:
    for column in reading.columns:
        if column.field == _FIELDS.get(mark.flag) or fold(column.column) in mark.columns:
            yield column.column
