"""Foreign currencies: every amount of a record converted by the rates table."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context
from zhike.preparation.parsed import Parsed
from zhike.preparation.standardise.amounts import MONEY
from zhike.schema import Kind, standard_table


def converted(parsed: Parsed, context: Context) -> ir.Table:
    """The records with every amount in the company's currency.

    `_currency` keeps what the source said; where no rate is known the record is rejected later.
    """
    records, currency = parsed.records, parsed.get("orders.currency")
    if currency is None:
        return records
    home = ibis.literal(context.currency)
    kept = {"_currency": currency, "orders.currency": ibis.coalesce(currency, home)}
    foreign = {
        code: float(rate) for code, rate in context.rates.items() if code != context.currency
    }
    if not foreign:
        return records.mutate(**kept)
    rate = currency.cases(*foreign.items(), else_=1.0)
    amounts = {
        name: (records[name].cast("float64") * rate).round(4).cast(MONEY)
        for name in records.columns
        if "." in name and _is_money(name)
    }
    kept["orders.currency"] = ibis.ifelse(
        currency.isin(list(foreign)), home, kept["orders.currency"]
    )
    return records.mutate(**kept, **amounts)


def _is_money(name: str) -> bool:
    table, field = name.split(".", 1)
    return standard_table(table)[field].kind is Kind.MONEY
