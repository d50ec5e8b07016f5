"""What a reader gives back for one column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Standardised:
    """A column read: the value, and what is to be said about the reading.

    Attributes:
        value: Typed; null where nothing was written or it cannot be read.
        repair: Code of the rule that changed the writing, null where it stands as written.
        instant: For times: the UTC instant where the writing named its zone; `value` is then null.
    """

    value: ir.Value
    repair: ir.Value | None = None
    instant: ir.Value | None = None


Reader = Callable[[Any, Mapping[str, Any]], Standardised]
"""From cleaned text and the options of the column's reading."""
