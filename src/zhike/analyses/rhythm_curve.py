"""The curve of the second and third purchase, and what is read off it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.stats import KaplanMeier, greenwood_band, kaplan_meier, survival_at

STEP_DAYS = 5
HALF = 0.5
WITHIN = (30, 60, 90)


@dataclass(frozen=True, kw_only=True)
class Wait:
    """The wait from one purchase day to the next.

    Attributes:
        customers: Who waited.
        came: How many of them bought again.
        watched_days: The longest wait that was watched; the curve says nothing beyond it.
        curve: The share still waiting; None where nobody waited.
    """

    customers: int
    came: int
    watched_days: int
    curve: KaplanMeier | None

    def within(self, days: int) -> float | None:
        """The share that has bought again within so many days; None where nobody could."""
        if self.curve is None or days > self.watched_days:
            return None
        return 1 - float(survival_at(self.curve.survival, self.curve, np.array([days]))[0])

    @property
    def median_days(self) -> int | None:
        """When half of all have bought again; None where fewer than half ever do."""
        if self.curve is None:
            return None
        return self.curve.time_by_which(HALF, of_those_ever=False)

    @property
    def median_days_of_returning(self) -> int | None:
        """When half of those have bought again who ever do, as far as the curve goes."""
        return None if self.curve is None else self.curve.time_by_which(HALF)


def wait_of(counts: pa.Table, step: int) -> Wait:
    """The wait for one step, from the counts of `waits`."""
    rows = counts.filter(pc.equal(counts["step"], step))
    days, came, customers = (
        np.asarray(rows[name]).astype(np.int64) for name in ("days", "came", "customers")
    )
    if not days.size:
        return Wait(customers=0, came=0, watched_days=-1, curve=None)
    return Wait(
        customers=int(customers.sum()),
        came=int((customers * came).sum()),
        watched_days=int(days.max()),
        curve=kaplan_meier(days, customers * came, customers * (1 - came)),
    )


def curve_points(waits: Mapping[str, Wait], most_days: int) -> pa.Table:
    """The curves every five days: the share that has bought again, with its band.

    Returns:
        One row a day: `day`, and for each wait its name, `<name>_low` and `<name>_high`.
    """
    last = min(most_days, max((wait.watched_days for wait in waits.values()), default=-1))
    days = np.arange(0, last + 1, STEP_DAYS)
    columns: dict[str, pa.Array] = {"day": pa.array(days, pa.int64())}
    for name, wait in waits.items():
        for end, values in _shares(wait, days).items():
            columns[name + end] = values
    return pa.table(columns)


def _shares(wait: Wait, days: np.ndarray) -> dict[str, pa.Array]:
    ends = ("", "_low", "_high")
    if wait.curve is None:
        return {end: pa.nulls(days.size, pa.float64()) for end in ends}
    low, high = greenwood_band(wait.curve)
    still = (wait.curve.survival, high, low)  # the more still wait, the fewer have come
    beyond = days > wait.watched_days
    return {
        end: pa.array(1 - survival_at(values, wait.curve, days), pa.float64(), mask=beyond)
        for end, values in zip(ends, still, strict=True)
    }
