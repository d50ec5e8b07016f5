"""Which model of leaving to use, from how each did on customers that it had not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.optimize import minimize
from scipy.special import expit

from zhike.models.churn.additive import SEED, Additive, fitted
from zhike.models.churn.coding import Floats, coded
from zhike.stats.accuracy import Calibration, auc, brier, calibration

KINDS = ("boosted", "linear")
FOLDS = 5
CLEARLY = 0.005
"""A later model must beat an earlier one's Brier score by this share of it."""


@dataclass(frozen=True)
class Tried:
    """How one model did on customers that it had not seen.

    Attributes:
        model: "boosted", "linear", or a model of silence.
        customers: How many there were.
        foretold: How many it expected to leave.
        came: How many left.
        auc: How well it told them apart; None where all left or nobody.
        brier: Of its probabilities.
        naive_brier: Of giving everybody the share of all.
        calibration: Its probabilities beside what came.
    """

    model: str
    customers: int
    foretold: float
    came: float
    auc: float | None
    brier: float
    naive_brier: float
    calibration: Calibration

    @property
    def error(self) -> float:
        """By what share the number of those leaving was missed."""
        return self.foretold / self.came - 1 if self.came else float("nan")


def judged(model: str, chance: Floats, left: Floats, weight: Floats | None = None) -> Tried:
    """What became of probabilities."""
    each = np.ones(len(left)) if weight is None else weight
    share = float((left * each).sum() / each.sum())
    return Tried(
        model=model,
        customers=int(each.sum()),
        foretold=float((chance * each).sum()),
        came=float((left * each).sum()),
        auc=auc(chance, left * each, each),
        brier=brier(chance, left * each, each),
        naive_brier=share * (1 - share),
        calibration=calibration(chance, left * each, each),
    )


def best_of(tried: Mapping[str, Tried]) -> str:
    """The model to use: the first, unless a later one was clearly better.

    Examples:
        >>> best_of({})
        ''
    """
    chosen = ""
    for name, item in tried.items():
        if not chosen or item.brier < tried[chosen].brier * (1 - CLEARLY):
            chosen = name
    return chosen


def tempering(odds: Floats, left: Floats) -> tuple[float, float]:
    """Slope and shift that make log-odds true on customers not learned from (Platt 2000).

    With Platt's targets, so that they are finite where the log-odds part both perfectly.

    Examples:
        >>> slope, shift = tempering(np.repeat([-4.0, 4.0], 100), np.repeat([0, 1, 0, 1], 50) * 1.0)
        >>> abs(slope) < 0.01 and abs(shift) < 0.01
        True
    """
    yes = left.sum()
    targets = np.where(left > 0, (yes + 1) / (yes + 2), 1 / (len(left) - yes + 2))

    def cost(values: Floats) -> tuple[float, Floats]:
        seen = values[0] * odds + values[1]
        apart = expit(seen) - targets
        total = np.logaddexp(0, seen).sum() - (targets * seen).sum()
        return float(total), np.array([apart @ odds, apart.sum()])

    found = minimize(cost, np.array([1.0, 0.0]), jac=True, method="BFGS")
    slope, shift = found.x
    return (float(slope), float(shift)) if slope > 0 else (1.0, 0.0)


def cross_validated(
    kind: str, rows: pa.Table, names: Sequence[str], left: Floats, folds: int = FOLDS
) -> tuple[Tried, Additive]:
    """A model judged on customers left out in turn, and then learned from all.

    The tempering that judges a customer is learned without her as well.

    Args:
        kind: "boosted" or "linear".
        rows: One row a customer, in an order that does not depend on the engine.
        names: Attributes to look at.
        left: 1 for who left [n].
        folds: Parts left out in turn.
    """
    place = np.random.default_rng(SEED).permutation(len(left)) % folds
    odds = np.zeros(len(left))
    for fold in range(folds):
        out = place == fold
        learned = fitted(kind, rows.filter(pa.array(~out)), names, left[~out])
        odds[out] = learned.odds(coded(learned.parted, rows.filter(pa.array(out))))
    chance = np.zeros(len(left))
    for fold in range(folds):
        out = place == fold
        slope, shift = tempering(odds[~out], left[~out])
        chance[out] = expit(slope * odds[out] + shift)
    whole = fitted(kind, rows, names, left).tempered(*tempering(odds, left))
    return judged(kind, chance, left), whole
