"""What is there: tables, how complete their columns are, and how far the history reaches."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import pyarrow as pa

from zhike.analyses.adequacy_advice import ENOUGH, TABLE_ADVICE
from zhike.catalogue import customer_facts, daily_amounts
from zhike.catalogue.availability import filled_columns
from zhike.catalogue.clock import second_of_day
from zhike.schema import Shop, standard_tables


def measures_of(shop: Shop, day: date) -> dict[str, float | None]:
    """The numbers on which the quality of every answer rests; None where there are no orders."""
    daily, facts = daily_amounts(shop, day), customer_facts(shop, day)
    sold = daily.filter(daily.orders > 0)
    money = sold.agg(
        first=sold.day.min(),
        last=sold.day.max(),
        orders=sold.orders.sum().cast("float64").fill_null(0),
        identified=sold.identified_orders.sum().cast("float64").fill_null(0),
    )
    people = facts.agg(
        customers=facts.count().cast("float64"),
        repeat=(facts.frequency > 1).ifelse(1, 0).sum().cast("float64").fill_null(0),
    )
    row = money.cross_join(people).to_pyarrow().to_pylist()[0]
    if row["first"] is None:
        return dict.fromkeys(ENOUGH)
    return {
        "history_days": float((row["last"] - row["first"]).days + 1),
        "purchases": row["orders"],
        "customers": row["customers"],
        "repeat_customers": row["repeat"],
        "identified_share": row["identified"] / row["orders"] if row["orders"] else None,
        "timed_share": _timed_share(shop, row["first"], row["last"], day),
    }


def _timed_share(shop: Shop, first: date, last: date, day: date) -> float | None:
    """Share of orders whose time is not the very beginning of the business day."""
    orders = shop["orders"]
    before = orders.filter(orders.ordered_on < day)
    moment: ir.IntegerValue = second_of_day(shop, before.ordered_at, first, last)
    found = before.agg(
        timed=(moment != 0).ifelse(1, 0).sum().cast("float64"), orders=before.count()
    )
    row = found.to_pyarrow().to_pylist()[0]
    return row["timed"] / row["orders"] if row["orders"] else None


def checks_table(measures: dict[str, float | None]) -> pa.Table:
    """Each check: `check`, `value`, `enough`, `is_enough` ("yes" or "no"), `advice` if not."""
    names = list(ENOUGH)
    values = [measures[name] for name in names]
    reached = [
        "yes" if value is not None and value >= ENOUGH[name] else "no"
        for name, value in zip(names, values, strict=True)
    ]
    return pa.table(
        {
            "check": pa.array(names, pa.string()),
            "value": pa.array(values, pa.float64()),
            "enough": pa.array([ENOUGH[name] for name in names], pa.float64()),
            "is_enough": pa.array(reached, pa.string()),
            "advice": pa.array(
                [name if it == "no" else None for name, it in zip(names, reached, strict=True)],
                pa.string(),
            ),
        }
    )


def tables_table(shop: Shop) -> pa.Table:
    """One row a standard table: `table`, `is_there` ("yes" or "no"), `rows`, `filled` (share).

    `filled` is the share of the columns of the table that hold a value in any row.
    """
    names = [item.name for item in standard_tables() if item.name in TABLE_ADVICE]
    rows, filled = [], []
    for name in names:
        counts = filled_columns(shop, name) if name in shop else {}
        rows.append(max(counts.values(), default=0))
        filled.append(sum(1 for it in counts.values() if it) / len(counts) if counts else None)
    return pa.table(
        {
            "table": pa.array(names, pa.string()),
            "is_there": pa.array(["yes" if number else "no" for number in rows], pa.string()),
            "rows": pa.array(rows, pa.int64()),
            "filled": pa.array(filled, pa.float64()),
        }
    )
