"""One row an order document: the order's own fields, and what its lines add up to.

In a file of lines the order's fields are the first that any of its records gives, whether or not
the rest of that record is sound: a bad price on the first line of an order costs that line, not
the order's customer and date. Without a possible order time the document is unusable, and all its
records with it. In a file of orders the latest sound record is the order's state; what it leaves
blank is taken from the one before.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context
from zhike.preparation.functions import first_by, last_by
from zhike.preparation.parsed import Parsed
from zhike.preparation.reading import FileReading
from zhike.preparation.standardise.amounts import MONEY
from zhike.preparation.standardise.zones import to_local
from zhike.preparation.validate import possible_day
from zhike.schema.vocabulary import order_marks

CARRIED = ("orders", "customers", "people", "refunds")
"""Tables whose fields belong to the order, not to a line."""
SUMS = {
    "goods": ("goods",),
    "off": ("voucher", "discount"),
    "shipping": ("shipping",),
    "fee": ("fee",),
    "adjustment": ("adjustment", "sample"),
}
"""What a document adds up, and the kinds of lines in it."""
_NOT_CARRIED = ("orders.order_id", "orders.ordered_on")
_MARKS = tuple(f"orders.{mark.flag}" for mark in order_marks())

_ = ibis._


def documents(
    records: ir.Table, parsed: Parsed, reading: FileReading, context: Context
) -> ir.Table:
    """The documents of records that have an order id, as all records of an order are among them.

    Adds to the order's fields `order_id`, `lines` (sound sale lines), `tests` (those of them that
    are tests), `unpriced`, `<sum>_amount` for each of `SUMS`, `gain_amount` (vouchers and
    discounts that were paid for) and `last_row`.
    """
    usable = records.filter(_._fate.isnull() & _._order.notnull())
    pick = first_by
    if reading.grain == "order":
        usable, pick = usable.filter(_._problem.isnull()), last_by
    dated = possible_day(parsed, "orders.ordered_at", context)
    carried = {
        name: _carried(usable, name, parsed, pick, dated)
        for name in parsed.records.columns
        if name.split(".")[0] in CARRIED and name not in _NOT_CARRIED
    }
    found = usable.group_by(order_id=_._order).agg(**carried, **_sums(), last_row=_._row.max())
    if "orders.ordered_at" not in carried:
        return found
    local = to_local(found["orders.ordered_at"], context.timezone, context.landed_on.year + 1)
    return found.mutate(**{"orders.ordered_on": local.date()})


def _carried(usable: ir.Table, name: str, parsed: Parsed, pick: Any, dated: Any) -> ir.Value:
    value = usable[name]
    if name in _MARKS:
        return value.any()
    if parsed.ruled(name, "sum_of_lines"):
        return value.sum().cast(value.type())
    if name == "orders.ordered_at":
        value = ibis.ifelse(dated, value, ibis.null(value.type()))
    if name == "orders.status":
        return _status(usable, value, pick)
    return pick(value, usable._row)


def _status(usable: ir.Table, value: Any, pick: Any) -> ir.Value:
    """Where lines differ, the order is what its lines that still stand are."""
    if pick is last_by:
        return pick(value, usable._row)
    standing = ibis.ifelse(value.isin(["closed", "refunded"]), ibis.null("string"), value)
    return ibis.coalesce(pick(standing, usable._row), pick(value, usable._row))


def _sums() -> dict[str, ir.Value]:
    sale = _._problem.isnull() & ~_._is_return
    counts = {
        "lines": sale.sum(),
        "tests": (sale & (_._kind == "test")).sum(),
        "unpriced": (sale & _._amount.isnull()).sum(),
    }
    gained = _._kind.isin(SUMS["off"]) & (_._amount > 0)
    amounts = {"gain_amount": _._amount.sum(where=sale & gained)} | {
        f"{name}_amount": _._amount.sum(where=sale & _._kind.isin(kinds))
        for name, kinds in SUMS.items()
    }
    return counts | {name: value.cast(MONEY) for name, value in amounts.items()}
