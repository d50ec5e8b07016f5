"""How long until the next purchase, with its interval, from a fitted model of buying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.models.clv import Rows
from zhike.models.clv.outlook import Buying, purchase_chance

Floats = NDArray[np.float64]
STEPS = 24
BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Waits:
    """Days until the next purchase of each row, should there be one within the horizon.

    Attributes:
        chance: Of a purchase within the horizon at all.
        low: Days by which one in twenty of those who come have come.
        middle: Half of them.
        high: All but one in twenty.
    """

    chance: Floats
    low: Floats
    middle: Floats
    high: Floats


@dataclass(frozen=True)
class Timing:
    """A fitted model of buying, asked when.

    The next purchase comes within d days with the probability of at least one purchase in d days,
    which the models give in closed form. Divided by that of the whole horizon it is the
    distribution of the wait of those who come; its quantiles are what is said.

    Attributes:
        model: Of when people buy.
        values: Its parameters.
        rows: The distinct histories.
        days: The horizon.
        share: What the interval covers.

    Examples:
        >>> from zhike.models.clv import BG_NBD
        >>> one = Rows.of(x=[1], t_x=[10], T=[30])
        >>> seen = Timing(BG_NBD, np.array([1.0, 10.0, 1.0, 2.0]), one, 40).waits
        >>> round(float(seen.chance[0]), 6), bool(0 < seen.low[0] < seen.middle[0] < seen.high[0])
        (0.25, True)

    References:
        Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting your customers" the easy
        way. Marketing Science 24, 275-284 (section 4: P(X(t) = 0)).
    """

    model: Buying
    values: Floats
    rows: Rows
    days: int
    share: float = 0.9

    @cached_property
    def waits(self) -> Waits:
        """The wait of each row."""
        ends = np.unique(np.round(np.geomspace(1, max(self.days, 1), STEPS))).astype(np.int64)
        chances = [purchase_chance(self.model, self.values, self.rows, int(end)) for end in ends]
        grown = np.maximum.accumulate(np.vstack([np.zeros(len(self.rows)), *chances]), axis=0)
        whole = grown[-1]
        shares = grown / np.where(whole > 0, whole, 1)
        knots = np.concatenate([[0.0], ends.astype(np.float64)])
        aside = (1 - self.share) / 2
        low, middle, high = (_quantile(shares, knots, it) for it in (aside, 0.5, 1 - aside))
        return Waits(whole, low, middle, high)

    def place(self, x: object, t_x: object, whole: object) -> NDArray[np.int64]:
        """Which row each history is."""
        base = self.rows.days + 1
        keys = (self.rows.x * base + self.rows.t_x) * base + self.rows.T
        one, two, three = (np.asarray(it, np.int64) for it in (x, t_x, whole))
        return np.searchsorted(keys, (one * base + two) * base + three)

    def batches(self, customers: ir.Table, day: date) -> Iterator[pa.RecordBatch]:
        """One row a customer, in batches.

        Returns:
            `customer_id`, `purchase_probability` within the horizon; should she come,
            `next_in_days` (as likely before as after), its `_low` and `_high`, and `next_on`.
        """
        wanted = customers.select("customer_id", "x", "t_x", "T")
        today = np.datetime64(day, "D")
        for batch in wanted.to_pyarrow_batches(chunk_size=BATCH_ROWS):
            if not batch.num_rows:
                continue
            at = self.place(*(batch[it].to_numpy(zero_copy_only=False) for it in ("x", "t_x", "T")))
            middle = np.ceil(self.waits.middle[at])
            columns = {
                "purchase_probability": pa.array(self.waits.chance[at]),
                "next_in_days": pa.array(middle),
                "next_in_days_low": pa.array(np.floor(self.waits.low[at])),
                "next_in_days_high": pa.array(np.ceil(self.waits.high[at])),
                "next_on": pa.array(today + np.maximum(middle - 1, 0).astype("timedelta64[D]")),
            }
            arrays = [batch["customer_id"], *columns.values()]
            yield pa.RecordBatch.from_arrays(arrays, ["customer_id", *columns])


def _quantile(shares: Floats, knots: Floats, share: float) -> Floats:
    """Where each column of a growing curve reaches a share, between the knots by a line."""
    above = np.clip((shares < share).sum(axis=0), 1, len(knots) - 1)
    here = np.arange(shares.shape[1])
    low, high = shares[above - 1, here], shares[above, here]
    part = np.where(high > low, (share - low) / np.where(high > low, high - low, 1), 1.0)
    return np.asarray(knots[above - 1] + np.clip(part, 0, 1) * (knots[above] - knots[above - 1]))


def timing(model: Buying, values: Floats, rows: Rows, days: int) -> Timing:
    """A fitted model asked when, within so many days."""
    return Timing(model, values, rows, days)
