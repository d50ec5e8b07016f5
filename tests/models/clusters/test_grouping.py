"""Everybody in groups: planted ones found again, in whatever order customers come."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from models.clusters.planted import batches_of, codes_of, planted
from zhike.models.clusters import Grouping, grouped
from zhike.models.clusters.scaling import Kind
from zhike.stats.agreement import adjusted_rand

KINDS: dict[str, Kind] = {f"m{at}": "plain" for at in range(8)}


def _found(points: np.ndarray, worth: np.ndarray | None = None, size: int = 1000) -> Grouping:
    found = grouped(batches_of(points, worth, size), KINDS)
    assert isinstance(found, Grouping)
    return found


def test_planted_groups_are_found_again() -> None:
    points, truth = planted(5000, 5, 8, 6.0)
    found = _found(points)
    assert found.choice.natural
    assert adjusted_rand(codes_of(found.labels), truth) > 0.95


def test_more_customers_than_the_sample_are_refined_in_a_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points, truth = planted(6000, 4, 8, 6.0)
    whole = _found(points)
    monkeypatch.setattr("zhike.models.clusters.grouping.SAMPLED", 1500)
    streamed = _found(points)
    assert adjusted_rand(codes_of(streamed.labels), truth) > 0.95
    assert adjusted_rand(codes_of(streamed.labels), codes_of(whole.labels)) > 0.98


def test_groups_do_not_depend_on_the_order_of_customers() -> None:
    points, _ = planted(3000, 4, 8, 3.0)
    order = np.random.default_rng(1).permutation(3000)
    mixed = pa.Table.from_batches(batches_of(points)()).take(pa.array(order))
    one = _found(points)
    other = grouped(lambda: iter(mixed.to_batches(max_chunksize=70)), KINDS)
    assert isinstance(other, Grouping)
    assert codes_of(one.labels).tolist() == codes_of(other.labels).tolist()


def test_the_group_that_is_worth_most_a_customer_comes_first() -> None:
    points, truth = planted(2000, 3, 8, 6.0)
    found = _found(points, np.array([10.0, 30.0, 20.0])[truth])
    assert found.worth == pytest.approx([30, 20, 10], abs=0.5)
    assert found.counts.sum() == 2000
    assert truth[codes_of(found.labels) == 0].mean() == pytest.approx(1, abs=0.05)


def test_differences_are_from_the_mean_of_all() -> None:
    points, _ = planted(1000, 3, 8, 5.0)
    found = _found(points)
    assert found.counts @ found.differences == pytest.approx(np.zeros(8), abs=1e-8)


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (np.zeros((0, 8)), "at least 100 customers who bought; there are 0."),
        (np.random.default_rng(0).standard_normal((99, 8)), "there are 99."),
        (np.ones((500, 8)), "too much alike"),
        (np.repeat(np.eye(2), 300, axis=0) @ np.ones((2, 8)), "too much alike"),
    ],
)
def test_too_little_is_a_sentence(points: np.ndarray, sentence: str) -> None:
    assert sentence in str(grouped(batches_of(points), KINDS))
