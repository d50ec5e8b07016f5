"""K-means against scikit-learn's, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from models.clusters.planted import planted
from zhike.models.clusters.kmeans import kmeans, lloyd, nearest, refined


@pytest.mark.parametrize("groups", [2, 5, 9])
def test_the_best_of_several_starts_is_as_tight_as_scikit_learns(groups: int) -> None:
    points, _ = planted(3000, 5, 5, 3.0)
    ours = kmeans(points, groups, np.random.default_rng(1), 8)
    theirs = KMeans(groups, n_init=8, random_state=1).fit(points)
    assert ours.inertia <= theirs.inertia_ * 1.01


def test_centres_are_the_means_of_their_points() -> None:
    points, _ = planted(500, 3, 3, 4.0)
    fit = kmeans(points, 3, np.random.default_rng(0))
    for group, centre in enumerate(fit.centres):
        assert centre == pytest.approx(points[fit.labels == group].mean(axis=0))


def test_a_group_that_is_left_empty_begins_anew_at_the_farthest_point() -> None:
    points = np.array([[0.0], [1.0], [2.0], [50.0]])
    fit = lloyd(points, np.array([[0.0], [1000.0]]))
    assert np.bincount(fit.labels).tolist() == [3, 1]


def test_of_equally_near_centres_the_first_is_taken() -> None:
    labels, away = nearest(np.array([[1.0]]), np.array([[0.0], [2.0]]))
    assert labels.tolist() == [0]
    assert away.tolist() == [1.0]


def test_points_that_are_streamed_past_end_where_points_in_memory_do() -> None:
    points, _ = planted(4000, 3, 3, 5.0)
    start = kmeans(points[:200], 3, np.random.default_rng(0)).centres
    streamed = refined(lambda: iter(np.array_split(points, 7)), start)
    assert streamed == pytest.approx(lloyd(points, start).centres, abs=0.005)
