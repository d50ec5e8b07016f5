"""Kaplan-Meier: how long until something happens, when not everything has happened yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class KaplanMeier:
    """The share that has not happened yet, by time.

    Attributes:
        times: Distinct times at which something happened, ascending [k].
        at_risk: Spells still watched just before each time [k].
        survival: Share not yet happened just after each time [k].
    """

    times: Ints
    at_risk: Ints
    survival: Floats

    def time_by_which(
        self, share: float, *, of_those_ever: bool = True, least: int = 1
    ) -> int | None:
        """The time by which a share has happened.

        Args:
            share: 0 to 1.
            of_those_ever: Of those to whom it ever happens, as far as the curve goes; else of all.
            least: The curve is read only where at least so many spells are still watched.

        Returns:
            A time at which something happened; None where the curve never gets there.
        """
        firm = self.at_risk >= least
        happened = 1 - self.survival[firm]
        if not happened.size:
            return None
        wanted = share * (happened[-1] if of_those_ever else 1.0)
        reached = np.flatnonzero(happened >= wanted - 1e-12)
        return int(self.times[firm][reached[0]]) if reached.size else None


def kaplan_meier(times: Ints, happened: Ints, censored: Ints) -> KaplanMeier:
    """The product-limit estimate from counts.

    A spell censored at a time was still watched at that time, so that it counts among those at
    risk then.

    Args:
        times: Times, in any order, each perhaps several times [n].
        happened: Spells that ended by the event at that time [n].
        censored: Spells last watched at that time [n].

    Examples:
        >>> curve = kaplan_meier(np.array([1, 2, 3]), np.array([1, 1, 0]), np.array([0, 1, 1]))
        >>> curve.survival.round(3).tolist()
        [0.75, 0.5]

    References:
        Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete
        observations. JASA 53, 457-481, equation 2b.
    """
    distinct, place = np.unique(times, return_inverse=True)
    ended = np.bincount(place, weights=happened, minlength=distinct.size).astype(np.int64)
    left = np.bincount(place, weights=censored, minlength=distinct.size).astype(np.int64)
    at_risk = np.cumsum((ended + left)[::-1])[::-1]
    kept = ended > 0
    survival: Floats = np.cumprod(1 - ended[kept] / at_risk[kept], dtype=np.float64)
    return KaplanMeier(distinct[kept].astype(np.int64), at_risk[kept], survival)
