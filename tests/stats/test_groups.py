"""Comparing groups, against SciPy and statsmodels and published examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zhike.stats import (
    Sample,
    benjamini_hochberg,
    chi_square_tail,
    chi_square_test,
    cohens_h,
    cramers_v,
    fisher_exact,
    shares_test,
    standardised_difference,
    student_tails,
    welch_test,
)

scipy_stats = pytest.importorskip("scipy.stats")
CLOSE = {"rel": 1e-9, "abs": 1e-14}
counts = st.integers(0, 200)


def _sample(values: np.ndarray) -> Sample:
    return Sample(count=len(values), mean=values.mean(), variance=values.var(ddof=1))


@given(st.floats(0, 900), st.integers(1, 400))
def test_chi_square_tails_are_those_of_scipy(statistic: float, degrees: int) -> None:
    wanted = scipy_stats.chi2.sf(statistic, degrees)
    assert chi_square_tail(statistic, degrees) == pytest.approx(wanted, rel=1e-8, abs=1e-14)


@given(st.floats(-60, 60), st.floats(0.5, 1e7))
@example(3.6066660333725784e-159, 5265714.0)
def test_student_tails_are_those_of_scipy(statistic: float, degrees: float) -> None:
    wanted = 2 * scipy_stats.t.sf(abs(statistic), degrees)
    assert student_tails(statistic, degrees) == pytest.approx(wanted, rel=1e-7, abs=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_welch_is_that_of_scipy(seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = random.normal(1, 2, 30), random.normal(1.5, 5, 12)
    wanted = scipy_stats.ttest_ind(first, second, equal_var=False).pvalue
    assert welch_test(_sample(first), _sample(second)) == pytest.approx(wanted, **CLOSE)


def test_groups_that_cannot_differ_are_no_surprise() -> None:
    same = Sample(count=10, mean=3.0, variance=0.0)
    assert welch_test(same, same) == 1
    assert welch_test(Sample(count=1, mean=9.0, variance=math.nan), same) == 1
    assert math.isnan(standardised_difference(same, same))
    assert shares_test(0, 0, 3, 5) == 1


@given(counts, counts, counts, counts)
def test_fisher_is_that_of_scipy(a: int, b: int, c: int, d: int) -> None:
    wanted = scipy_stats.fisher_exact([[a, b], [c, d]]).pvalue
    assert fisher_exact(a, a + b, c, c + d) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@given(st.lists(st.lists(st.integers(1, 500), min_size=3, max_size=3), min_size=2, max_size=5))
def test_tables_are_tested_as_scipy_tests_them(table: list[list[int]]) -> None:
    wanted = scipy_stats.chi2_contingency(table, correction=False).pvalue
    assert chi_square_test(table) == pytest.approx(wanted, rel=1e-7, abs=1e-13)
    v = scipy_stats.contingency.association(table, method="cramer")
    assert cramers_v(table) == pytest.approx(v, abs=1e-9)


def test_empty_rows_and_columns_say_nothing() -> None:
    assert chi_square_test([[5, 7, 0], [9, 2, 0], [0, 0, 0]]) == pytest.approx(
        chi_square_test([[5, 7], [9, 2]])
    )
    assert chi_square_test([[5, 7]]) == 1
    assert math.isnan(cramers_v([[5, 7]]))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_corrected_chances_are_those_of_scipy(chances: list[float]) -> None:
    wanted = scipy_stats.false_discovery_control(chances, method="bh")
    assert benjamini_hochberg(chances) == pytest.approx(wanted)


def test_the_example_of_benjamini_and_hochberg() -> None:
    # The fifteen chances of the paper's example; four are rejected at 0.05.
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip
    assert (benjamini_hochberg(chances) <= 0.05).sum() == 4
    assert len(benjamini_hochberg([])) == 0


def test_distances_of_shares_count_more_near_the_ends() -> None:
    assert cohens_h(0.21, 0.10) == pytest.approx(cohens_h(0.50, 0.35), abs=0.01)
    assert cohens_h(0.65, 0.45) == pytest.approx(-cohens_h(0.45, 0.65))
    assert cohens_h(1.0, 0.0) == pytest.approx(math.pi)
