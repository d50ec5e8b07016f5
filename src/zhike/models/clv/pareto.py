"""Pareto/NBD: customers who may leave at any time.

Purchases come at a Poisson rate that differs by a gamma(r, alpha) distribution; lifetimes are
exponential with a rate that differs by a gamma(s, beta) (Schmittlein, Morrison & Colombo 1987,
Management Science 33; the likelihood as in Fader & Hardie 2005, "A note on deriving the
Pareto/NBD model", eq. 15-17, before the integral is written as a hypergeometric function).

The integral over the time of leaving, from the last purchase to the end, is taken day by day: it
depends on the number of purchases and on a day only, so that all customers share a table of
(distinct counts x days), built backwards by a recursion of positive terms that neither overflows
nor cancels, however heavy the buyer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit

from zhike.models.clv.rows import Counts, Floats, Rows, Tail, rising

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
_FINE_NODES, _FINE_WEIGHTS = np.polynomial.legendre.leggauss(64)
_FINE_NODES, _FINE_WEIGHTS = (_FINE_NODES + 1) / 2, _FINE_WEIGHTS / 2


@dataclass(frozen=True)
class ParetoDropout:
    """The likelihood and what follows from it."""

    name: str = "pareto_nbd"
    parameters: tuple[str, ...] = ("r", "alpha", "s", "beta")

    def start(self, rows: Rows) -> Floats:
        """A point to start from: the mean rate of buying, and a long life."""
        rate = max((rows.x * rows.n).sum(), 1) / max((rows.T * rows.n).sum(), 1)
        return np.array([0.5, 0.5 / rate, 0.5, max(rows.days, 1) / 2])

    def log_likelihood(self, values: Floats, rows: Rows) -> tuple[float, Floats]:
        """The log-likelihood of all customers and its gradient."""
        r, alpha, s, beta = values
        counts, _ = rows.by_count
        purchases, purchases_slope = rising(r, int(counts.max(initial=0)))
        seen = _Seen.of(values, rows)
        small = np.exp(-np.abs(seen.odds))
        n_left = rows.n * np.where(seen.odds >= 0, 1, small) / (1 + small)
        customers, by_count = rows.customers, rows.at_end.sum(axis=1)
        total = float(
            by_count @ purchases[counts]
            + customers * (r * np.log(alpha) + s * np.log(beta))
            + (rows.at_end * seen.here).sum()
            + rows.n @ (np.maximum(seen.odds, 0) + np.log1p(small))
        )
        n_here = rows.summed(rows.end_cell, rows.n - n_left)
        parts, rate = seen.means(n_left), r + counts
        days = np.arange(rows.days + 1)
        end_a, end_b = alpha + days, beta + days
        gradient = np.array(
            [
                by_count @ purchases_slope[counts]
                + customers * np.log(alpha)
                - n_here.sum(axis=0) @ np.log(end_a)
                - parts[0].sum(),
                customers * r / alpha - rate @ (n_here @ (1 / end_a)) - rate @ parts[1],
                customers * np.log(beta)
                - n_here.sum(axis=0) @ np.log(end_b)
                + n_left.sum() / s
                - parts[2].sum(),
                customers * s / beta
                - s * (n_here.sum(axis=0) @ (1 / end_b))
                - (s + 1) * parts[3].sum(),
            ]
        )
        return total, gradient

    def p_alive(self, values: Floats, rows: Rows) -> Floats:
        """Probability that a customer has not left by the end of observation."""
        return np.asarray(expit(-_Seen.of(values, rows).odds))

    def watched(self, values: Floats, rows: Rows) -> tuple[Floats, Floats]:
        """Days until those left who did, at nodes since the last purchase, and how likely each.

        The density of leaving at t goes as (alpha + t)^-(r+x) (beta + t)^-(s+1).
        """
        r, alpha, s, beta = values
        silent = (rows.T - rows.t_x)[:, None]
        since = silent * _FINE_NODES
        days = rows.t_x[:, None] + since
        fall = -(r + rows.x)[:, None] * np.log1p(since / (alpha + rows.t_x)[:, None])
        fall -= (s + 1) * np.log1p(since / (beta + rows.t_x)[:, None])
        weight = _FINE_WEIGHTS * np.exp(fall)
        return days, weight / weight.sum(axis=1, keepdims=True)

    def alive_tails(self, values: Floats, x: Counts, T: Counts, days: float) -> Tail:  # noqa: N803
        """P(at least k purchases within so many days) of customers who are alive, as a function.

        The time of the k-th purchase, as a share v of itself and what was observed, is
        beta(k, r + x); one must not have left before it.

        Returns:
            Called with k = 1, 2, ... and how many of the customers to answer for.
        """
        r, alpha, s, beta = values
        shape = (r + x)[:, None]
        most = (days / (alpha + T + days))[:, None]
        share, weight = most * _FINE_NODES, most * _FINE_WEIGHTS
        time = (alpha + T)[:, None] * share / (1 - share)
        stay = weight * np.exp(-s * np.log1p(time / (beta + T)[:, None]))
        log_share, log_rest = np.log(share), (shape - 1) * np.log1p(-share)

        def tail(k: int, first: int) -> Floats:
            log_density = (k - 1) * log_share[:first] + log_rest[:first]
            density = np.exp(log_density - betaln(k, shape[:first]))
            return np.asarray(np.einsum("ij,ij->i", density, stay[:first]))

        return tail


@dataclass(frozen=True)
class _Seen:
    """What histories say of having left.

    Attributes:
        rows: The histories.
        here: The ln of having been silent since and being still here, by count and day of the
            end [counts, days + 1].
        odds: The ln of the odds of having left meanwhile [n].
        tails: As `_tails` gives them.
        whole: The integral over the time of leaving, in units of the integrand at the last
            purchase; 0 where nobody can have left [n].
        fall: The integrand at the end, in the same units [n].
    """

    rows: Rows
    here: Floats
    odds: Floats
    tails: Floats
    whole: Floats
    fall: Floats

    @classmethod
    def of(cls, values: Floats, rows: Rows) -> _Seen:
        r, alpha, s, beta = values
        counts, _ = rows.by_count
        tails = _tails(values, counts, rows.days)
        grid = np.arange(rows.days + 1)
        here = -(r + counts)[:, None] * np.log(alpha + grid) - s * np.log(beta + grid)
        integrand = here - np.log(beta + grid)
        end, last = rows.end_cell, rows.last_cell
        at_last = integrand.ravel()[last]
        fall = np.exp(integrand.ravel()[end] - at_last)
        first = tails[0].ravel()
        whole = np.where(rows.t_x < rows.T, first[last] - fall * first[end], 0.0)
        whole = np.maximum(whole, 0.0)
        with np.errstate(divide="ignore"):
            odds = np.log(s) + at_last + np.log(whole) - here.ravel()[end]
        return cls(rows, here, odds, tails, whole, fall)

    def means(self, weight: Floats) -> Floats:
        """Over the time of leaving, sums by count of the means of four functions of it.

        Args:
            weight: Of each row [n].

        Returns:
            Of ln(alpha + t), 1 / (alpha + t), ln(beta + t), 1 / (beta + t) [4, counts].
        """
        share = np.divide(weight, self.whole, out=np.zeros_like(weight), where=self.whole > 0)
        begin = self.rows.summed(self.rows.last_cell, share)
        end = self.rows.summed(self.rows.end_cell, share * self.fall)
        return np.asarray(np.einsum("kxd,xd->kx", self.tails[1:], begin - end))


def _tails(values: Floats, counts: object, days: int) -> Floats:
    """Integrals from each day to the end of the grid, in units of the integrand at that day.

    Returns:
        (5, counts, days + 1): of the integrand (alpha + t)^-(r+x) (beta + t)^-(s+1), and of it
        times ln(alpha + t), 1 / (alpha + t), ln(beta + t), 1 / (beta + t).
    """
    r, alpha, s, beta = values
    rate = (r + np.asarray(counts))[:, None, None]
    day = np.arange(days)[:, None]
    inner_a, inner_b = np.log(alpha + day + _NODES), np.log(beta + day + _NODES)
    step_a = np.log1p(_NODES / (alpha + day))
    step_b = np.log1p(_NODES / (beta + day))
    within = np.exp(-rate * step_a - (s + 1) * step_b) * _WEIGHTS
    weights = (np.ones_like(inner_a), inner_a, np.exp(-inner_a), inner_b, np.exp(-inner_b))
    panels = np.stack([np.einsum("xdj,dj->xd", within, weight) for weight in weights])
    grid = np.arange(days)
    fall = np.exp(
        -rate[:, :, 0] * np.log1p(1 / (alpha + grid)) - (s + 1) * np.log1p(1 / (beta + grid))
    )
    tails = np.zeros((*panels.shape[:2], days + 1))
    for at in range(days - 1, -1, -1):
        tails[:, :, at] = panels[:, :, at] + fall[:, at] * tails[:, :, at + 1]
    return tails


PARETO_NBD = ParetoDropout()
