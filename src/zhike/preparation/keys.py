"""Which order a record belongs to: its number, or one made of what tells orders apart."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import concat_ws, last_by, left, md5
from zhike.preparation.parsed import Parsed
from zhike.preparation.reading import FileReading
from zhike.preparation.standardise.ids import digits_lost

_ = ibis._


def with_order_key(parsed: Parsed, reading: FileReading) -> ir.Table:
    """The records with `_order`; null where the number is missing, or was rounded away."""
    records = parsed.records
    if "orders.order_id" in parsed and reading.order_id_from == "column":
        if reading.order_fields == "first_line" and _has_blank(records):
            return _carried_down(records)
        number = records["orders.order_id"]
        return records.mutate(_order=ibis.ifelse(digits_lost(number), None, number))
    numbered = with_own_key(records, "_order", "o")
    when = parsed.get("orders.ordered_at")
    if reading.order_id_from != "customer_and_time" or when is None:
        return numbered
    who = [numbered[name] for name in reading.identity if name in parsed]
    when = numbered["orders.ordered_at"]
    parts = [part.cast("string").fill_null("") for part in (*who, when)]
    together = ibis.literal("o") + left(md5(concat_ws("\x1f", *parts)), 16)
    known = ibis.coalesce(*who).notnull() & when.notnull() if who else ibis.literal(False)
    return numbered.mutate(_order=ibis.ifelse(known, together, numbered._order))


def with_own_key(records: ir.Table, name: str, letter: str) -> ir.Table:
    """A key made of the record's content and its place among equal ones: stable over exports."""
    same = ibis.window(group_by=_._hash, order_by=_._row)
    numbered = records.mutate(_nth=ibis.row_number().over(same))
    content = numbered._hash.cast("string") + "-" + numbered._nth.cast("string")
    return numbered.mutate(**{name: ibis.literal(letter) + left(md5(content), 16)}).drop("_nth")


def _has_blank(records: ir.Table) -> bool:
    blank = records.filter(records._fate.isnull() & records["orders.order_id"].isnull())
    return bool(blank.count().to_pyarrow().as_py())


def _carried_down(records: ir.Table) -> ir.Table:
    """A blank number is the one above, where an order's fields stand on its first line.

    What stands below an order that could not be read belongs to that one, not to the one above; so
    does a record whose number is missing though it says another time of its own.
    """
    number = records["orders.order_id"]
    number = ibis.ifelse(digits_lost(number), "", number)
    above = ibis.window(order_by=records._row, preceding=None, following=0)
    lost: Any = records._fate == "rejected"
    if "orders.ordered_at" in records.columns:
        at = records["orders.ordered_at"]
        numbered = ibis.ifelse(number.notnull(), at, ibis.null(at.type()))
        lost |= number.isnull() & (at != last_by(numbered, records._row).over(above))
    usable = ibis.ifelse(records._fate.isnull(), number, None)
    records = records.mutate(_said=ibis.ifelse(lost.fill_null(False), "", usable))
    carried: Any = last_by(records._said, records._row).over(above)
    return records.mutate(_order=carried.nullif("")).drop("_said")
