from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from zhike.stats import greenwood_band, kaplan_meier, survival_at

SPELLS = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=2, max_size=60)


def _curve(spells):  # type: ignore[no-untyped-def]
    times = np.array([time for time, _ in spells])
    ended = np.array([int(happened) for _, happened in spells])
    return kaplan_meier(times, ended, 1 - ended)


def test_the_band_is_greenwoods_standard_error_on_the_log_log_scale() -> None:
    # Freireich et al. (1963), 6-MP group; standard errors by statsmodels.
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    watched = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    times = np.array(ended + watched)
    status = np.array([1] * len(ended) + [0] * len(watched))
    reference = SurvfuncRight(times, status)
    survival, error = reference.surv_prob, reference.surv_prob_se
    width = 1.959963984540054 * error / (survival * np.log(survival))
    low, high = greenwood_band(_curve(list(zip(times, status == 1, strict=True))))
    assert low == pytest.approx(survival ** np.exp(-width))
    assert high == pytest.approx(survival ** np.exp(width))
    assert low[0] == pytest.approx(0.6197, abs=5e-4)  # R: survfit(conf.type = "log-log")


@given(SPELLS)
def test_the_band_holds_the_curve_and_stays_a_share(spells) -> None:  # type: ignore[no-untyped-def]
    curve = _curve(spells)
    low, high = greenwood_band(curve)
    assert np.all((low >= 0) & (low <= curve.survival + 1e-12))
    assert np.all((high <= 1) & (high >= curve.survival - 1e-12))


def test_where_everything_has_happened_the_band_ends_at_nothing() -> None:
    low, high = greenwood_band(_curve([(1, True), (2, True), (3, True)]))
    assert low[-1] == 0
    assert high[-1] == high[-2]


def test_a_step_function_is_read_between_its_times() -> None:
    curve = _curve([(2, True), (4, True), (4, False), (9, True)])
    read = survival_at(curve.survival, curve, np.array([0, 1, 2, 3, 4, 8, 9]))
    assert read == pytest.approx([1, 1, 0.75, 0.75, 0.5, 0.5, 0])
