"""A shop that customers left for a reason, and who they were: made to test reasons of leaving.

Customers buy at their own rate until they leave, most of them for no reason that data could tell.
One thing drives some of them away: a price, a defect, complaints that nobody answers, or a channel
that closes. All of it leaves the same traces as in a shop: there are ordinary refunds, complaints
that are solved, and offers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

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
from zhike.datasets.season import midnight
from zhike.engines import Engine, open_engine
from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.schema import Shop

DesertionCause = Literal["price", "refunds", "complaints", "channel"]
DESERTION_CAUSES: tuple[DesertionCause, ...] = get_args(DesertionCause)

END = date(2025, 6, 30)
SPAN = 400
"""Days of which orders are told."""
STRUCK_ON = 300
"""Day on which prices rise, or the channel closes."""
SINCE = 200
"""Day from which defects and complaints strike, one customer after another."""
LEAVES = 0.8
"""Chance that a customer who is struck leaves for it."""

CUSTOMERS = 6_000
LIFETIME_DAYS = 600.0
MEAN_GAP_DAYS, RATE_SHAPE = 20.0, 2.0
CHANNELS = ("app", "shop", "phone", "fair")
CHANNEL_SHARES = (0.45, 0.3, 0.15, 0.1)
PRODUCTS, FAVOURITE_SHARE = 12, 0.8
DEARER = 1.25
DISCOUNTED, OFF = 0.2, 0.9
RETURNED, COMPLAINED, DEFECTIVE, IGNORED = 0.03, 0.05, 0.15, 0.15
SOLVED_DAYS = 3
RETURN_DAYS = (2, 10)


@dataclass(frozen=True)
class DesertedShop:
    """A shop and who left for the planted reason.

    Attributes:
        tables: Standard table name to its rows.
        cause: What was planted.
        driven_away: Customers who left for it [k], their ids.
        end: The day after the last.
    """

    tables: dict[str, pa.Table]
    cause: DesertionCause | None
    driven_away: frozenset[str]
    end: date = END

    def shop(self, engine: Engine | None = None) -> Shop:
        """The tables on an engine, DuckDB unless given."""
        engine = engine or open_engine("duckdb")
        tables = {name: engine.load(name, rows) for name, rows in self.tables.items()}
        return Shop(engine, tables, "CNY", "UTC", as_of=self.end)


def deserted_shop(
    cause: DesertionCause | None, *, seed: int, customers: int = CUSTOMERS
) -> DesertedShop:
    """A shop with one cause of leaving planted in it; None plants nothing.

    `price`: what some customers mostly buy becomes a quarter dearer. `refunds`: a defect, so that
    customers send back what they bought last. `complaints`: customers complain and nobody
    answers. `channel`: a channel closes. Four of five of those struck never buy again.

    Args:
        cause: What to plant.
        seed: Where every draw comes from.
        customers: Customers at the beginning.

    Raises:
        ParameterError: There is no such cause.

    Examples:
        >>> found = deserted_shop("channel", seed=1, customers=500)
        >>> len(found.driven_away) > 10, deserted_shop(None, seed=1, customers=500).driven_away
        (True, frozenset())
    """
    if cause is not None and cause not in DESERTION_CAUSES:
        raise ParameterError.unknown(lazy("cause"), cause, DESERTION_CAUSES)
    random = np.random.default_rng([seed, 4711])
    people = _people(customers, random)
    struck = _struck(cause, people, random)
    sales = _sales(cause, people, struck, random)
    refunds, tickets = (
        _refunds(cause, sales, struck, random),
        _tickets(cause, people, struck, random),
    )
    tables = {
        "orders": _order_rows(sales),
        "order_lines": _line_rows(sales),
        "refunds": refunds,
        "tickets": tickets,
    }
    return DesertedShop(tables, cause, frozenset(map(str, np.flatnonzero(struck.leaves) + 1)))


@dataclass(frozen=True)
class _People:
    rate: Floats
    born: Ints
    gone: Ints
    channel: Ints
    favourite: Ints


@dataclass(frozen=True)
class _Struck:
    """Whom it strikes, when, and who leaves for it: only who was still there can."""

    is_struck: Flags
    day: Ints
    leaves: Flags


@dataclass(frozen=True)
class _Sales:
    customer: Ints
    day: Ints
    channel: Ints
    product: Ints
    price: Ints  # cents
    is_discounted: Flags

    @property
    def paid(self) -> Ints:
        return np.where(self.is_discounted, (self.price * OFF).astype(np.int64), self.price)


def _people(customers: int, random: np.random.Generator) -> _People:
    later = int(customers * SPAN / LIFETIME_DAYS)
    born = np.concatenate([np.zeros(customers, np.int64), random.integers(0, SPAN, later)])
    size = len(born)
    lasting = 1 + random.exponential(LIFETIME_DAYS, size).astype(np.int64)
    return _People(
        rate=random.gamma(RATE_SHAPE, 1 / MEAN_GAP_DAYS / RATE_SHAPE, size),
        born=born,
        gone=np.minimum(born + lasting, SPAN),
        channel=random.choice(len(CHANNELS), size, p=CHANNEL_SHARES),
        favourite=random.integers(0, PRODUCTS, size),
    )


def _struck(cause: DesertionCause | None, people: _People, random: np.random.Generator) -> _Struck:
    size = len(people.rate)
    chance, stays = random.random(size), random.random(size)
    # What is defective comes back some days later: by the end all of it has.
    until = SPAN - RETURN_DAYS[1] if cause == "refunds" else SPAN
    some_day = random.integers(SINCE, until, size)
    day = some_day if cause in ("refunds", "complaints") else np.full(size, STRUCK_ON)
    whom = {
        "price": people.favourite == 0,
        "channel": people.channel == len(CHANNELS) - 2,
        "refunds": chance < DEFECTIVE,
        "complaints": chance < IGNORED,
        None: np.zeros(size, bool),
    }[cause]
    there = (people.born < day) & (people.gone > day)
    return _Struck(whom & there, day, whom & there & (stays < LEAVES))


def _sales(
    cause: DesertionCause | None, people: _People, struck: _Struck, random: np.random.Generator
) -> _Sales:
    until = np.where(struck.leaves, struck.day, people.gone)
    alive = np.maximum(until - people.born, 0)
    count = random.poisson(people.rate * alive) + 1
    who = np.repeat(np.arange(len(count)), count)
    first = np.concatenate([[True], who[1:] != who[:-1]])
    day = people.born[who] + (random.random(len(who)) * alive[who]).astype(np.int64)
    day = np.where(first, people.born[who], day)
    if cause == "refunds":
        # The defect is in what was bought on the day that it strikes.
        hit = np.flatnonzero(struck.is_struck)
        who, day = np.concatenate([who, hit]), np.concatenate([day, struck.day[hit]])
    size = len(who)
    channel = people.channel[who]
    if cause == "channel":
        closed = (channel == len(CHANNELS) - 2) & (day >= STRUCK_ON)
        channel = np.where(closed, 0, channel)
    other = random.integers(0, PRODUCTS, size)
    product = np.where(random.random(size) < FAVOURITE_SHARE, people.favourite[who], other)
    price = 2_000 + 1_500 * product
    if cause == "price":
        dearer = (product == 0) & (day >= STRUCK_ON)
        price = np.where(dearer, (price * DEARER).astype(np.int64), price)
    cheap = random.random(size) < DISCOUNTED
    order = np.lexsort((who, day))
    return _Sales(
        customer=who[order],
        day=day[order],
        channel=channel[order],
        product=product[order],
        price=price[order],
        is_discounted=cheap[order],
    )


def _refunds(
    cause: DesertionCause | None, sales: _Sales, struck: _Struck, random: np.random.Generator
) -> pa.Table:
    back = sales.day + random.integers(*RETURN_DAYS, len(sales.day))
    is_back = random.random(len(sales.day)) < RETURNED
    if cause == "refunds":
        hit = struck.is_struck[sales.customer] & (sales.day == struck.day[sales.customer])
        is_back |= hit
    at = np.flatnonzero(is_back & (back < SPAN))
    stamps = _seconds(back[at])
    return table_of(
        "refunds",
        {
            "refund_id": texts(at + 1),
            "line_no": pa.array(np.ones(len(at), np.int64)),
            "order_id": texts(at + 1),
            "customer_id": texts(sales.customer[at] + 1),
            "product_id": texts(sales.product[at]),
            "kind": chosen(["goods"], np.zeros(len(at), int)),
            "refunded_at": instants(stamps),
            "refunded_on": days(stamps),
            "quantity": pa.array(np.ones(len(at))),
            "amount": money(sales.paid[at] * 9 // 10),
            "goods_returned": pa.array(np.ones(len(at), bool)),
        },
    )


def _tickets(
    cause: DesertionCause | None, people: _People, struck: _Struck, random: np.random.Generator
) -> pa.Table:
    size = len(people.rate)
    usual = np.flatnonzero(random.random(size) < COMPLAINED)
    lasting = np.maximum(people.gone - people.born, 1)[usual]
    day = people.born[usual] + (random.random(len(usual)) * lasting).astype(np.int64)
    solved = _seconds(day + SOLVED_DAYS)
    who = usual
    if cause == "complaints":
        hit = np.flatnonzero(struck.is_struck)
        who, day = np.concatenate([usual, hit]), np.concatenate([day, struck.day[hit]])
        solved = np.concatenate([solved, np.full(len(hit), np.iinfo(np.int64).max)])
    stamps = _seconds(day)
    return table_of(
        "tickets",
        {
            "ticket_id": texts(np.arange(len(who)) + 1),
            "customer_id": texts(who + 1),
            "kind": chosen(["complaint"], np.zeros(len(who), int)),
            "opened_at": instants(stamps),
            "opened_on": days(stamps),
            "resolved_at": instants(solved),
        },
    )


def _seconds(day: Ints) -> Ints:
    start = END - timedelta(days=SPAN)
    noon: Ints = midnight(start) + day * DAY_SECONDS + DAY_SECONDS // 2
    return noon


def _order_rows(sales: _Sales) -> pa.Table:
    size, at = len(sales.day), _seconds(sales.day)
    nothing, no = money(np.zeros(size, np.int64)), pa.array(np.zeros(size, bool))
    return table_of(
        "orders",
        {
            "order_id": texts(np.arange(size) + 1),
            "customer_id": texts(sales.customer + 1),
            "ordered_at": instants(at),
            "ordered_on": days(at),
            "paid_at": instants(at),
            "status": chosen(["completed"], np.zeros(size, int)),
            "channel": chosen(CHANNELS, sales.channel),
            "gross_amount": money(sales.price),
            "discount_amount": money(sales.price - sales.paid),
            "shipping_amount": nothing,
            "fee_amount": nothing,
            "adjustment_amount": nothing,
            "paid_amount": money(sales.paid),
            "currency": chosen(["CNY"], np.zeros(size, int)),
            "is_cash_on_delivery": no,
            "is_presale": no,
            "is_brushing": no,
            "is_test": no,
        },
    )


def _line_rows(sales: _Sales) -> pa.Table:
    size = len(sales.day)
    return table_of(
        "order_lines",
        {
            "order_id": texts(np.arange(size) + 1),
            "line_no": pa.array(np.ones(size, np.int64)),
            "product_id": texts(sales.product),
            "kind": chosen(["goods"], np.zeros(size, int)),
            "quantity": pa.array(np.ones(size)),
            "unit_price": money(sales.price),
            "amount": money(sales.price),
        },
    )
