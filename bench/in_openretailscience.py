"""RFM and cohorts by openretailscience, in an environment of its own: no import of ours here."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path

import ibis
from openretailscience.analysis.cohort import CohortAnalysis
from openretailscience.segmentation.rfm import RFMSegmentation


def transactions(folder: Path, grain: str) -> ibis.Table:
    """What it counts, under the names that it expects, from one of three beginnings.

    "tables" begins where ours does, at the standard tables, and gives it the lines that it
    documents; "lines" are the same lines joined and filtered before its clock starts; "orders" are
    fewer rows, without lines. It knows no refunds: orders given back in full are left out by their
    status here, while ours finds them, and takes what was given back off the revenue.
    """
    connection = ibis.duckdb.connect()
    if grain == "lines":
        return connection.read_parquet(folder / "transactions.parquet")
    orders = connection.read_parquet(folder / "orders.parquet")
    paid = orders.filter(
        orders.customer_id.notnull(),
        orders.status.isin(["paid", "shipped", "completed"]),
        ~orders.is_test,
        ~orders.is_brushing,
    )
    if grain == "tables":
        lines = connection.read_parquet(folder / "order_lines.parquet")
        sold = lines.filter(lines.kind.isin(["goods", "voucher", "discount"]))
        return sold.inner_join(paid, "order_id").select(
            "customer_id",
            transaction_id="order_id",
            transaction_date="ordered_on",
            unit_spend="amount",
        )
    return paid.select(
        "customer_id",
        transaction_id="order_id",
        transaction_date=paid.ordered_on,
        unit_spend=paid.gross_amount - paid.discount_amount,
    )


def rfm(rows: ibis.Table, day: dt.date) -> dict[str, float]:
    found = RFMSegmentation(rows, current_date=day, r_segments=5, f_segments=5, m_segments=5).df
    return {"customers": len(found), "purchases": int(found.frequency.sum())}


def cohorts(rows: ibis.Table, _day: dt.date) -> dict[str, float]:
    table = CohortAnalysis(rows, "customer_id", "nunique", "month").df
    return {"customers": float(table[0].sum()), "cells": float(table.to_numpy().sum())}


def peak_rss_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    verb, grain, place, as_of = sys.argv[1:]
    start, started = time.perf_counter(), time.process_time()
    rows = transactions(Path(place), grain)
    answers = {"rfm": rfm, "cohorts": cohorts}[verb](rows, dt.date.fromisoformat(as_of))
    measure = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - started,
        "peak_rss_mb": peak_rss_mb(),
    }
    print(json.dumps({**measure, "answers": answers}))
