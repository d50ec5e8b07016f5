from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.stats import kaplan_meier, quantile_of_counts

SPELLS = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60)


def _curve(spells: list[tuple[int, bool]]):  # type: ignore[no-untyped-def]
    times = np.array([time for time, _ in spells])
    happened = np.array([int(ended) for _, ended in spells])
    return kaplan_meier(times, happened, 1 - happened)


def test_the_textbook_example_of_remission_times() -> None:
    # Freireich et al. (1963), 6-MP group, as in Kaplan-Meier textbooks.
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    watched = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = _curve([(it, True) for it in ended] + [(it, False) for it in watched])
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.survival == pytest.approx(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5
    )


@given(SPELLS)
def test_the_curve_only_falls_and_stays_a_share(spells: list[tuple[int, bool]]) -> None:
    curve = _curve(spells)
    assert np.all(np.diff(curve.survival) <= 0)
    assert np.all((curve.survival >= 0) & (curve.survival <= 1))
    assert np.all(np.diff(curve.at_risk) < 0)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_without_censoring_it_is_the_empirical_share(times: list[int]) -> None:
    curve = _curve([(time, True) for time in times])
    still = [np.mean(np.array(times) > time) for time in curve.times]
    assert curve.survival == pytest.approx(still)


@given(SPELLS, st.floats(0.01, 1))
def test_the_time_is_the_first_at_which_enough_has_happened(
    spells: list[tuple[int, bool]], share: float
) -> None:
    curve = _curve(spells)
    time = curve.time_by_which(share)
    if time is None:
        assert not any(ended for _, ended in spells)
        return
    wanted = share * (1 - curve.survival[-1])
    happened = dict(zip(curve.times.tolist(), 1 - curve.survival, strict=True))
    assert happened[time] >= wanted - 1e-9
    assert all(value < wanted for at, value in happened.items() if at < time)


def test_a_tail_that_few_are_left_in_is_not_read() -> None:
    spells = [(1, True)] * 50 + [(2, False)] * 49 + [(30, True)]
    assert _curve(spells).time_by_which(0.9) == 30
    assert _curve(spells).time_by_which(0.9, least=30) == 1


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=80),
    st.floats(0, 1),
)
def test_a_quantile_of_counts_is_that_of_the_values(values: list[int], share: float) -> None:
    distinct, counts = np.unique(values, return_counts=True)
    found = quantile_of_counts(distinct, counts, share)
    assert found is not None
    reached = np.mean(np.array(values) <= found)
    before = np.mean(np.array(values) < found)
    assert reached >= share - 1e-9
    assert before < share or found == min(values)


def test_no_observations_have_no_quantile() -> None:
    assert quantile_of_counts(np.array([], np.int64), np.array([], np.int64), 0.5) is None
