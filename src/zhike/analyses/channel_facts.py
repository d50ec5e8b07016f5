"""Where customers buy: each customer's channels, first and last, in one pass over the purchases."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import Calendar, purchase_rows, refund_rows
from zhike.catalogue.purchases import MONEY, refunded_orders
from zhike.schema import Shop

MONTHS = Calendar("month")
OTHER, UNKNOWN = "other", "unknown"
"""Channels beyond the twelve largest; purchases that name none."""
STEP = 16  # more than there are channels, so that a place fits beside a second
AMOUNTS = ("revenue", "paid_amount", "returned_amount", "refund_amount")


def channel_months(shop: Shop, day: date) -> pa.Table:
    """What happened in each channel and month.

    Returns:
        One row a channel and month: `channel`, `month` (number), `purchases`, `revenue` (before
        refunds); by the month of the order `paid_amount` (orders given back in full included),
        `returned_amount` (anything that came back) and `refund_amount` (of it, what goes off net
        revenue).
    """
    rows = purchase_rows(shop, day)
    parts = [
        rows.group_by(
            channel=rows.channel.fill_null(UNKNOWN), month=MONTHS.number_of(rows.ordered_on)
        ).agg(
            purchases=rows.count(),
            revenue=rows.net_amount.sum().cast("float64"),
            paid_amount=rows.paid_amount.sum().cast("float64"),
            returned_amount=ibis.literal(0.0),
            refund_amount=ibis.literal(0.0),
        )
    ]
    parts += _came_back(shop, day)
    both = parts[0] if len(parts) == 1 else ibis.union(*parts)
    sums = {name: both[name].sum() for name in AMOUNTS}
    totals = both.group_by("channel", "month").agg(
        purchases=both.purchases.sum().cast("int64"), **sums
    )
    return totals.order_by("channel", "month").to_pyarrow()


def channel_members(shop: Shop, day: date, names: list[str]) -> ir.Table:
    """The channels of each customer.

    Of two purchases at the same second the one in the larger channel comes first.

    Args:
        shop: Where to look.
        day: Purchases before it.
        names: The channels told apart, the largest first; all others are together.

    Returns:
        One row a customer: `customer_id`, `first_channel`, `last_channel`, `channels` (how many),
        `mask` (bit i set: bought in channel i), `purchases`, `revenue` (before refunds).
    """
    bought = purchase_rows(shop, day)
    known = bought.filter(bought.customer_id.notnull())
    channel = known.channel.fill_null(UNKNOWN)
    rest = ibis.literal(len(names), "int64")
    cases = [(channel == name, ibis.literal(at, "int64")) for at, name in enumerate(names)]
    place = ibis.cases(*cases, (channel.isnull(), rest), else_=rest)
    rows = known.select(
        "customer_id",
        "net_amount",
        place=place,
        moment=known.ordered_at.epoch_seconds() * STEP + place,
    )
    shown = [*names, OTHER]
    # One mark a channel rather than the bits of one number: Spark has no way to gather bits.
    marks = {f"in_{at}": (rows.place == at).ifelse(1, 0).max() for at in range(len(shown))}
    ends = rows.group_by("customer_id").agg(
        **marks,
        first=rows.moment.min(),
        last=rows.moment.max(),
        purchases=rows.count(),
        revenue=rows.net_amount.sum().cast(MONEY),
    )
    found = [ends[name].cast("int64") for name in marks]
    mask = reduce(add, (mark * 2**at for at, mark in enumerate(found)))
    return shop.engine.materialise(
        ends.select(
            "customer_id",
            "purchases",
            "revenue",
            mask=mask,
            first_channel=_named(ends["first"] % STEP, shown),
            last_channel=_named(ends["last"] % STEP, shown),
            channels=reduce(add, found),
        )
    )


def member_cells(members: ir.Table) -> pa.Table:
    """Customers, purchases and money by their channels, the first, the last, and once or more."""
    rows = members.mutate(is_repeat=members.purchases > 1)
    return (
        rows.group_by("mask", "channels", "first_channel", "last_channel", "is_repeat")
        .agg(
            customers=rows.count(),
            purchases=rows.purchases.sum().cast("int64"),
            revenue=rows.revenue.sum().cast("float64"),
        )
        .to_pyarrow()
    )


def _came_back(shop: Shop, day: date) -> list[ir.Table]:
    """Refunds and orders given back in full, by the channel and month of their order."""
    refunds, undone = refund_rows(shop, day), refunded_orders(shop, day)
    if refunds is None or undone is None:
        return []
    orders = shop["orders"]
    placed = orders.select("channel", "ordered_on", "paid_amount", placed_id="order_id")
    zero = ibis.literal(0.0)
    returned = refunds.filter(refunds.order_id.notnull()).select(
        "order_id",
        returned_amount=(refunds.kind != "test").ifelse(refunds.amount, 0).cast("float64"),
        refund_amount=refunds.is_net.ifelse(refunds.amount, 0).cast("float64"),
        is_undone=ibis.literal(False),
    )
    whole = undone.select(
        "order_id", returned_amount=zero, refund_amount=zero, is_undone=ibis.literal(True)
    )
    rows = returned.union(whole)
    both = rows.inner_join(placed, rows.order_id == placed.placed_id)
    paid = both.is_undone.ifelse(both.paid_amount.cast("float64"), 0.0)
    return [
        both.group_by(
            channel=both.channel.fill_null(UNKNOWN), month=MONTHS.number_of(both.ordered_on)
        ).agg(
            purchases=ibis.literal(0, "int64"),
            revenue=zero,
            paid_amount=paid.sum(),
            returned_amount=both.returned_amount.sum(),
            refund_amount=both.refund_amount.sum(),
        )
    ]


def _named(place: ir.IntegerValue, names: list[str]) -> ir.StringValue:
    cases = [(place == at, name) for at, name in enumerate(names[:-1])]
    return ibis.cases(*cases, (place.isnull(), names[-1]), else_=names[-1])
