"""A drawn block as rows of the standard tables, as they are known on a day."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from zhike.datasets.columns import (
    NEVER,
    Flags,
    Ints,
    chosen,
    days,
    instants,
    joined,
    money,
    table_of,
    texts,
    where,
)
from zhike.datasets.company import Company
from zhike.datasets.customers import Customers
from zhike.datasets.lines import KIND_NAMES, Contents, LineKind, Lines
from zhike.datasets.orders import Orders, Origin, Timeline
from zhike.datasets.products import FIRST_PRODUCT
from zhike.datasets.season import Clock, midnight

STATUSES = ("pending", "paid", "shipped", "completed", "closed", "refunded")


def statuses(line: Timeline, is_cash: Flags, is_whole_refund: Flags, until: int) -> Ints:
    """The place in `STATUSES` of each order, as known at a local second."""
    return np.select(
        [
            line.closed_at < until,
            is_whole_refund & (line.refunded_at < until),
            line.completed_at < until,
            line.shipped_at < until,
            (line.paid_at < until) | is_cash,
        ],
        [4, 5, 3, 2, 1],
        0,
    )


def known(stamps: Ints, until: int) -> Ints:
    """The stamps that have come by a local second; the others are `NEVER`."""
    return np.where(stamps < until, stamps, NEVER)


def order_rows(
    company: Company, clock: Clock, block: tuple[Customers, Orders], contents: Contents
) -> pa.Table:
    """Rows of `orders`."""
    customers, orders = block
    amounts, words, line = contents.amounts, company.words, Timeline.of(orders)
    until = midnight(company.end)
    whole = (
        (contents.refunds.line < 0) & ~contents.refunds.is_shipping & (contents.refunds.amount > 0)
    )
    status = statuses(line, orders.is_cash, whole, until)
    paid_at = known(line.paid_at, until)
    # What was never paid is not an amount paid; cash on delivery counts from its acceptance.
    paid = np.where((paid_at == NEVER) & ~orders.is_cash, 0, amounts.paid)
    names, _, stores = zip(
        *words["channels"], (words["counter"][0], 0, words["counter"][1]), strict=True
    )
    return table_of(
        "orders",
        {
            "order_id": texts(orders.number),
            "customer_id": customers.ids.take(_nobody(orders.customer)),
            "ordered_at": instants(clock.to_utc(orders.ordered_at)),
            "ordered_on": days(clock.to_local(clock.to_utc(orders.ordered_at))),
            "paid_at": instants(clock.to_utc(paid_at)),
            "closed_at": instants(clock.to_utc(known(line.closed_at, until))),
            "status": chosen(STATUSES, status),
            "channel": chosen(names, orders.channel),
            "store": chosen(stores, orders.channel),
            "gross_amount": money(amounts.gross),
            "discount_amount": money(amounts.discount),
            "shipping_amount": money(amounts.shipping),
            "fee_amount": money(amounts.fee),
            "adjustment_amount": money(0 * paid),
            "paid_amount": money(paid),
            "currency": chosen([words["currency"]], np.zeros(len(orders), int)),
            "coupon": chosen(words["coupons"], amounts.coupon, amounts.coupon < 0),
            "payment": chosen([name for name, _ in words["payments"]], orders.payment, status == 0),
            "is_cash_on_delivery": pa.array(orders.is_cash),
            "is_presale": pa.array(orders.is_presale),
            "is_brushing": pa.array(orders.origin == Origin.BRUSHING),
            "is_test": pa.array(orders.origin == Origin.TEST),
        },
    )


def line_rows(orders: Orders, lines: Lines) -> pa.Table:
    """Rows of `order_lines`."""
    other = lines.product < 0
    return table_of(
        "order_lines",
        {
            "order_id": texts(orders.number).take(pa.array(lines.order)),
            "line_no": pa.array(lines.line_no),
            "product_id": where(~other, texts(lines.product + FIRST_PRODUCT)),
            "kind": chosen(KIND_NAMES, lines.kind),
            "quantity": pa.array(lines.quantity.astype(float)),
            "unit_price": money(lines.price),
            "amount": money(lines.price * lines.quantity),
            "unit_cost": where(~other, money(lines.cost)),
        },
    )


def refund_rows(
    company: Company, clock: Clock, block: tuple[Customers, Orders], contents: Contents
) -> pa.Table:
    """Rows of `refunds` that are known by the company's end."""
    customers, orders = block
    refunds, lines = contents.refunds, contents.lines
    refunded_at = Timeline.of(orders).refunded_at
    at = np.flatnonzero((refunded_at < midnight(company.end)) & (refunds.amount > 0))
    line, utc = refunds.line[at], clock.to_utc(refunded_at[at])
    product = np.where(line >= 0, lines.product[line], -1)
    kind = np.where(refunds.is_shipping[at], int(LineKind.SHIPPING), int(LineKind.GOODS))
    number = texts(orders.number[at])
    quantity = refunds.quantity[at]
    return table_of(
        "refunds",
        {
            "refund_id": joined("R", number),
            "line_no": pa.array(np.ones(len(at), np.int64)),
            "order_id": number,
            "customer_id": customers.ids.take(_nobody(orders.customer[at])),
            "product_id": where(product >= 0, texts(product + FIRST_PRODUCT)),
            "kind": chosen(KIND_NAMES, kind),
            "refunded_at": instants(utc),
            "refunded_on": days(clock.to_local(utc)),
            "quantity": where(quantity > 0, pa.array(quantity.astype(float))),
            "amount": money(refunds.amount[at]),
            "goods_returned": pa.array(refunds.goods_returned[at]),
        },
    )


def _nobody(customer: Ints) -> pa.Array:
    return pa.array(customer, mask=customer < 0)
