"""Attributes in groups: what a model of leaving sees of each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
MOST_GROUPS = 32
DECIMALS = 6
MOST_VALUES = 20
"""Rarer values of a choice are taken together, so that nobody is judged by being the only one."""


@dataclass(frozen=True)
class Grouping:
    """How one attribute is parted into groups; nothing known is the last group.

    Attributes:
        name: Of the attribute.
        cuts: Of a number: where a group begins, so that there is one more group than cuts.
        values: Of a choice: its values; any other is the group after them.
        is_number: Whether it is one.
    """

    name: str
    cuts: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    is_number: bool = True

    @property
    def groups(self) -> int:
        """How many there are, "nothing known" included."""
        return len(self.cuts if self.is_number else self.values) + 2

    def codes(self, column: pa.ChunkedArray | pa.Array) -> Codes:
        """The group of each value [n].

        Examples:
            >>> Grouping("age", cuts=(30.0, 50.0)).codes(pa.array([18, 30, 61, None])).tolist()
            [0, 1, 2, 3]
        """
        if self.is_number:
            numbers = _floats(column)
            found = np.searchsorted(np.asarray(self.cuts), numbers, side="right")
            return np.where(np.isfinite(numbers), found, self.groups - 1)
        texts = column.cast(pa.string())
        place = pc.index_in(texts, value_set=pa.array(self.values, pa.string()))
        place = pc.fill_null(place, len(self.values)).to_numpy(zero_copy_only=False)
        unknown = pc.is_null(texts).to_numpy(zero_copy_only=False)
        return np.where(unknown, self.groups - 1, place).astype(np.int64)


def grouping(name: str, column: pa.ChunkedArray) -> Grouping:
    """How an attribute is parted: numbers into groups of about equal size, choices by value.

    Cuts lie half-way between two values that occur, so that rounding moves nobody.
    """
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        numbers = _floats(column)
        numbers = np.sort(numbers[np.isfinite(numbers)])
        return Grouping(name, cuts=_cuts(numbers))
    counts = pc.value_counts(column.cast(pa.string()).drop_null()).to_pylist()
    order = sorted(counts, key=lambda row: (-row["counts"], row["values"]))
    values = tuple(row["values"] for row in order[:MOST_VALUES])
    return Grouping(name, values=values, is_number=False)


def groupings(rows: pa.Table, names: Sequence[str]) -> tuple[Grouping, ...]:
    """How each attribute is parted."""
    return tuple(grouping(name, rows[name]) for name in names)


def coded(parted: Sequence[Grouping], rows: pa.Table | pa.RecordBatch) -> Codes:
    """The group of each row in each attribute [n, attributes]."""
    if not parted:
        return np.zeros((rows.num_rows, 0), np.int64)
    return np.column_stack([item.codes(rows[item.name]) for item in parted])


def middles(item: Grouping, column: pa.ChunkedArray) -> Floats:
    """The mean of each group's numbers [groups]; that of all where a group is empty."""
    numbers, codes = _floats(column), item.codes(column)
    known = np.isfinite(numbers)
    count = np.bincount(codes[known], minlength=item.groups)
    total = np.bincount(codes[known], weights=numbers[known], minlength=item.groups)
    usual = float(numbers[known].mean()) if known.any() else 0.0
    return np.where(count > 0, total / np.maximum(count, 1), usual)


def _cuts(ordered: Floats) -> tuple[float, ...]:
    different = np.unique(ordered)
    if len(different) <= MOST_GROUPS:
        return tuple(float((low + high) / 2) for low, high in pairwise(different))
    places = (np.arange(1, MOST_GROUPS) * len(ordered)) // MOST_GROUPS
    starts = np.unique(ordered[places])
    before = different[np.maximum(np.searchsorted(different, starts) - 1, 0)]
    return tuple(float(cut) for cut in np.unique((before + starts) / 2))


def _floats(column: pa.ChunkedArray | pa.Array) -> Floats:
    numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    # Engines add up in orders of their own: what differs by rounding alone is the same number.
    return np.asarray(np.round(numbers, DECIMALS))
