from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.seasonal import STL

from zhike.stats import loess, stl

CASES = [
    (100, 7, 7, None, False),
    (100, 7, 7, None, True),
    (60, 12, 13, None, True),
    (24, 12, 7, None, False),
    (400, 7, 35, 91, True),
    (130, 52, 7, None, False),
    (15, 7, 7, None, False),
]


def _series(size: int, period: int) -> np.ndarray:  # type: ignore[type-arg]
    random = np.random.default_rng(size)
    number = np.arange(size)
    values = 100 + number / 2 + 10 * np.sin(2 * np.pi * number / period)
    values += random.normal(0, 5, size)
    values[5] += 100  # an outlier, so that robust fitting has something to do
    return values


@pytest.mark.parametrize(("size", "period", "seasonal", "trend", "robust"), CASES)
def test_the_parts_are_those_of_statsmodels(
    size: int, period: int, seasonal: int, trend: int | None, robust: bool
) -> None:
    values = _series(size, period)
    ours = stl(values, period, seasonal=seasonal, trend=trend, robust=robust)
    wanted = STL(values, period=period, seasonal=seasonal, trend=trend, robust=robust).fit()
    assert ours.trend == pytest.approx(wanted.trend, abs=1e-8)
    assert ours.season == pytest.approx(wanted.seasonal, abs=1e-8)
    assert ours.remainder == pytest.approx(wanted.resid, abs=1e-8)


def test_a_season_that_is_the_same_every_cycle_is_that_of_degree_zero() -> None:
    values = _series(40, 12)
    ours = stl(values, 12, seasonal=None)
    wanted = STL(values, period=12, seasonal=401, seasonal_deg=0).fit()
    assert ours.trend == pytest.approx(wanted.trend, abs=1e-8)
    assert ours.season == pytest.approx(wanted.seasonal, abs=1e-8)


@given(st.lists(st.floats(-1e6, 1e6), min_size=14, max_size=80), st.booleans())
def test_the_parts_add_up_to_the_series(values: list[float], robust: bool) -> None:
    series = np.array(values)
    parts = stl(series, 7, robust=robust)
    scale = 1e-9 * max(1.0, float(np.abs(series).max()))
    assert np.abs(parts.trend + parts.season + parts.remainder - series).max() <= scale
    assert 0 <= parts.trend_strength <= 1
    assert 0 <= parts.season_strength <= 1


def test_noise_has_neither_trend_nor_season() -> None:
    parts = stl(np.random.default_rng(1).normal(0, 1, 700), 7, seasonal=35, trend=91)
    assert parts.trend_strength < 0.2
    assert parts.season_strength < 0.2


def test_loess_gives_a_line_back_and_reaches_beyond_its_ends() -> None:
    line = np.arange(1.0, 12.0) * 3
    at = np.array([0.0, 1.0, 6.0, 11.0, 12.0])
    assert loess(line, 5, at=at) == pytest.approx(at * 3)


def test_a_value_without_weight_is_not_seen() -> None:
    values = np.array([1.0, 1.0, 1.0, 50.0, 1.0, 1.0, 1.0])
    weights = np.array([1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    assert loess(values, 5, weights=weights) == pytest.approx(np.ones(7))
