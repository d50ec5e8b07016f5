"""How many groups: found where they are planted, and denied where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from models.clusters.planted import planted
from zhike.models.clusters.choosing import chosen, distances, silhouette


def test_the_silhouette_is_scikit_learns() -> None:
    points, truth = planted(300, 3, 3, 2.0)
    wanted = silhouette_score(points, truth)
    assert silhouette(distances(points), truth) == pytest.approx(wanted, abs=1e-7)


def test_who_is_alone_in_a_group_counts_nothing() -> None:
    points = np.array([[0.0], [1.0], [9.0]])
    labels = np.array([0, 0, 1])
    wanted = silhouette_score(points, labels)
    assert silhouette(distances(points), labels) == pytest.approx(wanted)


@pytest.mark.parametrize("groups", [2, 4, 7])
def test_as_many_groups_are_found_as_were_planted(groups: int) -> None:
    points, _ = planted(2000, groups, 8, 5.0, seed=groups)
    choice = chosen(points)
    assert choice.natural
    assert len(choice.fit.centres) == groups


@pytest.mark.parametrize("slanted", [False, True])
def test_one_cloud_has_no_natural_groups_however_long_it_is(slanted: bool) -> None:
    chance = np.random.default_rng(3)
    points = chance.standard_normal((2000, 6))
    if slanted:
        points = points @ np.diag([6.0, 2, 1, 1, 1, 1])
    choice = chosen(points)
    assert not choice.natural
    assert not any(trial.is_natural for trial in choice.trials)


def test_a_long_cloud_is_cut_in_two_stably_and_is_no_two_groups_for_that() -> None:
    points = np.random.default_rng(3).standard_normal((2000, 6)) * [6.0, 2, 1, 1, 1, 1]
    two = chosen(points).trials[0]
    assert two.stability > 0.9
    assert two.silhouette > 0.3
    assert not two.is_natural


def test_a_number_that_is_asked_for_is_given_and_judged() -> None:
    points, _ = planted(1000, 3, 5, 6.0)
    choice = chosen(points, 8)
    assert len(choice.fit.centres) == 8
    assert [trial.groups for trial in choice.trials] == list(range(2, 11))
    assert not choice.natural
