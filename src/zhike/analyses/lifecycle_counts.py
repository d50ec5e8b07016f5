"""Lifecycle counts without a row a customer and month: each purchase opens and closes an interval.

A purchase puts its customer into a stage until the next purchase, or until the silence has
lasted too long; then the customer is lost until the next purchase. So every purchase is at most
two intervals, and a month's count is the intervals opened by its end less those closed.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.catalogue import (
    STAGES,
    Calendar,
    StageThresholds,
    customer_facts,
    prospects,
    purchase_history,
)
from zhike.catalogue.stages import bought_stage, stage_of
from zhike.schema import Shop

MONTHS = Calendar("month")
CUSTOMER = ("customer_id", "stage", "first_on", "last_on", "recency_days", "frequency", "monetary")
NEVER = 10**6
"""A month number beyond all others: the interval is still open."""


def monthly_counts(shop: Shop, day: date, thresholds: StageThresholds) -> pa.Table:
    """Customers in each stage at the end of each complete month before the day.

    Returns:
        One row a month from the first purchase on: `month`, and a column a stage.
    """
    history = purchase_history(shop, day)
    known = prospects(shop, day)
    # By day first: few days are counted in months and stages, instead of all purchases.
    days = history.group_by(
        nth=ibis.least(history.nth, thresholds.loyal_after),
        day="ordered_on",
        closed=MONTHS.number_of(history.next_on).fill_null(NEVER),
    ).agg(customers=history.count())
    bought = days.group_by(
        stage=bought_stage(days.nth, thresholds),
        opened=MONTHS.number_of(days.day),
        lost=MONTHS.number_of(days.day + ibis.interval(days=thresholds.lost_after_days))
        if thresholds.lost_after_days is not None
        else ibis.literal(NEVER, "int64"),
        closed="closed",
    ).agg(customers=days.customers.sum().cast("int64"))
    waiting = known.group_by(
        stage=ibis.literal("potential"),
        opened=MONTHS.number_of(known.known_on),
        lost=ibis.literal(NEVER, "int64"),
        closed=MONTHS.number_of(known.first_on).fill_null(NEVER),
    ).agg(customers=known.count())
    rows = bought.union(waiting).to_pyarrow()
    return _counted(rows, last=MONTHS.number(day) - 1)


def _counted(rows: pa.Table, last: int) -> pa.Table:
    stage = np.asarray(rows["stage"].to_pylist(), dtype=object)
    opened, lost, closed, customers = (
        np.asarray(rows[name]).astype(np.int64)
        for name in ("opened", "lost", "closed", "customers")
    )
    first = int(opened[stage != "potential"].min(initial=last + 1))
    months = max(last - first + 1, 0)
    left = np.minimum(lost, closed)  # out of the stage: silent for too long, or bought again

    def count(
        starts: NDArray[np.int64], ends: NDArray[np.int64], of: NDArray[np.bool_]
    ) -> pa.Array:
        change = np.zeros(months + 1, dtype=np.int64)
        for at, sign in ((starts, 1), (ends, -1)):
            place = np.clip(at[of] - first, 0, months)
            np.add.at(change, place, sign * customers[of])
        return pa.array(np.cumsum(change)[:months])

    counts = {name: count(opened, left, stage == name) for name in STAGES if name != "lost"}
    counts["lost"] = count(left, closed, (stage != "potential") & (lost < closed))
    return pa.table(
        {"month": [MONTHS.text(number) for number in range(first, first + months)], **counts}
    )


def stages_at(
    shop: Shop, day: date, since: date, until: date, thresholds: StageThresholds
) -> ir.Table:
    """Customers by their stage on two days; `new` was not known on the first.

    Returns:
        Lazy, one row a pair of stages: `before`, `after`, `customers`.
    """
    history = purchase_history(shop, day)
    known = prospects(shop, day)

    def last_before(at: date) -> ir.BooleanValue:
        return (history.ordered_on < at) & (history.next_on.isnull() | (history.next_on >= at))

    def stage(rows: ir.Table, at: date) -> ir.StringValue:
        silent = ibis.literal(at).delta(rows.ordered_on, unit="day")
        return stage_of(rows.nth, silent, thresholds)

    same = history.filter(last_before(since), last_before(until))
    same = same.group_by(
        nth=ibis.least(same.nth, thresholds.loyal_after), ordered_on="ordered_on"
    ).agg(customers=same.count())
    same = same.select("customers", before=stage(same, since), after=stage(same, until))
    old = history.filter(last_before(since), ~last_before(until))
    old = old.select(customer_id="customer_id", before=stage(old, since))
    new = history.filter(last_before(until), ~last_before(since))
    new = new.select(buyer_id="customer_id", after=stage(new, until))
    waited = known.filter(known.known_on < since, known.first_on >= since)
    old = old.union(waited.select(customer_id="customer_id", before=ibis.literal("potential")))
    moved = new.left_join(old, new.buyer_id == old.customer_id)
    moved = moved.select(
        customers=ibis.literal(1, "int64"), before=moved.before.fill_null("new"), after="after"
    )
    waiting = known.filter(
        known.known_on < until, known.first_on.isnull() | (known.first_on >= until)
    )
    waiting = waiting.group_by(was_known=waiting.known_on < since).agg(customers=waiting.count())
    waiting = waiting.select(
        "customers",
        before=waiting.was_known.ifelse("potential", "new"),
        after=ibis.literal("potential"),
    )
    pairs = ibis.union(same, moved, waiting)
    return pairs.group_by("before", "after").agg(customers=pairs.customers.sum().cast("int64"))


def members_at(shop: Shop, day: date, thresholds: StageThresholds) -> ir.Table:
    """Lazy, one row a known customer: the stage and the customer facts."""
    facts = customer_facts(shop, day)
    bought = facts.mutate(stage=stage_of(facts.frequency, facts.recency_days, thresholds))
    known = prospects(shop, day)
    waiting = known.filter(known.first_on.isnull())
    nulls = {
        name: ibis.null(kind)
        for name, kind in facts.schema().items()
        if name not in ("customer_id", "first_on")
    }
    waiting = waiting.select("customer_id", "first_on", stage=ibis.literal("potential"), **nulls)
    return bought.select(*CUSTOMER).union(waiting.select(*CUSTOMER))
