"""One simulated shop for the analyses of segments, and its customers worked out once more."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd

from analyses.reference import Reference
from zhike.catalogue import stage_thresholds
from zhike.datasets import Simulated, simulate
from zhike.schema import Shop

DAY = date(2025, 6, 1)


@cache
def company() -> Simulated:
    return simulate(500, seed=47, language="zh")


@cache
def shop() -> Shop:
    return company().shop()


@cache
def reference(day: date = DAY) -> Reference:
    tables = ("orders", "refunds", "customers")
    return Reference({name: company().arrow(name).to_pandas() for name in tables}, day)


@cache
def known() -> pd.DataFrame:
    """One row a customer of the customer table, with what was bought before the day."""
    customers = company().arrow("customers").to_pandas().set_index("customer_id")
    ahead = customers.registered_at + pd.Timedelta(hours=8)
    customers = customers[ahead < pd.Timestamp(DAY)]
    facts = reference().facts()
    rows = customers.join(facts, how="outer")
    thresholds = stage_thresholds(shop(), DAY)
    stages = reference().stages(DAY, thresholds.lost_after_days or 0, thresholds.loyal_after)
    rows["stage"] = pd.Series(stages).reindex(rows.index).fillna("potential")
    rows["tenure"] = [(DAY - it).days if isinstance(it, date) else None for it in rows.first_on]
    return rows
