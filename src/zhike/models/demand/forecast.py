"""Demand of a shop: do its data allow a forecast, at which grain, and what is expected?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from zhike.catalogue.festivals import country_of
from zhike.i18n import LazyText, lazy
from zhike.models.demand.candidates import Known
from zhike.models.demand.outlook import Outlook, outlook
from zhike.models.demand.series import Series, series_of
from zhike.schema import Shop

LEAST_DAYS = 56
LEAST_PURCHASES = 50
LEAST_SOLD = 0.5
"""Share of periods with a purchase, below which demand comes in single blows."""
WEEKLY_DAYS = 364
"""From a year on weeks are foretold; with less, days, whose weekdays can be told apart."""
DAILY_HORIZON = 28
HISTORY_BY_HORIZON = 3


@dataclass(frozen=True)
class Demand:
    """What is expected of a shop.

    Attributes:
        measures: "revenue", "orders" and, where there are order lines, "units": what is known.
        outlooks: Of each of them what is expected.
        known: The same as `measures`, as it was handed to the models.
        width: Days a period: 1 or 7.
        days: How far ahead.
        wanted_days: How far ahead was asked for.
    """

    measures: Mapping[str, Series]
    outlooks: Mapping[str, Outlook]
    known: Mapping[str, Known]
    width: int
    days: int
    wanted_days: int


def demand(shop: Shop, day: date, horizon_days: int, top: int) -> Demand | LazyText:
    """What is expected in the days from `day` on, or the sentence that says why nothing is.

    Periods end with the day before `day`, so that none of them is incomplete at its end; an
    incomplete one at the beginning is left out. Weeks are foretold from a year of data on, days
    before; a forecast reaches a third as far as the data go back at most.

    Args:
        shop: Where to look.
        day: The day looked ahead from; only what is dated before it is used.
        horizon_days: How far ahead.
        top: How many products are named.
    """
    asked = "demand", day, horizon_days, top
    return shop.remember(asked, lambda: _demand(shop, day, horizon_days, top))


def _demand(shop: Shop, day: date, horizon_days: int, top: int) -> Demand | LazyText:
    measures = shop.remember(("demand_series", day, top), lambda: series_of(shop, day, top))
    missing = too_little(measures)
    if missing is not None:
        return missing
    days = measures["orders"].daily.shape[1]
    width = 7 if days >= WEEKLY_DAYS else 1
    longest = days // HISTORY_BY_HORIZON
    wanted = horizon_days if width == 7 else min(horizon_days, DAILY_HORIZON)
    ahead = max(min(wanted, longest) // width, 1)
    country = country_of(shop.timezone)
    known = {name: _known(one, width, country) for name, one in measures.items()}
    outlooks = {name: outlook(known[name], one.splits, ahead) for name, one in measures.items()}
    return Demand(measures, outlooks, known, width, ahead * width, horizon_days)


def _known(series: Series, width: int, country: str) -> Known:
    odd = series.daily.shape[1] % width
    return Known(series.first + timedelta(days=odd), series.daily[:, odd:], width, country)


def too_little(measures: Mapping[str, Series]) -> LazyText | None:
    """What is missing for a forecast; None where there is enough."""
    orders = measures["orders"].daily[0] if measures else np.zeros(0)
    purchases = round(float(orders.sum()))
    if purchases < LEAST_PURCHASES:
        return lazy(
            "A forecast of demand needs at least {needed} purchases; there are {found}.",
            needed=LEAST_PURCHASES,
            found=purchases,
        )
    if orders.size < LEAST_DAYS:
        return lazy(
            "A forecast of demand needs at least {needed} days of orders; there are {found}.",
            needed=LEAST_DAYS,
            found=orders.size,
        )
    width = 7 if orders.size >= WEEKLY_DAYS else 1
    periods = orders[orders.size % width :].reshape(-1, width).sum(axis=1)
    sold = int(np.count_nonzero(periods))
    if sold < LEAST_SOLD * periods.size:
        return lazy(
            "Purchases are too rare for a forecast of demand: only {sold} of {periods} periods had "
            "one.",
            sold=sold,
            periods=periods.size,
        )
    return None
