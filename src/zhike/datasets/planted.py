"""A steady shop in whose last four weeks one thing went wrong, or nothing did.

Made to test explanations. Customers come and go at constant rates and nothing has a season, so
that any two stretches of four weeks differ by chance alone, unless a cause was planted in the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import pyarrow as pa

from zhike.datasets.columns import (
    DAY_SECONDS,
    Flags,
    Floats,
    Ints,
    chosen,
    days,
    instants,
    money,
    table_of,
    texts,
)
from zhike.datasets.company import words_of
from zhike.datasets.season import midnight
from zhike.engines import Engine, open_engine
from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.schema import Shop

CauseName = Literal["channel", "price", "returns", "region"]
CAUSES: tuple[CauseName, ...] = get_args(CauseName)

END = date(2025, 6, 30)
MONTH_DAYS = 28
MONTHS = 6
"""Months of which orders are told; what customers bought before is unknown to the shop."""

CUSTOMERS = 6_000
LIFETIME_DAYS = 400.0
PURCHASES_A_MONTH = 1.4
RATE_SHAPE = 1.5
WEEKDAYS = np.array([0.97, 0.95, 0.95, 0.97, 1.02, 1.09, 1.05])
THINGS = 3
"""Products of each category."""

FAVOURITE_SHARE = 0.4
EXTRA_LINES = 0.9
PROMOTED_SHARE, PROMOTION = 0.2, 0.9
VOUCHER_SHARE = 0.25
RETURN_SHARE = 0.2
"""Of lines, as with clothes: a product that few send back cannot show in a month that twice as
many do."""

RETURN_DAYS = (2, 13)
LEAST_REGION_SHARE = 0.07
COMMON_PRODUCTS = 10
"""The defect is planted in one of the products that sell most."""

ORDERS_KEPT, PRICE_TIMES, RETURNS_TIMES, RATE_KEPT = 0.7, 1.15, 2.0, 0.5


class Plant(NamedTuple):
    """What was planted, in the terms in which an explanation names a cause."""

    dimension: str
    member: str
    driver: str


@dataclass(frozen=True)
class PlantedShop:
    """A small shop and what was planted in its last four weeks.

    Attributes:
        tables: Standard table name to its rows.
        plant: What was planted; None in an A/A pair.
        end: The day after the last.
    """

    tables: dict[str, pa.Table]
    plant: Plant | None
    end: date = END

    @property
    def months(self) -> tuple[date, date, date]:
        """First day of the four weeks before, of the last four weeks, and the day after them."""
        month = timedelta(days=MONTH_DAYS)
        return self.end - 2 * month, self.end - month, self.end

    def shop(self, engine: Engine | None = None) -> Shop:
        """The tables on an engine, DuckDB unless given."""
        engine = engine or open_engine("duckdb")
        tables = {name: engine.load(name, rows) for name, rows in self.tables.items()}
        return Shop(engine, tables, "CNY", "UTC", as_of=self.end)


def planted_shop(cause: CauseName | None, *, seed: int, customers: int = CUSTOMERS) -> PlantedShop:
    """A shop with one cause planted in its last four weeks; None plants nothing.

    `channel`: one channel loses 30 % of its orders. `price`: the prices of one category rise
    15 %. `returns`: a defect doubles what comes back of one product. `region`: customers of one
    province buy half as often. Which channel, category, product or province it is, the seed says.

    Args:
        cause: What to plant.
        seed: Where every draw comes from.
        customers: Customers at any time; some 70 % of them buy in four weeks.

    Raises:
        ParameterError: There is no such cause.

    Examples:
        >>> planted_shop("channel", seed=10_001, customers=500).plant.driver
        'volume'
        >>> planted_shop(None, seed=10_001, customers=500).plant is None
        True
    """
    if cause is not None and cause not in CAUSES:
        raise ParameterError.unknown(lazy("cause"), cause, CAUSES)
    random = np.random.default_rng([seed, 77])
    people = _people(customers, random)
    goods = _goods(random)
    orders = _orders(people, random)
    victim = _victim(cause, people, goods, random)
    orders = _kept(orders, people, victim, random)
    lines = _lines(orders, people, goods, victim, random)
    tables = {
        "customers": _customer_rows(people),
        "products": _product_rows(goods),
        "orders": _order_rows(orders, people, lines),
        "order_lines": _line_rows(lines, goods),
        "refunds": _refund_rows(orders, people, lines, victim, random),
    }
    return PlantedShop(tables, victim.plant if victim else None)


@dataclass(frozen=True)
class _People:
    words: dict[str, Any]
    rate: Floats
    born: Ints
    gone: Ints
    channel: Ints
    source: Ints
    place: Ints
    favourite: Ints

    @property
    def provinces(self) -> list[str]:
        return [item[0] for item in self.words["places"]["list"]]


@dataclass(frozen=True)
class _Goods:
    name: list[str]
    category: Ints
    price: Ints
    popularity: Floats


@dataclass(frozen=True)
class _Orders:
    customer: Ints
    day: Ints
    channel: Ints


@dataclass(frozen=True)
class _Lines:
    order: Ints
    product: Ints
    quantity: Ints
    price: Ints
    voucher: Ints  # cents off each order

    @property
    def amount(self) -> Ints:
        return self.quantity * self.price


@dataclass(frozen=True)
class _Victim:
    cause: CauseName
    place: int
    plant: Plant


def _people(customers: int, random: np.random.Generator) -> _People:
    """Customers there at the start, and those who come later at the rate at which others go."""
    words, span = words_of("zh"), MONTHS * MONTH_DAYS
    newcomers = random.poisson(customers * span / LIFETIME_DAYS)
    size = customers + newcomers
    born = np.concatenate([np.full(customers, -1), random.integers(0, span, newcomers)])
    rate = random.gamma(RATE_SHAPE, PURCHASES_A_MONTH / MONTH_DAYS / RATE_SHAPE, size)
    lasting = 1 + random.exponential(LIFETIME_DAYS, size).astype(np.int64)
    return _People(
        words=words,
        rate=rate,
        born=born,
        gone=np.minimum(np.maximum(born, 0) + lasting, span),
        channel=_drawn([item[1] for item in words["channels"]], size, random),
        source=_drawn([item[1] for item in words["sources"]], size, random),
        place=_drawn([item[2] for item in words["places"]["list"]], size, random),
        favourite=random.integers(0, len(words["categories"]), size),
    )


def _goods(random: np.random.Generator) -> _Goods:
    categories = words_of("zh")["categories"]
    category = np.repeat(np.arange(len(categories)), THINGS)
    low, high = (np.log([item["prices"][end] for item in categories])[category] for end in (0, 1))
    price = np.exp(low + (high - low) * random.uniform(0.2, 0.8, len(category)))
    return _Goods(
        name=[name for item in categories for name in item["things"][:THINGS]],
        category=category,
        price=price.round().astype(np.int64) * 100,
        popularity=random.permutation(1 / (np.arange(len(category)) + 4.0) ** 0.7),
    )


def _orders(people: _People, random: np.random.Generator) -> _Orders:
    """A first order on the day of coming, then orders at the customer's own rate."""
    alive = people.gone - np.maximum(people.born, 0)
    count = random.poisson(people.rate * alive)
    newcomers = np.flatnonzero(people.born >= 0)
    who = np.concatenate([newcomers, np.repeat(np.arange(len(alive)), count)])
    later = (random.random(int(count.sum())) * np.repeat(alive, count)).astype(np.int64)
    day = np.concatenate(
        [people.born[newcomers], np.repeat(np.maximum(people.born, 0), count) + later]
    )
    start = END - timedelta(days=MONTHS * MONTH_DAYS)
    weekday = (day + start.weekday()) % 7
    kept = random.random(len(day)) < WEEKDAYS[weekday] / WEEKDAYS.max()
    who, day = who[kept], day[kept]
    nobody = random.random(len(who)) < 0.04
    other = random.integers(0, len(people.words["channels"]), len(who))
    channel = np.where(random.random(len(who)) < 0.92, people.channel[who], other)
    return _Orders(np.where(nobody, -1, who), day, channel)


def _victim(
    cause: CauseName | None, people: _People, goods: _Goods, random: np.random.Generator
) -> _Victim | None:
    """Which channel, category, product or province it strikes."""
    if cause is None:
        return None
    if cause == "channel":
        place = int(random.integers(0, len(people.words["channels"])))
        return _Victim(cause, place, Plant("channel", people.words["channels"][place][0], "volume"))
    if cause == "price":
        place = int(random.integers(0, len(people.words["categories"])))
        name = people.words["categories"][place]["name"]
        return _Victim(cause, place, Plant("category", name, "price"))
    if cause == "returns":
        place = int(random.choice(np.argsort(-goods.popularity)[:COMMON_PRODUCTS]))
        return _Victim(cause, place, Plant("product", goods.name[place], "refunds"))
    shares: dict[str, float] = {}
    for item in people.words["places"]["list"]:
        shares[item[0]] = shares.get(item[0], 0.0) + item[2]
    whole = sum(shares.values())
    large = [name for name, share in shares.items() if share / whole >= LEAST_REGION_SHARE]
    name = str(random.choice(large))
    return _Victim(cause, people.provinces.index(name), Plant("province", name, "volume"))


def _kept(
    orders: _Orders, people: _People, victim: _Victim | None, random: np.random.Generator
) -> _Orders:
    """The orders without those that the cause takes away."""
    chance = random.random(len(orders.day))
    lost = np.zeros(len(orders.day), bool)
    if victim and victim.cause == "channel":
        lost = (orders.channel == victim.place) & (chance >= ORDERS_KEPT)
    if victim and victim.cause == "region":
        province = np.array(people.provinces)
        there = province[people.place[orders.customer]] == victim.plant.member
        lost = there & (orders.customer >= 0) & (chance >= RATE_KEPT)
    kept = ~(lost & _late(orders.day))
    place = np.flatnonzero(kept)[np.argsort(orders.day[kept], kind="stable")]
    return _Orders(orders.customer[place], orders.day[place], orders.channel[place])


def _lines(
    orders: _Orders,
    people: _People,
    goods: _Goods,
    victim: _Victim | None,
    random: np.random.Generator,
) -> _Lines:
    count = 1 + random.poisson(EXTRA_LINES, len(orders.day))
    order = np.repeat(np.arange(len(count)), count)
    size = len(order)
    product = _drawn(list(goods.popularity), size, random)
    own = goods.popularity.reshape(-1, THINGS)
    ends = np.cumsum(own / own.sum(axis=1, keepdims=True), axis=1)
    favourite = people.favourite[orders.customer[order]]
    within = (random.random(size)[:, None] > ends[favourite]).sum(axis=1)
    liked = (orders.customer[order] >= 0) & (random.random(size) < FAVOURITE_SHARE)
    product = np.where(liked, favourite * THINGS + np.minimum(within, THINGS - 1), product)
    price = goods.price[product].astype(float)
    price *= np.where(random.random(size) < PROMOTED_SHARE, PROMOTION, 1.0)
    if victim and victim.cause == "price":
        dearer = (goods.category[product] == victim.place) & _late(orders.day[order])
        price *= np.where(dearer, PRICE_TIMES, 1.0)
    quantity = 1 + (random.random(size) < 0.15)
    cents = price.round().astype(np.int64)
    gross = np.bincount(order, cents * quantity, minlength=len(count))
    share = np.where(
        random.random(len(count)) < VOUCHER_SHARE, random.uniform(0.05, 0.2, len(count)), 0.0
    )
    return _Lines(order, product, quantity, cents, (gross * share).astype(np.int64))


def _late(day: Ints) -> Flags:
    """Whether a day is in the last four weeks."""
    late: Flags = day >= (MONTHS - 1) * MONTH_DAYS
    return late


def _seconds(day: Ints) -> Ints:
    noon: Ints = midnight(END) + (day - MONTHS * MONTH_DAYS) * DAY_SECONDS + DAY_SECONDS // 2
    return noon


def _ids(people: _People, customer: Ints) -> pa.Array:
    return texts(np.arange(len(people.rate)) + 1).take(pa.array(customer, mask=customer < 0))


def _customer_rows(people: _People) -> pa.Table:
    size, places = len(people.rate), people.words["places"]["list"]
    return table_of(
        "customers",
        {
            "customer_id": texts(np.arange(size) + 1),
            "province": chosen([item[0] for item in places], people.place),
            "city": chosen([item[1] for item in places], people.place),
            "acquired_from": chosen([name for name, _ in people.words["sources"]], people.source),
        },
    )


def _product_rows(goods: _Goods) -> pa.Table:
    names = [item["name"] for item in words_of("zh")["categories"]]
    return table_of(
        "products",
        {
            "product_id": pa.array(goods.name),
            "name": pa.array(goods.name),
            "category": chosen(names, goods.category),
        },
    )


def _order_rows(orders: _Orders, people: _People, lines: _Lines) -> pa.Table:
    size, at = len(orders.day), _seconds(orders.day)
    gross = np.bincount(lines.order, lines.amount, minlength=size).astype(np.int64)
    nothing, no = money(np.zeros(size, np.int64)), pa.array(np.zeros(size, bool))
    return table_of(
        "orders",
        {
            "order_id": texts(np.arange(size) + 1),
            "customer_id": _ids(people, orders.customer),
            "ordered_at": instants(at),
            "ordered_on": days(at),
            "paid_at": instants(at),
            "status": chosen(["completed"], np.zeros(size, int)),
            "channel": chosen([item[0] for item in people.words["channels"]], orders.channel),
            "gross_amount": money(gross),
            "discount_amount": money(lines.voucher),
            "shipping_amount": nothing,
            "fee_amount": nothing,
            "adjustment_amount": nothing,
            "paid_amount": money(gross - lines.voucher),
            "currency": chosen(["CNY"], np.zeros(size, int)),
            "is_cash_on_delivery": no,
            "is_presale": no,
            "is_brushing": no,
            "is_test": no,
        },
    )


def _line_rows(lines: _Lines, goods: _Goods) -> pa.Table:
    first = np.searchsorted(lines.order, lines.order, side="left")
    return table_of(
        "order_lines",
        {
            "order_id": texts(lines.order + 1),
            "line_no": pa.array(np.arange(len(lines.order)) - first + 1),
            "product_id": chosen(goods.name, lines.product),
            "kind": chosen(["goods"], np.zeros(len(lines.order), int)),
            "quantity": pa.array(lines.quantity.astype(float)),
            "unit_price": money(lines.price),
            "amount": money(lines.amount),
        },
    )


def _refund_rows(
    orders: _Orders,
    people: _People,
    lines: _Lines,
    victim: _Victim | None,
    random: np.random.Generator,
) -> pa.Table:
    """Whole lines that come back some days later, at what was paid for them."""
    size = len(lines.order)
    back = orders.day[lines.order] + random.integers(*RETURN_DAYS, size)
    share = np.full(size, RETURN_SHARE)
    if victim and victim.cause == "returns":
        share[(lines.product == victim.place) & _late(back)] *= RETURNS_TIMES
    at = np.flatnonzero((random.random(size) < share) & (back < MONTHS * MONTH_DAYS))
    gross = np.bincount(lines.order, lines.amount, minlength=len(orders.day))
    paid = lines.amount * (1 - lines.voucher[lines.order] / gross[lines.order])
    stamps = _seconds(back[at])
    return table_of(
        "refunds",
        {
            "refund_id": texts(at + 1),
            "line_no": pa.array(np.ones(len(at), np.int64)),
            "order_id": texts(lines.order[at] + 1),
            "customer_id": _ids(people, orders.customer[lines.order[at]]),
            "product_id": chosen(words_products(), lines.product[at]),
            "kind": chosen(["goods"], np.zeros(len(at), int)),
            "refunded_at": instants(stamps),
            "refunded_on": days(stamps),
            "quantity": pa.array(lines.quantity[at].astype(float)),
            "amount": money(paid[at].round().astype(np.int64)),
            "goods_returned": pa.array(np.ones(len(at), bool)),
        },
    )


def words_products() -> list[str]:
    """Names of the products, which are their numbers too."""
    return [name for item in words_of("zh")["categories"] for name in item["things"][:THINGS]]


def _drawn(shares: list[float], size: int, random: np.random.Generator) -> Ints:
    ends = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(ends, random.random(size), side="right").astype(np.int64)
