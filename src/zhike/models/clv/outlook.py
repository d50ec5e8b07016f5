"""What to expect of customers: still there or not, purchases within a horizon, with intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from zhike.models.clv.rows import Counts, Floats, Rows, Tail
from zhike.stats.recalibration import AS_IT_IS, Recalibration

_NEGLIGIBLE = 1e-10
_MOST_PURCHASES = 20_000
_AT_ONCE = 20_000


class Buying(Protocol):
    """A model of when people buy."""

    def p_alive(self, values: Floats, rows: Rows, /) -> Floats:
        """Probability of not having left."""
        ...

    def alive_tails(self, values: Floats, x: Counts, T: Counts, days: float, /) -> Tail:  # noqa: N803
        """P(at least k purchases) of those who have not."""
        ...


@dataclass(frozen=True)
class Outlook:
    """What to expect, a value for each row.

    Attributes:
        p_alive: Probability of not having left.
        p_purchase: Probability of at least one purchase within the horizon.
        expected: Expected purchases within it.
        expected_squared: The expected square of their number.
        low: Fewest purchases of the interval; it covers at least the share asked for.
        high: Most.
    """

    p_alive: Floats
    p_purchase: Floats
    expected: Floats
    expected_squared: Floats
    low: Counts
    high: Counts


@dataclass(frozen=True)
class _Pairs:
    """The distinct pairs of count and time since the first purchase.

    Customers alive with the same pair have the same prospects, whenever they last bought; so few
    are computed and all are looked up.

    Attributes:
        x: Whoever needs many purchases to be told comes first.
        T: Days since the first purchase.
        of: Which pair each row has.
    """

    x: Counts
    T: Counts
    of: Counts

    @classmethod
    def among(cls, values: Floats, rows: Rows) -> _Pairs:
        base = rows.days + 1
        keys, of = np.unique(rows.x * base + rows.T, return_inverse=True)
        x, whole = keys // base, keys % base
        order = np.argsort(-(values[0] + x) / (values[1] + whole))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return cls(x[order], whole[order], place[of])

    def chunks(self) -> Iterator[slice]:
        for begin in range(0, len(self.x), _AT_ONCE):
            yield slice(begin, min(begin + _AT_ONCE, len(self.x)))


def outlook(
    model: Buying,
    values: Floats,
    rows: Rows,
    days: float,
    share: float = 0.9,
    mended: Recalibration = AS_IT_IS,
) -> Outlook:
    """What to expect of each row within so many days.

    Args:
        model: Of when people buy.
        values: Its parameters.
        rows: The histories.
        days: The horizon.
        share: What the interval of the number of purchases covers.
        mended: What is done to the chances of buying; how often those buy who do is not touched,
            so that expected numbers rise and fall with the chances.
    """
    alive, pairs = model.p_alive(values, rows), _Pairs.among(values, rows)
    by_pair = np.argsort(pairs.of, kind="stable")
    found = _Sums(alive[by_pair], pairs.of[by_pair], (1 - share) / 2, mended)
    for some in pairs.chunks():
        tail = model.alive_tails(values, pairs.x[some], pairs.T[some], days)
        found.add(tail, some.start, some.stop - some.start)
    back = np.argsort(by_pair)
    p_purchase = (found.rises * found.first[found.pair])[back]
    return Outlook(
        p_alive=np.maximum(alive, p_purchase),
        p_purchase=p_purchase,
        expected=(found.rises * found.sums[found.pair])[back],
        expected_squared=(found.rises * found.squares[found.pair])[back],
        low=found.low[back],
        high=found.high[back],
    )


def purchase_chance(model: Buying, values: Floats, rows: Rows, days: float) -> Floats:
    """P(at least one purchase) of each row within so many days, and nothing else."""
    pairs = _Pairs.among(values, rows)
    first = np.empty(len(pairs.x))
    for some in pairs.chunks():
        tail = model.alive_tails(values, pairs.x[some], pairs.T[some], days)
        first[some] = tail(1, some.stop - some.start)
    return np.asarray(model.p_alive(values, rows) * first[pairs.of])


class _Sums:
    """Adds up P(at least k) over k, and counts how many k lie within each customer's interval.

    Args:
        alive: Each customer's, in order of the pairs.
        pair: The pair of each.
        aside: What lies beyond the interval on either side.
        mended: What is done to the chances of buying at all; it leaves `rises`, by which P(at
            least k) of those who are alive becomes that of each customer.
    """

    def __init__(self, alive: Floats, pair: Counts, aside: float, mended: Recalibration) -> None:
        self.pair, self._aside, self._mended = pair, aside, mended
        self.rises = alive.copy()
        pairs = int(pair.max(initial=-1)) + 1
        self.first, self.sums, self.squares = (np.zeros(pairs) for _ in range(3))
        self.low, self.high = np.zeros((2, len(alive)), np.int64)

    def add(self, tail: Tail, begin: int, pairs: int) -> None:
        """The pairs from `begin` on, until no more purchases are likely."""
        left = pairs
        for k in range(1, _MOST_PURCHASES):
            chance = tail(k, left)
            here = slice(*np.searchsorted(self.pair, (begin, begin + left)))
            each = chance[self.pair[here] - begin]
            if k == 1:
                self.first[begin : begin + left] = chance
                self._mend(here, each)
            self.sums[begin : begin + left] += chance
            self.squares[begin : begin + left] += (2 * k - 1) * chance
            own = self.rises[here] * each
            # The least y with P(Y <= y) >= q is how many k there are with P(Y >= k) > 1 - q.
            self.low[here] += own > 1 - self._aside
            self.high[here] += own > self._aside
            left = int(np.flatnonzero(chance > _NEGLIGIBLE).max(initial=-1)) + 1
            if not left:
                return

    def _mend(self, here: slice, first: Floats) -> None:
        """Each customer's mended chance of buying, over that of those who are alive."""
        if self._mended != AS_IT_IS:
            mended = self._mended.chances(self.rises[here] * first)
            self.rises[here] = np.divide(
                mended, first, out=self.rises[here].copy(), where=first > _NEGLIGIBLE
            )
