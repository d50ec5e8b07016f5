"""Who of a shop's customers will stay away: learned on earlier days, judged on the last one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import expit

from zhike.catalogue import as_of_day
from zhike.i18n import LazyText, lazy
from zhike.models.churn.additive import Additive, fitted
from zhike.models.churn.choosing import (
    KINDS,
    Tried,
    best_of,
    cross_validated,
    judged,
)
from zhike.models.churn.coding import Floats, coded
from zhike.models.churn.panel import Asked, attributes, panel
from zhike.models.churn.reasons import MOST, OF_SHOPS, Reason, first_reasons, summed
from zhike.models.churn.sales import dated_sales, earlier_days
from zhike.models.churn.silence import Silence, of_silence
from zhike.schema import Shop

MOST_DAYS = 4
LEAST_CUSTOMERS = 200
LEAST_EACH = 50
"""Customers who left, and who stayed, that are needed to tell them apart."""
MOST_ROWS = 40_000
BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Leaving:
    """What is to be expected of a shop's customers.

    Attributes:
        as_of: The day looked ahead from.
        horizon_days: Who buys nothing for so long counts as having left.
        history_days: Days since the first order.
        tried: How each model did on customers and days that it had not seen.
        chosen: The model that the probabilities are from.
        curves: What reasons are read from; the model itself where it is the one chosen.
        silence: The model of silence, where that is the one chosen.
        reasons: What may be a reason here.
        learned: Rows learned from: attributes and `left`.
        rows: Lazy, one row a customer looked at on the day: attributes.
        tried_on: The day that the models were judged on; None where customers were left out
            instead.
    """

    as_of: date
    horizon_days: int
    history_days: int
    tried: Mapping[str, Tried]
    chosen: str
    curves: Additive
    silence: Silence | None
    reasons: tuple[Reason, ...]
    learned: pa.Table
    rows: ir.Table
    tried_on: date | None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """One row a customer: `customer_id`, `leaving_probability`, `amount` and its reasons.

        `reason_1` … `reason_3` are codes (null where there is none), each with `_value` (of its
        first attribute that is a number and known) and `_odds` (by how many times it raises the
        odds of leaving).
        """
        for batch in self.rows.to_pyarrow_batches(chunk_size=BATCH_ROWS):
            if batch.num_rows:
                yield self._scored(pa.table(batch))

    def _scored(self, rows: pa.Table) -> pa.RecordBatch:
        codes = coded(self.curves.parted, rows)
        if self.silence is None:
            chance = expit(self.curves.odds(codes))
        else:
            chance = self.silence.chance(rows)
        parts = summed(self.curves, codes, self.reasons)
        columns: dict[str, object] = {
            "customer_id": rows["customer_id"].combine_chunks(),
            "leaving_probability": pa.array(chance, pa.float64()),
            "amount": rows["amount"].cast(pa.float64()).combine_chunks(),
        }
        columns |= reason_columns(rows, parts, self.reasons)
        return pa.RecordBatch.from_pydict(columns)


def reason_columns(
    rows: pa.Table, parts: Floats, reasons: tuple[Reason, ...]
) -> dict[str, pa.Array]:
    """The reasons of each row with their values and what they do to the odds."""
    first = first_reasons(parts, reasons)
    names = pa.array([item.code for item in reasons], pa.string())
    values = np.column_stack(
        [*(_value(rows, item) for item in reasons), np.full(len(parts), np.nan)]
    )
    columns: dict[str, pa.Array] = {}
    for nth in range(MOST):
        place = first[:, nth]
        none = place < 0
        value = np.take_along_axis(values, place[:, None], axis=1)[:, 0]
        part = np.take_along_axis(parts, np.maximum(place, 0)[:, None], axis=1)[:, 0]
        columns[f"reason_{nth + 1}"] = names.take(pa.array(np.maximum(place, 0), mask=none))
        columns[f"reason_{nth + 1}_value"] = pa.array(value, mask=none | ~np.isfinite(value))
        columns[f"reason_{nth + 1}_odds"] = pa.array(np.exp(part), mask=none)
    return columns


def _value(rows: pa.Table, reason: Reason) -> Floats:
    found = np.full(rows.num_rows, np.nan)
    for name in reason.attributes[:1]:
        if name in rows.column_names and not pa.types.is_string(rows[name].type):
            found = rows[name].cast(pa.float64()).to_numpy()
    return found


def leaving(shop: Shop, as_of: date | None, horizon_days: int) -> Leaving | LazyText:
    """What to expect of customers, or the sentence that says what is missing."""
    day = as_of_day(shop, as_of)
    return shop.remember(("leaving", day, horizon_days), lambda: _leaving(shop, day, horizon_days))


def _leaving(shop: Shop, day: date, horizon: int) -> Leaving | LazyText:
    sales = dated_sales(shop, day)
    ends = sales.agg(first=sales.ordered_on.min(), customers=sales.customer_id.nunique())
    seen = ends.to_pyarrow().to_pylist()[0]
    missing = _too_few(seen["customers"])
    if missing is not None:
        return missing
    days = earlier_days(day, horizon, seen["first"], MOST_DAYS)
    if not days:
        return lazy(
            "To learn who leaves within {days} days takes {needed} days of orders; there are "
            "{found}. Ask for fewer days, or add older exports.",
            days=horizon,
            needed=2 * horizon,
            found=(day - seen["first"]).days,
        )
    whole = panel(shop, Asked(day, (day, *days), horizon))
    learned = _sampled(whole.filter(whole.day.isin(days)))
    missing = _too_alike(learned)
    if missing is not None:
        return missing
    return _learned(shop, day, horizon, (whole, learned, (day - seen["first"]).days))


def _too_few(customers: int) -> LazyText | None:
    if customers >= LEAST_CUSTOMERS:
        return None
    return lazy(
        "To learn who leaves takes at least {needed} customers; there are {found}.",
        needed=LEAST_CUSTOMERS,
        found=customers,
    )


def _too_alike(learned: pa.Table) -> LazyText | None:
    left = int(pc.sum(learned["left"]).as_py() or 0)
    fewer = min(left, learned.num_rows - left)
    if fewer >= LEAST_EACH:
        return None
    return lazy(
        "To tell who leaves from who stays takes at least {needed} of each in the past; there "
        "are {left} who left and {stayed} who stayed.",
        needed=LEAST_EACH,
        left=left,
        stayed=learned.num_rows - left,
    )


def _sampled(rows: ir.Table) -> pa.Table:
    """The rows to learn from, in one order on every engine; every so-manieth where many."""
    count = int(rows.count().to_pyarrow().as_py())
    step = -(-count // MOST_ROWS)
    if step > 1:
        window = ibis.window(order_by=[rows.customer_id, rows.day])
        numbered = rows.mutate(place=ibis.row_number().over(window))
        rows = numbered.filter(numbered.place % step == 0).drop("place")
    return rows.to_pyarrow().sort_by([("customer_id", "ascending"), ("day", "ascending")])


def _learned(shop: Shop, day: date, horizon: int, seen: tuple[ir.Table, pa.Table, int]) -> Leaving:
    whole, learned, history_days = seen
    names = attributes(whole)
    on = day - timedelta(days=horizon)
    tried, models, tried_on = _tried(learned, names, on, horizon)
    kind = best_of(tried)
    earlier = _judged_silence(shop, on, horizon, learned)
    now = None
    if earlier is not None:
        # The model of silence is the one to beat.
        first = {earlier.model: earlier}
        if best_of(first | {kind: tried[kind]}) == earlier.model:
            now = of_silence(shop, day, horizon)
        tried = first | tried
    rows = whole.filter(whole.day == day)
    return Leaving(
        as_of=day,
        horizon_days=horizon,
        history_days=history_days,
        tried=tried,
        chosen=kind if now is None else now.model,
        curves=models[kind],
        silence=now,
        reasons=tuple(item for item in OF_SHOPS if set(item.attributes) & set(names)),
        learned=learned,
        rows=rows if now is None else now.beside(rows),
        tried_on=tried_on,
    )


def _judged_silence(shop: Shop, on: date, horizon: int, learned: pa.Table) -> Tried | None:
    """The model of silence, fitted before the last day whose outcome is known."""
    found = of_silence(shop, on, horizon)
    if found is None:
        return None
    placed = found.placed(learned.filter(pc.equal(learned["day"], pa.scalar(on))))
    if not placed.num_rows:
        return None
    return judged(found.model, found.chance(placed), _left(placed))


def _tried(
    learned: pa.Table, names: list[str], on: date, horizon: int
) -> tuple[dict[str, Tried], dict[str, Additive], date | None]:
    """Both kinds, learned on days whose outcome was known on the last day, and judged on it.

    Where that leaves too little to learn from, customers are left out instead of the last day.
    """
    over = pa.scalar(on - timedelta(days=horizon))
    before = learned.filter(pc.less_equal(learned["day"], over))
    last = learned.filter(pc.equal(learned["day"], pa.scalar(on)))
    tried: dict[str, Tried] = {}
    models: dict[str, Additive] = {}
    by_day = _too_alike(before) is None and _too_alike(last) is None
    for kind in KINDS:
        if by_day:
            model = fitted(kind, before, names, _left(before))
            tried[kind] = judged(kind, model.chance(last), _left(last))
            models[kind] = fitted(kind, learned, names, _left(learned))
        else:
            tried[kind], models[kind] = cross_validated(kind, learned, names, _left(learned))
    return tried, models, on if by_day else None


def _left(rows: pa.Table) -> Floats:
    return np.asarray(rows["left"].cast(pa.float64()).to_numpy())
