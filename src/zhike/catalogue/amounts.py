"""What happened in a period: the amounts and counts that metrics are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike.catalogue.facts import daily_amounts, purchase_history
from zhike.catalogue.metrics import METRICS
from zhike.catalogue.periods import Period
from zhike.catalogue.purchases import as_of_day
from zhike.schema import Shop


def metrics_of(
    shop: Shop,
    periods: Mapping[str, Period],
    as_of: date | None = None,
    *,
    lost_after_days: int | None = None,
) -> pa.Table:
    """Every metric of the catalogue for each period.

    Args:
        shop: Where to look.
        periods: Name of the row to its period.
        as_of: Day to look back from; of a period that reaches beyond it only the days before count.
        lost_after_days: Silent for longer is lost, for `active_customers`; None: nobody is.

    Returns:
        One row a period: `name`, and a column a metric.
    """
    day = as_of_day(shop, as_of)
    rows = [
        _amounts(shop, day, item, lost_after_days).mutate(name=ibis.literal(name))
        for name, item in periods.items()
    ]
    table = rows[0] if len(rows) == 1 else ibis.union(*rows)
    formulas = {metric.name: metric.formula.cast("float64") for metric in METRICS}
    return _rounded(table.select("name", **formulas).to_pyarrow())


def _rounded(rows: pa.Table) -> pa.Table:
    """Amounts without the dust of binary fractions: money has four decimals."""
    for place, metric in enumerate(METRICS, start=1):
        if metric.format == "amount":
            amounts = pc.round(rows[metric.name], ndigits=8)
            rows = rows.set_column(place, metric.name, amounts)
    return rows


def _amounts(shop: Shop, day: date, item: Period, lost_after_days: int | None) -> ir.Table:
    """One row: money from the days, customers from the purchase history."""
    daily = daily_amounts(shop, day)
    inside = daily.filter(daily.day >= item.from_on, daily.day < item.to_on)
    money = inside.agg(
        **{
            name: inside[name].sum().cast("float64").fill_null(0)
            for name in daily.columns
            if name != "day"
        }
    )
    return money.cross_join(_customers(shop, day, item, lost_after_days))


def _customers(shop: Shop, day: date, item: Period, lost_after_days: int | None) -> ir.Table:
    """Customer counts of a period, by the neighbours of each purchase.

    The first purchase in the period has its neighbour before it; the last purchase before its
    end has its neighbour beyond. Each customer has at most one of either.
    """
    end = min(item.to_on, day)
    history = purchase_history(shop, day)
    bought = history.filter(history.ordered_on < end)
    inside = bought.ordered_on >= item.from_on
    first_inside = inside & (bought.previous_on.isnull() | (bought.previous_on < item.from_on))
    last = bought.next_on.isnull() | (bought.next_on >= end)
    counted = {
        "customers": first_inside,
        "new_customers": inside & (bought.nth == 1),
        "repeat_customers": inside & last & (bought.nth > 1),
        "total_customers": last,
        "active_customers": last,
    }
    if lost_after_days is not None:
        silent_since = end - timedelta(days=lost_after_days)
        counted["active_customers"] = last & (bought.ordered_on >= silent_since)
    before = item.previous()
    if before is None:
        nobody = bought.nth < 1
        counted |= {"retained_customers": nobody, "previous_customers": nobody}
    else:
        came_from = bought.previous_on >= before.from_on
        last_before = bought.next_on.isnull() | (bought.next_on >= item.from_on)
        in_previous = (bought.ordered_on >= before.from_on) & ~inside
        counted |= {
            "retained_customers": first_inside & came_from,
            "previous_customers": in_previous & last_before,
        }
    return bought.agg(
        **{
            name: mark.ifelse(1, 0).sum().cast("float64").fill_null(0)
            for name, mark in counted.items()
        }
    )
