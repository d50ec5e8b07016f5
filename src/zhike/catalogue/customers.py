"""From a cell of a result back to its customers."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from zhike.errors import ParameterError
from zhike.i18n import lazy


def customers_of(table: ir.Table, cell: Mapping[str, str]) -> ir.Table:
    """The rows of a per-customer table that belong to a cell, such as `segment="champions"`.

    Raises:
        ParameterError: The table has no such column.
    """
    for name, value in cell.items():
        if name not in table.columns:
            raise ParameterError.unknown(lazy("column"), name, table.columns)
        table = table.filter(table[name].cast("string") == str(value))
    return table
