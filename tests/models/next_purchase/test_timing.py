"""The wait against the closed form, and against customers whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.models.clv import BG_NBD, Rows
from zhike.models.next_purchase import Timing

VALUES = np.array([1.0, 10.0, 1.0, 2.0])
ONE = Rows.of(x=[1], t_x=[10], T=[30])


def test_the_middle_day_is_that_of_the_closed_form() -> None:
    seen = Timing(BG_NBD, VALUES, ONE, 40).waits
    # Alive, she buys within d days with 1 - (40 / (40 + d))^2: half of 3/4 at d = 10.596.
    assert seen.chance[0] == pytest.approx(0.25)
    assert seen.middle[0] == pytest.approx(40 / np.sqrt(1 - 0.375) - 40, abs=0.1)


def test_intervals_hold_the_days_on_which_simulated_customers_came() -> None:
    chance = np.random.default_rng(2)
    rate = chance.gamma(2.0, 1 / 41.0, 200_000)  # once bought, 40 days ago; known to be there
    wait = chance.exponential(1 / rate)
    came = wait <= 180
    seen = Timing(BG_NBD, np.array([1.0, 1.0, 1e-6, 1.0]), Rows.of([1], [1], [40]), 180).waits
    within = (seen.low[0] <= wait[came]) & (wait[came] <= seen.high[0])
    assert within.mean() == pytest.approx(0.9, abs=0.01)
    assert np.median(wait[came]) == pytest.approx(seen.middle[0], rel=0.03)


def test_longer_horizons_never_bring_the_low_end_nearer() -> None:
    rows = Rows.of([0, 1, 5, 30], [0, 20, 200, 350], [1, 30, 250, 360])
    short, long = (Timing(BG_NBD, VALUES, rows, days).waits for days in (30, 365))
    assert (long.low >= short.low - 1e-9).all()
    assert (long.high <= 365).all()
    for waits in (short, long):
        assert (waits.low <= waits.middle).all() and (waits.middle <= waits.high).all()
