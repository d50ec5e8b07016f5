"""Splits of a change into the factors whose product it is, without a rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def logarithmic_mean(one: Floats, other: Floats) -> Floats:
    """L(a, b) = (a - b) / (ln a - ln b), and a where both are equal; 0 where one is not positive.

    Examples:
        >>> logarithmic_mean(np.array([2.0, 3.0]), np.array([1.0, 3.0])).round(4).tolist()
        [1.4427, 3.0]
    """
    one, other = np.asarray(one, float), np.asarray(other, float)
    known = (one > 0) & (other > 0)
    a, b = np.where(known, one, 1.0), np.where(known, other, 1.0)
    # Near one another the quotient is 0 / 0: the series of the inverse hyperbolic tangent is not.
    distance = (a - b) / (a + b)
    near = np.abs(distance) < 1e-4
    log = np.where(near, 1.0, np.log(a) - np.log(b))
    series = (a + b) / 2 / (1 + distance**2 / 3 + distance**4 / 5)
    return np.where(known, np.where(near, series, (a - b) / log), 0.0)


def additive_split(after: Floats, before: Floats) -> Floats:
    """How much each factor of a product adds to its change: the additive LMDI.

    A chain of measures stands for the factors: with orders, units, revenue they are orders, units
    per order, revenue per unit, whose product is the last measure. Effects sum to the change of
    the last measure; exchanging after and before turns every sign, and no factor comes first.

    Where a measure is not positive on a side, logarithms say nothing: the whole change is then
    given to the first factor (it appeared or went), which is the limit for a part that is not
    there on one side.

    Args:
        after: Measures [..., factors], each divided by the one before a factor.
        before: The same earlier.

    Returns:
        Effects [..., factors].

    Examples:
        From 10 orders at 5 to 8 orders at 7: 10 × 5 = 50, 8 × 7 = 56.

        >>> effects = additive_split(np.array([8.0, 56.0]), np.array([10.0, 50.0]))
        >>> effects.round(2).tolist(), round(float(effects.sum()), 9)
        ([-11.81, 17.81], 6.0)

    References:
        Ang, B. W. (2005). The LMDI approach to decomposition analysis: a practical guide. Energy
        Policy 33, 867-871, equation (5). Ang, B. W., Liu, N. (2007). Handling zero values in the
        logarithmic mean Divisia index decomposition approach. Energy Policy 35, 238-246.
    """
    after, before = np.asarray(after, float), np.asarray(before, float)
    change = after[..., -1] - before[..., -1]
    known = np.all((after > 0) & (before > 0), axis=-1)
    logs = np.log(np.where(known[..., None], after, 1.0) / np.where(known[..., None], before, 1.0))
    steps = np.diff(logs, axis=-1, prepend=0.0)
    effects: Floats = logarithmic_mean(after[..., -1], before[..., -1])[..., None] * steps
    effects = np.where(known[..., None], effects, 0.0)
    # What rounding leaves over, and all of it where there are no logarithms.
    effects[..., 0] += change - effects.sum(axis=-1)
    return effects
