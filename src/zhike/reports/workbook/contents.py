"""What a workbook is made of, before anything writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from zhike.insights import StandOuts
from zhike.reports.report import Label, Report

Kind = Literal[
    "id", "text", "choice", "day", "count", "number", "amount", "share", "days", "score", "flag"
]
"""How the cells of a customer column are written; `id` and `text` never become numbers."""

Group = Literal["basic", "custom", "standing", "purchases", "preferences", "behaviour", "scores"]
"""What a customer column is about; the columns of a group stand together."""

TEXTS = frozenset({"id", "text", "choice", "flag"})


@dataclass(frozen=True, kw_only=True)
class CustomerColumn:
    """One column of the customer table.

    Attributes:
        name: Its key, the same in every export and language.
        label: What people read.
        kind: How its cells are written.
        group: What it is about.
        editable: Whether what a person types there is taken back.
        labels: Words for coded values.
        choices: What may be chosen where the list is closed or usual.
        closed: Whether only the choices are allowed.
    """

    name: str
    label: Label
    kind: Kind
    group: Group
    editable: bool = False
    labels: Mapping[str, Label] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    closed: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its cells are text."""
        return self.kind in TEXTS


@dataclass(frozen=True, kw_only=True)
class CustomerTable:
    """The customer table, ready to be written.

    Attributes:
        columns: In the order in which they stand; the first is `customer_id`.
        batches: Gives the rows, one a customer: texts as they are shown, days as days.
        count: How many rows there are.
        totals: What the engine says of all of them: `customers` (with a purchase), `purchases`,
            `monetary`.
    """

    columns: tuple[CustomerColumn, ...]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    count: int
    totals: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """Everything that a workbook shows.

    Attributes:
        report: The results, arranged as in the report.
        customers: The customer table.
        export_id: Names this export, so that it can be merged when it comes back.
        made_at: When it was made, in UTC.
        masked: Whether personal data are masked.
        stand_outs: What stands out over all analyses; None where there was nothing to look at.
        segment: The rule that picked the customers; empty for all.
    """

    report: Report
    customers: CustomerTable
    export_id: str
    made_at: datetime
    masked: bool = True
    stand_outs: StandOuts | None = None
    segment: str = ""


@dataclass(frozen=True, kw_only=True)
class SheetWritten:
    """One sheet of a workbook that was written: its name, what is in it, how many rows."""

    name: str
    what: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written where.

    Attributes:
        sheets: The sheets that people see, in order.
        customer_sheets: Names of those that hold the customers.
    """

    sheets: tuple[SheetWritten, ...]
    customer_sheets: tuple[str, ...]

    def as_json(self) -> list[dict[str, Any]]:
        """The sheets as programs read them."""
        return [{"name": it.name, "what": it.what, "rows": it.rows} for it in self.sheets]
