"""Bounded tables of the categories, from what the engine counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
import pyarrow as pa

from zhike.analyses.category_facts import MOST_CATEGORIES, OTHER, SEGMENTS, TIERS

YEAR, QUARTER = 12, 3
MOST_PAIRS = 20


def largest(months: pa.Table) -> list[str]:
    """The names of the largest categories by revenue, at most thirty."""
    revenue: dict[str, float] = defaultdict(float)
    for row in months.to_pylist():
        if row["category"] is not None:
            revenue[row["category"]] += row["revenue"]
    ranked = sorted(revenue, key=lambda name: (-revenue[name], name))
    return ranked[:MOST_CATEGORIES]


@dataclass
class _Sums:
    """What one category brought."""

    revenue: float = 0.0
    lines: int = 0
    quantity: float = 0.0
    year: float = 0.0
    year_before: float = 0.0
    quarter: float = 0.0
    quarter_before: float = 0.0
    customers: int = 0
    repeat_customers: int = 0
    favourites: int = 0


def category_rows(
    months: pa.Table, cells: pa.Table, masks: pa.Table, names: Sequence[str], this_month: int
) -> pa.Table:
    """One row a category: its share, its growth, who buys it, and whose favourite it is.

    Args:
        months: From `category_months`.
        cells: From `taste_cells`.
        masks: From `mask_counts`.
        names: The categories told apart.
        this_month: Number of the month of the day looked back from; those before it are over.
    """
    sums = {name: _Sums() for name in [*names, OTHER]}
    _add_months(sums, months, this_month)
    shown = [*names, OTHER]
    for cell in cells.to_pylist():
        into = sums[shown[cell["place"]]]
        into.customers += cell["customers"]
        into.repeat_customers += cell["repeat_customers"]
    buyers = 0
    for row in masks.to_pylist():
        buyers += row["customers"]
        sums[row["favourite"]].favourites += row["customers"]
    first = min((row["month"] for row in months.to_pylist()), default=this_month)
    return _category_table(sums, buyers, months_over=this_month - first)


def _add_months(sums: dict[str, _Sums], months: pa.Table, this_month: int) -> None:
    for row in months.to_pylist():
        if row["category"] is None:
            continue
        into = sums[row["category"] if row["category"] in sums else OTHER]
        into.revenue += row["revenue"]
        into.lines += row["lines"]
        into.quantity += row["quantity"]
        age = this_month - row["month"]
        into.year += row["revenue"] if 1 <= age <= YEAR else 0
        into.year_before += row["revenue"] if YEAR < age <= 2 * YEAR else 0
        into.quarter += row["revenue"] if 1 <= age <= QUARTER else 0
        into.quarter_before += row["revenue"] if QUARTER < age <= 2 * QUARTER else 0


def _category_table(sums: dict[str, _Sums], buyers: int, months_over: int) -> pa.Table:
    kept = {name: row for name, row in sums.items() if row.lines or row.revenue}
    rows = list(kept.values())
    total = sum(row.revenue for row in rows)
    two_years, two_quarters = months_over >= 2 * YEAR, months_over >= 2 * QUARTER
    return pa.table(
        {
            "category": pa.array(list(kept), pa.string()),
            "revenue": _floats(round(row.revenue, 4) for row in rows),
            "revenue_share": _floats(_ratio(row.revenue, total) for row in rows),
            "lines": _ints(row.lines for row in rows),
            "quantity": _floats(row.quantity for row in rows),
            "customers": _ints(row.customers for row in rows),
            "penetration": _floats(_ratio(row.customers, buyers) for row in rows),
            "repeat_share": _floats(_ratio(row.repeat_customers, row.customers) for row in rows),
            "favourites": _ints(row.favourites for row in rows),
            "year_growth_rate": _floats(
                _growth(row.year, row.year_before) if two_years else None for row in rows
            ),
            "quarter_growth_rate": _floats(
                _growth(row.quarter, row.quarter_before) if two_quarters else None for row in rows
            ),
            "year_change": _floats(
                round(row.year - row.year_before, 4) if two_years else None for row in rows
            ),
        }
    )


def profile_rows(cells: pa.Table, names: Sequence[str], least_customers: int) -> pa.Table:
    """The taste of each segment: share of its money in a category by that of all customers.

    Returns:
        One row a segment and category: `segment`, `category`, `customers`, `revenue_share` (of
        the segment), `all_share`, `index` (100: as everybody; null below the least customers).
    """
    shown = [*names, OTHER]
    money: dict[tuple[str, int], float] = defaultdict(float)
    people: dict[tuple[str, int], int] = defaultdict(int)
    for cell in cells.to_pylist():
        for segment in (cell["stage"], cell["tier"]):
            money[segment, cell["place"]] += cell["revenue"]
            people[segment, cell["place"]] += cell["customers"]
    everything = {place: sum(money[tier, place] for tier in TIERS) for place in range(len(shown))}
    total = sum(everything.values())
    rows = []
    for segment in SEGMENTS:
        spent = sum(money[segment, place] for place in range(len(shown)))
        for place, name in enumerate(shown):
            share, usual = _ratio(money[segment, place], spent), _ratio(everything[place], total)
            if not spent or not usual or share is None:
                continue
            enough = people[segment, place] >= least_customers
            index = 100 * share / usual if enough else None
            rows.append((segment, name, people[segment, place], share, usual, index))
    columns = ("segment", "category", "customers", "revenue_share", "all_share", "index")
    kinds = (pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.float64())
    return pa.table(
        {
            name: pa.array([row[at] for row in rows], kind)
            for at, (name, kind) in enumerate(zip(columns, kinds, strict=True))
        }
    )


def pair_rows(masks: pa.Table, names: Sequence[str], least_customers: int) -> pa.Table:
    """Which categories the same customers buy, the strongest lift first.

    Returns:
        At most twenty rows: `category`, `with_category`, `customers` (who bought both), `share`
        (of all), `confidence` (of those who buy the rarer of the two), `lift`, `deviations` (of
        a count by chance alone).
    """
    rows = masks.to_pylist()
    weights = np.array([row["customers"] for row in rows], dtype=np.float64)
    bits = np.array(
        [[row["mask"] >> place & 1 for place in range(len(names))] for row in rows],
        dtype=np.float64,
    ).reshape(len(rows), len(names))
    together = bits.T @ (bits * weights[:, None])
    total = float(weights.sum())
    found = []
    for one, other in combinations(range(len(names)), 2):
        both, alone, beside = together[one, other], together[one, one], together[other, other]
        if both < least_customers:
            continue
        chance = alone * beside / total
        spread = sqrt(chance * (1 - alone / total) * (1 - beside / total)) or None
        found.append(
            {
                "category": names[one],
                "with_category": names[other],
                "customers": int(both),
                "share": both / total,
                "confidence": both / min(alone, beside),
                "lift": both / chance,
                "deviations": (both - chance) / spread if spread else None,
            }
        )
    found.sort(key=lambda row: (-row["lift"], row["category"], row["with_category"]))
    kinds = {"category": pa.string(), "with_category": pa.string(), "customers": pa.int64()}
    columns = (*kinds, "share", "confidence", "lift", "deviations")
    return pa.table(
        {
            name: pa.array([row[name] for row in found[:MOST_PAIRS]], kinds.get(name, pa.float64()))
            for name in columns
        }
    )


def _growth(now: float, before: float) -> float | None:
    return now / before - 1 if before > 0 else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _ints(values: Iterable[float]) -> pa.Array:
    return pa.array([int(value) for value in values], pa.int64())


def _floats(values: Iterable[float | None]) -> pa.Array:
    return pa.array(list(values), pa.float64())
