"""Splits without a rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.stats import additive_split, logarithmic_mean

amounts = st.floats(0, 1e9, allow_nan=False).map(lambda value: round(value, 4))
chains = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6)


@given(chains)
def test_effects_always_sum_to_the_change(chain: list[tuple[float, float]]) -> None:
    after, before = (np.array(side) for side in zip(*chain, strict=True))
    effects = additive_split(after, before)
    size = max(after[-1], before[-1], 1.0)
    assert np.isfinite(effects).all()
    assert effects.sum() == pytest.approx(after[-1] - before[-1], abs=1e-9 * size)


@given(chains)
def test_exchanging_the_sides_turns_every_sign(chain: list[tuple[float, float]]) -> None:
    after, before = (np.array(side) for side in zip(*chain, strict=True))
    there, back = additive_split(after, before), additive_split(before, after)
    assert there == pytest.approx(-back, abs=1e-6 * max(np.abs(there).max(), 1.0))


@given(st.floats(1e-6, 1e9), st.floats(1e-6, 1e9))
def test_the_logarithmic_mean_lies_between_the_geometric_and_the_arithmetic(
    one: float, other: float
) -> None:
    mean = float(logarithmic_mean(np.array(one), np.array(other)))
    assert np.sqrt(one * other) * (1 - 1e-9) <= mean <= (one + other) / 2 * (1 + 1e-9)


def test_the_example_of_the_practical_guide_has_no_rest() -> None:
    """Two factors that move against one another: 100 = 20 x 5, 120 = 40 x 3."""
    effects = additive_split(np.array([40.0, 120.0]), np.array([20.0, 100.0]))
    mean = 20 / np.log(1.2)
    assert effects == pytest.approx([mean * np.log(2), mean * np.log(0.6)])
