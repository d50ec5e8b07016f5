"""Binomial tails against sums of exact fractions, and false discoveries by hand."""

from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.stats.binomial import binomial_tail, discoveries


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 99))
def test_tails_are_the_sums_of_exact_fractions(one: int, other: int, percent: int) -> None:
    hits, trials = min(one, other), max(one, other)
    share = Fraction(percent, 100)
    exact = sum(
        comb(trials, it) * share**it * (1 - share) ** (trials - it)
        for it in range(hits, trials + 1)
    )
    found = binomial_tail(np.array([float(hits)]), np.array([float(trials)]), percent / 100)
    assert found[0] == pytest.approx(float(exact), rel=1e-9, abs=1e-300)


def test_large_counts_stay_exact_enough() -> None:
    """P(X >= 3300) of 100 000 at 3 %, term by term with sixty digits."""
    getcontext().prec = 60
    share, rest = Decimal("0.03"), Decimal("0.97")
    term = Decimal(comb(100_000, 3300)) * share**3300 * rest ** (100_000 - 3300)
    exact = Decimal(0)
    for hits in range(3300, 5000):
        exact += term
        term *= Decimal(100_000 - hits) / (hits + 1) * share / rest
    found = binomial_tail(np.array([3300.0]), np.array([100_000.0]), 0.03)
    assert found[0] == pytest.approx(float(exact), rel=1e-8)


def test_the_example_of_benjamini_and_hochberg() -> None:
    """Fifteen ordered chances of their section 3.2; four are discoveries at 5 %."""
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    found = discoveries(np.array(chances))
    assert found.tolist() == [True] * 4 + [False] * 11


def test_a_chance_that_many_tests_gave_counts_as_many() -> None:
    chances, times = np.array([0.001, 0.03, 0.9]), np.array([2.0, 1.0, 37.0])
    each = discoveries(np.repeat(chances, times.astype(int)))
    assert discoveries(chances, times).tolist() == [True, False, False]
    assert each.tolist() == [True, True] + [False] * 38


def test_no_test_is_no_discovery() -> None:
    assert discoveries(np.array([])).size == 0
