"""Sources side by side: what their customers do next, bring, and cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from zhike.analyses.acquisition_facts import MONTHS, folded
from zhike.stats import kaplan_meier
from zhike.stats.shrinkage import shrunken_shares

AFTER = (3, 6, 12)
"""Months after the first purchase that are shown."""


def curves_of(ages: pa.Table) -> pa.Table:
    """What a customer of each source has brought after so many months of thirty days.

    Month k is over the customers whose first purchase is at least k months ago, so that nobody
    counts who has not had the time.

    Returns:
        One row a source and month 1 … 12 that some customer has reached: `source`, `months`,
        `customers`, `revenue_per_customer` (cumulative net revenue).
    """
    source = np.asarray(ages["source"].to_pylist(), dtype=object)
    watched, age, customers, revenue = (
        np.asarray(ages[name]).astype(np.float64)
        for name in ("watched", "age", "customers", "revenue")
    )
    rows: list[tuple[str, int, int, float]] = []
    for name in sorted(set(source.tolist())):
        of = source == name
        for months in range(1, MONTHS + 1):
            reached = of & (watched >= months)
            number = customers[reached].sum()
            if number:
                brought = revenue[reached & (age < months)].sum()
                rows.append((name, months, int(number), float(brought / number)))
    kinds = {
        "source": pa.string(), "months": pa.int64(), "customers": pa.int64(),
        "revenue_per_customer": pa.float64(),
    }  # fmt: skip
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )


def second_rates(waited: pa.Table, within_days: int) -> dict[str, float | None]:
    """Share of each source's customers who bought again within so many days (Kaplan-Meier).

    Those who have not had so many days yet count for as long as they were watched. None where
    nobody has been watched for so long.
    """
    found: dict[str, float | None] = {}
    for name in pc.unique(waited["source"]).to_pylist():
        rows = waited.filter(pc.equal(waited["source"], name))
        days, back, number = (
            np.asarray(rows[it]).astype(np.int64) for it in ("days", "came_back", "customers")
        )
        curve = kaplan_meier(days, number * back, number * (1 - back))
        reached = curve.times <= within_days
        survival = curve.survival[reached]
        share = float(1 - survival[-1]) if survival.size else 0.0
        found[name] = share if days.max() >= within_days else None
    return found


def sources_table(
    sums: pa.Table,
    rates: Mapping[str, float | None],
    curves: pa.Table,
    spend: Mapping[str, float],
    margin: float,
) -> pa.Table:
    """One row a source with everything known of it."""
    names: list[str] = sums["source"].to_pylist()
    customers, recent, first_amount, ripe, seconds = (
        np.asarray(sums[name]).astype(np.float64)
        for name in ("customers", "recent", "first_amount", "ripe", "seconds")
    )
    brought = {
        (row["source"], row["months"]): row["revenue_per_customer"] for row in curves.to_pylist()
    }
    costs = np.array([spend.get(folded(name), np.nan) for name in names])
    per_customer = np.divide(costs, recent, out=np.full(len(names), np.nan), where=recent > 0)
    columns: dict[str, NDArray[np.float64] | list[float | None]] = {
        "customers": customers,
        "customer_share": customers / max(customers.sum(), 1),
        "recent": recent,
        "first_order_value": first_amount / np.maximum(customers, 1),
        "second_rate": [rates.get(name) for name in names],
        "expected_second_rate": shrunken_shares(seconds, ripe),
        **{f"revenue_{it}": [brought.get((name, it)) for name in names] for it in AFTER},
        "spend": costs,
        "acquisition_cost": per_customer,
        "payback_months": [
            _payback(name, cost, brought, margin)
            for name, cost in zip(names, per_customer.tolist(), strict=True)
        ],
    }
    counts = ("customers", "recent")
    return pa.table(
        {
            "source": pa.array(names, pa.string()),
            **{
                name: _array(values, pa.int64() if name in counts else pa.float64())
                for name, values in columns.items()
            },
        }
    )


def _payback(
    name: str, cost: float, brought: Mapping[tuple[str, int], float], margin: float
) -> float | None:
    """The month by whose end a customer has brought in what winning one cost; None: not yet."""
    if np.isnan(cost):
        return None
    months = range(1, MONTHS + 1)
    paid = (it for it in months if brought.get((name, it), 0.0) * margin >= cost)
    return float(found) if (found := next(paid, None)) is not None else None


def _array(values: NDArray[np.float64] | list[float | None], kind: pa.DataType) -> pa.Array:
    plain = values if isinstance(values, list) else values.tolist()
    known = [None if it is None or np.isnan(it) else it for it in plain]
    return pa.array(known, pa.float64()).cast(kind)
