"""What is expected, against the closed forms of the papers and against simulated futures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import hyp2f1

from zhike.models.clv.geometric import BG_NBD, MBG_NBD
from zhike.models.clv.outlook import outlook
from zhike.models.clv.pareto import PARETO_NBD
from zhike.models.clv.rows import Rows

ROWS = Rows.of([0, 1, 2, 6, 20, 60], [0, 20, 90, 200, 300, 350], [200, 40, 300, 210, 360, 365])
SEED = 7


def test_bg_nbd_expects_what_the_paper_says() -> None:
    r, alpha, a, b = values = np.array([0.6, 40.0, 0.8, 2.5])
    h = 180.0
    x, T = ROWS.x, ROWS.T  # noqa: N806
    found = outlook(BG_NBD, values, ROWS, h)
    # Fader, Hardie & Lee 2005, eq. 10, its last factor being P(alive).
    whole = (a + b + x - 1) / (a - 1)
    seen = ((alpha + T) / (alpha + T + h)) ** (r + x)
    paper = whole * (1 - seen * hyp2f1(r + x, b + x, a + b + x - 1, h / (alpha + T + h)))
    assert found.expected == pytest.approx(paper * found.p_alive, rel=1e-7)


def test_pareto_nbd_expects_what_the_paper_says() -> None:
    r, alpha, s, beta = values = np.array([0.6, 20.0, 1.4, 300.0])
    h = 180.0
    x, T = ROWS.x, ROWS.T  # noqa: N806
    found = outlook(PARETO_NBD, values, ROWS, h)
    # Schmittlein, Morrison & Colombo 1987, eq. 22.
    fall = 1 - ((beta + T) / (beta + T + h)) ** (s - 1)
    paper = found.p_alive * (r + x) * (beta + T) / ((alpha + T) * (s - 1)) * fall
    assert found.expected == pytest.approx(paper, rel=1e-7)


@pytest.mark.parametrize("a", [1.0, 1.0 + 1e-12, 0.999999])
def test_nothing_happens_where_the_closed_form_is_singular(a: float) -> None:
    near, at = (
        outlook(BG_NBD, np.array([0.6, 40.0, value, 2.5]), ROWS, 90.0).expected
        for value in (a, 1.01)
    )
    assert np.isfinite(near).all()
    assert near == pytest.approx(at, rel=0.02)


def test_mbg_nbd_foretells_its_own_simulated_futures() -> None:
    r, alpha, a, b = values = np.array([0.9, 30.0, 0.7, 2.0])
    h, many = 120.0, 200_000
    chance = np.random.default_rng(SEED)
    row = Rows.of([2], [50], [120])
    rate = chance.gamma(r + 2, 1 / (alpha + 120), many)
    leaves = chance.beta(a, b + 3, many)
    count = np.minimum(chance.poisson(rate * h), chance.geometric(leaves))
    here = chance.random(many) < MBG_NBD.p_alive(values, row)[0]
    count = np.where(here, count, 0)
    found = outlook(MBG_NBD, values, row, h)
    assert found.expected[0] == pytest.approx(count.mean(), rel=0.02)
    assert found.p_purchase[0] == pytest.approx((count > 0).mean(), rel=0.02)
    assert found.low[0] == np.quantile(count, 0.05)
    assert found.high[0] == np.quantile(count, 0.95)


def test_one_time_buyers_are_not_all_alive() -> None:
    values = np.array([0.6, 40.0, 0.8, 2.5])
    silent = Rows.of([0], [0], [700])
    assert BG_NBD.p_alive(values, silent)[0] == 1
    assert MBG_NBD.p_alive(values, silent)[0] < 0.9
    assert outlook(BG_NBD, values, silent, 30.0).p_purchase[0] < 0.05
