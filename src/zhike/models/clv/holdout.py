"""The models tried on the shop's own past: fitted before a day, judged by what came after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zhike.models.clv.fitting import Fit, fit
from zhike.models.clv.geometric import BG_NBD, MBG_NBD, GeometricDropout
from zhike.models.clv.histories import histories, with_future
from zhike.models.clv.outlook import Outlook, outlook
from zhike.models.clv.pareto import PARETO_NBD, ParetoDropout
from zhike.models.clv.rows import Counts, Floats, Rows
from zhike.schema import Shop
from zhike.stats.accuracy import Calibration, auc, brier, calibration, log_loss
from zhike.stats.recalibration import AS_IT_IS, Recalibration

BUYING: Mapping[str, GeometricDropout | ParetoDropout] = {
    model.name: model for model in (PARETO_NBD, MBG_NBD, BG_NBD)
}
"""The models of when people buy; the first where a holdout cannot tell them apart."""
MARGIN = 0.002
"""A model must be better than the first by this share of its error to be taken instead."""
INTERVAL = 0.9
MENDED = "mended"
"""The model that is used, its chances mended by what came of earlier ones."""


@dataclass(frozen=True)
class Holdout:
    """How one model did.

    Attributes:
        model: Its name.
        fit: As fitted before the day.
        day: The day it looked ahead from.
        days: How far.
        customers: How many there were.
        foretold: Purchases (occasions) it expected of them.
        came: Purchases that came.
        rmse: Root of the mean squared error of a customer's purchases.
        mae: Mean absolute error.
        auc: How well it told who would buy; None where all did or nobody.
        brier: Of the probability of buying.
        naive_rmse: The error of a rule without a model: as many as in as many days before.
        coverage: Share of customers whose purchases lay within the interval.
        log_loss: Of it too.
        calibration: Probabilities of buying beside what came, in ten groups of as many customers.
        mended: What had been taught of the chances of buying by days before.
    """

    model: str
    fit: Fit
    day: date
    days: int
    customers: int
    foretold: float
    came: float
    rmse: float
    mae: float
    auc: float | None
    brier: float
    naive_rmse: float
    coverage: float
    log_loss: float
    calibration: Calibration
    mended: Recalibration = AS_IT_IS

    @property
    def name(self) -> str:
        """Of the model, or `MENDED` where its chances were mended."""
        return self.model if self.mended == AS_IT_IS else MENDED

    @property
    def error(self) -> float:
        """By what share the total was missed; above 0 where too much was foretold."""
        return self.foretold / self.came - 1 if self.came else float("nan")


def holdouts(shop: Shop, as_of: date, days: int) -> dict[str, Holdout]:
    """Every model fitted `days` before the day and judged by the days since.

    Only what was known then goes in: orders and refunds dated before.
    """
    earlier = as_of - timedelta(days=days)
    if not histories(shop, earlier).count().to_pyarrow().as_py():
        return {}
    known = _held(shop, earlier, as_of)
    return {
        name: _judged(fit(model, known[0]), known, earlier, days) for name, model in BUYING.items()
    }


def again(shop: Shop, held: Holdout, mended: Recalibration) -> Holdout:
    """The same holdout, with chances mended by what had been known on its day."""
    known = _held(shop, held.day, held.day + timedelta(days=held.days))
    return _judged(held.fit, known, held.day, held.days, mended)


def _held(shop: Shop, day: date, until: date) -> _Known:
    days = (until - day).days
    return shop.remember(("held", day, until), lambda: _cells(shop, day, until, days))


def best(found: Mapping[str, Holdout]) -> str:
    """The model to use: the first, unless another one was clearly better on these very data.

    Judged by the squared error of counts, that of chances, and how often a customer who did not
    buy was put before one who did, each relative to the first model's.
    """
    first = found[next(iter(BUYING))]
    if not first.rmse or not first.auc or first.auc == 1:
        return first.model
    confused = 1 - first.auc

    def worse(item: Holdout) -> float:
        mixed = (1 - (item.auc or 0)) / confused
        return (item.rmse / first.rmse + item.brier / first.brier + mixed) / 3

    chosen = min(found.values(), key=worse)
    return chosen.model if worse(chosen) < 1 - MARGIN else first.model


@dataclass(frozen=True)
class _Futures:
    """What came of each row: `n` customers of row `at` bought `y` times."""

    at: Counts
    y: Counts
    n: Counts


_Known = tuple[Rows, _Futures, Floats]
"""Histories as of a day, what came of them, and what a rule of thumb would have said."""


def _cells(shop: Shop, day: date, until: date, days: int) -> _Known:
    known = with_future(shop, day, until)
    cells = known.group_by("x", "t_x", "T", "y").agg(n=known.count()).to_pyarrow()
    x, t_x, whole, y, n = (
        cells[name].to_numpy().astype(np.int64) for name in ("x", "t_x", "T", "y", "n")
    )
    rows = Rows.of(x, t_x, whole, n)
    base = rows.days + 1
    keys = (rows.x * base + rows.t_x) * base + rows.T
    at = np.searchsorted(keys, (x * base + t_x) * base + whole)
    # As often as so far: what anybody would guess without a model.
    usual = rows.x / np.maximum(rows.T, 1) * days
    return rows, _Futures(at, y, n), usual


def _judged(
    fitted: Fit, known: _Known, day: date, days: int, mended: Recalibration = AS_IT_IS
) -> Holdout:
    rows, futures, usual = known
    seen = outlook(BUYING[fitted.model], fitted.array, rows, days, INTERVAL, mended)
    n = futures.n.astype(float)
    total = n.sum()
    bought = np.bincount(futures.at, weights=n * (futures.y > 0), minlength=len(rows)).astype(
        np.float64
    )
    weight = rows.n.astype(float)
    return Holdout(
        model=fitted.model,
        fit=fitted,
        day=day,
        days=days,
        customers=int(total),
        foretold=float(seen.expected @ weight),
        came=float(futures.y @ n),
        rmse=_rmse(seen.expected, futures),
        mae=float(np.abs(seen.expected[futures.at] - futures.y) @ n / total),
        auc=auc(seen.p_purchase, bought, weight),
        brier=brier(seen.p_purchase, bought, weight),
        naive_rmse=_rmse(usual, futures),
        coverage=_coverage(seen, futures),
        log_loss=log_loss(seen.p_purchase, bought, weight),
        calibration=calibration(seen.p_purchase, bought, weight),
        mended=mended,
    )


def _rmse(expected: Floats, futures: _Futures) -> float:
    squares = (expected[futures.at] - futures.y) ** 2
    return float(np.sqrt(squares @ futures.n / futures.n.sum()))


def _coverage(seen: Outlook, futures: _Futures) -> float:
    low, high = seen.low[futures.at], seen.high[futures.at]
    within = (low <= futures.y) & (futures.y <= high)
    return float((within * futures.n).sum() / futures.n.sum())
