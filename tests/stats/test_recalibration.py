"""Mended chances: the planted shift and slope are found, and nobody changes places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from zhike.stats.accuracy import log_loss
from zhike.stats.recalibration import AS_IT_IS, Recalibration, recalibration


def test_a_planted_shift_and_slope_are_found() -> None:
    said = np.linspace(0.02, 0.95, 200)
    weight = np.full(200, 50.0)
    found = recalibration(said, weight * expit(0.4 + 0.7 * logit(said)), weight)
    assert (found.shift, found.slope) == pytest.approx((0.4, 0.7), abs=1e-4)


def test_nothing_is_learned_where_it_happened_to_all_or_to_nobody() -> None:
    said, weight = np.array([0.2, 0.6]), np.array([3.0, 4.0])
    assert recalibration(said, weight, weight) == AS_IT_IS
    assert recalibration(said, 0 * weight, weight) == AS_IT_IS


def test_chances_that_rank_backwards_are_left_alone() -> None:
    said, weight = np.array([0.2, 0.8]), np.array([10.0, 10.0])
    assert recalibration(said, np.array([8.0, 2.0]), weight) == AS_IT_IS


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.floats(-3, 3), st.floats(0.1, 3))
def test_nobody_changes_places(chances: list[float], shift: float, slope: float) -> None:
    before = np.sort(np.array(chances))
    after = Recalibration(shift, slope).chances(before)
    assert (np.diff(after) >= 0).all()
    assert ((after >= 0) & (after <= 1)).all()


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.integers(0, 9)), min_size=3, max_size=20))
def test_what_it_learned_from_is_foretold_no_worse(rows: list[tuple[float, int]]) -> None:
    said, came = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    weight = np.full(len(rows), 9.0)
    mended = recalibration(said, came, weight)
    plain = log_loss(said, came, weight)
    assert log_loss(mended.chances(said), came, weight) <= plain + 1e-6
