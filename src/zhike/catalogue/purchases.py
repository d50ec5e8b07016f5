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
NARROW = "decimal(17, 4)"
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


def judged_orders(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Every order before the day with what it counts as, in few columns, computed once a run.

    Order numbers are the widest column there is and are read here only. They are kept where
    somebody still has to join by them: orders that are no purchase, or of which something was
    given back before the day.

    Returns:
        One row an order: `order_id` (null for an ordinary purchase), `customer_id`, `ordered_on`,
        `goods_amount` (goods less discounts), `is_accepted` (paid or cash on delivery, not
        closed), `is_void` (never fulfilled, or nothing in it), `is_refunded` (all its goods were
        given back before the day) and `is_purchase` (accepted, with goods, not refunded).
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("judged_orders", day), lambda: _judged_orders(shop, day))


def refunded_orders(shop: Shop, as_of: date | None = None) -> ir.Table | None:
    """Accepted orders given back in full before the day; None where the shop has no refunds.

    Returns:
        Lazy, one row an order, with the columns of `judged_orders`.
    """
    if "refunds" not in shop:
        return None
    day = as_of_day(shop, as_of)

    def find() -> ir.Table:
        # Kept, so that engines know how few they are when all orders are held against them.
        judged = judged_orders(shop, day)
        return shop.engine.materialise(judged.filter(judged.is_accepted & judged.is_refunded))

    return shop.remember(("refunded_orders", day), find)


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
    return bought.mutate(net_amount=net_amount(bought))


def unpurchased_orders(shop: Shop, as_of: date | None = None) -> ir.Table:
    """Orders that are no purchase as of the day, as `order_id`.

    Lines are told apart by this list: it is short where the list of purchases is long. Orders
    of the day and after it are in it.
    """
    day = as_of_day(shop, as_of)
    judged = judged_orders(shop, day)
    others = judged.filter(~judged.is_purchase).select("order_id")
    if not _any_ordered_later(shop, day):
        return others
    orders = shop["orders"]
    return others.union(orders.filter(orders.ordered_on >= day).select("order_id"))


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


def _any_ordered_later(shop: Shop, day: date) -> bool:
    def look() -> bool:
        last = shop["orders"].ordered_on.max().to_pyarrow().as_py()
        return last is not None and last >= day

    return shop.remember(("any_ordered_later", day), look)


def _judged_orders(shop: Shop, day: date) -> ir.Table:
    orders = shop["orders"]
    rows = orders.filter(orders.ordered_on < day)
    given_back: ir.NumericValue = ibis.null(MONEY)
    is_touched: ir.BooleanValue = ibis.literal(False)
    if "refunds" in shop:
        back = _given_back(shop["refunds"], day)
        rows = rows.left_join(back, rows.order_id == back.refunded_id)
        given_back, is_touched = rows.given_back, rows.refunded_id.notnull()
    judged = rows.select(
        "customer_id",
        "ordered_on",
        "order_id",
        is_touched=is_touched,
        goods_amount=net_amount(rows),
        given_back=given_back,
        is_accepted=_is_accepted(rows, shop, day).fill_null(False),
        has_goods=(rows.gross_amount > 0).fill_null(False),
        is_void=(~rows.status.isin(FULFILLED) | (rows.gross_amount <= 0)).fill_null(False),
    )
    enough = judged.goods_amount - ibis.literal(FULL_REFUND_TOLERANCE).cast(MONEY)
    refunded = (judged.goods_amount > 0) & (judged.given_back >= enough)
    judged = judged.mutate(is_refunded=refunded.fill_null(False))
    judged = judged.mutate(is_purchase=judged.is_accepted & judged.has_goods & ~judged.is_refunded)
    return shop.engine.materialise(
        judged.select(
            "customer_id",
            "ordered_on",
            "goods_amount",
            "is_accepted",
            "is_void",
            "is_refunded",
            "is_purchase",
            order_id=(judged.is_touched | ~judged.is_purchase).ifelse(judged.order_id, None),
        )
    )


def _given_back(refunds: ir.Table, day: date) -> ir.Table:
    """What was given back of each order before the day; what has no date counts at once."""
    before = refunds.filter(
        refunds.order_id.notnull(), refunds.refunded_on.isnull() | (refunds.refunded_on < day)
    )
    net = before.kind.isin(NET_KINDS).ifelse(before.amount, 0)
    return before.group_by(refunded_id="order_id").agg(given_back=net.sum().cast(MONEY))


def net_amount(orders: ir.Table) -> ir.DecimalColumn:
    """Goods less discounts of each order."""
    # A difference of decimals is one digit wider: from 17 digits it still fits 64 bits, and sums
    # are twice as fast. Ibis believes that it does not widen, and drops a cast of the result.
    return (orders.gross_amount.cast(NARROW) - orders.discount_amount.cast(NARROW)).cast(MONEY)


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
