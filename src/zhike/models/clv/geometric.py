"""BG/NBD and MBG/NBD: customers who may leave after each purchase.

Purchases come at a Poisson rate, which differs between customers by a gamma(r, alpha)
distribution; after each purchase a customer leaves with a probability that differs by a
beta(a, b). In BG/NBD (Fader, Hardie & Lee 2005, "Counting your customers the easy way", Marketing
Science 24, eq. 6) nobody leaves at the first purchase, so that everybody with no repeat purchase
is taken to be alive; MBG/NBD (Batislam, Denizel & Filiztekin 2007, IJRM 24, eq. 5) lets them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, expit

from zhike.models.clv.rows import Counts, Floats, Rows, Tail, rising


@dataclass(frozen=True)
class GeometricDropout:
    """The likelihood and what follows from it.

    Attributes:
        name: "bg_nbd" or "mbg_nbd".
        chances: How many times one may have left by the first purchase: 0, or 1 in MBG/NBD.
    """

    name: str
    chances: int
    parameters: tuple[str, ...] = ("r", "alpha", "a", "b")

    def start(self, rows: Rows) -> Floats:
        """A point to start from: the mean rate of buying, and one in five who leave."""
        rate = max((rows.x * rows.n).sum(), 1) / max((rows.T * rows.n).sum(), 1)
        return np.array([0.5, 0.5 / rate, 0.5, 2.0])

    def log_likelihood(self, values: Floats, rows: Rows) -> tuple[float, Floats]:
        """The log-likelihood of all customers and its gradient.

        Examples:
            >>> rows = Rows.of([1], [10], [20])
            >>> value, slope = BG_NBD.log_likelihood(np.array([0.5, 10.0, 1.0, 2.0]), rows)
            >>> round(value, 4), slope.shape
            (-4.3975, (4,))
        """
        r, alpha, a, b = values
        counts, _ = rows.by_count
        per_count, slopes = self._of_counts(values, rows)
        days = alpha + np.arange(rows.days + 1)
        logs, rate = np.log(days), (r + counts)[:, None]
        silence = rate * logs
        before = (silence - self._gone_by_count(a, b, counts)[:, None]).ravel()
        odds = silence.ravel()[rows.end_cell] - before[rows.last_cell]
        small = np.exp(-np.abs(odds))
        n_gone = rows.n * np.where(odds >= 0, 1, small) / (1 + small)
        here = rows.summed(rows.end_cell, rows.n - n_gone)
        gone = rows.summed(rows.last_cell, n_gone)
        by_count, gone_by_count = rows.at_end.sum(axis=1), gone.sum(axis=1)
        total = float(
            by_count @ per_count
            - (rows.at_end * silence).sum()
            + rows.n @ (np.maximum(odds, 0) + np.log1p(small))
        )
        seen = here + gone
        gradient = slopes @ by_count
        gradient[0] -= seen.sum(axis=0) @ logs
        gradient[1] -= (rate * seen / days).sum()
        tried = np.maximum(b + counts + self.chances - 1, np.finfo(float).tiny)
        gradient[2] += gone_by_count.sum() / a
        gradient[3] -= (gone_by_count / tried).sum()
        return total, gradient

    def _of_counts(self, values: Floats, rows: Rows) -> tuple[Floats, Floats]:
        """What depends on the number of occasions alone, and its gradient."""
        r, alpha, a, b = values
        counts, _ = rows.by_count
        most = int(counts.max(initial=0)) + self.chances
        chances = counts + self.chances
        (rate, rate_slope), (stay, stay_slope), (all_, all_slope) = (
            rising(start, most) for start in (r, b, a + b)
        )
        value = rate[counts] + r * np.log(alpha) + stay[chances] - all_[chances]
        return value, np.stack(
            (
                rate_slope[counts] + np.log(alpha),
                np.full(len(counts), r / alpha),
                -all_slope[chances],
                stay_slope[chances] - all_slope[chances],
            )
        )

    def _gone_by_count(self, a: float, b: float, counts: object) -> Floats:
        """The ln of the odds of having left with the last purchase, before silence speaks."""
        chances = np.asarray(counts) + self.chances
        with np.errstate(divide="ignore"):
            return np.where(
                chances > 0, np.log(a) - np.log(np.maximum(b + chances - 1, 0)), -np.inf
            )

    def p_alive(self, values: Floats, rows: Rows) -> Floats:
        """Probability that a customer has not left by the end of observation."""
        r, alpha, a, b = values
        silence = np.log(alpha + rows.T) - np.log(alpha + rows.t_x)
        odds = self._gone_by_count(a, b, rows.x) + (r + rows.x) * silence
        return np.asarray(expit(-odds))

    def watched(self, values: Floats, rows: Rows) -> tuple[Floats, Floats]:
        """Days until those left who did: to the last purchase; and the probability, 1 [n, 1]."""
        return rows.t_x[:, None].astype(np.float64), np.ones((len(rows), 1))

    def alive_tails(self, values: Floats, x: Counts, T: Counts, days: float) -> Tail:  # noqa: N803
        """P(at least k purchases within so many days) of customers who are alive, as a function.

        Alive, the rate is gamma(r + x, alpha + T) and the chance to leave beta(a, b + chances),
        independent of one another: k purchases take k events, and to have stayed k - 1 times.

        Returns:
            Called with k = 1, 2, ... and how many of the customers to answer for.
        """
        r, alpha, a, b = values
        shape, ahead = r + x, days / (alpha + T + days)
        left, all_ = b + x + self.chances - 1, a + b + x + self.chances - 1
        stayed = np.ones(len(x))

        def tail(k: int, first: int) -> Floats:
            if k > 1:
                stayed[:first] *= (left[:first] + k - 1) / (all_[:first] + k - 1)
            return np.asarray(betainc(k, shape[:first], ahead[:first]) * stayed[:first])

        return tail


BG_NBD = GeometricDropout("bg_nbd", 0)
MBG_NBD = GeometricDropout("mbg_nbd", 1)
