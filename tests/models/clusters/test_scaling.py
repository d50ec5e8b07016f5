"""One scale for money, days and shares, with neither tails nor chance deciding."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.models.clusters import Scale

CHANCE = np.random.default_rng(5)
ONES = np.ones(5000)


def test_one_enormous_customer_changes_nobody_elses_place() -> None:
    amounts = CHANCE.lognormal(3, 1, (5000, 1))
    scale = Scale.of(amounts, ONES, ("heavy",))
    usual = scale.scaled(amounts, ONES)
    amounts[0] = 1e12
    after = Scale.of(amounts, ONES, ("heavy",)).scaled(amounts, ONES)
    assert after[1:] == pytest.approx(usual[1:], abs=0.05)
    assert after[0, 0] < 4
    assert usual.std() == pytest.approx(1, abs=0.05)


def test_a_share_that_differs_by_chance_alone_tells_nobody_apart() -> None:
    trials = CHANCE.integers(1, 4, 5000).astype(float)
    weekends = CHANCE.binomial(trials.astype(int), 2 / 7) / trials
    scale = Scale.of(weekends[:, None], trials, ("share",))
    assert np.abs(scale.scaled(weekends[:, None], trials)).max(initial=0) < 0.3


def test_a_share_of_many_purchases_says_more_than_one_of_a_single_purchase() -> None:
    trials = CHANCE.choice([1, 40], 5000).astype(float)
    taste = CHANCE.choice([0.1, 0.9], 5000)
    weekends = CHANCE.binomial(trials.astype(int), taste) / trials
    scale = Scale.of(weekends[:, None], trials, ("share",))
    once, often = scale.scaled(np.array([[1.0], [1.0]]), np.array([1.0, 40.0])).ravel()
    assert 0 < once < 0.8 * often


def test_what_is_the_same_for_all_is_left_out_and_what_is_missing_is_the_mean() -> None:
    rows = np.column_stack([np.full(100, 7.0), np.arange(100.0), np.full(100, np.nan)])
    rows[3, 1] = np.nan
    scale = Scale.of(rows, np.ones(100), ("plain", "plain", "share"))
    assert scale.telling == [1]
    assert scale.scaled(rows, np.ones(100))[3].tolist() == [0.0]
