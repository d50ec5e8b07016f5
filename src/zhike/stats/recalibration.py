"""Chances mended by what came of earlier ones: a shift and a slope of their log-odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

Floats = NDArray[np.float64]
_SURE = 1e-9


@dataclass(frozen=True)
class Recalibration:
    """What is done to log-odds (Platt 2000); whoever had the higher chance keeps it.

    Attributes:
        shift: Added to them.
        slope: What they are multiplied by first; above 0.

    Examples:
        >>> Recalibration(0.0, 0.5).chances(np.array([0.5, 0.8])).round(3).tolist()
        [0.5, 0.667]
    """

    shift: float = 0.0
    slope: float = 1.0

    def chances(self, chance: Floats) -> Floats:
        """The mended ones."""
        if self == AS_IT_IS:
            return chance
        odds = logit(np.clip(chance, _SURE, 1 - _SURE))
        return np.asarray(expit(self.shift + self.slope * odds))


AS_IT_IS = Recalibration()


def recalibration(chance: Floats, happened: Floats, weight: Floats) -> Recalibration:
    """Shift and slope under which what came was likeliest; none where there is no telling.

    Args:
        chance: What was said [n].
        happened: How much of the weight it happened to [n].
        weight: What each row counts [n].

    Examples:
        >>> said, tens = np.array([0.1, 0.9]), np.array([10.0, 10.0])
        >>> found = recalibration(said, np.array([3.0, 7.0]), tens)
        >>> found.chances(said).round(3).tolist()
        [0.3, 0.7]
    """
    if not 0 < happened.sum() < weight.sum():
        return AS_IT_IS
    odds = logit(np.clip(chance, _SURE, 1 - _SURE))
    total = weight.sum()

    def lost(values: Floats) -> tuple[float, Floats]:
        seen = values[0] + values[1] * odds
        apart = (weight * expit(seen) - happened) / total
        value = (weight @ np.logaddexp(0, seen) - happened @ seen) / total
        return float(value), np.array([apart.sum(), apart @ odds])

    shift, slope = minimize(lost, np.array([0.0, 1.0]), jac=True, method="BFGS").x
    return Recalibration(float(shift), float(slope)) if slope > 0 else AS_IT_IS
