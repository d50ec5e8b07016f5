"""NumPy in, Arrow out: whole columns of money, instants, days and words, without a loop per row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.schema import MONEY, standard_table

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
"""An instant that has not come: later than every other, and null in Arrow."""

DAY_SECONDS = 86_400


def money(cents: Ints, scale: int = MONEY.scale) -> pa.Array:
    """Whole cents as decimals; 64-bit cents widen to Arrow's 128-bit words directly."""
    words = np.empty((len(cents), 2), dtype=np.int64)
    words[:, 0] = cents * 10 ** (scale - 2)
    words[:, 1] = words[:, 0] >> 63
    kind = pa.decimal128(MONEY.precision, scale)
    return pa.Array.from_buffers(kind, len(cents), [None, pa.py_buffer(words)])


def cents(amounts: pa.Array | pa.ChunkedArray) -> Ints:
    """Decimals of at most two places as whole cents; null counts as 0."""
    scaled = pc.multiply(amounts.cast(pa.decimal128(18, 4)), pa.scalar(100, pa.decimal128(4, 0)))
    return np.asarray(scaled.cast(pa.int64()).fill_null(0))


def instants(seconds: Ints) -> pa.Array:
    """Epoch seconds as timestamps; `NEVER` becomes null."""
    missing = seconds == NEVER
    known = np.where(missing, 0, seconds) * 1_000_000
    return pa.array(known, pa.timestamp("us"), mask=missing)


def seconds(stamps: pa.Array | pa.ChunkedArray) -> Ints:
    """Timestamps as epoch seconds; null becomes `NEVER`."""
    whole = np.asarray(stamps.cast(pa.int64()).fill_null(NEVER))
    return np.where(whole == NEVER, NEVER, whole // 1_000_000)


def days(local_seconds: Ints) -> pa.Array:
    """The day that each local second falls on; `NEVER` becomes null."""
    missing = local_seconds == NEVER
    number = np.where(missing, 0, local_seconds // DAY_SECONDS).astype(np.int32)
    return pa.array(number, pa.int32(), mask=missing).cast(pa.date32())


def texts(numbers: Ints) -> pa.Array:
    """Whole numbers as text."""
    return pa.array(numbers).cast(pa.string())


def chosen(words: Sequence[str] | pa.Array, places: Any, mask: Flags | None = None) -> pa.Array:
    """`words[place]` for each place; null where the mask is true."""
    values = words if isinstance(words, pa.Array) else pa.array(list(words), pa.string())
    return values.take(pa.array(places, pa.int64(), mask=mask))


def joined(*parts: pa.Array | str) -> pa.Array:
    """The parts of each row written one after the other; null where one is null."""
    return pc.binary_join_element_wise(*parts, "")


def where(keep: Flags, values: pa.Array) -> pa.Array:
    """The values where `keep` is true, null elsewhere."""
    return pc.if_else(pa.array(keep), values, pa.scalar(None, values.type))


def table_of(name: str, columns: dict[str, Any]) -> pa.Table:
    """A standard table from the columns given; the others are null."""
    schema = standard_table(name).arrow_schema
    rows = len(next(iter(columns.values())))
    arrays = [
        columns[field.name].cast(field.type)
        if field.name in columns
        else pa.nulls(rows, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
