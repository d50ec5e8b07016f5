"""What preparation decided about a file: the contract between mapping and standardising.

A column is read by the plain way of its field's kind unless `ColumnReading.rule` names one of
these:

    composite_address   "name，86-phone，province city district street" in one cell (people.address)
                        feeds people.name, people.phone, customers.province, customers.city too
    address             an address that begins with its province and city (people.address) feeds
                        customers.province and customers.city where no column does
    part                one of several columns of the same field, whose texts are joined before
                        they are read (day and time of day; first and last name);
                        options: part (from 1), join (what stands between)
    second_status       a further status column beside the first (fulfilment, after-sales):
                        refunded wins, then closed, then pending, then whichever is further on
    net_of_discount     orders.gross_amount: the cell is goods after discounts, so
                        gross = cell + discount
    sum_of_lines        an amount of the order given line by line in a file of order lines: the
                        order's is the sum (without it, it is the whole order's on each line)
    price_of_line       order_lines.unit_price: the cell is the line's total before discount

Options that any column may carry, each only where it is needed:

    order               "ymd", "mdy" or "dmy": how days are written, from all values
    formats             strptime formats of its values, most frequent first (text dates only)
    timezone            IANA zone of times written without offset, where it is not the business's
    decimal             ",": decimal comma, dots or blanks between thousands
    unit                of a time: "s", "ms" or "us" since 1970 in UTC, "excel" for its day numbers;
                        of an amount: what one of the cell is worth, 10000 for 万元, 0.01 for 分
    sign                -1: the cell holds the amount with its sign turned
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
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
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


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
        order_fields: Whether order fields stand on each line or only on the first of an order
            (then they are carried down in record order, a blank order id too).
        identity: Fields whose columns say who the customer is, best first: "orders.customer_id",
            or "people.account", "people.email", "people.phone"; empty means nobody is known.
        order_id_from: "column"; or no column holds an order's number, and each record is an
            order of its own ("record"), or the records of one customer at one time are one
            ("customer_and_time").
        channel: Channel of orders whose record does not say, such as "淘宝".
        questions: What is not sure; loading waits until there is none.
    """

    signature: str
    platform: str
    grain: Grain
    tables: tuple[str, ...]
    columns: tuple[ColumnReading, ...]
    order_fields: Literal["each_line", "first_line"] = "each_line"
    identity: tuple[str, ...] = ()
    order_id_from: Literal["column", "record", "customer_and_time"] = "column"
    channel: str = ""
    questions: tuple[Question, ...] = ()

    def column_of(self, target: str) -> ColumnReading | None:
        """The column that feeds "table.field", if any; the first where several do."""
        return next(iter(self.columns_of(target)), None)

    def columns_of(self, target: str) -> tuple[ColumnReading, ...]:
        """The columns that feed "table.field", in file order (parts in order of their part)."""
        found = [item for item in self.columns if item.field == target]
        return tuple(sorted(found, key=lambda item: item.options.get("part", 0)))

    @property
    def unmapped(self) -> tuple[str, ...]:
        """The columns that feed nothing."""
        return tuple(item.column for item in self.columns if item.field is None)
