"""The months of the overview: money from the days, customers from the purchase history."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from zhike.catalogue import Calendar, daily_rows, purchase_history
from zhike.schema import Shop

MONTHS = Calendar("month")


def months_of(shop: Shop, day: date) -> pa.Table:
    """Money of each month from the days, customers from the purchase history."""
    history = purchase_history(shop, day)
    month, before = MONTHS.number_of(history.ordered_on), MONTHS.number_of(history.previous_on)
    first_inside = history.previous_on.isnull() | (before < month)
    people = history.group_by(month=month).agg(
        customers=first_inside.ifelse(1, 0).sum().cast("int64"),
        new_customers=(history.nth == 1).ifelse(1, 0).sum().cast("int64"),
    )
    both = _money(daily_rows(shop, day)).join(people.to_pyarrow(), "month", join_type="full outer")
    return _every_month(both.sort_by("month"))


def _money(days: pa.Table) -> pa.Table:
    """Net revenue and purchases by month number."""
    numbers = [MONTHS.number(day) for day in days["day"].to_pylist()]
    names = ("goods_amount", "refund_amount", "orders")
    daily = pa.table({"month": pa.array(numbers, pa.int64()), **{it: days[it] for it in names}})
    sums = daily.group_by("month").aggregate([(name, "sum") for name in names])
    goods, refunds = (sums[f"{name}_sum"].to_pylist() for name in names[:2])
    revenue = [float(bought - back) for bought, back in zip(goods, refunds, strict=True)]
    return pa.table(
        {
            "month": sums["month"],
            "revenue": pa.array(revenue, pa.float64()),
            "orders": sums["orders_sum"].cast(pa.int64()),
        }
    )


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
