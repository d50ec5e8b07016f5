"""Shops whose truth is known, a few of each kind; `bench/shops_study.py` draws two hundred."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma, kstest

from zhike.analyses.clv import CLV
from zhike.catalogue import lacking, shop_from
from zhike.datasets.buying import KINDS, LAWS, Buyers, Law, buyers
from zhike.models.clv import BG_NBD, BUYING, MBG_NBD, PARETO_NBD, Rows, fit, purchase_rates
from zhike.models.clv.rows import Counts, Floats

LAWFUL = ("usual", "small", "short", "all on day one", "many at T = 0")


def placed(rows: Rows, drawn: Buyers) -> Counts:
    x, t_x, whole = drawn.histories()
    base = rows.days + 1
    keys = (rows.x * base + rows.t_x) * base + rows.T
    return np.asarray(np.searchsorted(keys, (x * base + t_x) * base + whole))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"usual", "small"}])
def test_no_kind_of_shop_fails_or_shows_a_number_that_is_none(kind: str) -> None:
    drawn = buyers(kind, 5, "mbg_nbd")
    shop = shop_from(orders=drawn.orders(), as_of=drawn.as_of)
    assert lacking(CLV(), shop) is None
    result = CLV(horizon_days=60).run(shop)
    rows = result.members.to_pyarrow()
    numbers = [name for name in rows.column_names if rows[name].type == "double"]
    for name in numbers:
        assert np.isfinite(rows[name].drop_null().to_numpy()).all()
    assert (result.missing is None) == bool(rows.num_rows)


@pytest.mark.slow
def test_the_own_rate_of_nine_customers_of_ten_lies_in_its_interval() -> None:
    held: list[float] = []
    for seed, law in enumerate(LAWS):
        for kind in LAWFUL:
            drawn = buyers(kind, seed, law)
            rows = Rows.of(*drawn.histories())
            found = purchase_rates(BUYING[law], fit(BUYING[law], rows).array, rows)
            at = placed(rows, drawn)
            within = (found.low[at] <= drawn.rate) & (drawn.rate <= found.high[at])
            held.append(float(within.mean()))
    assert 0.87 <= np.mean(held) <= 0.93


@pytest.mark.slow
def test_the_parameters_lie_in_their_intervals_in_nine_shops_of_ten() -> None:
    """In parts of a day: whole days hide some purchases of frequent buyers."""
    inside: list[bool] = []
    for seed in range(14):
        drawn = buyers("usual", 100 + seed, "mbg_nbd", finer=6)
        found = fit(MBG_NBD, Rows.of(*drawn.histories()))
        ends = {name: found.interval(name) for name in found.values}
        inside += [low <= drawn.truth[name] <= high for name, (low, high) in ends.items()]
    assert 0.82 <= np.mean(inside) <= 0.97


@pytest.mark.parametrize("law", LAWS)
def test_counts_to_come_are_uniform_after_the_randomised_transform(law: Law) -> None:
    """Czado, Gneiting & Held (2009), Biometrics 65, eq. 1, with a draw instead of an integral."""
    drawn = buyers("usual", 3, law)
    rows = Rows.of(*drawn.histories())
    values = fit(BUYING[law], rows).array
    came = drawn.future()
    assert kstest(transformed(drawn, values, came), "uniform").pvalue > 0.01
    of_others = np.random.default_rng(2).permutation(came)
    assert kstest(transformed(drawn, values, of_others), "uniform").pvalue < 1e-6


def transformed(drawn: Buyers, values: Floats, came: Counts) -> Floats:
    x, t_x, whole = drawn.histories()
    model = BUYING[drawn.law]
    alive = model.p_alive(values, Rows(x, t_x, whole, np.ones(len(x), np.int64)))
    tail = model.alive_tails(values, x, whole, drawn.horizon)
    tails = [np.ones(len(x))] + [alive * tail(k, len(x)) for k in range(1, came.max() + 2)]
    least = np.stack(tails)
    everybody = np.arange(len(x))
    more, further = least[came, everybody], least[came + 1, everybody]
    draw = np.random.default_rng(1).random(len(x))
    return np.asarray(1 - more + draw * (more - further))


def test_who_was_watched_to_the_end_has_a_gamma_rate() -> None:
    rows = Rows.of([0, 3], [0, 40], [0, 40])  # nobody can have left: silence is of no length
    found = purchase_rates(PARETO_NBD, np.array([0.8, 30.0, 0.6, 90.0]), rows)
    for place, (x, whole) in enumerate([(0, 0), (3, 40)]):
        seen = gamma(0.8 + x, scale=1 / (30 + whole))
        assert found.mean[place] == pytest.approx(seen.mean())
        assert (found.low[place], found.high[place]) == pytest.approx(seen.interval(0.9))


def test_long_silence_says_that_she_left_and_not_that_she_buys_seldom() -> None:
    rows = Rows.of([9, 9], [80, 80], [80, 800])
    found = purchase_rates(BG_NBD, np.array([1.0, 50.0, 0.8, 2.5]), rows)
    assert found.mean[1] == pytest.approx(found.mean[0], rel=0.05)
