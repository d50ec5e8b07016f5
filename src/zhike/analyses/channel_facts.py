"""Where customers buy: each customer's channels, first and last, in one pass over the orders."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import Calendar, customer_facts, purchases, refund_rows
from zhike.catalogue.purchases import accepted_orders
from zhike.schema import Shop

MONTHS = Calendar("month")
MOST_CHANNELS = 12
OTHER, UNKNOWN = "other", "unknown"
"""Channels beyond the twelve largest; purchases that name none."""
STEP = 16  # more than there are channels, so that a place fits beside a second


def channels_by_month(shop: Shop, day: date) -> pa.Table:
    """Purchases of each channel and month: `channel`, `month`, `purchases`, `revenue`."""
    bought = purchases(shop, day)
    named = bought.select(
        "net_amount",
        channel=bought.channel.fill_null(UNKNOWN),
        month=MONTHS.number_of(bought.ordered_on),
    )
    sums = {"purchases": named.count(), "revenue": named.net_amount.sum().cast("float64")}
    return named.group_by("channel", "month").agg(**sums).order_by("channel", "month").to_pyarrow()


def channel_money(shop: Shop, day: date) -> pa.Table:
    """What was paid for and given back in each channel.

    Returns:
        One row a channel: `channel`, `paid_amount` of accepted orders with goods,
        `returned_amount` of any, `refund_amount` (the part that goes off net revenue).
    """
    accepted = accepted_orders(shop, day)
    accepted = accepted.mutate(channel=accepted.channel.fill_null(UNKNOWN))
    with_goods = accepted.filter(accepted.gross_amount > 0)
    paid = with_goods.group_by("channel").agg(
        paid_amount=with_goods.paid_amount.sum().cast("float64"),
        returned_amount=ibis.literal(0.0),
        refund_amount=ibis.literal(0.0),
    )
    refunds = refund_rows(shop, day)
    if refunds is not None:
        orders = accepted.select("channel", placed_id="order_id")
        linked = refunds.inner_join(orders, refunds.order_id == orders.placed_id)
        back = linked.group_by("channel").agg(
            paid_amount=ibis.literal(0.0),
            returned_amount=(linked.kind != "test").ifelse(linked.amount, 0).sum().cast("float64"),
            refund_amount=linked.is_net.ifelse(linked.amount, 0).sum().cast("float64"),
        )
        paid = paid.union(back)
    sums = {name: paid[name].sum() for name in ("paid_amount", "returned_amount", "refund_amount")}
    return paid.group_by("channel").agg(**sums).order_by("channel").to_pyarrow()


def channel_members(shop: Shop, day: date, names: list[str]) -> ir.Table:
    """The channels of each customer.

    Of two purchases at the same second the one in the larger channel comes first.

    Args:
        shop: Where to look.
        day: Purchases before it.
        names: The channels told apart, the largest first; all others are together.

    Returns:
        One row a customer: `customer_id`, `first_channel`, `last_channel`, `channels` (how many),
        `mask` (bit i set: bought in channel i), `frequency`, `monetary`.
    """
    bought = purchases(shop, day)
    known = bought.filter(bought.customer_id.notnull())
    channel = known.channel.fill_null(UNKNOWN)
    last_place = len(names)
    place = ibis.cases(
        *((channel == name, ibis.literal(place, "int64")) for place, name in enumerate(names)),
        (channel.isnull(), ibis.literal(last_place, "int64")),
        else_=ibis.literal(last_place, "int64"),
    )
    power = ibis.cases(
        *((channel == name, ibis.literal(2**place, "int64")) for place, name in enumerate(names)),
        (channel.isnull(), ibis.literal(2**last_place, "int64")),
        else_=ibis.literal(2**last_place, "int64"),
    )
    rows = known.select(
        "customer_id", power=power, moment=known.ordered_at.epoch_seconds() * STEP + place
    )
    ends = rows.group_by("customer_id").agg(
        mask=rows.power.bit_or(), first=rows.moment.min(), last=rows.moment.max()
    )
    shown = [*names, OTHER]
    count = reduce(add, ((ends.mask // 2**place) % 2 for place in range(len(shown))))
    ends = ends.select(
        "mask",
        buyer_id="customer_id",
        first_channel=_named(ends["first"] % STEP, shown),
        last_channel=_named(ends["last"] % STEP, shown),
        channels=count.cast("int64"),
    )
    facts = customer_facts(shop, day).select("customer_id", "frequency", "monetary")
    joined = facts.inner_join(ends, facts.customer_id == ends.buyer_id)
    return shop.engine.materialise(joined.drop("buyer_id"))


def member_cells(members: ir.Table) -> pa.Table:
    """Customers, purchases and money by their channels, the first, the last, and once or more."""
    rows = members.mutate(is_repeat=members.frequency > 1)
    return (
        rows.group_by("mask", "channels", "first_channel", "last_channel", "is_repeat")
        .agg(
            customers=rows.count(),
            purchases=rows.frequency.sum().cast("int64"),
            revenue=rows.monetary.sum().cast("float64"),
        )
        .to_pyarrow()
    )


def _named(place: ir.IntegerValue, names: list[str]) -> ir.StringValue:
    return ibis.cases(
        *((place == number, name) for number, name in enumerate(names[:-1])),
        (place.isnull(), names[-1]),
        else_=names[-1],
    )
