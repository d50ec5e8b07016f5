"""Customers whose truth is known, and the published ones."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from zhike.catalogue import shop_from
from zhike.models.clv.gamma_gamma import Spends
from zhike.models.clv.rows import Rows
from zhike.schema import Shop

CALIBRATION_END = date(1997, 9, 30)
NOON = time(12)


def cdnow(folder: Path) -> dict[str, dict[date, float]]:
    """Customer to day to amount, from the 1/10 sample."""
    found: dict[str, dict[date, float]] = {}
    for line in (folder / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, _, amount = line.split()
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        days = found.setdefault(customer, {})
        days[on] = days.get(on, 0.0) + float(amount)
    return found


def cdnow_rows(folder: Path) -> Rows:
    histories = [
        sorted(day for day in days if day <= CALIBRATION_END) for days in cdnow(folder).values()
    ]
    return Rows.of(
        [len(days) - 1 for days in histories],
        [(days[-1] - days[0]).days for days in histories],
        [(CALIBRATION_END - days[0]).days for days in histories],
    )


def cdnow_spends(folder: Path) -> Spends:
    """What repeat customers spent at their repeat purchases."""
    count, mean = [], []
    for days in cdnow(folder).values():
        spent = [days[day] for day in sorted(days) if day <= CALIBRATION_END][1:]
        if spent:
            count.append(len(spent))
            mean.append(float(np.mean(spent)))
    return Spends(np.array(count), np.array(mean))


def simulated(
    customers: int, seed: int, *, r: float, alpha: float, a: float, b: float, days: int
) -> Rows:
    """Customers of BG/NBD, in whole days."""
    chance = np.random.default_rng(seed)
    end = chance.integers(0, days, customers)
    rate, leaves = chance.gamma(r, 1 / alpha, customers), chance.beta(a, b, customers)
    count, now, last = (np.zeros(customers) for _ in range(3))
    here = np.arange(customers)
    while here.size:
        now[here] += chance.exponential(1 / rate[here])
        here = here[now[here] <= end[here]]
        count[here] += 1
        last[here] = now[here]
        here = here[chance.random(here.size) > leaves[here]]
    last = np.ceil(last).astype(int)
    return Rows.of(np.minimum(count, last), last, end)


def cdnow_shop(folder: Path) -> Shop:
    """The same customers as a shop, a day's purchases being one order."""
    sold = [
        (customer, day, amount)
        for customer, days in cdnow(folder).items()
        for day, amount in days.items()
    ]
    return shop_from(
        orders=pa.table(
            {
                "order_id": [str(place) for place in range(len(sold))],
                "customer_id": [customer for customer, _, _ in sold],
                "ordered_at": [datetime.combine(day, NOON) for _, day, _ in sold],
                "paid_amount": [amount for _, _, amount in sold],
            }
        )
    )


RETAIL = """
SELECT Invoice::VARCHAR AS order_id, any_value("Customer ID")::BIGINT::VARCHAR AS customer_id,
       min(InvoiceDate) AS ordered_at, sum(Quantity * Price) AS paid_amount
FROM '{path}'
WHERE "Customer ID" IS NOT NULL AND NOT Invoice LIKE 'C%' AND Quantity > 0 AND Price > 0
GROUP BY 1
"""


def online_retail_shop(folder: Path) -> Shop:
    """Online Retail II: what was sold to known customers."""
    path = folder / "online_retail_ii" / "online_retail_II_2009_2010.parquet"
    return shop_from(orders=duckdb.sql(RETAIL.format(path=path)).to_arrow_table())
