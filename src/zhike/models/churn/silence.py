"""The model of silence: a customer's own rhythm alone says how likely it is that she has left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from zhike.models.churn.coding import Floats
from zhike.models.clv import PARETO_NBD, Fit, Rows, fit, histories, too_little
from zhike.models.clv.histories import rows_of
from zhike.models.clv.outlook import purchase_chance
from zhike.schema import Shop


@dataclass(frozen=True)
class Silence:
    """Pareto/NBD as of a day.

    Attributes:
        model: Its name.
        fit: Its parameters.
        customers: The histories, lazy, one row a customer.
        rows: The distinct histories.
        stays: The chance that each buys within the horizon.
    """

    model: str
    fit: Fit
    customers: ir.Table
    rows: Rows
    stays: Floats

    def beside(self, rows: ir.Table) -> ir.Table:
        """The rows with the history of each customer: `x`, `t_x`, `T`."""
        own = self.customers.select("x", "t_x", "T", own_id="customer_id")
        return rows.inner_join(own, rows.customer_id == own.own_id).drop("own_id")

    def placed(self, rows: pa.Table) -> pa.Table:
        """The same of rows in memory, those without a history left out."""
        own = self.customers.select("customer_id", "x", "t_x", "T").to_pyarrow()
        both = rows.join(own, "customer_id", join_type="inner")
        return both.sort_by([("customer_id", "ascending")])

    def chance(self, rows: pa.Table) -> Floats:
        """The probability of leaving of rows with a history [n]."""
        x, t_x, whole = (rows[name].to_numpy().astype(np.int64) for name in ("x", "t_x", "T"))
        base = self.rows.days + 1
        keys = (self.rows.x * base + self.rows.t_x) * base + self.rows.T
        at = np.searchsorted(keys, (x * base + t_x) * base + whole)
        return np.asarray(1 - self.stays[at])


def of_silence(shop: Shop, day: date, horizon_days: int) -> Silence | None:
    """The model fitted to what was known before a day; None where that is too little."""

    def build() -> Silence | None:
        customers = histories(shop, day)
        rows = rows_of(customers)
        if too_little(rows) is not None:
            return None
        found = fit(PARETO_NBD, rows)
        stays = purchase_chance(PARETO_NBD, found.array, rows, horizon_days)
        return Silence(PARETO_NBD.name, found, customers, rows, stays)

    return shop.remember(("silence", day, horizon_days), build)
