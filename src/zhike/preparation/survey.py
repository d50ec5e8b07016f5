"""A look at every column before it is read: whether its values are plain, and how many differ.

Most columns of most files are plain: a number is a number, a day is 2024-03-05. Such a column is
cast as it stands. Where something is odd and few values differ, each distinct value is read once;
only odd columns of many values are taken apart row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

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
    """How each slot is best read, by a pass over the records.

    Args:
        records: Usable records; `s<n>` is the writing that the n-th slot reads.
        slots: The slots.
    """
    odd = _odd(records, slots)
    repeats = _repeats(records, [n for n, count in odd.items() if count])
    return [_way(slot, odd.get(n, 1), repeats.get(n, False)) for n, slot in enumerate(slots)]


def _odd(records: ir.Table, slots: Sequence[Slot]) -> dict[int, int]:
    """How many writings of each slot are not plain; slots that hold words are not asked."""
    asked = {
        f"odd{n}": slot.reading.is_odd(records[f"s{n}"]).sum()
        for n, slot in enumerate(slots)
        if slot.cut is None and not slot.is_choice
    }
    return {int(name[3:]): count or 0 for name, count in _answered(records, asked).items()}


def _repeats(records: ir.Table, numbers: list[int]) -> dict[int, bool]:
    """Whether the writings of a slot come more than once on average."""
    asked = {f"distinct{n}": records[f"s{n}"].approx_nunique() for n in numbers}
    seen = _answered(records, {"rows": records.count(), **asked}) if asked else {}
    return {n: seen[f"distinct{n}"] * REPEATS <= seen["rows"] for n in numbers}


def _answered(records: ir.Table, asked: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = records.aggregate(**asked).to_pyarrow().to_pylist()[0] if asked else {}
    return answer


def _way(slot: Slot, odd: int, repeats: bool) -> Way:
    if slot.is_choice and slot.cut is None:
        return Way.WORDS
    if not odd and slot.options.keys() <= PLAIN_OPTIONS:
        return Way.PLAIN
    return Way.DISTINCT if repeats or slot.cut is not None else Way.ROWS
