"""Shops of customers who buy by a known law: for judging models of buying and their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Law = Literal["pareto_nbd", "mbg_nbd", "bg_nbd"]
LAWS: tuple[Law, ...] = ("pareto_nbd", "mbg_nbd", "bg_nbd")
FIRST = date(2023, 1, 1)
NOON = time(12)
SEASON = 0.6
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Kind:
    """What a shop is like.

    Attributes:
        customers: How many.
        days: How long it has been open.
        starts: When they first came: over all days, all on the first or the last day, or some of
            them on the last.
        busy: Times by which they buy more often than usual.
        comes_back: Whether anybody does.
        seasonal: Whether the year has its season, which no model of buying knows.
    """

    customers: int
    days: int
    starts: Literal["all days", "first day", "last day", "many on the last day"] = "all days"
    busy: float = 1.0
    comes_back: bool = True
    seasonal: bool = False


KINDS: Mapping[str, Kind] = {
    "usual": Kind(1500, 600),
    "small": Kind(300, 500),
    "short": Kind(3000, 120),
    "one-time only": Kind(800, 400, comes_back=False),
    "heavy buyers": Kind(800, 500, busy=5),
    "all on day one": Kind(1500, 500, starts="first day"),
    "one customer": Kind(1, 300, starts="first day"),
    "seasonal": Kind(1500, 730, seasonal=True),
    "many at T = 0": Kind(1500, 500, starts="many on the last day"),
    "all at T = 0": Kind(500, 60, starts="last day"),
}


@dataclass(frozen=True)
class Buyers:
    """Customers, what they did, and the law that they did it by.

    Attributes:
        law: By which they come and leave.
        truth: Its parameters, times in days.
        days: Days observed; what is later is to be foretold.
        horizon: Days to foretell.
        start: Day of the first purchase of each [n].
        rate: Purchases a day of each while a customer [n].
        who: Whose each later purchase is [purchases].
        on: Its day [purchases].
    """

    law: Law
    truth: Mapping[str, float]
    days: int
    horizon: int
    start: Counts
    rate: Floats
    who: Counts
    on: Counts

    @property
    def as_of(self) -> date:
        """The day looked ahead from."""
        return FIRST + timedelta(days=self.days)

    def histories(self) -> tuple[Counts, Counts, Counts]:
        """Occasions after the first, days to the last, days to the end, of each."""
        known = self.on < self.days
        x = np.bincount(self.who[known], minlength=len(self.start))
        last = self.start.copy()
        np.maximum.at(last, self.who[known], self.on[known])
        return x.astype(np.int64), last - self.start, self.days - 1 - self.start

    def future(self) -> Counts:
        """Occasions within the horizon, of each."""
        later = self.on >= self.days
        return np.bincount(self.who[later], minlength=len(self.start)).astype(np.int64)

    def orders(self) -> pa.Table:
        """What was sold before the day looked ahead from."""
        known = self.on < self.days
        who = np.concatenate((np.arange(len(self.start)), self.who[known]))
        on = np.concatenate((self.start, self.on[known]))
        spend = np.random.default_rng(len(who)).gamma(4.0, 10.0, len(who)).round(2)
        noon = np.datetime64(datetime.combine(FIRST, NOON), "us")
        return pa.table(
            {
                "order_id": pa.array(np.arange(len(who)).astype(str)),
                "customer_id": pa.array(np.char.add("c", who.astype(str))),
                "ordered_at": pa.array(noon + on.astype("timedelta64[D]")),
                "paid_amount": pa.array(spend),
            }
        )


def buyers(
    kind: str, seed: int, law: Law = "pareto_nbd", horizon: int = 90, finer: int = 1
) -> Buyers:
    """Customers drawn by chance, and how often they come drawn too.

    Purchases are at random times at each customer's own rate; several of one day are one. Time
    goes by whole days, the day of the first purchase being day 0. Laws are of time that flows:
    who buys at a rate of 0.2 a day is seen to buy a tenth less often than she does. `finer` parts
    each day so that this is the less.

    Args:
        kind: One of `KINDS`.
        seed: Equal seeds give equal customers.
        law: By which they leave.
        horizon: Days to foretell.
        finer: Into how many a day is parted; all days, parameters and rates are then of parts.
    """
    asked, chance = KINDS[kind], np.random.default_rng([seed, LAWS.index(law)])
    asked, horizon = replace(asked, days=asked.days * finer), horizon * finer
    truth = _truth(chance, law, asked.busy, finer)
    start = _starts(chance, asked)
    count = len(start)
    rate = chance.gamma(truth["r"], 1 / truth["alpha"], count)
    most = asked.days - 1 - start + horizon
    if law == "pareto_nbd":
        leaving = chance.gamma(truth["s"], 1 / truth["beta"], count)
        gone = np.minimum(most, chance.exponential(1 / np.maximum(leaving, 1e-12)))
        leaves = np.zeros(count)
    else:
        gone, leaves = most.astype(np.float64), chance.beta(truth["a"], truth["b"], count)
    who, when = _events(chance, rate, gone, leaves, at_first=law == "mbg_nbd")
    if not asked.comes_back:
        who, when = who[:0], when[:0]
    day = start[who] + np.ceil(when).astype(np.int64)
    if asked.seasonal:
        height = 1 + SEASON * np.sin(2 * np.pi * day / YEAR_DAYS)
        kept = chance.random(len(day)) < height / (1 + SEASON)
        who, day = who[kept], day[kept]
    span = asked.days + horizon + 1
    each = np.unique(who * span + day)
    return Buyers(law, truth, asked.days, horizon, start, rate, each // span, each % span)


def _truth(chance: Any, law: Law, busy: float, finer: int) -> dict[str, float]:
    r = float(chance.uniform(0.5, 1.2))
    truth = {"r": r, "alpha": r * float(chance.uniform(30, 60)) / busy * finer}
    if law == "pareto_nbd":
        s = float(chance.uniform(0.5, 1.2))
        return truth | {"s": s, "beta": s * float(chance.uniform(150, 300)) * finer}
    return truth | {"a": float(chance.uniform(0.6, 1.2)), "b": float(chance.uniform(2, 4))}


def _starts(chance: Any, kind: Kind) -> Counts:
    last = kind.days - 1
    if kind.starts == "first day":
        return np.zeros(kind.customers, np.int64)
    if kind.starts == "last day":
        return np.full(kind.customers, last)
    start = chance.integers(0, kind.days, kind.customers)
    if kind.starts == "many on the last day":
        start[: kind.customers // 3] = last
    return np.asarray(start, np.int64)


def _events(
    chance: Any, rate: Floats, gone: Floats, leaves: Floats, *, at_first: bool
) -> tuple[Counts, Floats]:
    """Who buys when, after the first purchase, until she leaves."""
    here = np.arange(len(rate))
    if at_first:
        here = here[chance.random(len(here)) > leaves]
    now = np.zeros(len(here))
    whose: list[Counts] = [here[:0]]
    when: list[Floats] = [now[:0]]
    while here.size:
        now = now + chance.exponential(1 / np.maximum(rate[here], 1e-12))
        still = now <= gone[here]
        here, now = here[still], now[still]
        whose.append(here)
        when.append(now)
        stays = chance.random(here.size) > leaves[here]
        here, now = here[stays], now[stays]
    return np.concatenate(whose), np.concatenate(when)
