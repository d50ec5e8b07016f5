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
        counts, at = rows.by_count
        purchases, purchases_slope = rising(r, int(counts.max(initial=0)))
        here, gone, parts = _terms(values, rows)
        odds = gone - here
        left = expit(odds)
        constant = purchases[counts][at] + r * np.log(alpha) + s * np.log(beta)
        total = float(rows.n @ (constant + np.logaddexp(here, gone)))
        n_left, n_here = rows.n * left, rows.n * (1 - left)
        rate = (r + counts)[at]
        end_a, end_b = alpha + rows.T, beta + rows.T
        customers = rows.n.sum()
        gradient = np.array(
            [
                rows.n @ purchases_slope[counts][at]
                + customers * np.log(alpha)
                - n_here @ np.log(end_a)
                - n_left @ parts[0],
                customers * r / alpha - n_here @ (rate / end_a) - n_left @ (rate * parts[1]),
                customers * np.log(beta)
                - n_here @ np.log(end_b)
                + n_left.sum() / s
                - n_left @ parts[2],
                customers * s / beta - n_here @ (s / end_b) - n_left @ ((s + 1) * parts[3]),
            ]
        )
        return total, gradient

    def p_alive(self, values: Floats, rows: Rows) -> Floats:
        """Probability that a customer has not left by the end of observation."""
        here, gone, _ = _terms(values, rows)
        return np.asarray(expit(here - gone))

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


def _terms(values: Floats, rows: Rows) -> tuple[Floats, Floats, list[Floats]]:
    """The ln of the two ways to have been silent since: still here, or left meanwhile.

    Returns:
        Both, and over the time of leaving the means of ln(alpha + t), 1 / (alpha + t),
        ln(beta + t) and 1 / (beta + t).
    """
    r, alpha, s, beta = values
    counts, at = rows.by_count
    tails = _tails(values, counts, rows.days)
    grid = np.arange(rows.days + 1)
    log_a, log_b = np.log(alpha + grid), np.log(beta + grid)
    rate = (r + counts)[at]
    here = -rate * log_a[rows.T] - s * log_b[rows.T]
    last = -rate * log_a[rows.t_x] - (s + 1) * log_b[rows.t_x]
    fall = np.exp(-rate * log_a[rows.T] - (s + 1) * log_b[rows.T] - last)
    index, end = at * (rows.days + 1) + rows.t_x, at * (rows.days + 1) + rows.T
    whole, *weighted = (tail.ravel()[index] - fall * tail.ravel()[end] for tail in tails)
    silent = (rows.t_x < rows.T) & (whole > 0)
    safe = np.where(silent, whole, 1.0)
    gone = np.where(silent, np.log(s) + last + np.log(safe), -np.inf)
    return here, gone, [np.where(silent, part / safe, 0.0) for part in weighted]


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
