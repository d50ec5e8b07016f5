"""What the data say now of some customers, before any edit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.workspace.assembly import Source, assembled
from zhike.workspace.editable import CUSTOM_TABLE, Editable
from zhike.workspace.edits import Cell, Value
from zhike.workspace.landing import LandingStore
from zhike.workspace.overrides import stored
from zhike.workspace.preparing import Kitchen, sources_of


@dataclass(frozen=True)
class Present:
    """The standard tables as all batches together have them.

    Args:
        kitchen: The engine, and where the prepared tables are.
        landing: The batches.
    """

    kitchen: Kitchen
    landing: LandingStore

    def known(self, customers: Collection[str]) -> set[str]:
        """Those of the customers whom the data know."""
        found: set[str] = set()
        for table in ("orders", "customers", "people"):
            for source in self._sources():
                if table in source.tables and customers:
                    rows = self.kitchen.engine.read_parquet([source.tables[table]])
                    found |= set(_of(rows.select("customer_id").distinct(), customers)[0])
        return found

    def values(self, cells: Collection[Cell], fields: Mapping[str, Editable]) -> dict[Cell, Value]:
        """What sources say of each cell; nothing of those that none knows."""
        found: dict[Cell, Value] = {}
        for table in {fields[name].table for _, name in cells if name in fields} - {CUSTOM_TABLE}:
            names = sorted({name for _, name in cells if fields[name].table == table})
            rows = self.rows(table)
            if rows is not None:
                who = {customer for customer, _ in cells}
                ids, *columns = _of(rows.select("customer_id", *names), who)
                for name, column in zip(names, columns, strict=True):
                    pairs = zip(ids, column, strict=True)
                    found |= {(customer, name): stored(value) for customer, value in pairs}
        return {cell: value for cell, value in found.items() if cell in cells}

    def rows(self, table: str) -> ir.Table | None:
        """A standard table before any edit."""
        sources = self._sources()
        having = [source for source in sources if table in source.tables]
        if not having:
            return None
        rows = assembled(self.kitchen.engine, sources, table)
        if rows is None:
            return self.kitchen.engine.read_parquet([having[0].tables[table]])
        return rows

    def _sources(self) -> list[Source]:
        return list(sources_of(self.kitchen.layout, self.landing.batches()))


def _of(rows: ir.Table, customers: Collection[str]) -> list[list[Any]]:
    wanted = ibis.memtable(pa.table({"customer_id": pa.array(sorted(customers), pa.string())}))
    found = rows.semi_join(wanted, "customer_id").to_pyarrow()
    return [column.to_pylist() for column in found.columns]
