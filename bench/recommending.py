"""Next baskets and recommendations, measured: `python -m bench.recommending [DATA]`.

DATA is the folder with `online_retail_ii`; without it only the timing is done. The splits: each
customer's last basket held out, and three days of the calendar, always with weights from what
came before alone. The timing: 100,000 customers × 20,000 products, from histories to every list.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from zhike.models.recommendations import Histories, Trial, Views, tried, tried_by_day
from zhike.models.recommendations.ranking import Rules, ranked

BASKETS = """
SELECT DISTINCT "Customer ID"::INT::VARCHAR customer, StockCode product,
       date_diff('day', InvoiceDate::DATE, DATE '2010-12-10') AS days
FROM '{path}'
WHERE "Customer ID" IS NOT NULL AND NOT Invoice LIKE 'C%' AND Quantity > 0 AND Price > 0
  AND regexp_matches(StockCode, '^[0-9]{{5}}')
"""
CUSTOMERS, PRODUCTS = 100_000, 20_000


def online_retail(data: Path) -> Histories:
    """Baskets of Online Retail II: sold, with a customer, goods only."""
    path = data / "online_retail_ii" / "online_retail_II_2009_2010.parquet"
    rows = duckdb.execute(BASKETS.format(path=path)).fetchnumpy()
    (customers, who), (products, what) = (
        np.unique(rows[name].astype(str), return_inverse=True) for name in ("customer", "product")
    )
    return Histories.of(who, what, rows["days"], customers, products)


def simulated(customers: int, products: int) -> Histories:
    """Twenty products a customer in up to five baskets, some of them popular, and tastes."""
    chance = np.random.default_rng(0)
    number = chance.poisson(20, customers) + 1
    who = np.repeat(np.arange(customers), number)
    popular = (chance.pareto(0.8, len(who)) * 40).clip(max=products - 1).astype(np.int64)
    what = (popular + chance.integers(0, 20, customers)[who] * products // 20) % products
    days = chance.integers(1, 6, len(who)) * 60
    ids = (np.arange(size).astype(str) for size in (customers, products))
    return Histories.of(who, what, days, *ids)


def timed(bought: Histories) -> dict[str, Any]:
    """Similarities, trial and every list, in seconds."""
    products = len(bought.products)
    begin = time.perf_counter()
    trial = tried(bought)
    learnt = time.perf_counter()
    category = np.random.default_rng(1).integers(0, 50, products).astype(np.int32)
    everything = np.ones(products, bool)
    rules = Rules(5, 7, 3, category, everything, np.array([], np.int64))
    everybody = np.arange(len(bought.customers), dtype=np.int32)
    lists = sum(len(it.customers) for it in ranked(Views(bought), trial.weights, rules, everybody))
    end = time.perf_counter()
    return {
        "customers": lists,
        "products": products,
        "rows": len(bought.customer),
        "trial_seconds": round(learnt - begin, 1),
        "lists_seconds": round(end - learnt, 1),
        "seconds": round(end - begin, 1),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def told(trial: Trial) -> dict[str, Any]:
    return {
        "weights": trial.weights._asdict(),
        "blend": asdict(trial.blend),
        **{name: asdict(it) for name, it in trial.alone.items()},
    }


def main(arguments: list[str]) -> None:
    found: dict[str, Any] = {}
    if arguments:
        bought = online_retail(Path(arguments[0]))
        found["last_basket"] = told(tried(bought))
        for days in (30, 60, 90):
            found[f"last_{days}_days"] = told(tried_by_day(bought, days))
    found["timing"] = timed(simulated(CUSTOMERS, PRODUCTS))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
