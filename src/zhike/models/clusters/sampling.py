"""A sample that is the same in whatever order, and from whatever engine, the rows come."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

BASE = np.uint64(0x100000001B3)
GOLDEN, FIRST, SECOND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


def keys_of(ids: pa.Array) -> Keys:
    """A number for each id that looks drawn by lot, and is the same on every machine.

    A polynomial of the id's bytes, stirred by the last steps of SplitMix64.

    Examples:
        >>> keys = keys_of(pa.array(["ann", "bob", "ann"]))
        >>> bool(keys[0] == keys[2]), bool(keys[0] == keys[1])
        (True, False)

    References:
        Steele, G. L., Lea, D. and Flood, C. H. (2014). Fast splittable pseudorandom number
        generators. OOPSLA 2014, 453-472, figure 17 (mix64variant13).
    """
    texts = pc.cast(ids, pa.large_string())
    _, places, letters = texts.buffers()
    ends = np.frombuffer(places, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    begin = int(ends[0]) if len(ends) else 0
    ends = ends - begin
    size = int(ends[-1]) if len(ends) else 0
    data = np.frombuffer(letters or b"", np.uint8)[begin : begin + size].astype(np.uint64)
    lengths = np.diff(ends)
    within = np.arange(size) - np.repeat(ends[:-1], lengths)
    powers = _powers(int(lengths.max(initial=0)))
    # Sums of uint64 wrap around, and so do their differences: each id has its own sum.
    sums = np.concatenate(
        (np.zeros(1, np.uint64), np.cumsum((data + np.uint64(1)) * powers[within]))
    )
    return _stirred(sums[ends[1:]] - sums[ends[:-1]] + lengths.astype(np.uint64) * GOLDEN)


def smallest(batches: Iterable[tuple[pa.Array, Floats]], most: int) -> tuple[Floats, int]:
    """The rows with the smallest keys: a simple random sample without replacement, in one pass.

    Args:
        batches: Ids [n] and rows [n, d] of each.
        most: Rows wanted.

    Returns:
        The sampled rows in the order of their keys, and how many rows there were.

    References:
        Cohen, E. and Kaplan, H. (2007). Summarizing data using bottom-k sketches. PODC 2007,
        225-234, section 2.
    """
    kept_keys, kept_rows, count = list[Keys](), list[Floats](), 0
    held = 0
    for ids, rows in batches:
        kept_keys.append(keys_of(ids))
        kept_rows.append(rows)
        count += len(rows)
        held += len(rows)
        if held > 4 * most:
            keys, cut = _cut(kept_keys, kept_rows, most)
            kept_keys, kept_rows, held = [keys], [cut], len(keys)
    if not count:
        return np.zeros((0, 0)), 0
    return _cut(kept_keys, kept_rows, most)[1], count


def _cut(keys: list[Keys], rows: list[Floats], most: int) -> tuple[Keys, Floats]:
    every = np.concatenate(keys)
    chosen = np.argsort(every, kind="stable")[:most]
    return every[chosen], np.concatenate(rows)[chosen]


def _powers(longest: int) -> Keys:
    powers = np.full(max(longest, 1), BASE, np.uint64)
    powers[0] = 1
    return np.asarray(np.cumprod(powers, dtype=np.uint64))


def _stirred(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(30))) * FIRST
    keys = (keys ^ (keys >> np.uint64(27))) * SECOND
    return np.asarray(keys ^ (keys >> np.uint64(31)))
