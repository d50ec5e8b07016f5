"""What is in each simulated order, what it costs, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from zhike.datasets.columns import DAY_SECONDS, Flags, Ints
from zhike.datasets.company import SEGMENTS, SHARES, Company
from zhike.datasets.customers import Customers
from zhike.datasets.orders import Fate, Orders, Origin
from zhike.datasets.products import QUANTITY_SHARES, Assortment, tastes
from zhike.datasets.season import Season, midnight

DISCOUNT_SHARES = (0.05, 0.25)
FESTIVAL_DISCOUNT_RATE = 0.6
TEST_CENTS = 1


class LineKind(IntEnum):
    """Kinds of lines, in the order in which they stand in an order."""

    GOODS = 0
    VOUCHER = 1
    SHIPPING = 2
    FEE = 3
    SAMPLE = 4
    TEST = 5


KIND_NAMES = tuple(kind.name.lower() for kind in LineKind)


@dataclass(frozen=True)
class Lines:
    """One block of lines, by order; every array has one entry a line.

    Attributes:
        order: Position in the block's orders.
        line_no: From 1 within the order.
        kind: `LineKind`.
        product: Place in the assortment, -1 where the line is no product.
        quantity: Pieces.
        price: Cents of one.
        cost: Cents of one, 0 where the line is no product.
    """

    order: Ints
    line_no: Ints
    kind: Ints
    product: Ints
    quantity: Ints
    price: Ints
    cost: Ints

    def __len__(self) -> int:
        return len(self.order)


@dataclass(frozen=True)
class Amounts:
    """Cents of each order of a block.

    Attributes:
        gross: Goods before discounts.
        discount: Vouchers, as a positive number.
        shipping: Paid for delivery.
        fee: Paid for service.
        coupon: Place in the words' coupons, -1 without one.
    """

    gross: Ints
    discount: Ints
    shipping: Ints
    fee: Ints
    coupon: Ints

    @property
    def net(self) -> Ints:
        """Goods net of discounts."""
        return self.gross - self.discount

    @property
    def paid(self) -> Ints:
        """What the whole order costs."""
        return self.net + self.shipping + self.fee


@dataclass(frozen=True)
class Refunds:
    """What comes back in a block; arrays have one entry an order, 0 where nothing does.

    Attributes:
        amount: Cents given back.
        line: Position of the line that comes back, -1 for the whole order.
        quantity: Pieces that come back.
        goods_returned: Whether goods come back with it.
        is_shipping: Whether the refund is of the delivery.
    """

    amount: Ints
    line: Ints
    quantity: Ints
    goods_returned: Flags
    is_shipping: Flags


@dataclass(frozen=True)
class Contents:
    """Lines, amounts and refunds of a block of orders."""

    lines: Lines
    amounts: Amounts
    refunds: Refunds


def draw_contents(
    company: Company,
    season: Season,
    assortment: Assortment,
    block: tuple[Customers, Orders],
    random: np.random.Generator,
) -> Contents:
    """What a block of orders contains."""
    customers, orders = block
    goods = _goods(company, assortment, customers, orders, random)
    value = np.bincount(goods.order, goods.quantity * goods.price, minlength=len(orders))
    gross = value.astype(np.int64)
    amounts = _amounts(company, season, customers, orders, gross, random)
    extras = _extras(orders, amounts, random)
    lines = _ordered([goods, *extras])
    return Contents(lines, amounts, _refunds(orders, lines, amounts, random))


def _goods(
    company: Company,
    assortment: Assortment,
    customers: Customers,
    orders: Orders,
    random: np.random.Generator,
) -> Lines:
    categories = len(company.words["categories"])
    nobody = orders.customer < 0
    segment = np.where(nobody, 1, customers.segment[orders.customer])
    anything = random.integers(0, categories, len(orders))
    favourite = np.where(nobody, anything, customers.favourite[orders.customer])
    extra = np.array([item.extra_lines for item in SEGMENTS])[segment]
    count = np.where(orders.origin == Origin.TEST, 0, 1 + random.poisson(extra))
    order = np.repeat(np.arange(len(orders)), count)
    product = assortment.draw(tastes(segment, favourite, categories)[order], random)
    quantity = 1 + np.searchsorted(np.cumsum(QUANTITY_SHARES)[:-1], random.random(len(order)))
    kind = np.full(len(order), int(LineKind.GOODS))
    price, cost = assortment.price[product], assortment.cost[product]
    return Lines(order, kind, kind, product, quantity.astype(np.int64), price, cost)


def _amounts(
    company: Company,
    season: Season,
    customers: Customers,
    orders: Orders,
    gross: Ints,
    random: np.random.Generator,
) -> Amounts:
    words, size = company.words, len(orders)
    rate = np.array([item.discount_rate for item in SEGMENTS])[customers.segment[orders.customer]]
    rate = np.where(orders.customer < 0, 0.1, rate)
    day = np.clip((orders.ordered_at - midnight(company.start)) // DAY_SECONDS, 0, company.days - 1)
    festive = (season.weights[day] > 1.4) & (orders.customer >= 0)
    has_voucher = random.random(size) < np.where(festive, FESTIVAL_DISCOUNT_RATE, rate)
    share = np.where(has_voucher, random.uniform(*DISCOUNT_SHARES, size), 0.0)
    unit = 100 if words["whole_discounts"] else 1
    discount = (gross * share / unit).astype(np.int64) * unit
    free = gross - discount >= words["free_delivery_from_amount"] * 100
    delivery = (np.array(words["delivery_fee_amount"]) * 100).round().astype(np.int64)
    shipping = delivery[random.integers(0, len(delivery), size)]
    counter = orders.channel == len(words["channels"])
    no_shipping = free | counter | (gross == 0)
    wrapped = orders.is_cash if words["cash_on_delivery"] else random.random(size) < 0.03
    service = round(words["service_fee_amount"] * 100)
    coupon = random.integers(0, len(words["coupons"]), size)
    return Amounts(
        gross=gross,
        discount=discount,
        shipping=np.where(no_shipping, 0, shipping),
        fee=np.where(wrapped & (orders.origin == Origin.PURCHASE), service, 0),
        coupon=np.where(discount > 0, coupon, -1),
    )


def _extras(orders: Orders, amounts: Amounts, random: np.random.Generator) -> list[Lines]:
    """Lines beside the goods: vouchers, delivery, service, samples, tests."""
    size = len(orders)
    sampled = (random.random(size) < SHARES.sample) & (orders.origin == Origin.PURCHASE)
    tested = orders.origin == Origin.TEST
    return [
        _extra(LineKind.VOUCHER, amounts.discount > 0, -amounts.discount),
        _extra(LineKind.SHIPPING, amounts.shipping > 0, amounts.shipping),
        _extra(LineKind.FEE, amounts.fee > 0, amounts.fee),
        _extra(LineKind.SAMPLE, sampled, np.zeros(size, np.int64)),
        _extra(LineKind.TEST, tested, np.full(size, TEST_CENTS)),
    ]


def _extra(kind: LineKind, has: Flags, price: Ints) -> Lines:
    order = np.flatnonzero(has)
    same, one = np.full(len(order), int(kind)), np.ones(len(order), np.int64)
    return Lines(order, same, same, -one, one, price[order], 0 * one)


def _ordered(parts: list[Lines]) -> Lines:
    """The parts as one block, by order and kind, numbered within the order."""
    names = ("order", "line_no", "kind", "product", "quantity", "price", "cost")
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    place = np.argsort(whole["order"] * len(LineKind) + whole["kind"], kind="stable")
    whole = {name: values[place] for name, values in whole.items()}
    order = whole["order"]
    begins = np.searchsorted(order, order, side="left")
    whole["line_no"] = np.arange(len(order)) - begins + 1
    return Lines(**whole)


def _refunds(
    orders: Orders, lines: Lines, amounts: Amounts, random: np.random.Generator
) -> Refunds:
    size = len(orders)
    goods = lines.kind == LineKind.GOODS
    pieces = np.bincount(lines.order[goods], lines.quantity[goods], minlength=size).astype(np.int64)
    first = np.minimum(np.searchsorted(lines.order, np.arange(size)), len(lines) - 1)
    fate = orders.fate
    whole = (fate == Fate.CANCELLED) | (fate == Fate.REFUNDED)
    # One piece of one is the whole order, so such an order only gets some money back.
    partly = (fate == Fate.PARTLY) & (pieces > 1)
    some = ((fate == Fate.PARTLY) & (pieces <= 1)) | (fate == Fate.REFUND_ONLY)
    net_share = amounts.net / np.maximum(amounts.gross, 1)
    piece = (lines.price[first] * net_share).astype(np.int64)
    part = (piece * random.uniform(0.1, 0.4, size)).astype(np.int64)
    delivery = (fate == Fate.SHIPPING_REFUNDED) & (amounts.shipping > 0)
    amount = np.select(
        [whole, partly, some, delivery], [amounts.net, piece, part, amounts.shipping], 0
    )
    return Refunds(
        amount=amount,
        line=np.where(partly | some, first, -1),
        quantity=np.select([whole, partly], [pieces, 1], 0),
        goods_returned=(whole & (fate == Fate.REFUNDED)) | partly,
        is_shipping=delivery,
    )
