"""Our models of buying, measured: `python -m bench.valuing fit|score FILE [MODEL]`."""

from __future__ import annotations

import gc
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import report
from zhike.engines import open_engine
from zhike.models.clv import BUYING, GAMMA_GAMMA, Rows, Worth, fit
from zhike.models.clv.histories import rows_of, spends_of

HORIZON_DAYS = 365


def fitted(file: Path, model: str) -> Any:
    """From one row a customer to parameters, twice."""
    seen = np.load(file)
    x, t_x, whole = (seen[name] for name in ("x", "t_x", "T"))

    def once() -> tuple[float, Any]:
        began = time.perf_counter()
        found = fit(BUYING[model], Rows.of(x, t_x, whole))
        return time.perf_counter() - began, found

    (cold, found), (warm, _) = once(), once()
    return lambda: {
        "cold_seconds": round(cold, 3),
        "warm_seconds": round(warm, 3),
        "parameters": list(found.values.values()),
        "log_likelihood": found.log_likelihood,
        "status": found.status,
    }


def scored(file: Path) -> Any:
    """From a table of customers in the engine to a file with everything expected of each."""
    engine = open_engine()
    customers = engine.load("histories", _table(file))
    model = BUYING["pareto_nbd"]
    began = time.perf_counter()
    rows, spends = rows_of(customers), spends_of(customers)
    mean = float((spends.count * spends.mean).sum() / spends.count.sum())
    buying, spending = fit(model, rows), fit(GAMMA_GAMMA, spends)
    fits = time.perf_counter() - began
    worth = Worth(model, buying, spending, mean, rows, HORIZON_DAYS, discount_rate=0.1)
    target = file.with_suffix(".scored.parquet")
    count, writer = 0, None
    for batch in worth.batches(customers):
        writer = writer or pq.ParquetWriter(target, batch.schema, compression="zstd")
        writer.write_batch(batch)
        count += batch.num_rows
    if writer is not None:
        writer.close()
    return lambda: {"customers": count, "fit_seconds": round(fits, 1)}


def _table(file: Path) -> pa.Table:
    seen = np.load(file)
    count = len(seen["x"])
    chance = np.random.default_rng(1)
    typical = chance.gamma(6.0, 1 / chance.gamma(4.0, 1 / 15.0, count))
    return pa.table(
        {
            "customer_id": pa.array(np.char.add("c", np.arange(count).astype(str))),
            "first_on": pa.array([date(2024, 1, 1)] * count, pa.date32()),
            **{name: seen[name] for name in ("x", "t_x", "T")},
            "monetary": typical * (seen["x"] + 1),
        }
    )


def main(arguments: list[str]) -> None:
    gc.set_threshold(100_000, 20, 20)  # as the command line does
    what, file, *rest = arguments
    if what == "fit":
        report(lambda: fitted(Path(file), rest[0]))
    else:
        report(lambda: scored(Path(file)))


if __name__ == "__main__":
    main(sys.argv[1:])
