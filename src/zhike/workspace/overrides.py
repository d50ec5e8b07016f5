"""Edits put over the standard tables of a run, and the table of the company's own fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.engines import Engine
from zhike.schema import CustomField, standard_table
from zhike.workspace.assembly import Source
from zhike.workspace.custom_fields import NOTE, fields_of, shown_fields
from zhike.workspace.editable import CUSTOM_TABLE, STANDARD, editable_fields
from zhike.workspace.edits import EditLog, Value
from zhike.workspace.preparing import Kitchen

IS_NEW = "customer_id"
"""The field of an edit that says that a customer is there whom the data do not know."""


@dataclass(frozen=True)
class Overrides:
    """The edits that hold, by table.

    Attributes:
        values: Table to customer to field to value.
        new: Customers whom only edits know.
        custom: The company's own fields that are shown, in the order of their columns.
    """

    values: Mapping[str, Mapping[str, Mapping[str, Value]]]
    new: frozenset[str]
    custom: tuple[CustomField, ...]

    @classmethod
    def of(cls, kitchen: Kitchen) -> Overrides:
        """Those of a workspace."""
        declared = fields_of(kitchen.settings.fields)
        fields = editable_fields(declared)
        values: dict[str, dict[str, dict[str, Value]]] = {}
        new = set()
        for (customer, name), edit in EditLog(kitchen.layout.edits).standing().items():
            if name == IS_NEW:
                new.add(customer)
            elif name in fields:
                rows = values.setdefault(fields[name].table, {})
                rows.setdefault(customer, {})[name] = edit.value
        return cls(values, frozenset(new), shown_fields(kitchen.settings.fields))

    def touches(self, table: str) -> bool:
        """Whether a standard table is other with the edits than without."""
        return bool(self.values.get(table)) or (table == "customers" and bool(self.new))

    def inputs(self, sources: Sequence[Source], table: str) -> list[str]:
        """What the table depends on besides its sources."""
        if not self.touches(table):
            return []
        said = json.dumps([self.values.get(table, {}), sorted(self.new)], sort_keys=True)
        orders = [item.hashes["orders"] for item in sources if "orders" in item.tables]
        return [f"edits:{hashlib.sha256(said.encode()).hexdigest()}", *orders]

    def over(
        self, engine: Engine, rows: ir.Table | None, sources: Sequence[Source], table: str
    ) -> ir.Table:
        """A standard table with the edits over it.

        Args:
            engine: Where the rows are.
            rows: As the sources have them; None where none has the table.
            sources: Who knows of whom: an edit alone does not make a customer.
            table: Its name.
        """
        wide = self._wide(table)
        edited = ibis.memtable(wide.rename_columns([f"new {name}" for name in wide.column_names]))
        columns = [item.name for item in standard_table(table).fields]
        schema = ibis.Schema.from_pyarrow(standard_table(table).arrow_schema)
        changed = frozenset(wide.column_names)
        alone = edited if rows is None else edited.anti_join(rows, [("new customer_id", IS_NEW)])
        alone = self._known(engine, alone, sources)
        added = alone.select(
            **{
                name: alone[f"new {name}"].cast(schema[name])
                if name in changed
                else ibis.null(schema[name])
                for name in columns
            }
        )
        if rows is None:
            return added
        both = rows.left_join(edited, [(IS_NEW, "new customer_id")])
        kept = both.select(
            **{
                name: ibis.ifelse(
                    both[f"new said {name}"].fill_null(False), both[f"new {name}"], both[name]
                )
                if f"said {name}" in changed
                else both[name]
                for name in columns
            }
        )
        return kept.union(added)

    def custom_table(self) -> pa.Table | None:
        """The company's own fields, one row a customer with any value; None without such."""
        rows = self.values.get(CUSTOM_TABLE, {})
        names = [item.name for item in self.custom]
        having = [
            customer
            for customer, values in sorted(rows.items())
            if any(values.get(name) is not None for name in names)
        ]
        if not having:
            return None
        columns: dict[str, Any] = {"customer_id": pa.array(having, pa.string())}
        for item in self.custom:
            said = [rows[customer].get(item.name) for customer in having]
            if item.name != NOTE.name or any(value is not None for value in said):
                columns[item.name] = _column(said, item.arrow_type)
        return pa.table(columns)

    def _wide(self, table: str) -> pa.Table:
        """The edits of a standard table, one row a customer; `said` where there is one."""
        rows = self.values.get(table, {})
        who = sorted({*rows, *(self.new if table == "customers" else ())})
        columns: dict[str, Any] = {"customer_id": pa.array(who, pa.string())}
        for name in STANDARD[table]:
            if any(name in values for values in rows.values()):
                said = [rows.get(customer, {}) for customer in who]
                kind = standard_table(table)[name].arrow_type
                columns[name] = _column([values.get(name) for values in said], kind)
                columns[f"said {name}"] = pa.array([name in values for values in said])
        return pa.table(columns)

    def _known(self, engine: Engine, edited: ir.Table, sources: Sequence[Source]) -> ir.Table:
        """Those whom orders or an edit of their own know."""
        new = edited["new customer_id"].isin(sorted(self.new)) if self.new else ibis.literal(False)
        told = [item.tables["orders"] for item in sources if "orders" in item.tables]
        if not told:
            return edited.filter(new)
        buyers = engine.read_parquet(told).select("customer_id").distinct()
        bought = edited.semi_join(buyers, [("new customer_id", IS_NEW)])
        return bought.union(edited.filter(new).anti_join(buyers, [("new customer_id", IS_NEW)]))


def write_rows(rows: pa.Table, file: Path) -> None:
    """Write a small table as its object is kept."""
    pq.write_table(rows, file, compression="zstd")


def stored(value: Any) -> Value:
    """A value of a column as the store keeps it."""
    kept: Value = value.isoformat() if isinstance(value, date) else value
    return kept


def _column(values: Iterable[Value], kind: pa.DataType) -> pa.Array:
    """Values of the store as a column; one that does not fit a type that was changed is empty."""
    read: Callable[[Value], Any] = _text
    if pa.types.is_date(kind):
        read = _day
    elif pa.types.is_floating(kind):
        read = _number
    elif pa.types.is_boolean(kind):
        read = _flag
    return pa.array([None if value is None else read(value) for value in values], kind)


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _flag(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: Value) -> str:
    return str(value)
