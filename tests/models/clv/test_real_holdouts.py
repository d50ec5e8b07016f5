"""The default on real shops, judged by weeks that it has not seen, beside Pareto/NBD.

On CDNOW 39 weeks tell of the 39 that follow; on Online Retail II all but the last 13 weeks, which
are a Christmas season, tell of those. Nothing of the later weeks was used in choosing or mending.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.clv.shops import cdnow_shop, online_retail_shop
from zhike.i18n import LazyText
from zhike.models.clv import PARETO_NBD, Fit, Forecast, Terms, forecast, outlook
from zhike.models.clv.histories import with_future
from zhike.models.clv.rows import Counts, Floats, Rows
from zhike.schema import Shop
from zhike.stats.accuracy import auc, brier, calibration

pytestmark = pytest.mark.slow

RESAMPLES = 400
CDNOW = (date(1997, 10, 1), 39 * 7)
RETAIL = (date(2010, 12, 10) - timedelta(weeks=13), 13 * 7)


@dataclass(frozen=True)
class Seen:
    """What was said of each customer, by the default and by Pareto/NBD, and what came."""

    found: Forecast
    chance: Floats
    expected: Floats
    pareto_chance: Floats
    pareto_expected: Floats
    came: Counts


def looked_ahead(shop: Shop, day: date, days: int) -> Seen:
    found = forecast(shop, day, Terms(days=days))
    assert not isinstance(found, LazyText)
    cells = with_future(shop, day, day + timedelta(days=days)).to_pyarrow()
    x, t_x, whole, y = (cells[name].to_numpy().astype(int) for name in ("x", "t_x", "T", "y"))
    rows, own = found.worth.rows, found.worth.outlook
    at = place(rows, x, t_x, whole)
    pareto = outlook(PARETO_NBD, pareto_fit(shop, day, days).array, rows, days)
    return Seen(
        found, own.p_purchase[at], own.expected[at], pareto.p_purchase[at], pareto.expected[at], y
    )


def pareto_fit(shop: Shop, day: date, days: int) -> Fit:
    asked = forecast(shop, day, Terms(days=days, model="pareto_nbd"))
    assert not isinstance(asked, LazyText)
    return asked.worth.buying


def place(rows: Rows, x: Counts, t_x: Counts, whole: Counts) -> Counts:
    base = rows.days + 1
    keys = (rows.x * base + rows.t_x) * base + rows.T
    return np.asarray(np.searchsorted(keys, (x * base + t_x) * base + whole))


@pytest.fixture(scope="module")
def cdnow(real_data: Path) -> Seen:
    return looked_ahead(cdnow_shop(real_data), *CDNOW)


@pytest.fixture(scope="module")
def retail(real_data: Path) -> Seen:
    return looked_ahead(online_retail_shop(real_data), *RETAIL)


@pytest.fixture(params=["cdnow", "retail"])
def seen(request: pytest.FixtureRequest) -> Seen:
    found: Seen = request.getfixturevalue(request.param)
    return found


Measure = Callable[[Floats, Floats, Counts], float]


def rmse(chance: Floats, expected: Floats, came: Counts) -> float:
    return float(np.sqrt(((expected - came) ** 2).mean()))


def confused(chance: Floats, expected: Floats, came: Counts) -> float:
    found = auc(chance, (came > 0) * 1.0, np.ones(len(came)))
    assert found is not None
    return 1 - found


def squared(chance: Floats, expected: Floats, came: Counts) -> float:
    return brier(chance, (came > 0) * 1.0, np.ones(len(came)))


@pytest.mark.parametrize("measure", [rmse, confused, squared])
def test_the_default_is_no_worse_than_pareto_nbd(seen: Seen, measure: Measure) -> None:
    """By paired bootstrap: of a hundred resampled shops, it is worse in fewer than ninety-five."""
    chance = np.random.default_rng(3)
    worse = 0
    for _ in range(RESAMPLES):
        some = chance.integers(0, len(seen.came), len(seen.came))
        ours = measure(seen.chance[some], seen.expected[some], seen.came[some])
        theirs = measure(seen.pareto_chance[some], seen.pareto_expected[some], seen.came[some])
        worse += ours > theirs + 1e-9
    assert worse / RESAMPLES < 0.95


def test_chances_on_cdnow_are_true_to_three_in_a_hundred(cdnow: Seen) -> None:
    """Expected calibration error over ten groups of as many customers each."""
    came, each = (cdnow.came > 0) * 1.0, np.ones(len(cdnow.came))
    ours = calibration(cdnow.chance, came, each, groups=10).error
    theirs = calibration(cdnow.pareto_chance, came, each, groups=10).error
    assert ours <= 0.03 < theirs


def test_chances_are_mended_on_cdnow_only(cdnow: Seen, retail: Seen) -> None:
    """On Online Retail II they were tried, and did worse on the last days before."""
    assert cdnow.found.holdout is not None
    assert cdnow.found.holdout.name == "mended"
    assert retail.found.holdout is not None
    assert retail.found.holdout.name == retail.found.worth.model.name
    tried = retail.found.holdouts
    assert tried["mended"].log_loss > retail.found.holdout.log_loss
