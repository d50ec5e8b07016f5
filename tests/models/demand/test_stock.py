"""Reorder points by hand, and as sure as they say."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.models.demand import shelf
from zhike.models.demand.spread import variance_of_sum


def test_the_spread_of_a_lead_time_by_hand() -> None:
    # Mean 4 a week, dispersion 2: variance 2 * 4^1.5 = 16 a week. At a rate of a half the error of
    # the first of two weeks weighs (1 + 0.5)^2 = 2.25: 16 * (2.25 + 1) = 52.
    found = variance_of_sum(np.array([[4.0, 4.0]]), np.array([0.5]), np.array([2.0]))
    assert found.tolist() == pytest.approx([52.0])


def test_safety_stock_grows_with_lead_time_and_service_level() -> None:
    mean, rate, dispersion = np.full((1, 8), 20.0), np.array([0.1]), np.array([1.0])
    points = [
        shelf(mean, rate, dispersion, np.array([lead]), level).safety_stock[0]
        for lead, level in ((2.0, 0.9), (2.0, 0.99), (4.0, 0.99))
    ]
    assert points == sorted(points)
    assert len(set(points)) == 3
    half = shelf(mean, rate, dispersion, np.array([1.5]), 0.9)
    assert half.expected[0] == pytest.approx(30)


def test_stock_runs_out_as_rarely_as_was_asked_for() -> None:
    # A local level model with a known rate and a spread of a few per cent, over four weeks.
    rng = np.random.default_rng(11)
    rate, dispersion, start, weeks = 0.2, 0.02, 100.0, 4
    sd = np.sqrt(dispersion * start**1.5)
    level, demand = np.full(20_000, start), np.zeros(20_000)
    for _ in range(weeks):
        shock = rng.normal(0, sd, level.size)
        demand += level + shock
        level += rate * shock
    mean = np.full((1, weeks), start)
    kept = shelf(mean, np.array([rate]), np.array([dispersion]), np.array([4.0]), 0.95)
    assert (demand <= kept.reorder_point[0]).mean() == pytest.approx(0.95, abs=0.01)


def test_what_does_not_sell_needs_no_stock() -> None:
    kept = shelf(np.zeros((1, 4)), np.zeros(1), np.zeros(1), np.array([2.0]), 0.95)
    assert kept.reorder_point.tolist() == [0.0]
