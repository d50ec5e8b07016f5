"""The timing tried on the shop's own past: what it said of when, and when they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np

from zhike.catalogue import purchase_history
from zhike.models.clv import BUYING, Holdout, Rows, histories
from zhike.models.next_purchase.timing import Floats, Timing
from zhike.schema import Shop


@dataclass(frozen=True)
class TimingTrial:
    """How the timing did.

    Attributes:
        days: How far it looked ahead.
        customers: Who were known then.
        came: Who came within the horizon.
        foretold: How many it said would come.
        coverage: Share of those who came on a day within their interval.
        error_days: How many days its day was off, the median of those who came.
        naive_error_days: The same of a rule: her last purchase plus her usual gap.
    """

    days: int
    customers: int
    came: int
    foretold: float
    coverage: float
    error_days: float
    naive_error_days: float


def timing_trial(shop: Shop, held: Holdout) -> TimingTrial | None:
    """The trial of a model as it was fitted for its holdout; None where nobody came."""
    cells = _cells(shop, held).to_pyarrow()
    x, t_x, whole, wait, n = (
        cells[name].to_numpy().astype(np.int64) for name in ("x", "t_x", "T", "wait", "n")
    )
    rows = Rows.of(x, t_x, whole, n)
    asked = Timing(BUYING[held.model], held.fit.array, rows, held.days)
    at, came = asked.place(x, t_x, whole), wait > 0
    if not came.any():
        return None
    seen, weight = asked.waits, n[came].astype(np.float64)
    days = wait[came].astype(np.float64)
    middle, low, high = (it[at][came] for it in (seen.middle, seen.low, seen.high))
    within = (np.floor(low) <= days) & (days <= np.ceil(high))
    usual = _usual(x[came], t_x[came], whole[came], weight, days)
    return TimingTrial(
        days=held.days,
        customers=int(n.sum()),
        came=int(weight.sum()),
        foretold=float(seen.chance @ rows.n),
        coverage=float(within @ weight / weight.sum()),
        error_days=_median(np.abs(np.ceil(middle) - days), weight),
        naive_error_days=_median(np.abs(usual - days), weight),
    )


def _cells(shop: Shop, held: Holdout) -> ir.Table:
    """How many customers share a history and the days until they came; 0 where they did not."""
    until = date.fromordinal(held.day.toordinal() + held.days)
    known, later = histories(shop, held.day), purchase_history(shop, until)
    first = later.filter(later.ordered_on >= held.day)
    first = first.group_by(buyer_id="customer_id").agg(next_on=first.ordered_on.min())
    joined = known.left_join(first, known.customer_id == first.buyer_id)
    wait = joined.next_on.delta(ibis.literal(held.day), unit="day").cast("int64") + 1
    cells = joined.select("x", "t_x", "T", wait=wait.fill_null(0))
    return cells.group_by("x", "t_x", "T", "wait").agg(n=cells.count())


def _usual(x: object, t_x: object, whole: object, weight: Floats, days: Floats) -> Floats:
    """The last purchase plus the usual gap, tomorrow where that is over.

    Who bought once has no gap and is given that of all others.
    """
    times, last, known = (np.asarray(it, np.float64) for it in (x, t_x, whole))
    again = times > 0
    gap = np.where(again, last / np.maximum(times, 1), 0.0)
    others = float((gap * weight)[again].sum() / max(weight[again].sum(), 1))
    found = np.where(again, gap, others) - (known - last)
    return np.clip(found, 1, days.max(initial=1))


def _median(values: Floats, weight: Floats) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
