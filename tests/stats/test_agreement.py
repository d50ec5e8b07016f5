"""The adjusted Rand index, against scikit-learn's and by what it promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from zhike.stats.agreement import adjusted_rand

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=2, max_size=60)


@given(PAIRS)
def test_it_is_the_index_that_scikit_learn_computes(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(column) for column in zip(*pairs, strict=True))
    wanted = adjusted_rand_score(one, other)
    assert adjusted_rand(one, other) == pytest.approx(wanted, abs=1e-12)
    assert adjusted_rand(other, one) == pytest.approx(wanted, abs=1e-12)


@given(PAIRS)
def test_what_groups_are_called_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    groups = np.array([one for one, _ in pairs])
    assert adjusted_rand(groups, 4 - groups) == 1.0
