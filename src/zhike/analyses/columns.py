"""Columns that several analyses show, so that they read the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from zhike.blocks import Column
from zhike.i18n import LazyText, lazy

CUSTOMERS = Column(name="customers", label=lazy("Customers"), format="count")
CUSTOMER_SHARE = Column(name="customer_share", label=lazy("Share of customers"), format="share")
REVENUE = Column(name="revenue", label=lazy("Net revenue"), format="amount")
REVENUE_SHARE = Column(name="revenue_share", label=lazy("Share of net revenue"), format="share")
PURCHASES = Column(name="purchases", label=lazy("Purchases"), format="count")
PER_CUSTOMER = Column(
    name="revenue_per_customer", label=lazy("Net revenue per customer"), format="amount"
)
TOTALS = (CUSTOMERS, CUSTOMER_SHARE, PURCHASES, REVENUE, REVENUE_SHARE, PER_CUSTOMER)
"""The columns of `totals_by`."""


def coded(name: str, label: LazyText, words: Mapping[str, LazyText]) -> Column:
    """A column of codes that are shown as words."""
    return Column(name=name, label=label, labels=words)


def totals_by(cells: pa.Table, name: str, codes: Mapping[str, object]) -> pa.Table:
    """Customers, purchases and revenue by a coded column, with their shares.

    Args:
        cells: Rows with `customers`, `purchases`, `revenue` and the coded column.
        name: The coded column.
        codes: Its codes, in the order in which they are shown.

    Returns:
        One row a code that occurs, in that order.
    """
    sums = [(column, "sum") for column in ("customers", "purchases", "revenue")]
    grouped = cells.group_by(name).aggregate(sums)
    place = pc.index_in(grouped[name], value_set=pa.array(list(codes), pa.string()))
    rows = grouped.take(pc.sort_indices(place))
    customers, purchases = (rows[f"{column}_sum"] for column in ("customers", "purchases"))
    revenue = pc.cast(rows["revenue_sum"], pa.float64())
    return pa.table(
        {
            name: rows[name],
            "customers": customers,
            "customer_share": shares(customers),
            "purchases": purchases,
            "revenue": revenue,
            "revenue_share": shares(revenue),
            "revenue_per_customer": pc.divide(revenue, pc.cast(customers, pa.float64())),
        }
    )


def shares(parts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each part by the whole; null where the whole is nothing."""
    values = pc.cast(parts, pa.float64())
    whole = pc.sum(values).as_py() or 0.0
    return pc.divide(values, pa.scalar(whole or None, pa.float64()))
