"""What customers are grouped by: how they buy, and nothing about who they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from zhike.catalogue import customer_traits
from zhike.models.clusters.scaling import Kind
from zhike.schema import Shop

MEASURES: dict[str, Kind] = {
    "recency_days": "heavy",
    "tenure_days": "heavy",
    "frequency": "heavy",
    "average_order_value": "heavy",
    "discount_share": "share",
    "weekend_share": "share",
    "refund_rate": "share",
}
"""Columns of `customer_traits`; shares are of purchases."""
TRIALS, WORTH = "frequency", "monetary"
BATCH_ROWS = 250_000

Batches = Callable[[], Iterator[pa.RecordBatch]]
"""Begins a pass over all customers: `customer_id`, `trials`, `worth` and the measures."""


def buyers(shop: Shop, day: date) -> ir.Table:
    """The traits of the customers who bought before the day."""
    traits = customer_traits(shop, day)
    return traits.filter(traits.frequency.notnull())


def streamed(customers: ir.Table) -> Batches:
    """Passes over customers, some at a time, so that memory does not grow with their number."""
    numbers = {name: customers[name].cast("float64") for name in MEASURES}
    wanted = customers.select(
        "customer_id",
        trials=customers[TRIALS].cast("float64"),
        worth=customers[WORTH].cast("float64"),
        **numbers,
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in wanted.to_pyarrow_batches(chunk_size=BATCH_ROWS):
            if batch.num_rows:
                yield batch

    return batches


def matrix_of(
    batch: pa.RecordBatch, names: list[str]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Some columns side by side [n, d]; missing values are NaN."""
    columns = [batch[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in names]
    return np.stack(columns, axis=1)
