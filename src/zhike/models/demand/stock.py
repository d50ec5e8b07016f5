"""What demand means for the shelf: when to order again, and how much to keep in reserve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhike.models.demand.spread import quantile, variance_of_sum

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shelf:
    """What to keep of each product.

    Attributes:
        expected: Demand within the lead time [products].
        reorder_point: Stock at which to order again: enough for the lead time with the
            probability asked for [products].
        safety_stock: How much of that is reserve against more demand than expected [products].
    """

    expected: Floats
    reorder_point: Floats
    safety_stock: Floats


def shelf(
    mean: Floats, rate: Floats, dispersion: Floats, lead_periods: Floats, service_level: float
) -> Shelf:
    """Reorder points and safety stocks for demand within the lead time.

    The stock at which to order again is the quantile, at the service level, of demand until the
    new goods come; the safety stock is what of it goes beyond the expected demand. The service
    level is the probability of not running out in one such time. The spread is that of the
    forecast's own errors: the level that is not quite known adds to every period of the lead time.
    The end of a fractional period counts by its share.

    Args:
        mean: Expected demand of each period to come [products, periods].
        rate: How much of an error stays in the level [products].
        dispersion: Variance one period ahead by a power of the mean [products].
        lead_periods: Periods from ordering to having [products], at most those to come.
        service_level: Probability from 0.5 to less than 1.

    References:
        Snyder, R. D., Koehler, A. B., Hyndman, R. J. and Ord, J. K. (2004). Exponential smoothing
        models: means and variances for lead-time demand. European Journal of Operational Research
        158(2), 444-455. Silver, E. A., Pyke, D. F. and Thomas, D. J. (2017). Inventory and
        Production Management in Supply Chains, 4th ed., chapter 6 (the order-point, fixed-quantity
        system with a specified probability of no stockout per cycle).
    """
    expected, spread = np.zeros(len(mean)), np.zeros(len(mean))
    for lead in np.unique(lead_periods):
        rows = lead_periods == lead
        whole, part = divmod(float(lead), 1.0)
        weights = np.append(np.ones(int(whole)), part or [])
        steps = mean[rows, : weights.size] * weights
        expected[rows] = steps.sum(axis=1)
        spread[rows] = variance_of_sum(steps, rate[rows], dispersion[rows])
    reorder_point = np.maximum(quantile(expected, spread, service_level), expected)
    reorder_point = np.where(expected > 0, reorder_point, 0.0)
    return Shelf(expected, reorder_point, reorder_point - expected)
