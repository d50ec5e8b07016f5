"""Rows brought to the columns and types of a standard table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.standardise.amounts import MONEY
from zhike.schema import Field, Kind, standard_table

TYPES = {
    Kind.ID: "string",
    Kind.TEXT: "string",
    Kind.CHOICE: "string",
    Kind.INTEGER: "int64",
    Kind.NUMBER: "float64",
    Kind.MONEY: MONEY,
    Kind.FLAG: "boolean",
    Kind.INSTANT: "timestamp(6)",
    Kind.DAY: "date",
}
ZERO = ibis.literal(0).cast(MONEY)
_FLAGS = {"true": True, "false": False}


def typed(
    table: str, rows: ir.Table, columns: Mapping[str, Any], beside: Mapping[str, Any] | None = None
) -> ir.Table:
    """The rows with every column of a standard table, in its order and types.

    What is not given is missing; a missing value becomes what the schema says. Columns `beside`
    follow as they are.
    """
    standard = {
        field.name: _filled(field, columns.get(field.name))
        for field in standard_table(table).fields
    }
    return rows.select(**standard, **(beside or {}))


def fed_columns(table: str, rows: ir.Table) -> dict[str, Any]:
    """The columns of the rows that are named "table.field", by field."""
    start = f"{table}."
    return {name.removeprefix(start): rows[name] for name in rows.columns if name.startswith(start)}


def _filled(field: Field, value: Any) -> ir.Value:
    kind = TYPES[field.kind]
    value = (ibis.null(kind) if value is None else value).cast(kind)
    if field.missing == "null":
        return value
    return value.fill_null(ibis.literal(_FLAGS.get(field.missing, field.missing)).cast(kind))
