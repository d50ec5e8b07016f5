"""Chances of buying mended by how those of earlier days came out, where that has helped before.

A model fitted to half, two thirds and three quarters of the history says of each customer how
likely it is that she buys by the end; what came tells how its log-odds were off. A day counts the
more, the more alike its horizon is, beside the history before it, to the one that is asked for:
models err the more, the further they look beyond what they have seen.

What one stretch of time teaches may be wrong of the next (a season, a campaign). So this is used
only where it has helped twice: on the last days kept back, learned from what was before them; and
over the earlier days, each judged by what the others teach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np

from zhike.catalogue import purchase_history
from zhike.models.clv.fitting import Fit, fit
from zhike.models.clv.geometric import GeometricDropout
from zhike.models.clv.outlook import purchase_chance
from zhike.models.clv.pareto import ParetoDropout
from zhike.models.clv.rows import Floats, Rows
from zhike.schema import Shop
from zhike.stats.accuracy import log_loss
from zhike.stats.recalibration import AS_IT_IS, Recalibration, recalibration

PARTS = (1 / 2, 2 / 3, 3 / 4)
"""Of the history, after which a model is fitted and looks ahead to the end of it."""
LEAST_DAYS = 20
LEAST_CUSTOMERS = 100
LEAST_EACH = 30
"""Customers who came, and who did not, on an earlier day that is to teach something."""
CLEARLY = 0.002
"""By what share the log loss must be lower on the days kept back."""
_MOST_ROWS = 4_000


@dataclass(frozen=True)
class Past:
    """What a model said on an earlier day, and what came.

    Attributes:
        chance: Of buying by the end, for each distinct history.
        bought: Share of the customers of that day who have the history and bought.
        weight: Share of them who have it.
        likeness: How alike its horizon is to the one asked for: 1 where it is the same part of
            the history before it.
    """

    chance: Floats
    bought: Floats
    weight: Floats
    likeness: float

    def gain(self, mended: Recalibration) -> float:
        """By what share mending lowers the log loss."""
        plain = log_loss(self.chance, self.bought, self.weight)
        return 1 - log_loss(mended.chances(self.chance), self.bought, self.weight) / plain


def earlier_days(
    shop: Shop, day: date, model: GeometricDropout | ParetoDropout, known: Fit, days: int
) -> list[Past]:
    """What the model said on earlier days; nothing where they are too few or too short.

    Args:
        shop: Whose customers.
        day: Only what was known before it is used.
        model: Of when people buy.
        known: Its fit as of the day, to start from.
        days: The horizon that is asked for.
    """
    sold = _sold(shop, day)
    first = sold.ordered_on.min().to_pyarrow().as_py()
    history = (day - first).days if first else 0
    if history < 2 * LEAST_DAYS:
        return []
    origins = [first + timedelta(days=round(history * part)) for part in PARTS]
    seen = shop.engine.materialise(_seen(sold, origins))
    pasts = []
    for nth, origin in enumerate(origins):
        ahead, before = (day - origin).days, (origin - first).days
        unlike = np.log2(ahead / before) - np.log2(days / history)
        rows, bought = _cells(seen, nth, origin)
        if not _teaches(rows, bought):
            return []
        found = fit(model, rows, known.array)
        chance = purchase_chance(model, found.array, rows, ahead)
        total = rows.customers
        likeness = float(np.exp(-(unlike**2) / 2))
        pasts.append(Past(chance, bought / total, rows.n / total, likeness))
    return pasts


def taught(pasts: Sequence[Past]) -> Recalibration:
    """What earlier days teach together."""
    if not pasts:
        return AS_IT_IS
    return recalibration(
        np.concatenate([past.chance for past in pasts]),
        np.concatenate([past.bought * past.likeness for past in pasts]),
        np.concatenate([past.weight * past.likeness for past in pasts]),
    )


def helped_over_days(pasts: Sequence[Past]) -> bool:
    """Whether mending helped over the earlier days, each judged by what the others teach."""
    gains = [past.gain(taught([it for it in pasts if it is not past])) for past in pasts]
    return len(pasts) > 1 and sum(gains) > 0


def _sold(shop: Shop, day: date) -> ir.Table:
    """One row an occasion: a customer and a day."""
    bought = purchase_history(shop, day)
    fresh = bought.previous_on.isnull() | (bought.previous_on < bought.ordered_on)
    return bought.filter(fresh).select("customer_id", "ordered_on", "first_on")


def _seen(sold: ir.Table, origins: Sequence[date]) -> ir.Table:
    """One row a customer: what was seen of her before each of the days, and whether she came."""
    measures: dict[str, ir.Value] = {}
    for nth, origin in enumerate(origins):
        before = sold.ordered_on < ibis.literal(origin)
        measures[f"before_{nth}"] = before.ifelse(1, 0).sum()
        measures[f"last_{nth}"] = sold.ordered_on.max(where=before)
        measures[f"came_{nth}"] = before.ifelse(0, 1).max()
    return sold.group_by("customer_id", "first_on").agg(**measures)


def _cells(seen: ir.Table, nth: int, origin: date) -> tuple[Rows, Floats]:
    """Distinct histories as of an earlier day, and how many who share each came since."""
    known = seen.filter(seen[f"before_{nth}"] > 0)
    observed = ibis.literal(origin - timedelta(days=1))
    histories = known.select(
        x=(known[f"before_{nth}"] - 1).cast("int64"),
        t_x=known[f"last_{nth}"].delta(known.first_on, unit="day").cast("int64"),
        T=observed.delta(known.first_on, unit="day").cast("int64"),
        came=known[f"came_{nth}"].cast("int64"),
    )
    cells = histories.group_by("x", "t_x", "T").agg(
        n=histories.count(), came=histories.came.sum().cast("int64")
    )
    found = cells.to_pyarrow().sort_by([(name, "ascending") for name in ("x", "t_x", "T")])
    step = max(1, found.num_rows // _MOST_ROWS)
    x, t_x, whole, n, came = (
        found[name].to_numpy().astype(np.int64)[step // 2 :: step]
        for name in ("x", "t_x", "T", "n", "came")
    )
    return Rows.of(x, t_x, whole, n), came.astype(np.float64)


def _teaches(rows: Rows, bought: Floats) -> bool:
    fewer = min(bought.sum(), rows.customers - bought.sum())
    return rows.customers >= LEAST_CUSTOMERS and bool(fewer >= LEAST_EACH)
