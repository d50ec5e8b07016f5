"""Where a customer stands: the thresholds of the lifecycle, taken from the shop's own data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import ibis
import ibis.expr.types as ir
import numpy as np

from zhike.catalogue.facts import customer_facts, purchase_history
from zhike.catalogue.purchases import as_of_day, judged_orders, utc_offset
from zhike.catalogue.refunds import refund_rows
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop
from zhike.stats import kaplan_meier, quantile_of_counts

RETURN_SHARE = 0.9
LOYAL_QUANTILE = 0.75
LEAST_LOYAL = 3
LEAST_WATCHED = 30
WATCHED_SHARE = 0.05
"""The return curve is read where at least 30 silences are still watched, or 5 % of them where
that is fewer; its end, resting on a handful, jumps."""

UNDATED = date(1970, 1, 1)
"""Customers without a registration day: when they became known, nobody says."""

STAGES: dict[str, LazyText] = {
    "potential": lazy("Potential"),
    "first": lazy("First purchase"),
    "repeat": lazy("Repeat"),
    "loyal": lazy("Loyal"),
    "lost": lazy("Lost"),
}
"""The five stages, in order."""


@dataclass(frozen=True, kw_only=True)
class StageThresholds:
    """When a customer counts as lost, and when as loyal.

    Attributes:
        lost_after_days: Silent for more days than this is lost; None where nobody ever came back,
            so that there is nothing to estimate from and nobody is called lost.
        loyal_after: Purchases that make a customer loyal.
        returns: Silences that ended in a purchase, in which `lost_after_days` rests.
        lost_estimated: Whether it was estimated rather than given.
        loyal_estimated: Likewise for `loyal_after`.
    """

    lost_after_days: int | None
    loyal_after: int
    returns: int
    lost_estimated: bool = True
    loyal_estimated: bool = True


def stage_thresholds(
    shop: Shop,
    as_of: date | None = None,
    *,
    lost_after_days: int | None = None,
    loyal_after: int | None = None,
) -> StageThresholds:
    """The thresholds given, and those estimated from the data where none is given.

    *Lost* is silent longer than the day by which 90 % of those who ever come back have come
    back: Kaplan-Meier over the silences between purchase days, those still going on censored.
    *Loyal* is the upper quartile of purchases among repeat customers, at least three.
    """
    day = as_of_day(shop, as_of)
    estimated = shop.remember(("stage_thresholds", day), lambda: _estimated(shop, day))
    return StageThresholds(
        lost_after_days=lost_after_days or estimated.lost_after_days,
        loyal_after=loyal_after or estimated.loyal_after,
        returns=estimated.returns,
        lost_estimated=lost_after_days is None,
        loyal_estimated=loyal_after is None,
    )


def stage_of(
    nth: ir.IntegerValue, silent_days: ir.IntegerValue, thresholds: StageThresholds
) -> ir.StringValue:
    """The stage of a customer with so many purchases, silent for so long."""
    bought = bought_stage(nth, thresholds)
    if thresholds.lost_after_days is None:
        return bought
    return (silent_days > thresholds.lost_after_days).ifelse("lost", bought)


def bought_stage(nth: ir.IntegerValue, thresholds: StageThresholds) -> ir.StringValue:
    """The stage that so many purchases make, while not lost."""
    return ibis.cases((nth == 1, "first"), (nth < thresholds.loyal_after, "repeat"), else_="loyal")


def prospects(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Customers who were known for some time without having bought.

    Known from the customer table, or from an order that is no purchase (never paid, closed,
    given back in full). Who bought and has no earlier sign is known from the first purchase on,
    and was never waiting.

    Returns:
        One row a customer: `customer_id`, `known_on` (the first sign of them; `UNDATED` where
        the source does not say) and `first_on`, null for those who have not bought by the day.
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("prospects", day), lambda: _prospects(shop, day))


def _estimated(shop: Shop, day: date) -> StageThresholds:
    history = purchase_history(shop, day)
    spells = history.filter(history.next_on.isnull() | (history.next_on > history.ordered_on))
    last_day = ibis.literal(day - timedelta(days=1))
    counts = (
        spells.group_by(
            silence=ibis.coalesce(spells.next_on, last_day).delta(spells.ordered_on, unit="day"),
            came_back=spells.next_on.notnull().ifelse(1, 0),
        )
        .agg(spells=spells.count())
        .to_pyarrow()
    )
    silence, came_back, number = (np.asarray(column).astype(np.int64) for column in counts.columns)
    curve = kaplan_meier(silence, number * came_back, number * (1 - came_back))
    facts = customer_facts(shop, day)
    repeaters = facts.filter(facts.frequency > 1).group_by("frequency").agg(n=ibis._.count())
    frequency, customers = (
        np.asarray(column).astype(np.int64) for column in repeaters.to_pyarrow().columns
    )
    quartile = quantile_of_counts(frequency, customers, LOYAL_QUANTILE)
    return StageThresholds(
        lost_after_days=curve.time_by_which(
            RETURN_SHARE, least=min(LEAST_WATCHED, ceil(WATCHED_SHARE * int(number.sum())))
        ),
        loyal_after=max(quartile or 0, LEAST_LOYAL),
        returns=int((number * came_back).sum()),
    )


def _prospects(shop: Shop, day: date) -> ir.Table:
    facts = customer_facts(shop, day).select(buyer_id="customer_id", first_on="first_on")
    known = _known(shop, day)
    joined = known.left_join(facts, known.customer_id == facts.buyer_id)
    waited = (joined.known_on > UNDATED) & (joined.known_on < joined.first_on)
    before = joined.filter(joined.first_on.isnull() | waited)
    return shop.engine.materialise(before.select("customer_id", "known_on", "first_on"))


def _known(shop: Shop, day: date) -> ir.Table:
    """One row a customer of the customer table or with an order that came to nothing."""
    tried = _tried(shop, day)
    if "customers" not in shop:
        return tried
    tried = tried.select(tried_id="customer_id", tried_on="known_on")
    customers = _registered(shop, day)
    both = customers.left_join(tried, customers.customer_id == tried.tried_id)
    dated = ibis.least(both.registered_on.nullif(ibis.literal(UNDATED)), both.tried_on)
    listed = both.select("customer_id", known_on=ibis.coalesce(dated, both.registered_on))
    unlisted = tried.anti_join(customers, tried.tried_id == customers.customer_id)
    unlisted = unlisted.select(customer_id="tried_id", known_on="tried_on")
    return listed.filter(listed.known_on.notnull()).union(unlisted)


def _tried(shop: Shop, day: date) -> ir.Table:
    """Customers with an order that is no purchase, and the first such day."""
    judged = judged_orders(shop, day)
    void = judged.filter(judged.is_void & judged.customer_id.notnull())
    tried = void.select("customer_id", known_on="ordered_on")
    refunds = refund_rows(shop, day)
    if refunds is not None:
        back = refunds.filter(refunds.order_refunded & refunds.customer_id.notnull())
        tried = tried.union(back.select("customer_id", known_on="refunded_on"))
    return tried.group_by("customer_id").agg(known_on=tried.known_on.min())


def _registered(shop: Shop, day: date) -> ir.Table:
    """The customer table with the business day of registration; null when not before the day."""
    customers = shop["customers"]
    ahead = ibis.interval(seconds=int(utc_offset(day, shop.timezone).total_seconds()))
    registered_on = (customers.registered_at + ahead).date().fill_null(ibis.literal(UNDATED))
    return customers.select(
        "customer_id", registered_on=(registered_on < day).ifelse(registered_on, None)
    )
