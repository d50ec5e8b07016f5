"""The cells of a cohort table: summed in the engine, laid out as a triangle here."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.catalogue import Calendar, purchase_history, refund_rows
from zhike.schema import Shop


def cohort_sums(shop: Shop, day: date, calendar: Calendar) -> ir.Table:
    """Customers and net revenue by cohort and period: the first purchase in a period counts."""
    history = purchase_history(shop, day)
    cohort, period = calendar.number_of(history.first_on), calendar.number_of(history.ordered_on)
    first_inside = history.previous_on.isnull() | (calendar.number_of(history.previous_on) < period)
    bought = history.group_by(cohort=cohort, period=period).agg(
        customers=first_inside.ifelse(1, 0).sum().cast("int64"),
        revenue=history.net_amount.sum(),
    )
    refunds = refund_rows(shop, day)
    if refunds is None:
        return bought.mutate(revenue=bought.revenue.cast("float64"))
    began = history.filter(history.nth == 1).select("first_on", buyer_id="customer_id")
    back = refunds.filter(refunds.is_net).inner_join(began, refunds.customer_id == began.buyer_id)
    cohort, period = calendar.number_of(back.first_on), calendar.number_of(back.refunded_on)
    given_back = back.group_by(cohort=cohort, period=ibis.greatest(cohort, period)).agg(
        customers=ibis.literal(0, "int64"),
        revenue=(-back.amount.sum()).cast(bought.revenue.type()),
    )
    both = bought.union(given_back)
    return both.group_by("cohort", "period").agg(
        customers=both.customers.sum().cast("int64"), revenue=both.revenue.sum().cast("float64")
    )


def triangle(sums: pa.Table, calendar: Calendar, last: int, most: int) -> pa.Table:
    """Every cell whose period has ended, those in which nothing happened included."""
    cohort, period, customers, revenue = (
        np.asarray(sums[name]) for name in ("cohort", "period", "customers", "revenue")
    )
    numbers = np.unique(cohort[cohort <= last])
    width = min(int(last - numbers[0]), most) + 1 if numbers.size else 1
    after = period - cohort
    kept = (cohort <= last) & (period <= last) & (after < width)
    place = (np.searchsorted(numbers, cohort[kept]), after[kept])
    active, net = np.zeros((numbers.size, width)), np.zeros((numbers.size, width))
    active[place], net[place] = customers[kept], revenue[kept]
    size = active[:, :1]
    ended = numbers[:, None] + np.arange(width) <= last
    row, column = np.nonzero(ended)
    worth = np.cumsum(net, axis=1)
    return pa.table(
        {
            "cohort": pa.array([calendar.text(int(numbers[it])) for it in row], pa.string()),
            "period": pa.array(column, pa.int64()),
            "size": pa.array(size[row, 0], pa.float64()).cast(pa.int64()),
            "customers": pa.array(active[ended], pa.float64()).cast(pa.int64()),
            "retention": pa.array((active / np.maximum(size, 1))[ended], pa.float64()),
            "revenue": pa.array(net[ended], pa.float64()),
            "cumulative_revenue": pa.array(worth[ended], pa.float64()),
            "revenue_per_customer": pa.array((worth / np.maximum(size, 1))[ended], pa.float64()),
        }
    )


def first_column(cells: pa.Table) -> pa.Table:
    """Each cohort in its first period."""
    return cells.filter(pc.equal(cells["period"], 0)).select(["cohort", "size", "revenue"])


def means_of(cells: pa.Table) -> pa.Table:
    """Each period over the cohorts that have reached its end, larger cohorts counting for more."""
    sums = cells.group_by("period").aggregate(
        [("cohort", "count"), ("size", "sum"), ("customers", "sum"), ("cumulative_revenue", "sum")]
    )
    sums = sums.sort_by("period")
    size = pc.cast(sums["size_sum"], pa.float64())
    return pa.table(
        {
            "period": sums["period"],
            "cohorts": sums["cohort_count"],
            "size": sums["size_sum"],
            "retention": pc.divide(pc.cast(sums["customers_sum"], pa.float64()), size),
            "revenue_per_customer": pc.divide(sums["cumulative_revenue_sum"], size),
        }
    )
