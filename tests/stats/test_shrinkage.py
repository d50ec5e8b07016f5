"""Shrinkage: towards the whole, by how little is known."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.stats.shrinkage import shrunken_means, shrunken_rates, shrunken_shares


def test_groups_that_are_alike_all_get_the_mean_of_the_whole() -> None:
    hits, trials = np.array([20.0, 10.0, 2.0]), np.array([100.0, 50.0, 10.0])
    assert shrunken_shares(hits, trials) == pytest.approx([0.2] * 3)
    assert shrunken_rates(hits, trials) == pytest.approx([0.2] * 3)


def test_a_small_group_moves_further_than_a_large_one() -> None:
    hits, trials = np.array([300.0, 100.0, 3.0]), np.array([1000.0, 1000.0, 10.0])
    shrunken = shrunken_shares(hits, trials)
    whole = hits.sum() / trials.sum()
    moved = (hits / trials - shrunken) / (hits / trials - whole)
    assert moved[2] > 5 * moved[0]
    assert ((moved > 0) & (moved < 1)).all()


def test_shrunken_means_are_nearer_to_the_truth_than_plain_ones() -> None:
    random = np.random.default_rng(1)
    plain, better = 0.0, 0.0
    for _ in range(50):
        truth = random.normal(100, 5, 40)
        counts = random.integers(5, 50, 40)
        draws = [random.normal(mean, 60, size) for mean, size in zip(truth, counts, strict=True)]
        sums = np.array([it.sum() for it in draws])
        squares = np.array([(it**2).sum() for it in draws])
        sizes = counts.astype(float)
        plain += float(((sums / sizes - truth) ** 2).sum())
        better += float(((shrunken_means(sums, squares, sizes) - truth) ** 2).sum())
    assert better < 0.5 * plain


def test_the_spread_between_groups_is_found_again() -> None:
    random = np.random.default_rng(2)
    truth = random.beta(20, 80, 300)
    trials = np.full(300, 400.0)
    hits = random.binomial(400, truth).astype(float)
    shrunken = shrunken_shares(hits, trials)
    strength = 100  # of the planted beta distribution
    wanted = (hits + 0.2 * strength) / (trials + strength)
    assert np.abs(shrunken - wanted).max() < 0.01


def test_nothing_gives_nothing() -> None:
    empty = np.array([])
    assert shrunken_means(empty, empty, empty).size == 0
    assert shrunken_shares(empty, empty).size == 0
    assert shrunken_rates(np.array([0.0]), np.array([0.0])).tolist() == [0.0]
    assert shrunken_shares(np.array([0.0, 0.0]), np.array([5.0, 0.0])).tolist() == [0.0, 0.0]


def test_amounts_without_any_spread_are_taken_as_they_are() -> None:
    sums, counts = np.array([20.0, 90.0]), np.array([2.0, 3.0])
    assert shrunken_means(sums, np.array([200.0, 2700.0]), counts).tolist() == [10.0, 30.0]
