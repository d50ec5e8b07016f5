"""Demand to come: foretold, adding up, with intervals that held on the same data's own past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from zhike.models.demand.backtest import (
    CHOSEN,
    WHOLE,
    Origin,
    Score,
    chosen_models,
    mixed,
    origins_of,
    score,
    spreads,
)
from zhike.models.demand.candidates import MODELS, Foretold, Known, foretell
from zhike.models.demand.spread import inside, interval, widening
from zhike.stats.reconciliation import reconciled

Floats = NDArray[np.float64]

SUM_TARGET = 0.93
"""Sums are few, and the whole is one of many: a little more than nine of ten are to lie within."""


@dataclass(frozen=True)
class Looked:
    """The last earlier day from which the whole was foretold: what was said, what came.

    Attributes:
        from_on: That day.
        days: How far ahead.
        foretold: The sum that would have been said.
        low: Lower end of its 90 % interval.
        high: Upper end.
        came: The sum that came.
    """

    from_on: date
    days: int
    foretold: float
    low: float
    high: float
    came: float


@dataclass(frozen=True)
class Outlook:
    """What is expected of one measure, of the whole (first row) and of all parts.

    Attributes:
        from_on: The first day to come.
        width: Days a period: 1 or 7.
        mean: What is expected [series, periods].
        low: Lower end of the 90 % interval [series, periods].
        high: Upper end [series, periods].
        total: What is expected of all periods together [series].
        total_low: Lower end [series].
        total_high: Upper end [series].
        rate: How much of an error stays in the level [series].
        dispersion: Variance one period ahead by a power of the mean, widened as the past asked
            for [series].
        models: The model used for the whole and for each split.
        scores: How every model, and the choice among them, did on earlier days.
        looked: The last of those days; None where the past is too short.
        origins: How many earlier days were tried.
    """

    from_on: date
    width: int
    mean: Floats
    low: Floats
    high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    rate: Floats
    dispersion: Floats
    models: Mapping[str, str]
    scores: tuple[Score, ...]
    looked: Looked | None
    origins: int

    @property
    def days(self) -> int:
        """How far ahead."""
        return int(self.mean.shape[1]) * self.width

    def score(self, model: str = CHOSEN, split: str = WHOLE) -> Score | None:
        """How a model did on the whole or on the parts of a split."""
        return next((it for it in self.scores if (it.model, it.split) == (model, split)), None)


@dataclass(frozen=True)
class _Said:
    """What would have been said, adding up, with plain variances."""

    found: Foretold
    variance: Floats
    of_sum: Floats


def outlook(known: Known, splits: Mapping[str, list[int]], ahead: int) -> Outlook:
    """What is expected of the periods to come.

    The model of the whole and of each split is the one with the least absolute error from earlier
    days. Intervals follow from the errors one period ahead; they are widened or narrowed so that
    on those earlier days nine of ten periods lay within. What is reported of the choice is its
    error where each choice was made from what had come by then.

    Args:
        known: Sales up to today, the whole in the first row.
        splits: Rows of the parts of each split.
        ahead: How many periods.
    """
    groups = {WHOLE: [0], **splits}
    origins = origins_of(known, ahead)
    said = [
        _said(one.foretold, chosen_models(origins, groups, one.periods), groups) for one in origins
    ]
    models = chosen_models(origins, groups, known.periods)
    now = _said(foretell(known, ahead), models, groups)
    wide, wide_sum = _widenings(origins, said, groups, known.periods)
    low, high = interval(now.found.mean, now.variance * wide[:, None] ** 2)
    total = now.found.mean.sum(axis=1)
    total_low, total_high = interval(total, now.of_sum * wide_sum**2)
    return Outlook(
        from_on=known.first + timedelta(days=known.daily.shape[1]),
        width=known.width,
        mean=now.found.mean,
        low=low,
        high=high,
        total=total,
        total_low=total_low,
        total_high=total_high,
        rate=now.found.rate,
        dispersion=now.found.dispersion * wide_sum**2,
        models=models,
        scores=tuple(_scores(origins, said, groups)),
        looked=_looked(known, origins, said, groups),
        origins=len(origins),
    )


def _said(
    foretold: Mapping[str, Foretold], models: Mapping[str, str], groups: Mapping[str, list[int]]
) -> _Said:
    found = mixed(foretold, models, groups)
    variance, of_sum = spreads(found)
    split_rows = [rows for name, rows in groups.items() if name != WHOLE]
    whole, parts = reconciled(
        found.mean[0],
        [found.mean[rows] for rows in split_rows],
        variance[0],
        [variance[rows] for rows in split_rows],
    )
    mean = found.mean.copy()
    mean[0] = whole
    for rows, part in zip(split_rows, parts, strict=True):
        mean[rows] = part
    return _Said(replace(found, mean=mean), variance, of_sum)


def _widenings(
    origins: list[Origin], said: list[_Said], groups: Mapping[str, list[int]], by: int
) -> tuple[Floats, Floats]:
    """By what the standard deviations of periods, and of sums, are multiplied [series].

    Only what had come by a time counts. The whole, and the parts of a split, have one each.
    """
    wide = np.ones(1 + sum(len(rows) for name, rows in groups.items() if name != WHOLE))
    wide_sum = wide.copy()
    over = [
        (one.came.sum(axis=1), its.found.mean.sum(axis=1), its.of_sum)
        for one, its in zip(origins, said, strict=True)
        if one.periods + one.came.shape[1] <= by
    ]
    for rows in groups.values():
        wide[rows] = _widening(origins, said, rows, by)
        if over:
            cases = (
                np.concatenate([values[rows] for values in one]) for one in zip(*over, strict=True)
            )
            came, mean, of_sum = cases
            wide_sum[rows] = widening(came, mean, of_sum, SUM_TARGET)
    return wide, wide_sum


def _widening(origins: list[Origin], said: list[_Said], rows: list[int], by: int) -> float:
    cases: list[list[Floats]] = [[], [], []]
    for one, its in zip(origins, said, strict=True):
        steps = min(max(by - one.periods, 0), one.came.shape[1])
        for case, values in zip(cases, (one.came, its.found.mean, its.variance), strict=True):
            case.append(values[rows, :steps].ravel())
    came, mean, variance = (np.concatenate(case or [np.zeros(0)]) for case in cases)
    return widening(came, mean, variance)


def _scores(
    origins: list[Origin], said: list[_Said], groups: Mapping[str, list[int]]
) -> list[Score]:
    if not origins:
        return []
    found = []
    for split, rows in groups.items():
        for model in MODELS:
            means = [one.foretold[model].mean for one in origins]
            found.append(score(model, split, rows, origins, means))
        own = score(CHOSEN, split, rows, origins, [one.found.mean for one in said])
        found.append(replace(own, coverage=_coverage(origins, said, rows)))
    return found


def _coverage(origins: list[Origin], said: list[_Said], rows: list[int]) -> float | None:
    """Share within the interval, each widened by the earlier days only."""
    held: list[NDArray[np.bool_]] = []
    for place, (origin, one) in enumerate(zip(origins, said, strict=True)):
        if not place:
            continue
        factor = _widening(origins[:place], said[:place], rows, origin.periods)
        variance = one.variance[rows] * factor**2
        held.append(inside(origin.came[rows], one.found.mean[rows], variance).ravel())
    return float(np.concatenate(held).mean()) if held else None


def _looked(
    known: Known, origins: list[Origin], said: list[_Said], groups: Mapping[str, list[int]]
) -> Looked | None:
    if not origins:
        return None
    last, one = origins[-1], said[-1]
    _, wide_sum = _widenings(origins[:-1], said[:-1], groups, last.periods)
    foretold = one.found.mean[:1].sum(axis=1)
    low, high = interval(foretold, one.of_sum[:1] * wide_sum[:1] ** 2)
    return Looked(
        from_on=known.first + timedelta(days=last.periods * known.width),
        days=last.came.shape[1] * known.width,
        foretold=float(foretold[0]),
        low=float(low[0]),
        high=float(high[0]),
        came=float(last.came[0].sum()),
    )
