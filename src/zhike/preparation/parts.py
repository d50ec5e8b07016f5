"""Records in parts of bounded size, for steps that DuckDB would hold in memory whole.

An order is in one part with all its records.
"""

from __future__ import annotations

import ibis.expr.types as ir

RECORDS_AT_ONCE = 1_500_000


def in_parts(records: ir.Table, count: int) -> list[ir.Table]:
    """The records by their `_order`, in as many parts as their number asks for."""
    parts = 1 + count // RECORDS_AT_ONCE
    if parts == 1:
        return [records]
    return [records.filter(records._order.hash().abs() % parts == part) for part in range(parts)]
