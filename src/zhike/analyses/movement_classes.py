"""Which class each customer was in on two days, by thresholds that are the same on both."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.analyses.rfm_names import SEGMENTS
from zhike.analyses.rfm_scores import cells_of, means_of, named, rank_cuts, scored
from zhike.analyses.segmentation_kinds import QUANTILES, VALUES
from zhike.catalogue import (
    STAGES,
    customer_facts,
    prospects,
    purchase_history,
    refund_rows,
    stage_thresholds,
)
from zhike.catalogue.ladder import ladder, monetary_ladder
from zhike.catalogue.stages import stage_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

MONEY = "decimal(18, 4)"
NEW = "absent"
WORDS: dict[str, dict[str, LazyText]] = {
    "stage": STAGES,
    "rfm": SEGMENTS,
    "value": {name: word for name, word in VALUES.items() if name != "prospects"},
}
"""The classes of each way, best or first in order."""
NOT_YET = lazy("Not there yet")


def both_days(shop: Shop, day: date, by: str, since: date, until: date) -> ir.Table:
    """Every customer who was there on the second day, with the classes of both days.

    Returns:
        One row a customer: `customer_id`, `before` (`absent` where not there yet), `after`,
        `monetary` (net revenue by the second day).
    """
    first, second = facts_at(shop, day, since), facts_at(shop, day, until)
    if by == "stage":
        before, after = _staged(shop, day, first, since), _staged(shop, day, second, until)
    elif by == "value":
        floors = _value_floors(second)
        before, after = _valued(first, floors), _valued(second, floors)
    else:
        steps = (
            monetary_ladder(shop, day)
            if until == day
            else shop.engine.materialise(ladder(second, "monetary"))
        )
        cuts = rank_cuts(second, steps)
        kept = scored(second, cuts)
        means = means_of(cells_of(kept))
        before = named(scored(first, cuts), means).rename({"class": "segment"})
        after = named(kept, means).rename({"class": "segment"})
    old = before.select(old_id="customer_id", before=before["class"])
    rows = after.left_join(old, after.customer_id == old.old_id)
    return shop.engine.materialise(
        rows.select(
            "customer_id",
            before=rows.before.fill_null(NEW),
            after=rows["class"],
            monetary=rows.monetary.cast("float64").fill_null(0.0),
        )
    )


def facts_at(shop: Shop, day: date, at: date) -> ir.Table:
    """The customer facts of an earlier day, from the purchases that stand today.

    An order given back in full in between is on neither day: who moves has done something, or
    has not done it for long enough.
    """
    if at == day:
        return customer_facts(shop, day)
    history = purchase_history(shop, day)
    past = history.filter(history.ordered_on < at)
    facts = past.group_by("customer_id").agg(
        first_on=past.ordered_on.min(),
        last_on=past.ordered_on.max(),
        frequency=past.count(),
        monetary=past.net_amount.sum(),
    )
    refunds = refund_rows(shop, day)
    if refunds is not None:
        net = refunds.filter(refunds.is_net, refunds.customer_id.notnull())
        net = net.filter(net.refunded_on < at)
        back = net.group_by(back_id="customer_id").agg(back=net.amount.sum())
        facts = facts.left_join(back, facts.customer_id == back.back_id)
        facts = facts.mutate(monetary=facts.monetary - facts.back.fill_null(0))
        facts = facts.drop("back_id", "back")
    return shop.engine.materialise(
        facts.mutate(
            monetary=facts.monetary.cast(MONEY),
            recency_days=ibis.literal(at).delta(facts.last_on, unit="day"),
        )
    )


def _staged(shop: Shop, day: date, facts: ir.Table, at: date) -> ir.Table:
    thresholds = stage_thresholds(shop, day)
    bought = facts.select(
        "customer_id",
        "monetary",
        **{"class": stage_of(facts.frequency, facts.recency_days, thresholds)},
    )
    known = prospects(shop, day)
    waiting = known.filter(known.known_on < at, known.first_on.isnull() | (known.first_on >= at))
    waiting = waiting.select(
        "customer_id",
        monetary=ibis.null(MONEY),
        **{"class": ibis.literal("potential")},
    )
    return bought.union(waiting)


def _value_floors(facts: ir.Table) -> dict[str, float]:
    money = facts.monetary.cast("float64")
    cuts = facts.agg(**{name: money.quantile(share) for name, share in QUANTILES.items()})
    found = cuts.to_pyarrow().to_pylist()[0]
    return {name: cut for name, cut in found.items() if cut is not None}


def _valued(facts: ir.Table, floors: dict[str, float]) -> ir.Table:
    money = facts.monetary.cast("float64")
    reached = [(money >= floor, name) for name, floor in floors.items()]
    value = ibis.cases(*reached, else_="low") if reached else ibis.literal("low")
    return facts.select("customer_id", "monetary", **{"class": value})


def moves_of(members: ir.Table, by: str) -> pa.Table:
    """Customers and money of every pair of classes, in the order of the classes."""
    rows = members.group_by("before", "after").agg(
        customers=members.count(), revenue=members.monetary.sum()
    )
    places = {name: place for place, name in enumerate([NEW, *WORDS[by]])}
    found = rows.to_pyarrow()
    order = sorted(
        range(found.num_rows),
        key=lambda it: (places[found["before"][it].as_py()], places[found["after"][it].as_py()]),
    )
    return found.take(pa.array(order, pa.int64()))
