"""What preparation decided about a file: the contract between mapping and standardising."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from zhike.i18n import LazyText

Grain = Literal[
    "order", "order_line", "refund", "customer", "product", "event", "interaction", "response",
    "review", "ticket", "touch", "spend", "lead", "market", "staff",
]  # fmt: skip
"""What one record of a file is; it decides which standard tables the record feeds."""


@dataclass(frozen=True, kw_only=True)
class ColumnReading:
    """How one column of a file is read.

    Attributes:
        column: Header as landed.
        field: "table.field" of the schema, or None where it feeds nothing.
        confidence: 0 (a guess) to 1 (certain).
        why: The reason, for people.
        rule: Name of the reading rule where the plain one of the field's kind will not do, such
            as "composite_address"; rules are listed in `preparation.standardise`.
        options: What the rule needs to know, JSON-able (date order, unit of an epoch, …).
    """

    column: str
    field: str | None
    confidence: float
    why: LazyText
    rule: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something that only a person can say, asked before anything is loaded.

    Attributes:
        code: Stable name for programs.
        text: The question.
        choices: What may be answered: value to label.
        answer_with: The `--map` argument that would settle it.
    """

    code: str
    text: LazyText
    choices: dict[str, str]
    answer_with: str


@dataclass(frozen=True, kw_only=True)
class FileReading:
    """How one raw table is read: the whole decision, kept and shown.

    Attributes:
        signature: Hash of the header set; a remembered reading is found by it.
        platform: Platform code such as "taobao_orders", "" where none was recognised.
        grain: What one record is.
        tables: Standard tables that it feeds.
        columns: One entry a column, in file order.
        order_fields: Whether order fields stand on each line or only on the first of an order.
        questions: What is not sure; loading waits until there is none.
    """

    signature: str
    platform: str
    grain: Grain
    tables: tuple[str, ...]
    columns: tuple[ColumnReading, ...]
    order_fields: Literal["each_line", "first_line"] = "each_line"
    questions: tuple[Question, ...] = ()

    def column_of(self, target: str) -> ColumnReading | None:
        """The column that feeds "table.field", if any."""
        return next((item for item in self.columns if item.field == target), None)
