"""The months of the overview: money from the days, customers from the purchase history."""

from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from zhike.catalogue import Calendar, daily_amounts, purchase_history
from zhike.schema import Shop

MONTHS = Calendar("month")


def months_of(shop: Shop, day: date) -> pa.Table:
    """Money of each month from the days, customers from the purchase history."""
    daily = daily_amounts(shop, day)
    history = purchase_history(shop, day)
    month, before = MONTHS.number_of(history.ordered_on), MONTHS.number_of(history.previous_on)
    first_inside = history.previous_on.isnull() | (before < month)
    nothing = ibis.literal(0, "int64")
    money = daily.group_by(month=MONTHS.number_of(daily.day)).agg(
        revenue=(daily.goods_amount - daily.refund_amount).sum().cast("float64"),
        orders=daily.orders.sum().cast("int64"),
        customers=nothing,
        new_customers=nothing,
    )
    people = history.group_by(month=month).agg(
        revenue=ibis.literal(0.0),
        orders=nothing,
        customers=first_inside.ifelse(1, 0).sum().cast("int64"),
        new_customers=(history.nth == 1).ifelse(1, 0).sum().cast("int64"),
    )
    both = money.union(people)
    sums = {
        name: both[name].sum().cast(kind) for name, kind in both.schema().items() if name != "month"
    }
    rows = both.group_by("month").agg(**sums).order_by("month").to_pyarrow()
    return _every_month(rows)


def _every_month(rows: pa.Table) -> pa.Table:
    """Months in which nothing happened put in as zeros, month numbers as text."""
    numbers = rows["month"].to_pylist()
    every = range(numbers[0], numbers[-1] + 1) if numbers else range(0)
    place = pc.index_in(pa.array(every, pa.int64()), value_set=rows["month"].combine_chunks())
    filled = {
        name: pc.fill_null(rows[name].take(place), 0)
        for name in rows.column_names
        if name != "month"
    }
    returning = pc.subtract(filled["customers"], filled["new_customers"])
    months = pa.array([MONTHS.text(number) for number in every], pa.string())
    return pa.table({"month": months, **filled, "returning_customers": returning})
