"""Small tables of the rhythm: customers by number of purchases, regularity and pace."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from zhike.analyses.columns import shares
from zhike.i18n import LazyText, lazy

PURCHASE_BANDS: dict[str, LazyText] = {
    "1": lazy("One day"),
    "2": lazy("Two days"),
    "3": lazy("Three days"),
    "4": lazy("Four days"),
    "5": lazy("Five to nine days"),
    "10": lazy("Ten days or more"),
}
"""Bands of purchase days, by the least in each."""

GAP_BANDS: dict[str, LazyText] = {
    "1": lazy("1 to 7"),
    "8": lazy("8 to 14"),
    "15": lazy("15 to 30"),
    "31": lazy("31 to 60"),
    "61": lazy("61 to 90"),
    "91": lazy("91 to 180"),
    "181": lazy("181 to 365"),
    "366": lazy("More than a year"),
}
"""Bands of gaps in days, by the least in each."""

SUMS = ("customers", "revenue", "purchase_value")


def cells_of(members: ir.Table) -> pa.Table:
    """Customers and money by number of purchase days, regularity and pace, in one query."""
    days = members.purchase_days
    band = ibis.cases((days >= 10, "10"), (days >= 5, "5"), else_=days.cast("string"))
    rows = members.mutate(purchase_band=band)
    cells = rows.group_by("purchase_band", "regularity", "pace").agg(
        customers=rows.count(),
        revenue=rows.bought.sum(),
        purchase_value=(rows.bought / rows.purchases.cast("float64")).sum(),
    )
    return cells.to_pyarrow()


def by_code(cells: pa.Table, name: str, codes: Mapping[str, object]) -> pa.Table:
    """The cells added up by one of their codes, in the order of the codes, with shares."""
    grouped = cells.group_by(name).aggregate([(column, "sum") for column in SUMS])
    place = pc.index_in(grouped[name], value_set=pa.array(list(codes), pa.string()))
    rows = grouped.take(pc.sort_indices(place))
    return pa.table(
        {
            name: rows[name].cast(pa.string()),
            "customers": rows["customers_sum"],
            "customer_share": shares(rows["customers_sum"]),
            "revenue": pc.round(rows["revenue_sum"], 4),
            "revenue_share": shares(rows["revenue_sum"]),
            "purchase_value": pc.round(rows["purchase_value_sum"], 4),
        }
    )


def gap_bands(days: NDArray[np.int64], gaps: NDArray[np.int64]) -> pa.Table:
    """How many gaps fall into each band; bands without gaps stay, so that the shape is seen."""
    least = np.array([int(code) for code in GAP_BANDS])
    place = np.searchsorted(least, days, side="right") - 1
    counts = np.bincount(place, weights=gaps, minlength=least.size).astype(np.int64)
    counted = pa.chunked_array([pa.array(counts, pa.int64())])
    return pa.table({"gap_band": list(GAP_BANDS), "gaps": counted, "gap_share": shares(counted)})
