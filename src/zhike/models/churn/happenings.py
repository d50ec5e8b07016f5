"""What happened to customers before a day, that they may have left for."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from zhike.catalogue.availability import filled_columns
from zhike.catalogue.refunds import refund_rows
from zhike.models.churn.sales import days_before
from zhike.schema import Shop

NOW_DAYS = 30
YEAR_DAYS = 365
ALL_BUT_CLOSED = 0.1
"""Sales of a channel a day now, by those before: below this it has all but closed."""
LEAST_SALES = 30
"""Sales that a channel must have had before, so that a quiet month does not look like an end."""
COMPLAINTS = ("complaint", "投诉", "complaints", "客诉")


def refunds_of(shop: Shop, days: ir.Table, until: date, within_days: int) -> ir.Table | None:
    """How many times goods were given back in so many days before each day: `refunds`."""
    refunds = refund_rows(shop, until)
    if refunds is None:
        return None
    goods = refunds.filter(refunds.kind == "goods", refunds.customer_id.notnull())
    dated = goods.select("customer_id", "refunded_on")
    both = dated.join(
        days,
        [
            dated.refunded_on < days.day,
            dated.refunded_on >= days_before(days.day, within_days),
        ],
    )
    return both.group_by("customer_id", "day").agg(refunds=both.count().cast("int64"))


def complaints(shop: Shop, days: ir.Table, within_days: int) -> ir.Table | None:
    """Complaints before each day, and those of them that nobody had solved by it.

    Where tickets do not say which are complaints, all count.
    """
    if "tickets" not in shop:
        return None
    tickets = shop["tickets"].filter(shop["tickets"].customer_id.notnull())
    if filled_columns(shop, "tickets")["kind"]:
        tickets = tickets.filter(tickets.kind.lower().isin(COMPLAINTS))
    dated = tickets.select("customer_id", "opened_on", solved_on=tickets.resolved_at.date())
    both = dated.join(
        days,
        [
            dated.opened_on < days.day,
            dated.opened_on >= days_before(days.day, within_days),
        ],
    )
    is_open = both.solved_on.isnull() | (both.solved_on >= both.day)
    return both.group_by("customer_id", "day").agg(
        complaints=both.count().cast("int64"),
        unanswered=is_open.ifelse(1, 0).sum().cast("int64"),
    )


def price_rises(shop: Shop, sales: ir.Table, days: ir.Table) -> ir.Table | None:
    """By how much what each customer buys costs more now than what was paid: `price_rise`.

    The products bought in the year before each day, but its last month, at the mean price a
    piece in that month, against what the customer paid. Products not sold in that month are
    left out.
    """
    if "order_lines" not in shop:
        return None
    bought = _pieces(shop, sales)
    current = bought.join(
        days,
        [
            bought.ordered_on < days.day,
            bought.ordered_on >= days_before(days.day, NOW_DAYS),
        ],
    )
    prices = current.group_by(priced_id="product_id", priced_day="day").agg(
        price=current.money.sum() / current.pieces.sum()
    )
    past = bought.join(
        days,
        [
            bought.ordered_on < days_before(days.day, NOW_DAYS),
            bought.ordered_on >= days_before(days.day, YEAR_DAYS),
            bought.undone_on.isnull() | (bought.undone_on >= days.day),
        ],
    )
    both = past.inner_join(
        prices, [past.product_id == prices.priced_id, past.day == prices.priced_day]
    )
    rises = both.group_by("customer_id", "day").agg(
        times=(both.pieces * both.price).sum() / both.money.sum()
    )
    # Rounded: where prices stand still, the order of a sum would part customers otherwise.
    return rises.select("customer_id", "day", price_rise=rises.times.round(4) - 1.0)


def _pieces(shop: Shop, sales: ir.Table) -> ir.Table:
    """Pieces and money of each customer, product and day."""
    lines = shop["order_lines"]
    goods = lines.filter(
        lines.kind == "goods", lines.product_id.notnull(), lines.quantity > 0, lines.amount > 0
    )
    goods = goods.select(
        "product_id", line_of="order_id", pieces=goods.quantity.cast("float64"),
        money=goods.amount.cast("float64"),
    )  # fmt: skip
    known = sales.select("customer_id", "ordered_on", "undone_on", "sale_id")
    bought = goods.inner_join(known, goods.line_of == known.sale_id)
    return shop.engine.materialise(
        bought.group_by("customer_id", "product_id", "ordered_on", "undone_on").agg(
            pieces=bought.pieces.sum(), money=bought.money.sum()
        )
    )


def gone_channels(shop: Shop, year: ir.Table) -> ir.Table | None:
    """The share of purchases made in channels that have all but closed: `lost_channel_share`."""
    if not filled_columns(shop, "orders")["channel"]:
        return None
    named = year.filter(year.channel.notnull())
    now = (named.ordered_on >= days_before(named.day, NOW_DAYS)).ifelse(1, 0)
    sums = named.group_by(there="channel", on_day="day").agg(
        now=now.sum(), before=(1 - now).sum(), begin_on=named.ordered_on.min()
    )
    span = sums.on_day.delta(sums.begin_on, unit="day") - NOW_DAYS
    usual = sums.before / span.nullif(0) * NOW_DAYS
    closed = (sums.before >= LEAST_SALES) & (sums.now < ALL_BUT_CLOSED * usual)
    gone = sums.select("there", "on_day", is_gone=closed.fill_null(False).ifelse(1.0, 0.0))
    both = named.inner_join(gone, [named.channel == gone.there, named.day == gone.on_day])
    return both.group_by("customer_id", "day").agg(lost_channel_share=both.is_gone.mean())
