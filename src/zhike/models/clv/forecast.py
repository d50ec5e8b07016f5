"""The forecast of a shop: do its data allow one, by which model, and how good was it before?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np

from zhike.catalogue import as_of_day
from zhike.i18n import LazyText, lazy
from zhike.models.clv.fitting import fit
from zhike.models.clv.gamma_gamma import GAMMA_GAMMA, Spends, spend_depends_on_count
from zhike.models.clv.histories import histories, rows_of, spends_of
from zhike.models.clv.holdout import BUYING, Holdout, best, holdouts
from zhike.models.clv.rows import Rows
from zhike.models.clv.worth import Worth
from zhike.schema import Shop

LEAST_CUSTOMERS = 100
LEAST_REPEATERS = 30
LEAST_DAYS = 60
LEAST_SPENDS = 30
HOLDOUT_DAYS = (365, 180, 90, 60, 30)
"""How far back a forecast is tried: the longest that leaves twice as much before it."""
DEPENDENT = 0.3
"""Rank correlation of spend and count beyond which spend cannot be taken to be independent."""


@dataclass(frozen=True)
class Terms:
    """What is asked of a forecast.

    Attributes:
        days: The horizon.
        model: "pareto_nbd", "mbg_nbd" or "bg_nbd"; "" takes the one that did best before.
        discount_rate: A year, of money that comes later.
        margin_rate: Share of net revenue that is kept.
    """

    days: int = 365
    model: str = ""
    discount_rate: float = 0.1
    margin_rate: float = 1.0


@dataclass(frozen=True)
class Forecast:
    """What customers will do, and how far to believe it.

    Attributes:
        worth: The fitted view of every customer.
        customers: Their histories, lazy, one row a customer.
        holdouts: How each model did on the shop's own past; empty where that is too short.
        spend_dependence: Rank correlation of what people spend with how often they buy.
    """

    worth: Worth
    customers: ir.Table
    holdouts: Mapping[str, Holdout]
    spend_dependence: float

    @property
    def holdout(self) -> Holdout | None:
        """How the model that is used did; None where there was too little past."""
        return self.holdouts.get(self.worth.model.name)

    @property
    def spend_is_dependent(self) -> bool:
        """Whether who buys often spends differently, so that expected spends may be off."""
        return abs(self.spend_dependence) > DEPENDENT


def forecast(shop: Shop, as_of: date | None, terms: Terms) -> Forecast | LazyText:
    """The forecast as of a day, or the sentence that says why there is none."""
    day = as_of_day(shop, as_of)
    return shop.remember(("forecast", day, terms), lambda: _forecast(shop, day, terms))


def _forecast(shop: Shop, day: date, terms: Terms) -> Forecast | LazyText:
    customers = histories(shop, day)
    rows = rows_of(customers)
    missing = too_little(rows)
    if missing is not None:
        return missing
    back = next((days for days in HOLDOUT_DAYS if 3 * days <= rows.days), 0)
    tried = shop.remember(("holdouts", day), lambda: holdouts(shop, day, back)) if back else {}
    model = BUYING[terms.model or (best(tried) if tried else next(iter(BUYING)))]
    spends = spends_of(customers)
    enough = int((spends.count > 1).sum()) >= LEAST_SPENDS
    dependence, _ = spend_depends_on_count(spends)
    worth = Worth(
        model=model,
        buying=fit(model, rows),
        spending=fit(GAMMA_GAMMA, spends) if enough else None,
        mean_spend=_mean(spends),
        rows=rows,
        days=terms.days,
        discount_rate=terms.discount_rate,
        margin_rate=terms.margin_rate,
    )
    return Forecast(worth, customers, tried, dependence)


def too_little(rows: Rows) -> LazyText | None:
    """What is missing for a forecast; None where there is enough."""
    repeaters = int(rows.n[rows.x > 0].sum())
    if rows.customers < LEAST_CUSTOMERS:
        return lazy(
            "A forecast needs at least {needed} customers; there are {found}.",
            needed=LEAST_CUSTOMERS,
            found=rows.customers,
        )
    if repeaters < LEAST_REPEATERS:
        return lazy(
            "A forecast needs at least {needed} customers who came back; there are {found}.",
            needed=LEAST_REPEATERS,
            found=repeaters,
        )
    if rows.days < LEAST_DAYS:
        return lazy(
            "A forecast needs at least {needed} days of orders; there are {found}.",
            needed=LEAST_DAYS,
            found=rows.days + 1,
        )
    return None


def _mean(spends: Spends) -> float:
    occasions = spends.count.sum()
    return float((spends.count * spends.mean).sum() / occasions) if occasions else float(np.nan)
