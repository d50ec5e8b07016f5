"""Cells that a program wrapped to keep their digits, given back digit for digit.

Exports write `="1234567890123456789"`, a leading tab or a leading apostrophe so that Excel does
not turn a long number into 1.23E+18.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

_FORMULA = r'^="([^"]*)"$'
_TABS = "\t"
_APOSTROPHE = r"^'([-=+@].*|[^\s']*[0-9][^\s']*|[0-9][0-9:/. -]*)$"


def unwrapped(column: pa.Array) -> pa.Array:
    r"""The column without wrappings; only columns that have some are rewritten.

    Examples:
        >>> unwrapped(pa.array(['="0012"', "'0012", "0012\t", "'t Hof"])).to_pylist()
        ['0012', '0012', '0012', "'t Hof"]
    """
    if _any(pc.starts_with(column, '="')):
        column = pc.replace_substring_regex(column, _FORMULA, r"\1")
    if _any(pc.starts_with(column, _TABS)) or _any(pc.ends_with(column, _TABS)):
        column = pc.utf8_trim(column, _TABS)
    if _any(pc.starts_with(column, "'")):
        column = pc.replace_substring_regex(column, _APOSTROPHE, r"\1")
    return column


def unwrapped_cell(cell: str) -> str:
    """The same for one cell."""
    cell = re.sub(_FORMULA, r"\1", cell).strip(_TABS)
    return re.sub(_APOSTROPHE, r"\1", cell)


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask, min_count=0).as_py())
