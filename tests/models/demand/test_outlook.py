"""Forecasts of shops whose truth is known: better than rules of thumb, as sure as they say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from zhike.datasets.daily_sales import daily_sales
from zhike.models.demand import (
    CHOSEN,
    NAIVE,
    SEASONAL_NAIVE,
    WHOLE,
    Known,
    Outlook,
    outlook,
)
from zhike.models.demand.backtest import chosen_models, origins_of
from zhike.models.demand.candidates import foretell
from zhike.models.demand.smoothing import smoothed

AHEAD = 13


def _held_out(seed: int, days: int = 910) -> tuple[Outlook, np.ndarray, Known]:
    shop = daily_sales(seed, days, products=6)
    cut = days - AHEAD * 7
    known = Known(shop.first, shop.daily[:, :cut], 7, "CN")
    came = shop.daily[:, cut:].reshape(len(shop.daily), AHEAD, 7).sum(axis=2)
    return outlook(known, {"product": list(range(1, len(came)))}, AHEAD), came, known


@pytest.fixture(scope="module")
def studied() -> list[tuple[Outlook, np.ndarray, Known]]:
    return [_held_out(seed) for seed in range(30)]


def test_what_is_used_beats_last_year_and_last_week_where_there_is_a_season(
    studied: list[tuple[Outlook, np.ndarray, Known]],
) -> None:
    errors = {CHOSEN: 0.0, NAIVE: 0.0, SEASONAL_NAIVE: 0.0}
    for found, came, known in studied:
        said = foretell(known, AHEAD)
        for name in errors:
            mean = found.mean[0] if name == CHOSEN else said[name].mean[0]
            errors[name] += float(np.abs(mean - came[0]).sum() / came[0].sum())
    assert errors[CHOSEN] < 0.75 * errors[SEASONAL_NAIVE]
    assert errors[CHOSEN] < 0.75 * errors[NAIVE]


def test_nine_of_ten_weeks_lie_within_their_interval(
    studied: list[tuple[Outlook, np.ndarray, Known]],
) -> None:
    parts = [(came[1:] >= it.low[1:]) & (came[1:] <= it.high[1:]) for it, came, _ in studied]
    whole = [(came[0] >= it.low[0]) & (came[0] <= it.high[0]) for it, came, _ in studied]
    assert 0.84 <= np.mean(parts) <= 0.96
    assert 0.80 <= np.mean(whole) <= 0.98


def test_parts_add_up_to_the_whole(studied: list[tuple[Outlook, np.ndarray, Known]]) -> None:
    for found, _, _ in studied:
        gap = np.abs(found.mean[1:].sum(axis=0) - found.mean[0])
        assert (gap <= 1e-9 * np.maximum(found.mean[0], 1)).all()
        assert found.total[1:].sum() == pytest.approx(found.total[0], rel=1e-9)
        assert (found.low >= 0).all()
        assert ((found.low <= found.mean) & (found.mean <= found.high)).all()


def test_the_spring_festival_is_foretold_where_the_moon_puts_it() -> None:
    # Sales stop in the week of the festival; it was in mid-February, in late January, and is next
    # on 10 February 2024: last year's dates would place it three weeks early.
    first = date(2021, 1, 4)
    days = np.array([first.toordinal() + n for n in range(7 * 156)])
    daily = np.full(len(days), 100.0) + 5 * np.sin(np.arange(len(days)))
    for new_year in (date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22)):
        place = days - new_year.toordinal()
        daily[(place >= -1) & (place < 7)] = 20.0
    known = Known(first, daily[None, :], 7, "CN")
    found = outlook(known, {}, AHEAD).mean[0]
    weeks = [date.fromordinal(int(days[-1]) + 1 + 7 * n) for n in range(AHEAD)]
    lowest = weeks[int(found.argmin())]
    assert abs((lowest - date(2024, 2, 9)).days) < 7
    assert found.min() < 0.7 * np.median(found)


def test_nothing_that_came_later_is_used_to_choose() -> None:
    shop = daily_sales(5, 728, products=3)
    known = Known(shop.first, shop.daily, 7, "CN")
    changed = shop.daily.copy()
    changed[:, 60 * 7 :] *= 9
    splits = {WHOLE: [0]}
    for one, other in zip(
        origins_of(known, AHEAD),
        origins_of(Known(shop.first, changed, 7, "CN"), AHEAD),
        strict=True,
    ):
        if one.periods <= 60:
            for model, said in one.foretold.items():
                assert np.array_equal(said.mean, other.foretold[model].mean)
    origins = origins_of(known, AHEAD)
    first = origins[0].periods
    assert chosen_models(origins, splits, first) == {WHOLE: "trend"}


def test_levels_follow_exponential_smoothing_by_hand() -> None:
    sales = np.array([[10.0, 20.0] * 10])
    found = smoothed(sales, np.ones(sales.shape), 1)
    rate = float(found.rate[0])
    level = sales[0, :13].mean()
    for value in sales[0]:
        level += rate * (value - level)
    assert found.level[0] == pytest.approx(level)


HARD = {
    "nothing at all": np.zeros((3, 400)),
    "one sale": np.eye(1, 400, 200) * np.array([[1.0], [1.0], [0.0]]),
    "constant": np.full((3, 400), 7.0),
    "a part that begins late": np.vstack([np.ones(400), np.ones(400), np.zeros(400)]),
    "a single blow": np.vstack([np.where(np.arange(400) == 399, 1e9, 1.0)] * 3),
    "returns beyond sales": np.full((3, 400), -5.0),
    "stopped": np.vstack([np.where(np.arange(400) < 200, 50.0, 0.0)] * 3),
    "tiny": np.full((3, 400), 1e-7),
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("width", [1, 7])
def test_hard_shops_get_finite_numbers(name: str, width: int) -> None:
    daily = HARD[name][:, : 400 - 400 % width]
    found = outlook(Known(date(2023, 3, 1), daily, width, "CN"), {"product": [1, 2]}, 10)
    for values in (found.mean, found.low, found.high, found.total, found.total_high):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    for one in found.scores:
        for number in (one.wape, one.mase, one.bias, one.coverage):
            assert number is None or np.isfinite(number)
