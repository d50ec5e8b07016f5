"""Parts that add up: against the general formula, and never below nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.stats.reconciliation import reconciled


def test_it_is_weighted_least_squares_for_all_splits_at_once() -> None:
    rng = np.random.default_rng(3)
    whole, whole_variance = np.array([100.0]), np.array([9.0])
    parts = [rng.uniform(10, 40, (4, 1)), rng.uniform(20, 60, (3, 1))]
    variances = [rng.uniform(1, 5, (4, 1)), rng.uniform(1, 5, (3, 1))]
    total, found = reconciled(whole, parts, whole_variance, variances)
    # Least squares under linear constraints: y - W C' (C W C')^-1 C y, Wickramasuriya et al. (2019)
    stacked = np.concatenate([whole, parts[0][:, 0], parts[1][:, 0]])
    weights = np.diag(np.concatenate([whole_variance, variances[0][:, 0], variances[1][:, 0]]))
    constraints = np.array([[1.0] + [-1] * 4 + [0] * 3, [1.0] + [0] * 4 + [-1] * 3])
    middle = np.linalg.inv(constraints @ weights @ constraints.T)
    wanted = stacked - weights @ constraints.T @ middle @ constraints @ stacked
    assert np.concatenate([total, found[0][:, 0], found[1][:, 0]]) == pytest.approx(wanted)


SIZES = st.lists(st.floats(0, 1e6), min_size=1, max_size=6)


@given(whole=st.floats(0, 1e6), sizes=SIZES, seed=st.integers(0, 99))
def test_parts_add_up_and_none_is_negative(whole: float, sizes: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    part = np.array(sizes)[:, None]
    variance = rng.uniform(1e-6, 100, part.shape)
    total, (found,) = reconciled(np.array([whole]), [part], np.array([1.0]), [variance])
    assert total[0] >= 0
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(total[0], rel=1e-12, abs=1e-12)


def test_a_part_that_would_be_negative_is_nothing_and_the_others_bear_the_rest() -> None:
    total, (found,) = reconciled(
        np.array([10.0]), [np.array([[1.0], [19.0]])], np.array([1e-9]), [np.array([[9.0], [1.0]])]
    )
    assert total[0] == pytest.approx(10, abs=1e-6)
    assert found[:, 0].tolist() == pytest.approx([0.0, total[0]])
