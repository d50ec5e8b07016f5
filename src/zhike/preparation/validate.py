"""What makes a record unusable on its own: what is missing, impossible or cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context
from zhike.preparation.parsed import Parsed, business_day_of
from zhike.preparation.standardise.ids import digits_lost
from zhike.schema import Kind, StandardTable, standard_table

EARLIEST = date(1990, 1, 1)
Check = tuple[Any, str]
"""When it holds, the record is rejected for this reason."""


def problem_of(records: ir.Table, checks: list[Check]) -> ir.Value:
    """The first reason that applies; null for a sound record and for one set aside at landing."""
    if not checks:
        return ibis.null("string")
    return ibis.cases((records._fate.notnull(), ibis.null("string")), *checks)


def day_checks(parsed: Parsed, target: str, context: Context) -> Iterator[Check]:
    """An event must have happened on a possible day, not after the file came."""
    day = business_day(parsed, target)
    if day is None:
        return
    for repair in parsed.repairs_of(target):
        yield (repair == "unreadable").fill_null(False), "unreadable_date"
    yield (day > context.landed_on).fill_null(False), "future_date"
    yield (day < EARLIEST).fill_null(False), "implausible_date"


def business_day(parsed: Parsed, target: str) -> Any:
    """The business day of an instant, or the day itself."""
    table, name = target.split(".", 1)
    beside = parsed.get(f"{table}.{business_day_of(name)}")
    found = beside if beside is not None else parsed.get(target)
    return found.date() if found is not None and not found.type().is_date() else found


def possible_day(parsed: Parsed, target: str, context: Context) -> Any:
    """Whether the day of an event is possible; true where it is missing."""
    day = business_day(parsed, target)
    if day is None:
        return ibis.literal(True)
    return ((day >= EARLIEST) & (day <= context.landed_on)).fill_null(True)


def unreadable(parsed: Parsed, *targets: str) -> Any:
    """Whether any of these was written and cannot be read; None where the file feeds none."""
    repairs = [repair for target in targets for repair in parsed.repairs_of(target)]
    if not repairs:
        return None
    return reduce(or_, [(repair == "unreadable").fill_null(False) for repair in repairs])


def amount_checks(parsed: Parsed, tables: tuple[str, ...], context: Context) -> Iterator[Check]:
    """Amounts and quantities must be numbers, in a currency whose rate is known."""
    targets = [
        slot.target
        for slot in parsed.slots
        if slot.target.split(".")[0] in tables
        and (slot.field.kind is Kind.MONEY or slot.field.name == "quantity")
    ]
    wrong = unreadable(parsed, *targets)
    if wrong is not None:
        yield wrong, "unreadable_amount"
    if "_currency" in parsed.records.columns:
        currency = parsed.records._currency
        known = [context.currency, *context.rates]
        yield currency.notnull() & ~currency.isin(known), "currency_without_rate"


def id_checks(parsed: Parsed, target: str, key: str) -> Iterator[Check]:
    """A key must be there, and whole."""
    value = parsed.get(target)
    if value is not None:
        yield digits_lost(value), "order_id_digits_lost"
        yield parsed.records[key].isnull(), f"missing_{target.split('.')[1]}"


def required_checks(parsed: Parsed, table: StandardTable) -> Iterator[Check]:
    """What a table cannot do without."""
    for field in table.fields:
        value = parsed.get(f"{table.name}.{field.name}")
        if field.required and value is not None and not field.derived:
            yield value.isnull(), f"missing_{field.name}"


def main_day(table: str) -> str:
    """The field that says when a row of the table happened; "" where nothing does.

    It is the time that the schema counts by business days, or the day without which a row is
    nothing.
    """
    definition = standard_table(table)
    for field in definition.fields:
        counted = field.kind is Kind.INSTANT and business_day_of(field.name) in definition
        if counted or (field.kind is Kind.DAY and field.required):
            return f"{table}.{field.name}"
    return ""
