"""How often each customer buys while she is one: her own rate, with its interval.

Somebody still here was watched to the end: her rate is gamma(r + x, alpha + T). Somebody who left
was watched until then: gamma(r + x, alpha + t), with t the last purchase in BG/NBD and MBG/NBD,
and any time since in Pareto/NBD. The rate is a mixture of the two by P(alive).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import gammainc, gammaincinv

from zhike.models.clv.outlook import Buying
from zhike.models.clv.rows import Floats, Rows

_AT_ONCE = 20_000
_HALVINGS = 40


class Watched(Buying, Protocol):
    """A model that knows how long those who left were watched."""

    def watched(self, values: Floats, rows: Rows, /) -> tuple[Floats, Floats]:
        """Days from the first purchase to leaving, and the probability of each [n, k]."""
        ...


@dataclass(frozen=True)
class Rates:
    """Purchases a day while a customer, a value for each row.

    Attributes:
        mean: Expected.
        low: Lower end of the interval.
        high: Upper end.
    """

    mean: Floats
    low: Floats
    high: Floats


def purchase_rates(model: Watched, values: Floats, rows: Rows, share: float = 0.9) -> Rates:
    """The rate of each row, with an interval that covers it with this probability.

    Parameters are taken to be known, which they are the better, the more customers there are.

    Examples:
        >>> from zhike.models.clv import BG_NBD
        >>> seen = Rows.of([0, 9], [0, 80], [100, 100])
        >>> found = purchase_rates(BG_NBD, np.array([1.0, 50.0, 0.8, 2.5]), seen)
        >>> found.mean.round(3).tolist()
        [0.007, 0.069]
    """
    columns = rows.x, rows.t_x, rows.T, rows.n
    parts = [
        _rates(model, values, Rows(*(it[at : at + _AT_ONCE] for it in columns)), share)
        for at in range(0, len(rows), _AT_ONCE)
    ]
    mean, low, high = (
        np.concatenate([getattr(part, name) for part in parts]) if parts else np.zeros(0)
        for name in ("mean", "low", "high")
    )
    return Rates(mean, low, high)


def _rates(model: Watched, values: Floats, rows: Rows, share: float) -> Rates:
    r, alpha = values[:2]
    alive = model.p_alive(values, rows)[:, None]
    days, chance = model.watched(values, rows)
    scale = alpha + np.concatenate((rows.T[:, None].astype(np.float64), days), axis=1)
    weight = np.concatenate((alive, (1 - alive) * chance), axis=1)
    shape = (r + rows.x)[:, None]

    def end(aside: float) -> Floats:
        """Halving between the quantiles of the longest and the shortest watch."""
        unit = gammaincinv(shape[:, 0], aside)
        low, high = unit / scale.max(axis=1), unit / scale.min(axis=1)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            below = (weight * gammainc(shape, middle[:, None] * scale)).sum(axis=1) < aside
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2)

    mean = (weight * shape / scale).sum(axis=1)
    return Rates(mean, end((1 - share) / 2), end((1 + share) / 2))
