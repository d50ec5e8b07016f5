"""Values against fifty-digit arithmetic, slopes against differences, fits against the truth."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clv.shops import simulated
from zhike.models.clv import fitting
from zhike.models.clv.fitting import fit
from zhike.models.clv.gamma_gamma import GAMMA_GAMMA, Spends
from zhike.models.clv.geometric import BG_NBD, MBG_NBD
from zhike.models.clv.pareto import PARETO_NBD
from zhike.models.clv.rows import Rows

HISTORIES = [(0, 0, 0), (0, 0, 500), (1, 1, 1), (1, 3, 700), (5, 40, 41), (40, 500, 730),
             (150, 730, 730), (300, 310, 730), (300, 729, 730)]  # fmt: skip
POINTS = [(0.5, 30.0, 0.6, 90.0), (1.2, 4.0, 2.5, 800.0), (0.2, 100.0, 1.0, 10.0)]


@pytest.mark.parametrize("history", HISTORIES, ids=str)
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_pareto_nbd_agrees_with_fifty_digits(
    history: tuple[int, int, int], point: tuple[float, ...]
) -> None:
    x, t_x, T = history  # noqa: N806
    mpmath.mp.dps = 50
    r, alpha, s, beta = (mpmath.mpf(value) for value in point)
    here = (alpha + T) ** -(r + x) * (beta + T) ** -s
    places = [*range(t_x, T, 5), T]
    gone = (
        s * mpmath.quad(lambda t: (alpha + t) ** -(r + x) * (beta + t) ** -(s + 1), places)
        if t_x < T
        else mpmath.mpf(0)
    )
    rising = mpmath.rf(r, x) * alpha**r * beta**s
    expected = mpmath.log(rising * (here + gone))
    rows = Rows.of([x], [t_x], [T])
    value, _ = PARETO_NBD.log_likelihood(np.array(point), rows)
    assert value == pytest.approx(float(expected), rel=1e-11, abs=1e-11)
    alive = PARETO_NBD.p_alive(np.array(point), rows)[0]
    assert alive == pytest.approx(float(here / (here + gone)), rel=1e-9)


@pytest.mark.parametrize("model", [BG_NBD, MBG_NBD], ids=lambda model: model.name)
@pytest.mark.parametrize("history", HISTORIES, ids=str)
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_geometric_dropout_agrees_with_fifty_digits(
    model: Any, history: tuple[int, int, int], point: tuple[float, ...]
) -> None:
    x, t_x, T = history  # noqa: N806
    mpmath.mp.dps = 50
    r, alpha, a, b = (mpmath.mpf(value) for value in (*point[:3], point[3] / 20))
    chances = x + model.chances
    rising = mpmath.rf(r, x) * alpha**r
    here = mpmath.beta(a, b + chances) / mpmath.beta(a, b) * (alpha + T) ** -(r + x)
    gone = (
        mpmath.beta(a + 1, b + chances - 1) / mpmath.beta(a, b) * (alpha + t_x) ** -(r + x)
        if chances
        else mpmath.mpf(0)
    )
    rows = Rows.of([x], [t_x], [T])
    values = np.array([float(value) for value in (r, alpha, a, b)])
    value, _ = model.log_likelihood(values, rows)
    expected = float(mpmath.log(rising * (here + gone)))
    assert value == pytest.approx(expected, rel=1e-11, abs=1e-11)
    assert model.p_alive(values, rows)[0] == pytest.approx(float(here / (here + gone)), rel=1e-10)


@pytest.mark.parametrize("model", [BG_NBD, MBG_NBD, PARETO_NBD], ids=lambda model: model.name)
@given(logs=st.lists(st.floats(-2, 4), min_size=4, max_size=4))
def test_the_slope_is_that_of_the_value(model: Any, logs: list[float]) -> None:
    rows = Rows.of([0, 0, 1, 2, 9], [0, 0, 5, 80, 90], [0, 300, 200, 80, 365], [3, 5, 2, 1, 4])
    values, step = np.exp(logs), 1e-5
    slope = model.log_likelihood(values, rows)[1]
    for at, one in enumerate(np.eye(4)):
        ahead, behind = (
            model.log_likelihood(values * np.exp(sign * step * one), rows)[0] for sign in (1, -1)
        )
        difference = (ahead - behind) / (2 * step)
        assert slope[at] * values[at] == pytest.approx(difference, rel=1e-5, abs=1e-4)


def test_the_slope_of_spend_is_that_of_the_value() -> None:
    spends = Spends(np.array([1, 2, 5, 40]), np.array([9.0, 30.0, 22.0, 18.5]))
    values, step = np.array([3.0, 2.0, 12.0]), 1e-6
    slope = GAMMA_GAMMA.log_likelihood(values, spends)[1]
    for at, one in enumerate(np.eye(3)):
        ahead, behind = (
            GAMMA_GAMMA.log_likelihood(values * np.exp(sign * step * one), spends)[0]
            for sign in (1, -1)
        )
        assert slope[at] * values[at] == pytest.approx((ahead - behind) / (2 * step), rel=1e-5)


def test_the_truth_lies_in_the_interval_of_most_shops() -> None:
    truth = {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 2.5}
    inside = total = 0
    for seed in range(30):
        found = fit(BG_NBD, simulated(2000, seed, days=500, **truth))
        for name, value in truth.items():
            low, high = found.interval(name)
            inside += low <= value <= high
            total += 1
    assert 0.82 <= inside / total <= 0.97


def test_many_histories_are_fitted_as_exactly_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = simulated(150_000, 1, days=700, r=0.6, alpha=50.0, a=0.8, b=2.5)
    assert len(rows) > 40_000
    quick = fit(BG_NBD, rows)
    monkeypatch.setattr(fitting, "_FEW_ROWS", len(rows))
    slow = fit(BG_NBD, rows)
    assert quick.evaluations < slow.evaluations
    assert quick.array == pytest.approx(slow.array, rel=1e-4)
    assert quick.log_likelihood == pytest.approx(slow.log_likelihood, rel=1e-10)


@pytest.mark.parametrize(
    "rows",
    [
        Rows.of([0] * 50, [0] * 50, range(50)),
        Rows.of([0], [0], [0]),
        Rows.of([3], [10], [10]),
        Rows.of([0] * 20, [0] * 20, [0] * 20),
        Rows.of([400], [730], [730]),
        Rows.of([], [], []),
    ],
    ids=["one-time buyers", "one, today", "one customer", "all today", "a heavy buyer", "nobody"],
)
@pytest.mark.parametrize("model", [BG_NBD, MBG_NBD, PARETO_NBD], ids=lambda model: model.name)
def test_a_fit_always_ends_with_a_label(model: Any, rows: Rows) -> None:
    found = fit(model, rows)
    assert found.status in ("converged", "at_bound", "not_converged", "too_few")
    assert np.isfinite(found.array).all()


@pytest.mark.parametrize("history", [(-1, 0, 5), (1, 0, 5), (2, 6, 5), (0, 3, 5)], ids=str)
def test_impossible_histories_are_refused(history: tuple[int, int, int]) -> None:
    x, t_x, T = history  # noqa: N806
    with pytest.raises(ValueError, match="t_x"):
        Rows.of([x], [t_x], [T])
