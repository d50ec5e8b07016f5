"""Gamma-Gamma: what a customer spends at a time, from the few times that were seen.

Spend at a time is gamma(p, nu) for each customer, whose nu differs by a gamma(q, gamma) (Fader &
Hardie 2013, "The Gamma-Gamma model of monetary value", eq. 1a and 5). How often somebody buys must
not depend on how much is spent; `spend_depends_on_count` says whether it does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from zhike.models.clv.rows import Counts, Floats


@dataclass(frozen=True)
class Spends:
    """What customers spent at a time.

    Attributes:
        count: At how many times; at least 1.
        mean: The mean of them; above 0.
    """

    count: Counts
    mean: Floats

    def __len__(self) -> int:
        return len(self.count)

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.count)

    def thinned(self, step: int, /) -> Spends:
        """Every so-manieth customer."""
        return Spends(self.count[step // 2 :: step], self.mean[step // 2 :: step])


@dataclass(frozen=True)
class GammaGamma:
    """The likelihood and what follows from it."""

    name: str = "gamma_gamma"
    parameters: tuple[str, ...] = ("p", "q", "gamma")

    def start(self, spends: Spends) -> Floats:
        """A point to start from, at which the mean is that of the data."""
        typical = float(np.median(spends.mean)) if spends.customers else 1.0
        return np.array([2.0, 3.0, max(typical, 1e-9)])

    def log_likelihood(self, values: Floats, spends: Spends) -> tuple[float, Floats]:
        """The log-likelihood of all customers and its gradient.

        Examples:
            >>> spends = Spends(np.array([2, 3]), np.array([20.0, 35.0]))
            >>> value, slope = GAMMA_GAMMA.log_likelihood(np.array([2.0, 3.0, 20.0]), spends)
            >>> round(value, 4), slope.shape
            (-8.7943, (3,))
        """
        p, q, gamma = values
        times, place = np.unique(spends.count, return_inverse=True)
        customers = np.bincount(place, minlength=len(times))
        shape = p * times
        log_mean, spent = np.log(spends.mean), spends.count * spends.mean
        log_all = np.log(gamma + spent)
        by_times = (
            gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
            + shape * np.log(times)
        )  # fmt: skip
        rate = (shape + q)[place]
        total = customers @ by_times + (shape[place] - 1) @ log_mean - rate @ log_all
        both = digamma(shape + q)
        gradient = np.array(
            [
                customers @ (times * (both - digamma(shape) + np.log(times)))
                + spends.count @ (log_mean - log_all),
                customers @ (both - digamma(q) + np.log(gamma)) - log_all.sum(),
                spends.customers * q / gamma - (rate / (gamma + spent)).sum(),
            ]
        )
        return float(total), gradient

    def expected_spend(self, values: Floats, count: Counts, mean: Floats) -> Floats:
        """What a customer spends at a time: her own mean, drawn towards that of all.

        Where q is 1 or less the mean of all does not exist, and nor does that of somebody never
        seen: NaN.
        """
        p, q, gamma = values
        below = p * count + q - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(below > 0, p * (gamma + count * mean) / below, np.nan)

    def spend_quantile(self, values: Floats, count: Counts, mean: Floats, share: float) -> Floats:
        """A quantile of the mean spend at a time that a customer would show over many times.

        Her nu is gamma(p x + q, gamma + x m), so that her own mean p / nu is inverse gamma.
        """
        from scipy.stats import invgamma

        p, q, gamma = values
        scale = p * (gamma + count * mean)
        return np.asarray(invgamma.ppf(share, p * count + q, scale=scale))


GAMMA_GAMMA = GammaGamma()


def spend_depends_on_count(spends: Spends) -> tuple[float, float]:
    """Spearman's rank correlation of spend and count, and its p-value.

    The model takes it to be none: beyond about 0.2, expected spends of frequent buyers are off.
    """
    from scipy.stats import spearmanr

    if spends.customers < 3 or len(np.unique(spends.count)) < 2:
        return 0.0, 1.0
    found = spearmanr(spends.count, spends.mean)
    return float(found.statistic), float(found.pvalue)
