"""Lift against the textbook, its interval against simulated baskets, and pairs of nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import fisher_exact

from zhike.models.baskets import Counted, lifts


def _pair(baskets: int, one: int, other: int, together: int) -> Counted:
    columns = (np.array([it]) for it in (0, 1, together))
    return Counted(baskets, pa.array(["a", "b"]), np.array([one, other]), *columns)


def test_the_chance_is_that_of_fishers_exact_test() -> None:
    table = [[10, 10], [15, 65]]
    wanted = fisher_exact(table, alternative="greater").pvalue
    assert lifts(_pair(100, 20, 25, 10)).chance[0] == pytest.approx(wanted, rel=1e-9)


def test_the_interval_holds_the_true_lift_as_often_as_it_says() -> None:
    chance = np.random.default_rng(3)
    share = np.array([0.06, 0.09, 0.14])  # both, only one, only the other
    true = share[0] / ((share[0] + share[1]) * (share[0] + share[2]))
    draws = chance.multinomial(2000, [*share, 1 - share.sum()], size=1500)
    held = 0
    for both, one, other, _ in draws:
        found = lifts(_pair(2000, both + one, both + other, both))
        held += bool(found.low[0] <= true <= found.high[0])
    assert 0.93 <= held / len(draws) <= 0.97


def test_pairs_of_unrelated_products_hardly_ever_stand() -> None:
    chance = np.random.default_rng(5)
    held = chance.random((3000, 40)) < 0.1
    together = (held.T.astype(int) @ held.astype(int))[np.triu_indices(40, 1)]
    first, second = np.triu_indices(40, 1)
    ids = pa.array([f"{it:02}" for it in range(40)])
    found = Counted(3000, ids, held.sum(axis=0), first, second, together)
    assert lifts(found).stands.sum() <= 1
