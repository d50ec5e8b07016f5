"""Rows of any kind as Arrow."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa


def as_arrow(rows: Any) -> pa.Table:
    """Arrow, pandas, polars rows or a mapping of columns as an Arrow table."""
    return rows if isinstance(rows, pa.Table) else ibis.memtable(rows).to_pyarrow()
