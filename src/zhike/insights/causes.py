"""Which changes may be believed, one after the other: what one explains is not told twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import exp

import ibis.expr.types as ir
import numpy as np

from zhike.insights.evidence import (
    DRIVERS,
    FAMILY_RATE,
    LEAST_SHARE,
    UNSTEADY,
    WORTH,
    Flags,
    Scope,
    Statistics,
    chains_of,
    overdispersion,
    p_values,
    statistics_of,
)
from zhike.insights.sides import BEFORE
from zhike.insights.sums import ALL, PLACE, Floats, Sums, sums_of, without
from zhike.stats import logarithmic_mean

MOST_CAUSES = 6


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One driver of one member that changed by more than chance.

    Attributes:
        dimension: Such as "channel"; "all" where everything moved.
        member: Of that dimension; "" where there is none.
        driver: "volume", "basket", "price", "discounts" or "refunds".
        before: The driver's level before (where everything moved and was told apart, the level
            that this would give): purchases, pieces a purchase, price level (1 is the mean
            of both), share paid of list amounts, share of lines that came back.
        after: The same now.
        change: How many times as much, less 1; of volumes a day.
        amount: What it adds to the metric.
        z: Change by its noise, earlier pairs taken into account.
        p: Chance of so large a `z` where nothing happened.
    """

    dimension: str
    member: str
    driver: str
    before: float
    after: float
    change: float
    amount: float
    z: float
    p: float


@dataclass(frozen=True)
class Believed:
    """What may be believed.

    Attributes:
        causes: By money at stake, the largest first.
        judged: How many candidates were looked at; the chance that anything at all is reported
            where nothing happened is held over all of them.
        factors: How much wider than customer-level noise earlier pairs were, by driver; of what
            customers had bought before by "stage".
        sums: Sums of the facts, nothing left out.
    """

    causes: tuple[Cause, ...]
    judged: int
    factors: dict[str, float]
    sums: Sums


def believed_causes(facts: ir.Table, scope: Scope) -> Believed:
    """The changes that chance does not explain.

    The likeliest cause is taken first; then everything is looked at again without what it
    touched, so that what merely followed from it is not reported. A change of everything is
    taken off every member instead.
    """
    sums = sums_of(facts, len(scope.sides.periods))
    widened = overdispersion(sums, scope)
    search = _Search(facts, scope, sums, widened)
    causes = sorted(search.found(), key=lambda cause: -abs(cause.amount))
    return Believed(
        causes=tuple(causes),
        judged=search.judged,
        factors=_factors(sums, widened),
        sums=sums,
    )


def _factors(sums: Sums, widened: Floats) -> dict[str, float]:
    """The factors by name: rows of one group are alike."""
    dimensions = [dimension for dimension, _ in sums.members]
    named = dict(zip(DRIVERS, widened[dimensions.index(ALL)].tolist(), strict=True))
    if UNSTEADY[0] in dimensions:
        named["stage"] = float(widened[dimensions.index(UNSTEADY[0]), 0])
    return named


def _rows_of(sums: Sums, widened: Floats, others: Sums) -> Floats:
    """The factors for the members that are left once some rows are out."""
    places = {key: place for place, key in enumerate(sums.members)}
    return np.array([widened[places.get(key, 0)] for key in others.members])


@dataclass
class _Search:
    """Looks for causes one after the other."""

    facts: ir.Table
    scope: Scope
    sums: Sums
    widened: Floats

    def __post_init__(self) -> None:
        first = statistics_of(self.sums, self.scope.sides.pairs[0], self.scope)
        self.judged = int(first.counted.sum())
        self.whole = abs(float(self._worth(self.sums)[0, 1]))

    def found(self) -> Iterator[Cause]:
        """Causes, the likeliest first."""
        removed: list[tuple[str, str]] = []
        shared = np.zeros(len(DRIVERS), bool)
        sums = self.sums
        for _ in range(MOST_CAUSES):
            cause = self._likeliest(sums, shared)
            if cause is None:
                return
            yield cause
            if cause.dimension == ALL:
                shared[DRIVERS.index(cause.driver)] = True
            else:
                removed.append((cause.dimension, cause.member))
                rest = without(self.facts, removed)
                sums = sums_of(rest.filter(rest.side <= BEFORE), BEFORE + 1, self.sums.listed)

    def _likeliest(self, sums: Sums, shared: Flags) -> Cause | None:
        statistics = self._less_shared(sums, shared)
        widened = _rows_of(self.sums, self.widened, sums)
        z = statistics.z / widened
        amounts = self._amounts(sums, statistics)
        p = p_values(np.abs(z))
        news = statistics.counted & (p * self.judged <= FAMILY_RATE)
        news &= np.abs(amounts) >= LEAST_SHARE * self.whole
        if not news.any():
            return None
        # Of equal evidence (a province with one city) the first dimension is named.
        place = int(np.argmax(np.where(news, np.abs(z).round(9), -1.0)))
        row, column = divmod(place, len(DRIVERS))
        return self._cause(sums, statistics, (row, column), (amounts, z, p), shared)

    def _less_shared(self, sums: Sums, shared: Flags) -> Statistics:
        """The statistics with what everything shares taken off each member."""
        found = statistics_of(sums, self.scope.sides.pairs[0], self.scope)
        if not shared.any():
            return found
        whole = [dimension == ALL for dimension, _ in sums.members].index(True)
        common = np.where(shared, found.change[whole], 0.0)
        wider = np.where(shared, found.noise[whole], 0.0)
        return replace(
            found,
            change=np.where(found.counted, found.change - common, 0.0),
            noise=np.hypot(found.noise, wider),
        )

    def _cause(
        self,
        sums: Sums,
        statistics: Statistics,
        at: tuple[int, int],
        told: tuple[Floats, Floats, Floats],
        shared: Flags,
    ) -> Cause:
        row, driver = at[0], DRIVERS[at[1]]
        top, bottom = chains_of(sums, self.scope.metric)[driver]
        now, before = (sums.totals(side)[row] for side in self.scope.sides.pairs[0])
        levels = [
            float(side @ top[row]) / (float(side @ bottom[row]) if bottom.any() else 1.0)
            for side in (now, before)
        ]
        change = exp(statistics.change[at])
        if shared[at[1]]:
            levels[1] = levels[0] / change  # what it would be, had it moved as everything did
        return Cause(
            dimension=sums.members[row][0],
            member=sums.members[row][1],
            driver=driver,
            before=levels[1],
            after=levels[0],
            change=change - 1,
            amount=float(told[0][at]),
            z=float(told[1][at]),
            p=float(told[2][at]),
        )

    def _amounts(self, sums: Sums, statistics: Statistics) -> Floats:
        """What each change adds to the metric: the effect of that factor alone."""
        worth = self._worth(sums)
        sold = logarithmic_mean(worth[:, 0], worth[:, 1])[:, None]
        back = logarithmic_mean(worth[:, 2], worth[:, 3])
        amounts = sold * statistics.change
        amounts[:, DRIVERS.index("refunds")] = -back * statistics.change[:, -1]
        return np.where(statistics.counted, amounts, 0.0)

    def _worth(self, sums: Sums) -> Floats:
        """What was sold now and before, what came back now and before [members, 4]."""
        gross, off = (PLACE[name] for name in WORTH[self.scope.metric])
        sides = [sums.totals(side) for side in self.scope.sides.pairs[0]]
        both = [side[:, place] for place in (gross, off) for side in sides]
        return np.column_stack(both)
