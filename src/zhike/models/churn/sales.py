"""Sales with the day from which each no longer counted, so that any earlier day can be seen."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from zhike.catalogue import as_of_day
from zhike.catalogue.purchases import (
    FULFILLED,
    FULL_REFUND_TOLERANCE,
    NET_KINDS,
    net_amount,
    utc_offset,
)
from zhike.schema import Shop


def dated_sales(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Orders of known customers before the day that were a purchase at some time before it.

    On any day `d` up to it, the purchases known were those with `ordered_on < d` and
    `undone_on` null or on `d` or later. So a set of earlier days needs one scan, and none of
    them sees what was given back or cancelled after it.

    Returns:
        One row an order: `sale_id`, `customer_id`, `ordered_on`, `undone_on` (null: it counts),
        `amount` (goods less discounts), `channel`, `is_discounted`.
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("dated_sales", day), lambda: shop.engine.materialise(_sales(shop, day)))


def _sales(shop: Shop, day: date) -> ir.Table:
    orders = shop["orders"]
    fulfilled = orders.status.isin(FULFILLED)
    was_paid = (orders.status == "closed") & orders.paid_at.notnull() & orders.closed_at.notnull()
    rows = orders.filter(
        (fulfilled | was_paid).fill_null(False),
        orders.ordered_on < day,
        orders.customer_id.notnull(),
        orders.gross_amount > 0,
        ~orders.is_test,
        ~orders.is_brushing,
    )
    ahead = ibis.interval(seconds=int(utc_offset(day, shop.timezone).total_seconds()))
    closed_on = (rows.status == "closed").ifelse((rows.closed_at + ahead).date(), None)
    kept = rows.select(
        "customer_id",
        "ordered_on",
        "channel",
        sale_id="order_id",
        closed_on=closed_on,
        amount=net_amount(rows).cast("float64"),
        is_discounted=(rows.discount_amount > 0).fill_null(False),
    )
    undone = _undone(shop, day)
    if undone is None:
        return kept.rename(undone_on="closed_on")
    both = kept.left_join(undone, kept.sale_id == undone.refunded_id)
    whole = (both.amount > 0) & (both.given_back >= both.amount - FULL_REFUND_TOLERANCE)
    # What has no date is taken to have come back at once.
    given_on = whole.ifelse(ibis.coalesce(both.given_on, both.ordered_on), None)
    first = ibis.least(
        ibis.coalesce(both.closed_on, given_on), ibis.coalesce(given_on, both.closed_on)
    )
    return both.select(
        "customer_id", "ordered_on", "channel", "sale_id", "amount", "is_discounted",
        undone_on=first,
    )  # fmt: skip


def _undone(shop: Shop, day: date) -> ir.Table | None:
    if "refunds" not in shop:
        return None
    refunds = shop["refunds"]
    before = refunds.filter(
        refunds.order_id.notnull(),
        refunds.kind.isin(NET_KINDS),
        refunds.refunded_on.isnull() | (refunds.refunded_on < day),
    )
    return before.group_by(refunded_id="order_id").agg(
        given_back=before.amount.cast("float64").sum(), given_on=before.refunded_on.max()
    )


def known_on(sales: ir.Table, day: ir.DateValue) -> ir.BooleanValue:
    """Whether a sale was a purchase as of a day."""
    return (sales.ordered_on < day) & (sales.undone_on.isnull() | (sales.undone_on >= day))


def days_before(day: ir.DateValue, days: int) -> ir.DateValue:
    """A day so many days before another."""
    return day - ibis.interval(days=days)


def earlier_days(as_of: date, horizon_days: int, first: date, most: int) -> list[date]:
    """Days to learn from, the latest first: what came within the horizon of each is known.

    Half a horizon apart, so that something that happened once is seen soon after it. Each has
    at least a horizon of sales before it.

    Examples:
        >>> [day.isoformat() for day in earlier_days(date(2025, 7, 1), 60, date(2025, 1, 1), 9)]
        ['2025-05-02', '2025-04-02', '2025-03-03']
    """
    step = max(horizon_days // 2, 1)
    days = [as_of - timedelta(days=horizon_days + nth * step) for nth in range(most)]
    return [day for day in days if (day - first).days >= horizon_days]
