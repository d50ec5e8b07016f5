"""How far a distribution has moved: the population stability index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WATCH, MOVED = 0.1, 0.25
"""Below the first nothing moved worth a look; above the second the two are different groups."""

LEAST_SHARE = 1e-4


def population_stability(before: NDArray[np.float64], now: NDArray[np.float64]) -> float | None:
    """The population stability index of two distributions over the same classes.

    It is the sum over the classes of (q - p) ln(q / p), with p and q the shares before and now:
    zero where nothing moved, the same in both directions. A class that is empty on one side
    counts as one in ten thousand, so that it neither hides nor drowns the rest.

    Args:
        before: How many, or what share, in each class [k].
        now: Likewise [k].

    Returns:
        The index; None where one side has nobody.

    References:
        Siddiqi, N. (2006). Credit Risk Scorecards. Wiley, chapter 9.

    Examples:
        >>> population_stability(np.array([50.0, 50]), np.array([50.0, 50]))
        0.0
        >>> population_stability(np.array([50.0, 50]), np.array([75.0, 25]))
        0.2747
    """
    if before.sum() <= 0 or now.sum() <= 0:
        return None
    p = np.maximum(before / before.sum(), LEAST_SHARE)
    q = np.maximum(now / now.sum(), LEAST_SHARE)
    return round(float(np.sum((q - p) * np.log(q / p))), 4) + 0.0
