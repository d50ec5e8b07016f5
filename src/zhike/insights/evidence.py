"""How unlikely each change is under chance: candidates, their noise, and which may be believed.

A candidate is one driver of one member: orders in a channel, unit prices of a category, what
comes back of a product. Its statistic is the logarithm of how many times as much it is now. Its
noise has three parts. Which customers happened to buy: the sum over buckets of customers of the
squared influence of each (the infinitesimal jackknife), and never less than that of plain counts.
How single prices drift by themselves. And how much more than that such statistics moved between
earlier pairs of periods of the same data, where nobody asks why (A/A): that factor widens both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, log, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zhike.insights.facts import BUCKETS
from zhike.insights.sides import Sides
from zhike.insights.sums import ALL, PLACE, Floats, Sums

Flags = NDArray[np.bool_]

ITEM_DIMENSIONS = ("product", "category")
"""Parts of orders rather than whole ones: their volume is lines, not orders."""

UNSTEADY = ("customer_kind", "stage")
"""Dimensions of what customers had bought before; in a young history everybody is new at first."""

PRICE_DRIFT = 0.01
"""How far the price of one product may drift in a period without being news."""

LEAST_COUNT = 25
"""Orders, lines or returns of both sides together below which logarithms are not normal."""

FAMILY_RATE = 0.04
"""Chance that anything at all is reported where nothing happened."""

LEAST_SHARE = 0.002
"""Smallest change worth a sentence, as a share of what was sold before."""

DRIVERS = ("volume", "basket", "price", "discounts", "refunds")
"""What may have changed. The mix of products follows from the volumes and is no cause."""

MetricName = Literal["net_revenue", "orders", "customers"]
TESTED: dict[MetricName, tuple[str, ...]] = {
    "net_revenue": DRIVERS,
    "orders": ("volume", "refunds"),
    "customers": ("volume",),
}


WORTH: dict[MetricName, tuple[str, str]] = {
    "net_revenue": ("net", "returned"),
    "orders": ("orders", "returned_orders"),
    "customers": ("customers", "customers"),
}
"""Of each metric, the measure that is added up and the one that goes off it."""


@dataclass(frozen=True)
class Scope:
    """What of the statistics is asked for.

    Attributes:
        sides: What is compared.
        metric: The additive metric whose change is explained.
        itemised: Whether orders have lines, so that there are baskets and prices.
    """

    sides: Sides
    metric: MetricName
    itemised: bool


@dataclass(frozen=True)
class Statistics:
    """One statistic for each member and driver, over one pair of sides.

    Attributes:
        change: Logarithm of now by before [members, drivers], days taken out of volumes.
        noise: Its standard error under customer-level sampling [members, drivers].
        counted: Whether there is enough to judge by [members, drivers].
    """

    change: Floats
    noise: Floats
    counted: Flags

    @property
    def z(self) -> Floats:
        """Change by noise; 0 where there is too little."""
        return np.where(self.counted, self.change / np.where(self.noise > 0, self.noise, 1.0), 0.0)


def statistics_of(sums: Sums, pair: tuple[int, int], scope: Scope) -> Statistics:
    """The statistics of every candidate of a pair of sides."""
    now, before = (sums.values[:, side] for side in pair)
    chains = chains_of(sums, scope.metric)
    shape = (len(sums.members), len(DRIVERS))
    change, noise, counted = np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
    for place, driver in enumerate(DRIVERS):
        if driver not in TESTED[scope.metric]:
            continue
        top, bottom = (_moved(now, before, weights) for weights in chains[driver])
        influence = top.influence - bottom.influence
        variance = (influence**2).sum(axis=1) * BUCKETS / (BUCKETS - 1)
        change[:, place] = top.log - bottom.log
        counted[:, place] = top.count >= LEAST_COUNT
        if driver in ("volume", "refunds"):
            variance = np.maximum(variance, top.poisson)
        else:
            counted[:, place] &= scope.itemised & _sold_on_both(now, before)
        if driver == "volume":
            change[:, place] -= days_between(scope.sides, pair)
        if driver == "price":
            variance = variance + PRICE_DRIFT**2 * _concentration(sums, pair)
        noise[:, place] = np.sqrt(variance)
    return Statistics(change, noise, counted)


def overdispersion(sums: Sums, scope: Scope) -> Floats:
    """How much wider than customer-level noise earlier pairs were, at least 1.

    Pooled over the members of each driver, since one member has few earlier pairs. What customers
    had bought before is apart from the rest: in a young history everybody is new at first, and
    such members drift by themselves.

    Returns:
        One factor a member and driver [members, drivers].
    """
    apart = np.array([dimension in UNSTEADY for dimension, _ in sums.members])
    factors = np.ones((len(sums.members), len(DRIVERS)))
    earlier = [statistics_of(sums, pair, scope) for pair in scope.sides.pairs[1:]]
    for rows in (apart, ~apart):
        means = [_mean_square(found, rows) for found in earlier]
        if means:
            factors[rows] = np.maximum(np.sqrt(np.mean(means, axis=0)), 1.0)
    return factors


def _mean_square(found: Statistics, rows: Flags) -> Floats:
    judged = found.counted & rows[:, None]
    number = judged.sum(axis=0)
    squares = np.where(judged, found.z, 0.0) ** 2
    return np.where(number > 0, squares.sum(axis=0) / np.maximum(number, 1), 1.0)


def chance_of(sums: Sums, scope: Scope) -> float:
    """Standard error of the change of the whole, by which customers happened to buy."""
    gross, off = (PLACE[name] for name in WORTH[scope.metric])
    now, before = (sums.values[0, side] for side in scope.sides.pairs[0])
    moved = (now - before)[:, gross] - (now - before)[:, off]
    if scope.metric == "customers":
        moved = (now - before)[:, gross]
    return float(np.sqrt(((moved - moved.mean()) ** 2).sum() * BUCKETS / (BUCKETS - 1)))


def days_between(sides: Sides, pair: tuple[int, int]) -> float:
    """Logarithm of how many times as many days one side has; 0 between segments."""
    if sides.members is not None:
        return 0.0
    now, before = (sides.spans_days[side] for side in pair)
    return log(now / before)


def p_values(z: Floats) -> Floats:
    """Two-sided chance of so large a statistic, by Student's distribution over the buckets."""
    freedom = BUCKETS - 1
    # Wallace's normal approximation: exact to the third digit where it matters, without tables.
    normal = np.sqrt(freedom * np.log1p(z**2 / freedom)) * (8 * freedom + 1) / (8 * freedom + 3)
    p: Floats = np.vectorize(lambda value: erfc(value / sqrt(2)))(normal)
    return p


@dataclass(frozen=True)
class _Moved:
    log: Floats
    influence: Floats
    poisson: Floats
    count: Floats


def chains_of(sums: Sums, metric: MetricName) -> dict[str, tuple[Floats, Floats]]:
    """Numerator and denominator of each driver as weights of measures [members, measures]."""
    items = np.array([dimension in ITEM_DIMENSIONS for dimension, _ in sums.members])

    def only(*names: str) -> Floats:
        weights = np.zeros((len(items), len(PLACE)))
        for name in names:
            weights[:, PLACE[name]] = 1.0
        return weights

    if metric == "customers":
        return {"volume": (only("customers"), only())}
    if metric == "orders":
        refunds = (only("returned_orders"), only("orders"))
        return {"volume": (only("orders"), only()), "refunds": refunds}
    sold = np.where(items[:, None], only("lines"), only("orders"))
    return {
        "volume": (sold, only()),
        "basket": (only("units"), sold),
        "price": (only("amount"), only("reference")),
        "discounts": (only("net"), only("amount")),
        "refunds": (only("returns"), only("lines")),
    }


def _moved(now: Floats, before: Floats, weights: Floats) -> _Moved:
    """A measure of each member on both sides: how many times as much, and whose doing it is."""
    sums = [np.einsum("mbk,mk->mb", side, weights) for side in (now, before)]
    after, earlier = (side.sum(axis=1) for side in sums)
    nothing = ~weights.any(axis=1)
    half = np.where(nothing, 1.0, 0.5)  # what is not there on one side still has a logarithm
    influence = sums[0] / (after + half)[:, None] - sums[1] / (earlier + half)[:, None]
    return _Moved(
        log=np.log(np.maximum(after, 0) + half) - np.log(np.maximum(earlier, 0) + half),
        influence=influence,
        poisson=1 / (after + half) + 1 / (earlier + half),
        count=after + earlier,
    )


def _sold_on_both(now: Floats, before: Floats) -> Flags:
    lines = PLACE["lines"]
    enough: Flags = np.minimum(*(side[:, :, lines].sum(axis=1) for side in (now, before))) >= (
        LEAST_COUNT / 2
    )
    return enough


def _concentration(sums: Sums, pair: tuple[int, int]) -> Floats:
    """Share of drift that does not cancel: 1 for one product, 1/n for n equal ones, by revenue."""
    amount = np.sum([sums.totals(side)[:, PLACE["reference"]] for side in pair], axis=0)
    products = np.array([dimension == "product" for dimension, _ in sums.members])
    shares = amount[products] / max(amount[products].sum(), 1e-9)
    everything = float((shares**2).sum()) if products.any() else 1.0
    whole = max(float(amount[[dimension == ALL for dimension, _ in sums.members]].sum()), 1e-9)
    # A category holds as many products as its share of what is sold, if all were alike.
    return np.where(products, 1.0, np.minimum(everything * whole / np.maximum(amount, 1e-9), 1.0))
