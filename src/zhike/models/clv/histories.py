"""Buying histories of a shop's customers, computed in the engine and handed over compressed."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np

from zhike.catalogue import as_of_day, customer_facts, purchase_history
from zhike.models.clv.gamma_gamma import Spends
from zhike.models.clv.rows import Rows
from zhike.schema import Shop


def histories(shop: Shop, as_of: date | None = None) -> ir.Table:
    """How each customer with a purchase before the day has bought, computed once a run.

    Purchases of one business day are one occasion.

    Returns:
        One row a customer: `customer_id`, `x` (occasions after the first), `t_x` (days from the
        first to the last), `T` (days from the first to the last day observed), `first_on` and
        `monetary` (net revenue).
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("histories", day), lambda: _histories(shop, day))


def _histories(shop: Shop, day: date) -> ir.Table:
    history, facts = purchase_history(shop, day), customer_facts(shop, day)
    own = history.filter(history.previous_on.notnull() & (history.previous_on < history.ordered_on))
    again = own.group_by(repeater_id="customer_id").agg(x=own.count())
    joined = facts.left_join(again, facts.customer_id == again.repeater_id)
    observed = ibis.literal(day - timedelta(days=1))
    return shop.engine.materialise(
        joined.select(
            "customer_id",
            "first_on",
            x=joined.x.fill_null(0).cast("int64"),
            t_x=joined.last_on.delta(joined.first_on, unit="day").cast("int64"),
            T=observed.delta(joined.first_on, unit="day").cast("int64"),
            monetary=joined.monetary.cast("float64"),
        )
    )


def rows_of(customers: ir.Table) -> Rows:
    """The distinct histories among these customers."""
    found = customers.group_by("x", "t_x", "T").agg(n=customers.count()).to_pyarrow()
    return Rows.of(*(found[name].to_numpy() for name in ("x", "t_x", "T", "n")))


def spends_of(customers: ir.Table) -> Spends:
    """What customers spent an occasion; those whose refunds ate it all up are left out."""
    spent = customers.filter(customers.monetary > 0)
    found = spent.select(count=spent.x + 1, mean=spent.monetary / (spent.x + 1)).to_pyarrow()
    count, mean = found["count"].to_numpy().astype(np.int64), found["mean"].to_numpy()
    order = np.lexsort((mean, count))  # sums must not depend on how an engine orders its rows
    return Spends(count[order], mean[order])


def with_future(shop: Shop, day: date, until: date) -> ir.Table:
    """Histories before a day, and what then came until another: for looking back at a forecast.

    Returns:
        Lazy, one row a customer known on `day`: the columns of `histories`, and `y`, the
        occasions in `[day, until)`.
    """
    known, later = histories(shop, day), purchase_history(shop, until)
    fresh = later.previous_on.isnull() | (later.previous_on < later.ordered_on)
    came = later.filter((later.ordered_on >= day) & fresh)
    came = came.group_by(buyer_id="customer_id").agg(y=came.count())
    joined = known.left_join(came, known.customer_id == came.buyer_id)
    return joined.mutate(y=joined.y.fill_null(0).cast("int64")).drop("buyer_id")
