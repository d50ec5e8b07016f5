"""Functions that DuckDB has and Ibis does not name. Files are always prepared on DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from inspect import Parameter, Signature
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

TEXTS = dt.Array(dt.string)


def _one(first: Any) -> Any: ...
def _two(first: Any, second: Any) -> Any: ...
def _three(first: Any, second: Any, third: Any) -> Any: ...
def _four(first: Any, second: Any, third: Any, fourth: Any) -> Any: ...


_SHAPES = (_one, _two, _three, _four)


def _scalar(name: str, *takes: Any, gives: Any) -> Callable[..., Any]:
    shape = _SHAPES[len(takes) - 1]
    made: Callable[..., Any] = ibis.udf.scalar.builtin(shape, name=name, signature=(takes, gives))
    return made


strlen = _scalar("strlen", dt.string, gives=dt.int64)
"""Bytes of a text, known without reading it."""
trim_of = _scalar("trim", dt.string, dt.string, gives=dt.string)
"""The text without the given characters at either end."""
try_strptime = _scalar("try_strptime", dt.string, TEXTS, gives=dt.timestamp)
"""The instant that the first fitting format reads; null where none does."""
regexp_replace = _scalar(
    "regexp_replace", dt.string, dt.string, dt.string, dt.string, gives=dt.string
)
"""The text with what the pattern finds replaced; the last argument "g" replaces everywhere."""
regexp_matches = _scalar("regexp_matches", dt.string, dt.string, gives=dt.boolean)
"""Whether the pattern is found anywhere."""
regexp_extract = _scalar("regexp_extract", dt.string, dt.string, dt.int64, gives=dt.string)
"""What a group of the pattern found; empty where nothing was."""
left = _scalar("left", dt.string, dt.int64, gives=dt.string)
"""The first characters."""
split_part = _scalar("split_part", dt.string, dt.string, dt.int64, gives=dt.string)
"""The n-th part between separators, counted from 1, from the end where negative; else empty."""
md5 = _scalar("md5", dt.string, gives=dt.string)
"""A short name for a text; no secret."""
md5_number_lower = _scalar("md5_number_lower", dt.string, gives=dt.uint64)
"""Half of the MD5 as a number: the same on every version and machine."""
sha256 = _scalar("sha256", dt.string, gives=dt.string)
"""SHA-256 in hexadecimal."""
make_timestamp = _scalar("make_timestamp", dt.int64, gives=dt.timestamp)
"""The instant so many microseconds after 1970."""
to_seconds = _scalar("to_seconds", dt.int64, gives=dt.Interval("s"))
"""So many seconds."""
to_json = _scalar("to_json", dt.Struct({}), gives=dt.json)
"""A record as JSON."""


def concat_ws(separator: str, *values: Any) -> Any:
    """Texts joined by a separator; nulls are left out."""
    return _concat_ws(len(values))(separator, *values)


@lru_cache(maxsize=128)
def _concat_ws(count: int) -> Callable[..., Any]:
    def joined(*values: Any) -> Any: ...

    names = [f"value{n}" for n in range(count + 1)]
    joined.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    )
    signature = ((dt.string,) * (count + 1), dt.string)
    made: Callable[..., Any] = ibis.udf.scalar.builtin(
        joined, name="concat_ws", signature=signature
    )
    return made


@lru_cache(maxsize=64)
def _aggregate(name: str, value: dt.DataType) -> Callable[..., Any]:
    made: Callable[..., Any] = ibis.udf.agg.builtin(
        _two, name=name, signature=((value, dt.int64), value)
    )
    return made


def first_by(value: ir.Value, order: ir.Value) -> ir.Value:
    """The value at the lowest `order` that has one."""
    return _aggregate("arg_min", value.type().copy(nullable=True))(value, order)


def last_by(value: ir.Value, order: ir.Value) -> ir.Value:
    """The value at the highest `order` that has one."""
    return _aggregate("arg_max", value.type().copy(nullable=True))(value, order)


def texts(*values: str) -> ir.Value:
    """A literal list of texts."""
    return ibis.array([ibis.literal(value) for value in values])
