"""How well demand would have been foretold at earlier days of the very same data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhike.models.demand.candidates import CYCLE, MODELS, NAIVE, Foretold, Known, foretell
from zhike.models.demand.spread import variance_of_sum, variances

Floats = NDArray[np.float64]

MOST_ORIGINS = 8
LEAST_PERIODS = {1: 28, 7: 26}
"""Periods that must be known before a forecast is tried."""
DEFAULT = "trend"
LEAST_GAIN = 0.1
"""By how much another model must have been better: a choice among noisy errors costs more."""
WHOLE = "whole"
CHOSEN = "chosen"


@dataclass(frozen=True)
class Origin:
    """One earlier day from which everything was foretold.

    Attributes:
        periods: How many periods were known.
        foretold: What each model said.
        came: What came [series, periods to come].
        scale: Mean change from one cycle to the next among the known periods, for MASE [series].
    """

    periods: int
    foretold: Mapping[str, Foretold]
    came: Floats
    scale: Floats


@dataclass(frozen=True)
class Score:
    """How one model did.

    Attributes:
        model: Its name; "chosen" is what the forecast itself does: the model that had done best by
            then, and parts that add up.
        split: "whole", or the split whose parts were foretold.
        wape: Absolute errors by all that came; None where nothing came.
        mase: Mean absolute error by the mean change from cycle to cycle; None without one.
        bias: What was foretold too much, by all that came.
        coverage: Share of periods within the 90 % interval; None for the models by themselves.
    """

    model: str
    split: str
    wape: float | None
    mase: float | None
    bias: float | None
    coverage: float | None = None


def origins_of(known: Known, ahead: int) -> list[Origin]:
    """Forecasts from up to eight earlier days, evenly spread over the later half of the data."""
    last = known.periods - ahead
    least = max(LEAST_PERIODS[known.width], known.periods // 2)
    if last > CYCLE[known.width]:
        least = max(least, CYCLE[known.width] + 1)
    if last < least:
        return []
    count = min(MOST_ORIGINS, last - least + 1)
    places = sorted({round(place) for place in np.linspace(least, last, count)})
    sales = known.sales
    return [_origin(known, sales, place, ahead) for place in places]


def _origin(known: Known, sales: Floats, place: int, ahead: int) -> Origin:
    past = sales[:, :place]
    lag = CYCLE[known.width] if place > CYCLE[known.width] + 1 else 1
    scale = np.abs(past[:, lag:] - past[:, :-lag]).mean(axis=1)
    return Origin(
        place, foretell(known.until(place), ahead), sales[:, place : place + ahead], scale
    )


def chosen_models(
    origins: list[Origin], splits: Mapping[str, list[int]], periods: int
) -> dict[str, str]:
    """The model that had done best by a time, for the whole and for each split.

    Only what had come by then counts. The calendar with a slowing trend is used where no other
    was better by a tenth.
    """
    found = {}
    for split, rows in splits.items():
        errors = dict.fromkeys(MODELS, 0.0)
        seen = 0
        for origin in origins:
            steps = min(max(periods - origin.periods, 0), origin.came.shape[1])
            seen += steps
            for model in MODELS:
                said = origin.foretold[model].mean[rows, :steps]
                errors[model] += float(np.abs(said - origin.came[rows, :steps]).sum())
        best = min(MODELS, key=lambda it: errors[it])
        worth_it = seen and errors[best] < (1 - LEAST_GAIN) * errors[DEFAULT]
        found[split] = best if worth_it else DEFAULT
    return found


def mixed(
    foretold: Mapping[str, Foretold], models: Mapping[str, str], splits: Mapping[str, list[int]]
) -> Foretold:
    """The whole by its model, the parts of each split by theirs."""
    first = foretold[NAIVE]
    mean, rate, spread = first.mean.copy(), first.rate.copy(), first.dispersion.copy()
    for split, rows in splits.items():
        one = foretold[models[split]]
        mean[rows], rate[rows], spread[rows] = one.mean[rows], one.rate[rows], one.dispersion[rows]
    return Foretold(mean, rate, spread)


def score(
    model: str, split: str, rows: list[int], origins: list[Origin], means: list[Floats]
) -> Score:
    """How what was foretold compares with what came, over all origins."""
    came = np.concatenate([one.came[rows].ravel() for one in origins])
    said = np.concatenate([mean[rows].ravel() for mean in means])
    wrong = np.abs(said - came)
    scale = np.concatenate([np.repeat(one.scale[rows], one.came.shape[1]) for one in origins])
    total = float(came.sum())
    usable = scale > 0
    return Score(
        model,
        split,
        float(wrong.sum()) / total if total > 0 else None,
        float((wrong[usable] / scale[usable]).mean()) if usable.any() else None,
        float((said - came).sum()) / total if total > 0 else None,
    )


def spreads(found: Foretold) -> tuple[Floats, Floats]:
    """Variance of each period to come, and of their sum."""
    facts = found.mean, found.rate, found.dispersion
    return variances(*facts), variance_of_sum(*facts)
