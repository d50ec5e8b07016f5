"""How good a forecast was: by how much it missed, how it ranked, whether its chances were true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SURE = 1e-12


def auc(score: Floats, happened: Floats, weight: Floats) -> float | None:
    """The chance that of two, one to whom it happened, that one had the higher score.

    Ties count half. None where it happened to all or to nobody.

    Args:
        score: The higher, the likelier [n].
        happened: How many of the weight it happened to [n].
        weight: How many share the row [n].

    Examples:
        >>> auc(np.array([0.1, 0.4, 0.8]), np.array([0.0, 1.0, 1.0]), np.ones(3))
        1.0
    """
    _, place = np.unique(score, return_inverse=True)
    yes = np.bincount(place, weights=happened)
    no = np.bincount(place, weights=weight - happened)
    pairs = yes.sum() * no.sum()
    if pairs == 0:
        return None
    below = np.cumsum(no) - no
    return float((yes * (below + no / 2)).sum() / pairs)


def brier(chance: Floats, happened: Floats, weight: Floats) -> float:
    """The mean squared distance of a chance from what came (Brier 1950, eq. 2); less is better."""
    squares = happened * (1 - chance) ** 2 + (weight - happened) * chance**2
    return float(squares.sum() / weight.sum())


def log_loss(chance: Floats, happened: Floats, weight: Floats) -> float:
    """The mean surprise at what came, in nats (Good 1952); less is better."""
    safe = np.clip(chance, _SURE, 1 - _SURE)
    surprise = -happened * np.log(safe) - (weight - happened) * np.log1p(-safe)
    return float(surprise.sum() / weight.sum())


@dataclass(frozen=True)
class Calibration:
    """Chances beside what came, in groups of about as many customers each.

    Attributes:
        foretold: Mean chance of each group [k].
        came: Share to whom it happened [k].
        weight: Customers [k].
    """

    foretold: Floats
    came: Floats
    weight: Floats

    @property
    def error(self) -> float:
        """Mean distance of the two, by customers: the expected calibration error."""
        apart = np.abs(self.foretold - self.came)
        return float((apart * self.weight).sum() / self.weight.sum())


def calibration(chance: Floats, happened: Floats, weight: Floats, groups: int = 10) -> Calibration:
    """Customers in order of their chance, parted into groups of about equal size.

    Examples:
        >>> tens = np.array([10.0, 10.0])
        >>> found = calibration(np.array([0.1, 0.9]), np.array([1.0, 9.0]), tens, 2)
        >>> found.came.tolist(), round(found.error, 12)
        ([0.1, 0.9], 0.0)
    """
    order = np.argsort(chance, kind="stable")
    chance, happened, weight = chance[order], happened[order], weight[order]
    middle = np.cumsum(weight) - weight / 2
    group = np.minimum((middle / weight.sum() * groups).astype(int), groups - 1)
    total = np.bincount(group, weights=weight, minlength=groups)
    full = total > 0
    foretold = np.bincount(group, weights=chance * weight, minlength=groups)[full] / total[full]
    came = np.bincount(group, weights=happened, minlength=groups)[full] / total[full]
    return Calibration(foretold, came, total[full].astype(np.float64))
