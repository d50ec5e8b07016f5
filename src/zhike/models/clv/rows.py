"""What a model of buying needs to know of customers: few numbers, and how many share them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Tail = Callable[[int, int], Floats]
"""P(at least k purchases) of the first so many customers, by k."""


@dataclass(frozen=True)
class Rows:
    """Distinct buying histories, in whole days.

    Attributes:
        x: Occasions after the first.
        t_x: Days from the first occasion to the last; 0 where there is only one.
        T: Days from the first occasion to the end of observation.
        n: How many customers share the row.

    Examples:
        >>> rows = Rows.of([0, 2, 0], [0, 30, 0], [50, 90, 50])
        >>> rows.n.tolist(), rows.customers
        ([2, 1], 3)
    """

    x: Counts
    t_x: Counts
    T: Counts
    n: Counts

    @classmethod
    def of(cls, x: object, t_x: object, T: object, n: object = None) -> Rows:  # noqa: N803
        """Rows from anything like arrays, equal ones put together.

        Raises:
            ValueError: A history is impossible.
        """
        occasions, last, whole = (np.asarray(column, np.int64) for column in (x, t_x, T))
        base = int(max(whole.max(initial=0), occasions.max(initial=0), last.max(initial=0))) + 1
        # One number a history: sorting numbers is many times faster than sorting rows.
        keys = (occasions * base + last) * base + whole
        if n is None:
            keys, counts = np.unique(keys, return_counts=True)
        else:
            keys, place = np.unique(keys, return_inverse=True)
            weights = np.asarray(n, np.int64)
            counts = np.bincount(place, weights=weights, minlength=len(keys)).astype(np.int64)
        rows = cls(keys // base**2, keys // base % base, keys % base, counts)
        rows.check()
        return rows

    def check(self) -> None:
        """Raise ValueError where a history is impossible."""
        if (self.x < 0).any() or (self.t_x < 0).any() or (self.t_x > self.T).any():
            raise ValueError("0 <= x and 0 <= t_x <= T must hold in every row")
        if ((self.x > 0) & (self.t_x < self.x)).any() or ((self.x == 0) & (self.t_x > 0)).any():
            raise ValueError("t_x must be at least x days, and 0 where x is 0")

    def __len__(self) -> int:
        return len(self.n)

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return int(self.n.sum())

    @property
    def days(self) -> int:
        """The longest observation."""
        return int(self.T.max(initial=0))

    @cached_property
    def by_count(self) -> tuple[Counts, Counts]:
        """The distinct numbers of occasions, and which of them each row has."""
        values, place = np.unique(self.x, return_inverse=True)
        return values, place.ravel()

    @cached_property
    def end_cell(self) -> Counts:
        """Which cell of a table (distinct counts x days) each row's T falls into."""
        return self.by_count[1] * (self.days + 1) + self.T

    @cached_property
    def last_cell(self) -> Counts:
        """The same of t_x."""
        return self.by_count[1] * (self.days + 1) + self.t_x

    @cached_property
    def at_end(self) -> Floats:
        """Customers by count and T [counts, days + 1]."""
        return self.summed(self.end_cell, self.n)

    def summed(self, cell: Counts, weight: Counts | Floats) -> Floats:
        """Sums of what rows weigh, by cell [counts, days + 1].

        What depends on the count and a day alone is then multiplied cell by cell instead of row
        by row: rows are many, cells are few.
        """
        shape = len(self.by_count[0]), self.days + 1
        sums = np.bincount(cell, weights=weight, minlength=shape[0] * shape[1])
        return np.asarray(sums.reshape(shape), np.float64)

    def thinned(self, step: int, /) -> Rows:
        """Every so-manieth history: rows are in order, so that none is passed over by chance."""
        return Rows(*(column[step // 2 :: step] for column in (self.x, self.t_x, self.T, self.n)))


def rising(start: float, count: int) -> tuple[Floats, Floats]:
    """The ln of start (start + 1) ... (start + k - 1) and its derivative, for k = 0 ... count.

    Differences of log-gamma, without the cancellation that large counts bring.
    """
    factors = start + np.arange(count)
    zero = np.zeros(1)
    return (
        np.concatenate((zero, np.cumsum(np.log(factors)))),
        np.concatenate((zero, np.cumsum(1 / factors))),
    )
