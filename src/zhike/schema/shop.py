"""A shop: all its standard tables together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import ibis.expr.types as ir

from zhike.engines import Engine
from zhike.errors import InputError
from zhike.i18n import lazy
from zhike.schema.custom import CustomField
from zhike.schema.tables import TABLE_NAMES, standard_table

T = TypeVar("T")


@dataclass(frozen=True)
class Shop:
    """All standard tables of one company, on one engine.

    Tables are lazy Ibis tables with every column of their standard table; a table that the
    company does not have is absent from `tables`.

    Attributes:
        engine: Where the tables are and expressions run.
        tables: Standard table name to lazy table.
        currency: ISO code that every amount is in.
        timezone: Business time zone, by its IANA name. `_at` columns are UTC, `_on` columns are
            business days in this zone.
        as_of: Default day to look from: the day after the last order.
        custom_fields: The company's own fields, as columns of the table `custom_fields`.
    """

    engine: Engine
    tables: Mapping[str, ir.Table]
    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"
    as_of: date | None = None
    custom_fields: tuple[CustomField, ...] = ()
    _remembered: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def __contains__(self, table: object) -> bool:
        return table in self.tables

    def __getitem__(self, table: str) -> ir.Table:
        if table not in self.tables and table in TABLE_NAMES:
            label = standard_table(table).label
            raise InputError(
                lazy("This needs {table}. Add a file that holds them.", table=label), code="needs"
            )
        return self.tables[table]

    def remember(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build` made the first time it was asked for under `key`.

        Facts that several analyses need (`purchases`, `customer_facts`) are computed once a run
        this way.
        """
        if key not in self._remembered:
            self._remembered[key] = build()
        value: T = self._remembered[key]
        return value
