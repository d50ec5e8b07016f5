"""What counts as bought: purchases, the refunds that go off them, and money by day.

The definitions of the design, once. Everything looks back from a day: orders by their order
time, refunds and closings by their own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from zhike.schema import Shop

MONEY = "decimal(18, 4)"
FULFILLED = ("completed", "shipped", "paid", "refunded")  # the usual first: tried in this order
NET_KINDS = ("goods", "voucher", "discount")
ADJUSTMENT_KINDS = ("adjustment", "sample")
FULL_REFUND_TOLERANCE = 0.005  # half a cent: sources round each line


def as_of_day(shop: Shop, as_of: date | None = None) -> date:
    """The day to look back from: the one given, else the shop's, else the day after its last order.

    A shop without orders is looked at from today.
    """
    return as_of or shop.as_of or shop.remember("as_of_day", lambda: _day_after_last_order(shop))


def accepted_orders(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Orders that were paid, or accepted for cash on delivery, and not closed before the day.

    Test orders and suspected brushing are out. One row an order, with every column of `orders`.
    """
    orders = shop["orders"]
    return orders.filter(_is_accepted(orders, shop, as_of_day(shop, as_of)))


def refund_rows(shop: Shop, as_of: date | None = None) -> ir.Table | None:
    """Refunds of accepted orders, and refunds without a link, dated before the day.

    None where the shop has no refunds. An undated refund counts on its order's day; one with
    neither a date nor an order cannot be placed and is left out.

    Returns:
        One row a refund: `order_id`, `customer_id` (the order's, else its own), `product_id`,
        `kind`, `amount`, `refunded_on`; of its order `ordered_on`, `goods_amount` and
        `order_refunded` (everything has been given back, so that it is no purchase); and
        `is_net` (it goes off net revenue: goods, vouchers and discounts of purchases, or without
        a link).
    """
    day = as_of_day(shop, as_of)
    if "refunds" not in shop:
        return None
    return shop.remember(("refund_rows", day), lambda: _refund_rows(shop, day))


def refunded_orders(shop: Shop, as_of: date | None = None) -> ir.Table | None:
    """Orders given back in full before the day; None where there is none.

    Returns:
        One row an order: `order_id`, `customer_id`, `ordered_on`, `goods_amount`.
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("refunded_orders", day), lambda: _refunded_orders(shop, day))


def purchases(shop: Shop, as_of: date | None = None) -> ir.Table:
    """The purchases before the day: accepted orders with goods, not given back in full.

    Returns:
        Lazy, one row a purchase: the columns of `orders` and `net_amount` (goods less
        discounts). `customer_id` is null where the customer is not known.
    """
    accepted = accepted_orders(shop, as_of)
    bought = accepted.filter(accepted.gross_amount > 0)
    given_back = refunded_orders(shop, as_of)
    if given_back is not None:
        bought = bought.anti_join(given_back, "order_id")
    return bought.mutate(net_amount=_net(bought))


def unpurchased_orders(shop: Shop, as_of: date | None = None) -> ir.Table | None:
    """Orders that are no purchase as of the day, as `order_id`; None where all are.

    Lines are told apart by this list: it is short where the list of purchases is long.
    """
    day = as_of_day(shop, as_of)

    def build() -> ir.Table | None:
        orders = shop["orders"]
        bought = _is_accepted(orders, shop, day) & (orders.gross_amount > 0)
        others = orders.filter(~bought).select("order_id")
        given_back = refunded_orders(shop, day)
        return _kept(
            shop, others if given_back is None else others.union(given_back.select("order_id"))
        )

    return shop.remember(("unpurchased_orders", day), build)


def _is_accepted(orders: ir.Table, shop: Shop, day: date) -> ir.BooleanValue:
    fulfilled = orders.status.isin(FULFILLED)
    midnight = _start_of(day, shop.timezone)
    if _any_closed_later(shop, midnight):
        closed_later = (orders.closed_at >= midnight) & (orders.paid_at < midnight)
        fulfilled |= ((orders.status == "closed") & closed_later).fill_null(False)
    return (orders.ordered_on < day) & fulfilled & ~orders.is_test & ~orders.is_brushing


def _any_closed_later(shop: Shop, midnight: datetime) -> bool:
    """Whether an order was closed after the day; where none was, nobody reads its times."""

    def look() -> bool:
        orders = shop["orders"]
        last = orders.closed_at.max().to_pyarrow().as_py()
        return last is not None and last >= midnight

    return shop.remember(("any_closed_later", midnight), look)


def _kept(shop: Shop, rows: ir.Table) -> ir.Table | None:
    """The rows, materialised; None where there is none, so that nobody joins with nothing."""
    kept = shop.engine.materialise(rows)
    return kept if kept.count().to_pyarrow().as_py() else None


def _net(orders: ir.Table) -> ir.DecimalColumn:
    # The cast keeps sums in 64 bits: a difference of decimals is one digit wider.
    return (orders.gross_amount - orders.discount_amount).cast(MONEY)


def _refund_rows(shop: Shop, day: date) -> ir.Table:
    refunds = shop["refunds"]
    rows = _linked(shop, refunds, day).union(_unlinked(refunds))
    dated = rows.filter(rows.refunded_on < day)
    net_part = dated.kind.isin(NET_KINDS).ifelse(dated.amount, 0).cast(MONEY)
    given_back = net_part.sum().over(group_by=dated.order_id)
    judged = dated.mutate(
        order_refunded=(
            dated.order_id.notnull()
            & (dated.goods_amount > 0)
            & (given_back >= dated.goods_amount - ibis.literal(FULL_REFUND_TOLERANCE).cast(MONEY))
        ).fill_null(False)
    )
    of_purchase = judged.order_id.isnull() | (judged.has_goods & ~judged.order_refunded)
    marked = judged.mutate(is_net=judged.kind.isin(NET_KINDS) & of_purchase)
    # Only here are orders that were not accepted left out: an optimiser that pushed this down
    # to the orders would think few are left, and put all of them into the hash table of the
    # join instead of the few refunds. It cannot push it through the sum above.
    accepted = marked.filter(marked.is_accepted)
    return shop.engine.materialise(accepted.drop("has_goods", "is_accepted"))


def _linked(shop: Shop, refunds: ir.Table, day: date) -> ir.Table:
    # Judged after the join: few orders have a refund.
    order = shop["orders"].select(
        "ordered_on", "status", "paid_at", "closed_at", "gross_amount", "discount_amount",
        "is_test", "is_brushing", linked_id="order_id", buyer_id="customer_id",
    )  # fmt: skip
    both = refunds.inner_join(order, refunds.order_id == order.linked_id)
    return both.select(
        "order_id",
        "product_id",
        "kind",
        "amount",
        "ordered_on",
        is_accepted=_is_accepted(both, shop, day),
        has_goods=both.gross_amount > 0,
        goods_amount=_net(both),
        customer_id=ibis.coalesce(both.buyer_id, both.customer_id),
        refunded_on=ibis.coalesce(both.refunded_on, both.ordered_on),
    )


def _unlinked(refunds: ir.Table) -> ir.Table:
    alone = refunds.filter(refunds.order_id.isnull())
    return alone.select(
        "order_id",
        "product_id",
        "kind",
        "amount",
        ordered_on=ibis.null("date"),
        is_accepted=ibis.literal(True),
        has_goods=ibis.literal(False),
        goods_amount=ibis.null(MONEY),
        customer_id="customer_id",
        refunded_on="refunded_on",
    )


def _refunded_orders(shop: Shop, day: date) -> ir.Table | None:
    refunds = refund_rows(shop, day)
    if refunds is None:
        return None
    rows = refunds.filter(refunds.order_refunded)
    return _kept(
        shop,
        rows.group_by("order_id").agg(
            customer_id=rows.customer_id.min(),
            ordered_on=rows.ordered_on.min(),
            goods_amount=rows.goods_amount.max(),
        ),
    )


def _day_after_last_order(shop: Shop) -> date:
    last: date | None = shop["orders"].ordered_on.max().to_pyarrow().as_py()
    if last is None:
        return datetime.now(ZoneInfo(shop.timezone)).date()
    return last + timedelta(days=1)


def _start_of(day: date, timezone: str) -> datetime:
    """Midnight that begins a business day, as standard tables keep instants: UTC, without zone."""
    midnight = datetime.combine(day, time(), ZoneInfo(timezone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def utc_offset(day: date, timezone: str) -> timedelta:
    """How far business time is ahead of UTC at noon of a day."""
    noon = datetime.combine(day, time(12), ZoneInfo(timezone))
    return noon.utcoffset() or timedelta(0)
