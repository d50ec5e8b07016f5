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
from zhike.catalogue.own_metrics import amounts_of, declared_in, own_values
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
    """Every metric for each period: those of the catalogue, then the company's own.

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
    own = declared_in(shop).metrics
    further = [name for name in amounts_of(own) if name not in formulas]
    found = _rounded(table.select("name", *further, **formulas).to_pyarrow())
    if not own:
        return found
    known = {row["name"]: row for row in found.to_pylist()}
    values = own_values(shop, own, periods, day, known)
    for metric in own:
        column = [values[name][metric.name] for name in found["name"].to_pylist()]
        found = found.append_column(metric.name, pa.array(column, pa.float64()))
    return found.drop_columns(further)


def _rounded(rows: pa.Table) -> pa.Table:
    """Amounts without the dust of binary fractions: money has four decimals."""
    for metric in METRICS:
        if metric.format == "amount":
            amounts = pc.round(rows[metric.name], ndigits=8)
            rows = rows.set_column(rows.column_names.index(metric.name), metric.name, amounts)
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
    before = item.previous()
    history = purchase_history(shop, day)
    far_back = history.ordered_on >= (before or item).from_on
    last = history.next_on.isnull() | (history.next_on >= end)
    active = last
    if lost_after_days is not None:
        active = last & (history.ordered_on >= end - timedelta(days=lost_after_days))
    ever = history.filter(history.ordered_on < end).agg(
        total_customers=_count(history.nth == 1), active_customers=_count(active)
    )
    recent = history.filter(history.ordered_on < end, far_back)
    return ever.cross_join(_within(recent, item, before, end))


def _within(recent: ir.Table, item: Period, before: Period | None, end: date) -> ir.Table:
    inside = recent.ordered_on >= item.from_on
    first_inside = inside & (recent.previous_on.isnull() | (recent.previous_on < item.from_on))
    last = recent.next_on.isnull() | (recent.next_on >= end)
    counted = {
        "customers": first_inside,
        "new_customers": inside & (recent.nth == 1),
        "repeat_customers": inside & last & (recent.nth > 1),
        "retained_customers": recent.nth < 1,
        "previous_customers": recent.nth < 1,
    }
    if before is not None:
        last_before = recent.next_on.isnull() | (recent.next_on >= item.from_on)
        counted["retained_customers"] = first_inside & (recent.previous_on >= before.from_on)
        counted["previous_customers"] = ~inside & last_before
    return recent.agg(**{name: _count(mark) for name, mark in counted.items()})


def _count(mark: ir.BooleanColumn) -> ir.FloatingScalar:
    return mark.ifelse(1, 0).sum().cast("float64").fill_null(0)
