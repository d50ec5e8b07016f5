"""The forecast of a shop: do its data allow one, by which model, and how good was it before?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np

from zhike.catalogue import as_of_day
from zhike.i18n import LazyText, lazy
from zhike.models.clv.fitting import Fit, fit
from zhike.models.clv.gamma_gamma import GAMMA_GAMMA, Spends, spend_depends_on_count
from zhike.models.clv.histories import histories, rows_of, spends_of
from zhike.models.clv.holdout import BUYING, MENDED, Holdout, again, best, holdouts
from zhike.models.clv.recalibrating import CLEARLY, earlier_days, helped_over_days, taught
from zhike.models.clv.rows import Rows
from zhike.models.clv.worth import Worth
from zhike.schema import Shop
from zhike.stats.recalibration import AS_IT_IS, Recalibration

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
        holdouts: How each model did on the shop's own past, and the one that is used with its
            chances mended by days before that; empty where that is too short.
        spend_dependence: Rank correlation of what people spend with how often they buy.
    """

    worth: Worth
    customers: ir.Table
    holdouts: Mapping[str, Holdout]
    spend_dependence: float

    @property
    def holdout(self) -> Holdout | None:
        """How the model that is used did; None where there was too little past."""
        mended = self.worth.mended != AS_IT_IS
        return self.holdouts.get(MENDED if mended else self.worth.model.name)

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
    tried: Mapping[str, Holdout] = {}
    if back:
        tried = shop.remember(("holdouts", day), lambda: holdouts(shop, day, back))
    model = BUYING[terms.model or (best(tried) if tried else next(iter(BUYING)))]
    buying = fit(model, rows)
    mended, tried = _mended(shop, day, buying, terms.days, tried)
    spends = spends_of(customers)
    enough = int((spends.count > 1).sum()) >= LEAST_SPENDS
    dependence, _ = spend_depends_on_count(spends)
    worth = Worth(
        model=model,
        buying=buying,
        spending=fit(GAMMA_GAMMA, spends) if enough else None,
        mean_spend=_mean(spends),
        rows=rows,
        days=terms.days,
        discount_rate=terms.discount_rate,
        margin_rate=terms.margin_rate,
        mended=mended,
    )
    return Forecast(worth, customers, tried, dependence)


def _mended(
    shop: Shop, day: date, buying: Fit, days: int, tried: Mapping[str, Holdout]
) -> tuple[Recalibration, Mapping[str, Holdout]]:
    """What earlier days teach of the chances, where that helped before, and how it was tried."""
    held = tried.get(buying.model)
    if held is None:
        return AS_IT_IS, tried
    model = BUYING[buying.model]
    before = taught(earlier_days(shop, held.day, model, held.fit, held.days))
    if before == AS_IT_IS:
        return AS_IT_IS, tried
    seen = again(shop, held, before)
    tried = {**tried, MENDED: seen}
    if not seen.log_loss < held.log_loss * (1 - CLEARLY):
        return AS_IT_IS, tried
    pasts = earlier_days(shop, day, model, buying, days)
    return (taught(pasts) if helped_over_days(pasts) else AS_IT_IS), tried


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
