"""What happened in a period: the amounts and counts that metrics are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike.catalogue.facts import daily_rows, purchase_history
from zhike.catalogue.formulas import value_of
from zhike.catalogue.metrics import METRIC, METRICS
from zhike.catalogue.own_metrics import declared_in, own_values
from zhike.catalogue.periods import Period
from zhike.catalogue.purchases import as_of_day
from zhike.schema import Shop

Values = dict[str, float | None]
DUST = 8
"""Decimals of an amount that mean something: beyond them binary fractions differ."""


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
    people = _customers(shop, periods, day, lost_after_days)
    known = {
        name: _with_metrics({**_money(shop, day, item), **people[name]})
        for name, item in periods.items()
    }
    own = declared_in(shop).metrics
    if own:
        for name, values in own_values(shop, own, periods, day, known).items():
            known[name] |= values
    columns = {
        metric.name: pa.array([known[name][metric.name] for name in periods], pa.float64())
        for metric in (*METRICS, *own)
    }
    return pa.table({"name": pa.array(list(periods), pa.string()), **columns})


def _with_metrics(amounts: Mapping[str, float]) -> Values:
    """The amounts of a period and every metric of the catalogue, by name."""
    known: Values = dict(amounts)

    def named(name: str) -> float | None:
        if name not in known:
            known[name] = value_of(METRIC[name].parsed, named, {})
        return known[name]

    for metric in METRICS:
        value = named(metric.name)
        if metric.format == "amount" and value is not None:
            known[metric.name] = round(value, DUST)
    return known


def _money(shop: Shop, day: date, item: Period) -> dict[str, float]:
    """The money and the orders of a period, summed over its days without rounding."""
    days = daily_rows(shop, day)
    inside = days.filter(
        pc.and_(
            pc.greater_equal(days["day"], pa.scalar(item.from_on)),
            pc.less(days["day"], pa.scalar(item.to_on)),
        )
    )
    names = (name for name in inside.column_names if name != "day")
    return {name: float(pc.sum(inside[name]).as_py() or 0) for name in names}


def _customers(
    shop: Shop, periods: Mapping[str, Period], day: date, lost_after_days: int | None
) -> dict[str, dict[str, float]]:
    """Customer counts of each period by the neighbours of each purchase, all in one scan.

    The first purchase in the period has its neighbour before it; the last purchase before its
    end has its neighbour beyond. Each customer has at most one of either.
    """
    history = purchase_history(shop, day)
    marks = {
        (place, name): mark
        for place, item in enumerate(periods.values())
        for name, mark in _marked(history, item, day, lost_after_days).items()
    }
    asked = {
        f"{name}_{place}": mark.ifelse(1, 0).sum().cast("int64")
        for (place, name), mark in marks.items()
    }
    counts = history.agg(**asked).to_pyarrow().to_pylist()[0]
    found: dict[str, dict[str, float]] = {name: {} for name in periods}
    for place, period in enumerate(periods):
        for at, name in marks:
            if at == place:
                found[period][name] = float(counts[f"{name}_{place}"] or 0)
    return found


def _marked(
    history: ir.Table, item: Period, day: date, lost_after_days: int | None
) -> dict[str, ir.BooleanValue]:
    """The purchases that stand for a customer of each kind in a period."""
    end, before = min(item.to_on, day), item.previous()
    on, previous_on, next_on = history.ordered_on, history.previous_on, history.next_on
    past = on < end
    inside = past & (on >= item.from_on)
    first_inside = inside & (previous_on.isnull() | (previous_on < item.from_on))
    last = past & (next_on.isnull() | (next_on >= end))
    watched = end - timedelta(days=lost_after_days) if lost_after_days is not None else date.min
    marks = {
        "total_customers": past & (history.nth == 1),
        "active_customers": last & (on >= watched) if watched > date.min else last,
        "customers": first_inside,
        "new_customers": inside & (history.nth == 1),
        "repeat_customers": inside & last & (history.nth > 1),
        "retained_customers": history.nth < 1,
        "previous_customers": history.nth < 1,
    }
    if before is not None:
        last_before = next_on.isnull() | (next_on >= item.from_on)
        of_before = (on >= before.from_on) & (on < item.from_on)
        marks["retained_customers"] = first_inside & (previous_on >= before.from_on)
        marks["previous_customers"] = of_before & last_before
    return marks
