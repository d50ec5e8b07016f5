"""How sure a Kaplan-Meier curve is, and what it says at a time."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from zhike.stats.survival import Floats, Ints, KaplanMeier


def greenwood_band(curve: KaplanMeier, level: float = 0.95) -> tuple[Floats, Floats]:
    """The lower and upper end of the band around the share that has not happened yet.

    Greenwood's variance on the scale of log(-log S), so that the band stays between 0 and 1.
    Where everything has happened the lower end is 0 and the upper stays what it was before.

    Args:
        curve: From `kaplan_meier`, k times.
        level: Share of such bands that hold the truth at a time.

    Returns:
        Lower and upper end just after each time [k], [k].

    Examples:
        >>> from zhike.stats import kaplan_meier
        >>> curve = kaplan_meier(np.array([1, 2, 3]), np.array([1, 1, 0]), np.array([0, 1, 1]))
        >>> low, high = greenwood_band(curve)
        >>> low.round(2).tolist(), high.round(2).tolist()
        ([0.13, 0.06], [0.96, 0.84])

    References:
        Greenwood, M. (1926). The natural duration of cancer. Reports on Public Health and
        Medical Subjects 33, 1-26. Kalbfleisch, J. D. and Prentice, R. L. (2002). The Statistical
        Analysis of Failure Time Data, 2nd ed., Wiley, section 1.4.
    """
    before = np.concatenate([[1.0], curve.survival[:-1]])
    ended = np.rint(curve.at_risk * (1 - curve.survival / before))
    left = curve.at_risk - ended
    over = left <= 0
    terms = ended / (curve.at_risk * np.where(over, 1, left))
    log_survival = np.log(np.where(over, 0.5, curve.survival))
    width = NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(np.cumsum(terms)) / -log_survival
    low, high = curve.survival ** np.exp(width), curve.survival ** np.exp(-width)
    if over.any():  # only ever the last
        low[-1], high[-1] = 0.0, high[-2] if high.size > 1 else 1.0
    return low, high


def survival_at(values: Floats, curve: KaplanMeier, times: Ints, begin: float = 1.0) -> Floats:
    """A step function of the curve's times, such as its survival or an end of its band.

    Args:
        values: Value from each of the curve's times on [k].
        curve: Whose times they are.
        times: Where to read it [n].
        begin: Its value before the first time.
    """
    steps = np.concatenate([[begin], values])
    return steps[np.searchsorted(curve.times, times, side="right")]
