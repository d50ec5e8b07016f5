"""Forecasts of demand judged on what is known: simulated shops, and real ones.

    python -m bench.demand_study --shops 200
    python -m bench.demand_study --real FOLDER

Shops are simulated (`zhike.datasets.daily_sales`) for 2 to 3.5 years; the last thirteen weeks are
kept from the forecast and then compared with it. With `--with-statsforecast PYTHON`, an
interpreter that has statsforecast foretells the same weeks by AutoETS and the optimised theta.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from zhike.catalogue import as_of_day, shop_from
from zhike.datasets.daily_sales import daily_sales
from zhike.models.demand import MODELS, Demand, Known, demand, outlook
from zhike.models.demand.candidates import foretell

AHEAD = 13
WIDTH = 7
PEERS = """
import json, sys, time
import numpy as np
from statsforecast.models import AutoETS, DynamicOptimizedTheta
said = {"AutoETS": [], "theta": []}
began = time.perf_counter()
for one in json.load(sys.stdin):
    sales = np.array(one, dtype=np.float64)
    said["AutoETS"].append(AutoETS(season_length=52).forecast(sales, h=13)["mean"].tolist())
    theta = DynamicOptimizedTheta(season_length=52)
    said["theta"].append(theta.forecast(sales, h=13)["mean"].tolist())
json.dump(said, sys.stdout)
"""


def shops(count: int, python: str) -> None:
    errors = {name: [] for name in (*MODELS, "chosen")}
    covered: dict[str, list[float]] = {"whole": [], "parts": [], "sums": [], "part sums": []}
    pasts, futures, seconds, claimed = [], [], [], []
    for seed in range(count):
        days = WIDTH * int(np.random.default_rng(seed).integers(104, 180))
        shop = daily_sales(seed, days)
        split = days - AHEAD * WIDTH
        known = Known(shop.first, shop.daily[:, :split], WIDTH, "CN")
        came = shop.daily[:, split:].reshape(len(shop.daily), AHEAD, WIDTH).sum(axis=2)
        began = time.perf_counter()
        found = outlook(known, {"product": list(range(1, len(came)))}, AHEAD)
        seconds.append(time.perf_counter() - began)
        for name, one in foretell(known, AHEAD).items():
            errors[name].append(wape(one.mean[0], came[0]))
        errors["chosen"].append(wape(found.mean[0], came[0]))
        claimed.append(found.score().wape)
        held = (came >= found.low) & (came <= found.high)
        sums = came.sum(axis=1)
        held_sums = (sums >= found.total_low) & (sums <= found.total_high)
        covered["whole"].append(held[0].mean())
        covered["parts"].append(held[1:].mean())
        covered["sums"].append(held_sums[0])
        covered["part sums"].append(held_sums[1:].mean())
        assert np.abs(found.mean[1:].sum(axis=0) - found.mean[0]).max() <= 1e-9 * sums[0]
        assert np.isfinite(found.high).all() and (found.low >= 0).all()
        pasts.append(known.sales[0].tolist())
        futures.append(came[0])
    if python:
        for name, said in peers(python, pasts).items():
            errors[name] = [wape(np.array(a), b) for a, b in zip(said, futures, strict=True)]
    print(f"{count} shops, {AHEAD} weeks ahead; median {np.median(seconds):.2f} s a shop")
    for name, values in errors.items():
        mean, better = np.mean(values), np.mean(np.array(errors["chosen"]) < np.array(values))
        print(f"  {name:15} WAPE {mean:.3f}, median {np.median(values):.3f}, "
              f"chosen better in {better:.0%}")  # fmt: skip
    print(f"  WAPE claimed by the backtests: {np.mean(claimed):.3f}")
    for name, values in covered.items():
        print(f"  within the 90 % interval, {name}: {np.mean(values):.3f}")


def peers(python: str, pasts: list[list[float]]) -> dict[str, list[list[float]]]:
    ran = subprocess.run(
        [python, "-c", PEERS], input=json.dumps(pasts), capture_output=True, text=True, check=True
    )
    said: dict[str, list[list[float]]] = json.loads(ran.stdout)
    return said


def wape(said: np.ndarray, came: np.ndarray) -> float:
    return float(np.abs(said - came).sum() / came.sum())


RETAIL = """
SELECT CAST("Invoice" AS VARCHAR) AS order_id, CAST("Customer ID" AS VARCHAR) AS customer_id,
       "InvoiceDate" AS ordered_at, "StockCode"::VARCHAR AS product_id, "Quantity" AS quantity,
       "Quantity" * "Price" AS amount
FROM '{folder}/online_retail_ii/online_retail_II_2009_2010.parquet'
WHERE "Quantity" > 0 AND "Price" > 0
"""
JOURNEY = """
SELECT basket_id::VARCHAR AS order_id, household_id::VARCHAR AS customer_id,
       transaction_timestamp AS ordered_at, product_id::VARCHAR AS product_id, quantity,
       sales_value AS amount
FROM '{folder}/complete_journey/transactions.parquet'
"""
ORDERS = """
SELECT order_id, any_value(customer_id) AS customer_id, min(ordered_at) AS ordered_at,
       sum(amount) AS paid_amount
FROM ({lines}) GROUP BY 1
"""


def real(folder: Path) -> None:
    for name, query, zone in (
        ("Online Retail II", RETAIL, "Europe/London"),
        ("Complete Journey", JOURNEY, "America/New_York"),
    ):
        lines = query.format(folder=folder)
        shop = replace(
            shop_from(
                orders=duckdb.sql(ORDERS.format(lines=lines)).to_arrow_table(),
                order_lines=duckdb.sql(lines).to_arrow_table(),
            ),
            timezone=zone,
        )
        for days in (28, 91):
            found = demand(shop, as_of_day(shop), days, 20)
            assert isinstance(found, Demand), found
            for measure, its in found.outlooks.items():
                for split in ("whole", "product"):
                    scores = [it for it in its.scores if it.split == split]
                    told = ", ".join(f"{it.model} {it.wape:.3f}" for it in scores)
                    print(f"{name}, {days} days, {measure}, {split}: WAPE {told}")
                own = its.score()
                print(f"  within the 90 % interval: {own.coverage:.2f}; {its.looked}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=0)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--with-statsforecast", default="", metavar="PYTHON")
    chosen = parser.parse_args()
    if chosen.shops:
        shops(chosen.shops, chosen.with_statsforecast)
    if chosen.real:
        real(chosen.real)


if __name__ == "__main__":
    main()
