"""Measures of different kinds brought to one scale, so that none decides by its unit alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zhike.stats.shrinkage import shares_prior

Floats = NDArray[np.float64]
Kind = Literal["plain", "heavy", "share"]
"""How a measure behaves: as it is; with a long tail, so that its logarithm is taken; or a share
of so many trials."""

ENDS = (0.01, 0.99)
LEAST_SPREAD = 1e-9
FARTHEST = 4.0  # spreads from the mean
DIGITS = 9  # engines differ in the last bits of a mean


@dataclass(frozen=True)
class Scale:
    """How each measure is brought to a mean of about 0 and a spread of about 1.

    Numbers are cut at their 1st and 99th percentile (long tails after their logarithm) and
    divided by the standard deviation of what was cut. A share of few trials says little: it is
    drawn towards the mean of all by how little it knows, and divided by the spread of the true
    shares, as far as the data show one; so somebody's only purchase, on a Saturday by chance,
    makes no weekend shopper.

    Attributes:
        kinds: Kind of each measure [d].
        low: Where it is cut [d].
        high: Likewise [d].
        centre: What is taken off [d].
        spread: What it is divided by; 0 where the measure tells nobody apart [d].
        strength: How many trials the mean of all counts as [d]; 0 for what is no share.

    References:
        Wilcox, R. R. (2012). Introduction to Robust Estimation and Hypothesis Testing, 3rd
        edition, section 2.4.2 (winsorised variance). Academic Press.
    """

    kinds: tuple[Kind, ...]
    low: Floats
    high: Floats
    centre: Floats
    spread: Floats
    strength: Floats

    @classmethod
    def of(cls, rows: Floats, trials: Floats, kinds: tuple[Kind, ...]) -> Scale:
        """The scale that a sample shows.

        Args:
            rows: Measures [n, d], missing ones as NaN.
            trials: What shares are shares of [n].
            kinds: Kind of each measure [d].
        """
        fitted = [
            _of_shares(column, trials) if kind == "share" else _of_numbers(column, kind)
            for column, kind in zip(rows.T, kinds, strict=True)
        ]
        return cls(kinds, *(np.array(values) for values in zip(*fitted, strict=True)))

    @property
    def telling(self) -> list[int]:
        """Which measures tell anybody apart."""
        return [int(at) for at in np.flatnonzero(self.spread > 0)]

    def scaled(self, rows: Floats, trials: Floats) -> Floats:
        """The measures that tell somebody apart, on one scale; what is missing is the mean.

        Returns:
            [n, measures of `telling`].
        """
        columns = [self._scaled(rows[:, at], trials, at) for at in self.telling]
        if not columns:
            return np.zeros((len(rows), 0))
        return np.asarray(np.round(np.stack(columns, axis=1), DIGITS), np.float64)

    def _scaled(self, column: Floats, trials: Floats, at: int) -> Floats:
        known = np.where(np.isfinite(column), column, np.nan)
        if self.kinds[at] == "share":
            strength = self.strength[at]
            known = (np.clip(known, 0, 1) - self.centre[at]) * trials / (trials + strength)
        else:
            if self.kinds[at] == "heavy":
                known = np.log1p(np.maximum(known, 0))
            known = np.clip(known, self.low[at], self.high[at]) - self.centre[at]
        return np.asarray(np.clip(np.nan_to_num(known / self.spread[at]), -FARTHEST, FARTHEST))


Fitted = tuple[float, float, float, float, float]
NOTHING: Fitted = (0.0, 0.0, 0.0, 0.0, 0.0)


def _of_numbers(column: Floats, kind: Kind) -> Fitted:
    known = column[np.isfinite(column)]
    if kind == "heavy":
        known = np.log1p(np.maximum(known, 0))
    if known.size < 2:
        return NOTHING
    low, high = np.quantile(known, ENDS)
    cut = np.clip(known, low, high)
    spread = float(cut.std())
    return float(low), float(high), float(cut.mean()), spread * (spread > LEAST_SPREAD), 0.0


def _of_shares(column: Floats, trials: Floats) -> Fitted:
    known = np.isfinite(column) & (trials > 0)
    share = np.clip(column[known], 0, 1)
    if share.size < 2:
        return NOTHING
    mean, between, strength = shares_prior(share * trials[known], trials[known])
    if between <= LEAST_SPREAD:
        return NOTHING
    return 0.0, 1.0, mean, float(np.sqrt(between)), strength
