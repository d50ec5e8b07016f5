"""What customers are worth within a horizon, one row a customer, each value with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from scipy.special import expit, gammaincinv, logit
from scipy.stats import norm

from zhike.models.clv.fitting import Fit
from zhike.models.clv.gamma_gamma import GAMMA_GAMMA
from zhike.models.clv.geometric import GeometricDropout
from zhike.models.clv.outlook import Outlook, outlook, purchase_chance
from zhike.models.clv.pareto import ParetoDropout
from zhike.models.clv.rows import Counts, Floats, Rows
from zhike.stats.recalibration import AS_IT_IS, Recalibration

DAYS_A_YEAR = 365.25
QUARTER_DAYS = 91
BATCH_ROWS = 100_000
_ASIDE = 1e-3


@dataclass(frozen=True)
class Worth:
    """A fitted view of every customer.

    Attributes:
        model: Of when people buy.
        buying: Its fit.
        spending: The fit of what they spend; None where it cannot be fitted, so that everybody
            spends what all do on average.
        mean_spend: That average, an occasion.
        rows: The histories.
        days: The horizon.
        share: What an interval covers.
        discount_rate: A year, of money that comes later.
        margin_rate: Share of net revenue that is kept.
        mended: What earlier days teach of the chances of buying.
    """

    model: GeometricDropout | ParetoDropout
    buying: Fit
    spending: Fit | None
    mean_spend: float
    rows: Rows
    days: int
    share: float = 0.9
    discount_rate: float = 0.0
    margin_rate: float = 1.0
    mended: Recalibration = AS_IT_IS

    @cached_property
    def outlook(self) -> Outlook:
        """What to expect of each history."""
        values = self.buying.array
        return outlook(self.model, values, self.rows, self.days, self.share, self.mended)

    @cached_property
    def discount(self) -> Floats:
        """What a purchase within the horizon is worth today, for each history."""
        if not self.discount_rate:
            return np.ones(len(self.rows))
        ends = [*range(QUARTER_DAYS, self.days, QUARTER_DAYS), self.days]
        found, before, begin = np.zeros(len(self.rows)), np.zeros(len(self.rows)), 0
        for end in ends:
            seen = outlook(self.model, self.buying.array, self.rows, end, self.share).expected
            years = (begin + end) / 2 / DAYS_A_YEAR
            found += (seen - before) / (1 + self.discount_rate) ** years
            before, begin = seen, end
        return np.where(before > 0, found / np.where(before > 0, before, 1), 1.0)

    @cached_property
    def chances(self) -> dict[str, Floats]:
        """P(alive) and P(purchase) with the interval that the uncertain parameters leave.

        By the delta method on the log-odds, from the covariance of ln of the parameters.
        """
        columns: dict[str, Floats] = {}
        seen = {
            "p_alive": self.outlook.p_alive,
            "purchase_probability": self.outlook.p_purchase,
        }
        for name, middle in seen.items():
            wide = norm.ppf((1 + self.share) / 2) * self._deviation(name)
            odds = logit(np.clip(middle, 1e-12, 1 - 1e-12))
            columns[name] = middle
            columns[f"{name}_low"] = np.minimum(expit(odds - wide), middle)
            columns[f"{name}_high"] = np.maximum(expit(odds + wide), middle)
        return columns

    def _deviation(self, name: str) -> Floats:
        covariance = self.buying.covariance
        if not np.isfinite(covariance).all():
            return np.full(len(self.rows), np.inf)
        logs = np.log(self.buying.array)
        slopes = np.stack(
            [
                (self._odds(name, logs + aside) - self._odds(name, logs - aside)) / (2 * _ASIDE)
                for aside in np.eye(len(logs)) * _ASIDE
            ]
        )
        return np.asarray(np.sqrt(np.einsum("ir,ij,jr->r", slopes, covariance, slopes)))

    def _odds(self, name: str, logs: Floats) -> Floats:
        values = np.exp(logs)
        if name == "p_alive":
            chance = self.model.p_alive(values, self.rows)
        else:
            chance = purchase_chance(self.model, values, self.rows, self.days)
            chance = self.mended.chances(chance)
        return np.asarray(logit(np.clip(chance, 1e-12, 1 - 1e-12)))

    def batches(self, customers: ir.Table) -> Iterator[pa.RecordBatch]:
        """One row a customer, in batches, so that memory does not grow with their number.

        Args:
            customers: As `histories` gives them.

        Returns:
            `customer_id`, then `p_alive`, `purchase_probability`, `expected_purchases`,
            `expected_spend` (an occasion) and `clv`, each followed by its `_low` and `_high`.
        """
        wanted = customers.select("customer_id", "x", "t_x", "T", "monetary")
        for batch in wanted.to_pyarrow_batches(chunk_size=BATCH_ROWS):
            if batch.num_rows:
                yield self._scored(batch)

    def _scored(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        x, t_x, whole = (
            batch[name].to_numpy(zero_copy_only=False).astype(np.int64)
            for name in ("x", "t_x", "T")
        )
        at = self._place(x, t_x, whole)
        spend, *spends = self._spend(x, batch["monetary"].to_numpy(zero_copy_only=False))
        seen, (low, high) = self.outlook, self.value_ends
        kept = spend * self.margin_rate * self.discount[at]
        columns = {name: column[at] for name, column in self.chances.items()}
        columns |= {
            "expected_purchases": seen.expected[at],
            "expected_purchases_low": seen.low[at].astype(np.float64),
            "expected_purchases_high": seen.high[at].astype(np.float64),
            "expected_spend": spend,
            "expected_spend_low": spends[0],
            "expected_spend_high": spends[1],
            "clv": seen.expected[at] * kept,
            "clv_low": low[at] * kept,
            "clv_high": high[at] * kept,
        }
        arrays = [batch["customer_id"], *(pa.array(column) for column in columns.values())]
        return pa.RecordBatch.from_arrays(arrays, ["customer_id", *columns])

    def _place(self, x: Counts, t_x: Counts, whole: Counts) -> Counts:
        base = self.rows.days + 1
        keys = (self.rows.x * base + self.rows.t_x) * base + self.rows.T
        return np.asarray(np.searchsorted(keys, (x * base + t_x) * base + whole))

    def _spend(self, x: Counts, monetary: Floats) -> tuple[Floats, Floats, Floats]:
        """What each spends an occasion; who has given everything back is taken for an average."""
        if self.spending is None:
            same = np.full(len(x), self.mean_spend)
            return same, same, same
        seen = np.where(monetary > 0, x + 1, 0)
        mean = np.where(seen > 0, monetary / (x + 1), 0.0)
        expected = GAMMA_GAMMA.expected_spend(self.spending.array, seen, mean)
        expected = np.where(np.isfinite(expected), expected, self.mean_spend)
        low, high = (ends[seen] for ends in self.spend_ends)
        return expected, expected * low, expected * high

    @cached_property
    def spend_ends(self) -> tuple[Floats, Floats]:
        """The interval of the mean spend, by number of occasions, as shares of what is expected.

        How wide it is depends on how often somebody was seen, and not on what was spent.
        """
        occasions = np.arange(int(self.rows.x.max(initial=0)) + 2)
        if self.spending is None:
            return np.ones(len(occasions)), np.ones(len(occasions))
        values, aside = self.spending.array, (1 - self.share) / 2
        mean = np.ones(len(occasions))
        expected = GAMMA_GAMMA.expected_spend(values, occasions, mean)
        low, high = (
            GAMMA_GAMMA.spend_quantile(values, occasions, mean, end) / expected
            for end in (aside, 1 - aside)
        )
        return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 1.0)

    @cached_property
    def value_ends(self) -> tuple[Floats, Floats]:
        """The interval of the value of each history, in units of what is spent an occasion.

        Nothing, with the probability that nothing is bought; else a gamma with the mean and the
        variance that the number of purchases and the spend have together.
        """
        seen, (low, high) = self.outlook, self.spend_ends
        wide = (high - low)[self.rows.x + 1] / (2 * norm.ppf((1 + self.share) / 2))
        bought = np.maximum(seen.p_purchase, 1e-12)
        middle = seen.expected / bought
        variance = seen.expected_squared * (1 + wide**2) / bought - middle**2
        shape = middle**2 / np.maximum(variance, 1e-9 * middle**2 + 1e-300)

        def end(share: float) -> Floats:
            inside = np.clip((share - (1 - bought)) / bought, 0, 1 - 1e-15)
            return np.where(inside > 0, gammaincinv(shape, inside) * middle / shape, 0.0)

        return end((1 - self.share) / 2), end((1 + self.share) / 2)
