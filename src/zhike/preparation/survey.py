"""A look at every column before it is read: whether its values are plain, and how many differ.

Most columns of most files are plain: a number is a number, a day is 2024-03-05. Such a column is
cast as it stands. Where something is odd and few values differ, each distinct value is read once;
only odd columns of many values are taken apart row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.slots import Slot
from zhike.preparation.standardise import PLAIN_OPTIONS

REPEATS = 2
"""A column of values that come so often on average is read once a distinct value."""


class Way(Enum):
    """How a slot is read."""

    WORDS = "looked up in a vocabulary"
    PLAIN = "as it stands"
    DISTINCT = "each distinct value once"
    ROWS = "row by row"


def ways_of(records: ir.Table, slots: Sequence[Slot]) -> list[Way]:
    """How each slot is best read, by one pass over the records.

    Args:
        records: Usable records; `s<n>` is the writing that the n-th slot reads.
        slots: The slots.
    """
    asked: dict[str, Any] = {"rows": records.count()}
    for n, slot in enumerate(slots):
        writing = records[f"s{n}"]
        asked[f"distinct{n}"] = writing.approx_nunique()
        is_odd = slot.cut is not None or slot.is_choice
        asked[f"odd{n}"] = ibis.literal(1) if is_odd else slot.reading.is_odd(writing).sum()
    seen = records.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return [
        _way(slot, seen[f"odd{n}"] or 0, seen[f"distinct{n}"] * REPEATS <= seen["rows"])
        for n, slot in enumerate(slots)
    ]


def _way(slot: Slot, odd: int, repeats: bool) -> Way:
    if slot.is_choice and slot.cut is None:
        return Way.WORDS
    if not odd and slot.options.keys() <= PLAIN_OPTIONS:
        return Way.PLAIN
    return Way.DISTINCT if repeats or slot.cut is not None else Way.ROWS
