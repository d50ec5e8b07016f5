"""The stability index, redone by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.stats.stability import population_stability

counts = st.lists(st.integers(0, 10_000), min_size=2, max_size=20)


def test_by_hand() -> None:
    before, now = np.array([50.0, 50]), np.array([75.0, 25])
    by_hand = 0.25 * log(0.75 / 0.5) - 0.25 * log(0.25 / 0.5)
    assert population_stability(before, now) == pytest.approx(by_hand, abs=1e-4)


def test_an_empty_class_neither_hides_nor_breaks_anything() -> None:
    index = population_stability(np.array([100.0, 0]), np.array([50.0, 50]))
    assert index is not None
    assert index > 1


def test_nobody_on_one_side_gives_no_index() -> None:
    assert population_stability(np.zeros(2), np.ones(2)) is None


@given(counts)
def test_the_same_shares_have_not_moved(sizes: list[int]) -> None:
    values = np.array(sizes, float)
    if values.sum():
        assert population_stability(values, values * 3) == 0


@given(counts, st.randoms())
def test_the_index_is_the_same_both_ways_and_never_below_zero(sizes: list[int], random) -> None:
    other = sizes.copy()
    random.shuffle(other)
    one, two = np.array(sizes, float), np.array(other, float)
    if one.sum():
        forth, back = population_stability(one, two), population_stability(two, one)
        assert forth == back
        assert forth is not None
        assert forth >= 0
