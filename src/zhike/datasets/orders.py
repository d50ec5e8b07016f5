"""When simulated customers order, how, and what becomes of each order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from zhike.datasets.columns import DAY_SECONDS, NEVER, Flags, Floats, Ints
from zhike.datasets.company import SHARES, Company
from zhike.datasets.customers import Customers, scrambled
from zhike.datasets.season import Season, midnight

FIRST_ANONYMOUS = 500_000_000
"""Order numbers of anonymous buyers count from here; so at most that many customers."""

HOUR_SECONDS = 3600


class Origin(IntEnum):
    """Why an order is there."""

    PURCHASE = 0
    UNPAID = 1
    BRUSHING = 2
    TEST = 3
    ANONYMOUS = 4


class Fate(IntEnum):
    """What becomes of an order."""

    KEPT = 0
    UNPAID = 1
    CANCELLED = 2
    REFUNDED = 3
    PARTLY = 4
    REFUND_ONLY = 5
    SHIPPING_REFUNDED = 6


@dataclass(frozen=True)
class Orders:
    """One block of orders; every array has one entry an order; times are local seconds.

    Attributes:
        customer: Position in the block's customers; -1 is nobody.
        number: Nineteen digits, unique in the company.
        ordered_at: When it was placed.
        origin: `Origin`.
        fate: `Fate`; an order too young to have met it is simply on its way.
        channel: Place in the words' channels; one past the last is the counter.
        payment: Place in the words' payments.
        is_presale: Sold ahead.
        is_cash: Cash on delivery.
    """

    customer: Ints
    number: Ints
    ordered_at: Ints
    origin: Ints
    fate: Ints
    channel: Ints
    payment: Ints
    is_presale: Flags
    is_cash: Flags

    def __len__(self) -> int:
        return len(self.number)


def draw_orders(
    company: Company, season: Season, customers: Customers, random: np.random.Generator
) -> Orders:
    """All orders of a block's customers, by customer and time, and some of nobody."""
    customer, day, origin = _occasions(company, season, customers, random)
    index = np.where(customer >= 0, customers.index[customer], 0)
    nobody = customer < 0
    index[nobody] = FIRST_ANONYMOUS + customers.index[0] + np.arange(nobody.sum())
    hour = np.searchsorted(season.hours, random.random(len(day)), side="right") - 1
    second = random.integers(0, HOUR_SECONDS, len(day))
    ordered_at = midnight(company.start) + day * DAY_SECONDS + hour * HOUR_SECONDS + second
    place = np.lexsort((ordered_at, index))
    index, ordered_at = index[place], _apart(index[place], ordered_at[place])
    customer, day, origin = customer[place], day[place], origin[place]
    words = company.words
    payments = words["payments"]
    ends = np.cumsum([share for _, share in payments])
    payment = np.searchsorted(ends / ends[-1], random.random(len(day)), side="right")
    counter = len(words["channels"])
    usual = customers.channel[customer]
    other = random.integers(0, counter, len(day))
    channel = np.where(random.random(len(day)) < 0.92, usual, other)
    cash = [name == words["cash_on_delivery"] for name, _ in payments]
    is_cash = np.array(cash)[payment] & (origin == Origin.PURCHASE)
    payment = np.where(np.array(cash)[payment] & ~is_cash, 0, payment)
    return Orders(
        customer=customer,
        number=ordered_at * 1_000_000_000 + scrambled(index),
        ordered_at=ordered_at,
        origin=origin,
        fate=_fates(origin, is_cash, random),
        channel=np.where(customer < 0, counter, channel),
        payment=payment,
        is_presale=(
            season.presale[day]
            & (origin == Origin.PURCHASE)
            & ~is_cash
            & (random.random(len(day)) < words["presale_share"])
        ),
        is_cash=is_cash,
    )


def _occasions(
    company: Company, season: Season, customers: Customers, random: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Who orders on which day, and why: customer, day, origin."""
    size = len(customers)
    begin, end = season.elapsed[customers.first_day + 1], season.elapsed[customers.last_day]
    span = np.maximum(end - begin, 0.0)
    repeats = np.where(customers.buys, random.poisson(customers.daily_rate * span), 0)
    orders = repeats + customers.buys
    who = [np.flatnonzero(customers.buys), np.repeat(np.arange(size), repeats)]
    when = [customers.first_day[customers.buys], _spread(season, begin, span, repeats, random)]
    why = [np.full(len(each), int(Origin.PURCHASE)) for each in when]
    for origin, share in (
        (Origin.UNPAID, SHARES.unpaid), (Origin.BRUSHING, SHARES.brushing),
    ):  # fmt: skip
        extra = random.poisson(orders * share)
        whole = season.elapsed[customers.last_day] - season.elapsed[customers.first_day]
        who.append(np.repeat(np.arange(size), extra))
        when.append(_spread(season, season.elapsed[customers.first_day], whole, extra, random))
        why.append(np.full(len(when[-1]), int(origin)))
    total = int(orders.sum())
    for origin, share in ((Origin.TEST, SHARES.test), (Origin.ANONYMOUS, SHARES.anonymous)):
        count = np.array([random.poisson(total * share)])
        everything = season.elapsed[[-1]]
        when.append(_spread(season, np.zeros(1), everything, count, random))
        who.append(np.full(count[0], -1))
        why.append(np.full(count[0], int(origin)))
    return np.concatenate(who), np.concatenate(when), np.concatenate(why)


def _spread(
    season: Season, begin: Floats, span: Floats, counts: Ints, random: np.random.Generator
) -> Ints:
    """Days of so many orders for each customer, spread over their span of elapsed weight."""
    passed = random.random(int(counts.sum())) * np.repeat(span, counts) + np.repeat(begin, counts)
    return np.minimum(season.day_at(passed), len(season.weights) - 1)


def _apart(index: Ints, at: Ints) -> Ints:
    """The times with a second between orders of one customer that fall on the same one."""
    rank = np.arange(len(at))
    apart = np.cumsum(np.diff(index, prepend=index[:1]) != 0) * (1 << 40)
    moved: Ints = np.maximum.accumulate(at + apart - rank) + rank - apart
    return moved


def _fates(origin: Ints, is_cash: Flags, random: np.random.Generator) -> Ints:
    shares = np.cumsum([
        SHARES.cancelled, SHARES.refunded, SHARES.partly_refunded, SHARES.refund_only,
        SHARES.shipping_refunded,
    ])  # fmt: skip
    drawn = np.searchsorted(shares, random.random(len(origin)), side="right")
    met = np.array([
        Fate.CANCELLED, Fate.REFUNDED, Fate.PARTLY, Fate.REFUND_ONLY, Fate.SHIPPING_REFUNDED,
        Fate.KEPT,
    ])[drawn]  # fmt: skip
    fate = np.where(origin == Origin.PURCHASE, met, int(Fate.KEPT))
    fate = np.where(is_cash & (fate == Fate.CANCELLED), int(Fate.KEPT), fate)
    return np.where(origin == Origin.UNPAID, int(Fate.UNPAID), fate)


@dataclass(frozen=True)
class Timeline:
    """What happens to each order and when, in local seconds; `NEVER` where it does not.

    Attributes:
        paid_at: Paid; for cash on delivery, handed over.
        shipped_at: Sent.
        completed_at: Received.
        closed_at: Closed by itself when unpaid, or cancelled before it was sent.
        refunded_at: Money back, in full or in part.
    """

    paid_at: Ints
    shipped_at: Ints
    completed_at: Ints
    closed_at: Ints
    refunded_at: Ints

    @classmethod
    def of(cls, orders: Orders) -> Timeline:
        """The course of each order, drawn from its number: the same however it is asked for."""
        at, fate = orders.ordered_at, orders.fate
        unpaid = fate == Fate.UNPAID
        promptly = at + 20 + (chance(orders.number, 1) ** 4 * 20 * HOUR_SECONDS).astype(np.int64)
        accepted = np.where(orders.is_cash, at, promptly)
        closed = np.where(
            unpaid,
            at + ((24 + 48 * chance(orders.number, 2)) * HOUR_SECONDS).astype(np.int64),
            accepted + ((0.5 + 6 * chance(orders.number, 2)) * HOUR_SECONDS).astype(np.int64),
        )
        shipped_at, completed_at = delivery(orders.number, accepted)
        stopped = unpaid | (fate == Fate.CANCELLED)
        back = shipped_at + ((1.5 + 18 * chance(orders.number, 5)) * DAY_SECONDS).astype(np.int64)
        back = np.maximum(back, np.where(orders.is_cash, completed_at + HOUR_SECONDS, 0))
        refunded = np.where(
            fate == Fate.CANCELLED, closed, np.where(fate >= Fate.REFUNDED, back, NEVER)
        )
        return cls(
            paid_at=np.where(unpaid, NEVER, np.where(orders.is_cash, completed_at, promptly)),
            shipped_at=np.where(stopped, NEVER, shipped_at),
            completed_at=np.where(stopped, NEVER, completed_at),
            closed_at=np.where(stopped, closed, NEVER),
            refunded_at=refunded,
        )


def delivery(number: Ints, accepted_at: Ints) -> tuple[Ints, Ints]:
    """When an order accepted then is sent and received; `NEVER` stays."""
    known = np.where(accepted_at == NEVER, 0, accepted_at)
    shipped = known + ((8 + 50 * chance(number, 3)) * HOUR_SECONDS).astype(np.int64)
    completed = shipped + ((1.5 + 8 * chance(number, 4)) * DAY_SECONDS).astype(np.int64)
    missing = accepted_at == NEVER
    return np.where(missing, NEVER, shipped), np.where(missing, NEVER, completed)


def chance(number: Ints, purpose: int) -> Floats:
    """A share from 0 to 1 that belongs to an order number and a purpose (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = number.astype(np.uint64) + np.uint64(purpose) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(float) / float(1 << 53)
