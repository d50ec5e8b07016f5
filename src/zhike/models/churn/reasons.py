"""Why a model says that somebody will leave: what happened first, then how it shows, then who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from scipy.special import expit

from zhike.models.churn.additive import Additive
from zhike.models.churn.coding import Codes, Floats, coded

Rank = Literal["happening", "sign", "trait"]
ORDER: tuple[Rank, ...] = ("happening", "sign", "trait")
NAMED_FROM = {"happening": 0.15, "sign": 0.1, "trait": 0.1}
"""What an attribute must add to the log-odds to be called a reason, by its rank."""
MOST = 3


@dataclass(frozen=True)
class Reason:
    """One thing that may be the reason.

    Attributes:
        code: Its name.
        attributes: The attributes that tell of it; what they add is taken together.
        rank: Something that happened to the customer; a sign of leaving, which follows from
            having left as much as it foretells it; or a trait.
    """

    code: str
    attributes: tuple[str, ...]
    rank: Rank


OF_SHOPS: tuple[Reason, ...] = (
    Reason("complaints", ("unanswered", "complaints"), "happening"),
    Reason("refunds", ("refunds",), "happening"),
    Reason("price", ("price_rise",), "happening"),
    Reason("channel", ("lost_channel_share",), "happening"),
    Reason("discounts", ("discount_drop",), "sign"),
    Reason("silence", ("gap_ratio", "recency_days"), "sign"),
    Reason("pace", ("pace_ratio",), "sign"),
    Reason("purchase_days", ("purchase_days",), "trait"),
    Reason("amount", ("amount",), "trait"),
    Reason("tenure_days", ("tenure_days",), "trait"),
    Reason("gender", ("gender",), "trait"),
    Reason("province", ("province",), "trait"),
    Reason("acquired_from", ("acquired_from",), "trait"),
)
"""The reasons that sales, refunds, complaints and prices can tell of."""


def traits_as_reasons(names: Sequence[str]) -> tuple[Reason, ...]:
    """Every attribute as a reason of its own."""
    return tuple(Reason(name, (name,), "trait") for name in names)


def summed(model: Additive, codes: Codes, reasons: Sequence[Reason]) -> Floats:
    """What each reason adds to the log-odds of leaving [n, reasons]."""
    place = {item.name: at for at, item in enumerate(model.parted)}
    found = np.zeros((len(codes), len(reasons)))
    for column, reason in enumerate(reasons):
        for name in reason.attributes:
            if name in place:
                found[:, column] += model.curves[place[name]][codes[:, place[name]]]
    return found


def first_reasons(parts: Floats, reasons: Sequence[Reason], most: int = MOST) -> Codes:
    """The place of each customer's reasons, the first one first; -1 where there is no more.

    What happened comes before its signs: who was driven away falls silent, and silence explains
    nothing. Within a rank, what adds most comes first.

    Examples:
        >>> first_reasons(np.array([[0.3, 0.0, 0.0, 0.0, 0.0, 1.5, 0.0, 0.2, 0, 0, 0, 0, 0]]),
        ...               OF_SHOPS).tolist()
        [[0, 5, 7]]
    """
    if not len(reasons):
        return np.full((len(parts), most), -1)
    least = np.array([NAMED_FROM[item.rank] for item in reasons])
    before = np.array([ORDER.index(item.rank) for item in reasons])
    counts = parts >= least
    # Log-odds are far below 100, so that a rank never overtakes one before it.
    order = np.where(counts, 100.0 * (len(ORDER) - before) + parts, -np.inf)
    width = min(most, len(reasons))
    place = np.argsort(-order, axis=1, kind="stable")[:, :width]
    place = np.where(np.take_along_axis(counts, place, axis=1), place, -1)
    return np.pad(place, ((0, 0), (0, most - width)), constant_values=-1)


def met(model: Additive, rows: pa.Table, left: Floats, reasons: Sequence[Reason]) -> pa.Table:
    """How many of those whom each reason concerns left, beside what else about them says.

    Returns:
        One row a reason that concerns anybody: `reason`, `rank`, `customers` (rows learned
        from), `left_rate`, `expected_rate` (the mean probability without what the reason adds)
        and `difference`.
    """
    codes = coded(model.parted, rows)
    parts, odds = summed(model, codes, reasons), model.odds(codes)
    found = []
    for at, item in enumerate(reasons):
        concerned = parts[:, at] >= NAMED_FROM[item.rank]
        if concerned.any():
            rate = float(left[concerned].mean())
            other = float(expit(odds[concerned] - parts[concerned, at]).mean())
            found.append((item.code, item.rank, int(concerned.sum()), rate, other, rate - other))
    kinds = {
        "reason": pa.string(), "rank": pa.string(), "customers": pa.int64(),
        "left_rate": pa.float64(), "expected_rate": pa.float64(), "difference": pa.float64(),
    }  # fmt: skip
    return pa.table(
        {
            name: pa.array([row[place] for row in found], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )
