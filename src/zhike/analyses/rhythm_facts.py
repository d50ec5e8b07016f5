"""When each customer bought, and how evenly: the figures behind the rhythm of purchases."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from zhike.catalogue import as_of_day, purchase_history
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

REGULAR, UNEVEN = 0.5, 1.0
"""Spread of a customer's gaps by their mean: of purchases by pure chance it is 1 on average."""
LEAST_GAPS = 2
DUE, OVERDUE = 1.0, 2.0
"""Silence by the customer's own mean gap."""

REGULARITY: dict[str, LazyText] = {
    "regular": lazy("Regular: like clockwork"),
    "loose": lazy("Loose: a rhythm with play"),
    "irregular": lazy("Irregular: in bursts"),
    "unknown": lazy("Too few purchases to tell"),
}

PACE: dict[str, LazyText] = {
    "once": lazy("Bought on one day only"),
    "on_time": lazy("Within their own gap"),
    "due": lazy("Due: past their own gap"),
    "overdue": lazy("Overdue: past twice their own gap"),
    "lost": lazy("Silent for longer than those who return"),
}


def rhythms(shop: Shop, as_of: date | None, lost_after_days: int | None) -> ir.Table:
    """The purchase days of each customer, computed once a run.

    Purchases of one day count as one visit to the shop: a second parcel is no rhythm.

    Returns:
        One row a customer: `customer_id`, `first_on`, `second_on`, `third_on` (distinct purchase
        days, null where there is none), `last_on`, `purchase_days`, `purchases`, `bought` (money
        before refunds), `mean_gap_days`, `gap_spread` (standard deviation of the gaps by their
        mean), `silent_days`, `due_in_days` (mean gap less the silence, negative when past it),
        `regularity` and `pace`.
    """
    day = as_of_day(shop, as_of)
    facts = shop.remember(
        ("purchase_days", day), lambda: shop.engine.materialise(_purchase_days(shop, day))
    )
    return _paced(facts, day, lost_after_days)


def waits(facts: ir.Table, as_of: date) -> ir.Table:
    """How long customers waited for the second, and for the third purchase day.

    Returns:
        Lazy, one row a step, length and outcome: `step` (2 or 3), `days`, `came` (1 or 0: still
        waiting on the last day), `customers`.
    """
    last_day = ibis.literal(as_of - timedelta(days=1))
    second = _waited(facts, 2, facts.first_on, facts.second_on, last_day)
    again = facts.filter(facts.second_on.notnull())
    return second.union(_waited(again, 3, again.second_on, again.third_on, last_day))


def gap_counts(shop: Shop, as_of: date) -> ir.Table:
    """How often each gap between two purchase days of a customer occurs: `days`, `gaps`."""
    history = purchase_history(shop, as_of)
    later = history.filter(history.ordered_on > history.previous_on)
    return later.group_by(days=later.ordered_on.delta(later.previous_on, unit="day")).agg(
        gaps=later.count()
    )


def _waited(
    facts: ir.Table, step: int, begun: ir.DateValue, ended: ir.DateValue, last_day: ir.DateValue
) -> ir.Table:
    lengths = facts.select(
        days=ibis.coalesce(ended, last_day).delta(begun, unit="day").cast("int64"),
        came=ended.notnull().ifelse(1, 0).cast("int64"),
    )
    counts = lengths.group_by("days", "came").agg(customers=lengths.count())
    return counts.select("days", "came", "customers", step=ibis.literal(step, "int64"))


def _purchase_days(shop: Shop, day: date) -> ir.Table:
    history = purchase_history(shop, day)
    rows = history.mutate(
        is_new_day=history.previous_on.isnull() | (history.previous_on < history.ordered_on),
        gap_days=history.ordered_on.delta(history.previous_on, unit="day").cast("float64"),
    )
    second = rows.ordered_on > rows.first_on
    facts = rows.group_by("customer_id").agg(
        first_on=rows.ordered_on.min(),
        second_on=rows.ordered_on.min(where=second),
        third_on=rows.ordered_on.min(
            where=rows.is_new_day & second & (rows.previous_on > rows.first_on)
        ),
        last_on=rows.ordered_on.max(),
        purchase_days=rows.is_new_day.ifelse(1, 0).sum().cast("int64"),
        purchases=rows.count(),
        bought=rows.net_amount.sum().cast("float64"),
        squares=(rows.gap_days * rows.gap_days).sum().fill_null(0.0),
    )
    gaps = (facts.purchase_days - 1).cast("float64")
    span = facts.last_on.delta(facts.first_on, unit="day").cast("float64")
    facts = facts.mutate(gaps=gaps, mean_gap_days=(gaps > 0).ifelse(span / gaps.nullif(0), None))
    varied = facts.squares - facts.gaps * facts.mean_gap_days * facts.mean_gap_days
    variance = ibis.greatest(varied, 0.0) / (facts.gaps - 1).nullif(0)
    spread = (facts.gaps >= LEAST_GAPS).ifelse(variance.sqrt() / facts.mean_gap_days, None)
    return facts.mutate(gap_spread=spread).drop("squares", "gaps")


def _paced(facts: ir.Table, day: date, lost_after_days: int | None) -> ir.Table:
    silent = ibis.literal(day).delta(facts.last_on, unit="day").cast("int64")
    facts = facts.mutate(silent_days=silent)
    ratio = facts.silent_days.cast("float64") / facts.mean_gap_days
    is_lost = ibis.literal(False) if lost_after_days is None else silent > lost_after_days
    regularity = ibis.cases(
        (facts.gap_spread.isnull(), "unknown"),
        (facts.gap_spread < REGULAR, "regular"),
        (facts.gap_spread < UNEVEN, "loose"),
        else_="irregular",
    )
    pace = ibis.cases(
        (is_lost, "lost"),
        (facts.purchase_days == 1, "once"),
        (ratio <= DUE, "on_time"),
        (ratio <= OVERDUE, "due"),
        else_="overdue",
    )
    due = facts.mean_gap_days - facts.silent_days.cast("float64")
    return facts.mutate(due_in_days=due, regularity=regularity, pace=pace)
