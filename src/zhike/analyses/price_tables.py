"""Bounded tables of prices and discounts, from what the engine counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import comb

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.analyses.price_facts import BANDS, CLASSES, MOSTLY

AROUND_DAYS = 28
"""Days before and after a day that make its usual business."""
LEAST_PERIODS, LEAST_PURCHASES = 25, 30
"""Fewer periods, or fewer purchases in a mean one, say nothing about the response."""
SURE = 1.96
DEPTH_CLASSES = 5
LIKELY_PURCHASES = 200
"""Customers with more purchases than that are never all one way by chance."""


def band_rows(days: pa.Table) -> pa.Table:
    """Depth bands in order, with shares and the mean purchase."""
    sums = [(name, "sum") for name in ("purchases", "revenue", "off_amount")]
    totals = days.group_by("band").aggregate(sums)
    named = totals.rename_columns([name.removesuffix("_sum") for name in totals.column_names])
    found = {row["band"]: row for row in named.to_pylist()}
    rows = [found[band] for band in BANDS if band in found]
    purchases = sum(row["purchases"] for row in rows)
    revenue = sum(row["revenue"] for row in rows)
    return pa.table(
        {
            "band": pa.array([row["band"] for row in rows], pa.string()),
            "purchases": _ints(row["purchases"] for row in rows),
            "purchase_share": _floats(_ratio(row["purchases"], purchases) for row in rows),
            "revenue": _floats(round(row["revenue"], 4) for row in rows),
            "revenue_share": _floats(_ratio(row["revenue"], revenue) for row in rows),
            "off_amount": _floats(round(row["off_amount"], 4) for row in rows),
            "purchase_value": _floats(_ratio(row["revenue"], row["purchases"]) for row in rows),
        }
    )


def class_rows(counts: pa.Table) -> pa.Table:
    """Customers by class, beside how many there would be if all customers were alike."""
    sums: dict[str, dict[str, float]] = {
        name: {"customers": 0, "purchases": 0, "revenue": 0.0, "off_amount": 0.0}
        for name in CLASSES
    }
    frequencies: dict[int, int] = defaultdict(int)
    reduced = total = 0
    for row in counts.to_pylist():
        into = sums[row["price_class"]]
        into["customers"] += row["customers"]
        into["purchases"] += row["customers"] * row["purchases"]
        into["revenue"] += row["revenue"]
        into["off_amount"] += row["off_amount"]
        frequencies[row["purchases"]] += row["customers"]
        reduced += row["customers"] * row["reduced_purchases"]
        total += row["customers"] * row["purchases"]
    usual = _by_chance(frequencies, reduced / total if total else 0.0)
    kept = [name for name in CLASSES if sums[name]["customers"]]
    rows = [sums[name] for name in kept]
    customers = sum(row["customers"] for row in rows)
    revenue = sum(row["revenue"] for row in rows)
    return pa.table(
        {
            "price_class": pa.array(kept, pa.string()),
            "customers": _ints(row["customers"] for row in rows),
            "customer_share": _floats(_ratio(row["customers"], customers) for row in rows),
            "by_chance": _floats(round(usual[name], 4) for name in kept),
            "purchases": _ints(row["purchases"] for row in rows),
            "revenue": _floats(round(row["revenue"], 4) for row in rows),
            "revenue_share": _floats(_ratio(row["revenue"], revenue) for row in rows),
            "off_amount": _floats(round(row["off_amount"], 4) for row in rows),
            "revenue_per_customer": _floats(
                _ratio(row["revenue"], row["customers"]) for row in rows
            ),
        }
    )


def first_rows(counts: pa.Table) -> pa.Table:
    """Customers won at full price and at a discount, of those old enough to have come back."""
    sums = {name: {"customers": 0, "again": 0, "revenue": 0.0} for name in ("full", "reduced")}
    for row in counts.to_pylist():
        if row["is_grown"]:
            into = sums["reduced" if row["first_reduced"] else "full"]
            into["customers"] += row["customers"]
            into["again"] += row["customers"] if row["purchases"] > 1 else 0
            into["revenue"] += row["revenue"]
    kept = {name: row for name, row in sums.items() if row["customers"]}
    return pa.table(
        {
            "first_price": pa.array(list(kept), pa.string()),
            "customers": _ints(row["customers"] for row in kept.values()),
            "repeat_share": _floats(
                _ratio(row["again"], row["customers"]) for row in kept.values()
            ),
            "revenue_per_customer": _floats(
                _ratio(row["revenue"], row["customers"]) for row in kept.values()
            ),
        }
    )


def response_rows(days: pa.Table) -> tuple[str, pa.Table]:
    """Days in five classes by their mean discount, beside their business by the weeks around.

    Weeks where a day has too few purchases: of a day with two, the mean discount says nothing.

    Returns:
        "day" or "week", and one row a class: `depth_class` (1 the least), `periods`, `depth` (mean
        discount), `purchase_index` (100: as the four weeks before and after), `low`, `high`
        (95 %); no rows where there are too few purchases or too little history.
    """
    first = days["day"][0].as_py() if days.num_rows else None
    places = np.array([(day - first).days for day in days["day"].to_pylist()], dtype=np.int64)
    sums = {
        name: np.bincount(places, weights=np.asarray(days[name], dtype=np.float64))
        for name in ("purchases", "off_amount", "list_amount")
    }
    for unit, length in (("day", 1), ("week", 7)):
        whole = sums["purchases"].size // length
        found = {
            name: values[: whole * length].reshape(whole, length).sum(axis=1)
            for name, values in sums.items()
        }
        enough = whole >= LEAST_PERIODS and found["purchases"].mean() >= LEAST_PURCHASES
        if enough:
            return unit, _classes(found, AROUND_DAYS // length)
    return "week", _response([])


def _classes(found: dict[str, NDArray[np.float64]], around: int) -> pa.Table:
    sold = found["purchases"] > 0
    ratio = (found["purchases"] / _around(found["purchases"], around))[sold]
    listed = found["list_amount"][sold]
    depth = found["off_amount"][sold] / np.where(listed > 0, listed, 1)
    rows = []
    parts = np.array_split(np.argsort(depth, kind="stable"), DEPTH_CLASSES)
    for number, part in enumerate(parts, start=1):
        mean = float(ratio[part].mean())
        width = SURE * float(ratio[part].std(ddof=1)) / part.size**0.5
        ends = (100 * mean, 100 * (mean - width), 100 * (mean + width))
        rows.append((number, int(part.size), float(depth[part].mean()), *ends))
    return _response(rows)


def margin_rows(parts: pa.Table) -> pa.Table:
    """Goods at full price and at a discount: share of revenue, and margin where costs are known.

    Returns:
        One row a kind (`price`: full, reduced): `price`, `revenue`, `revenue_share`,
        `costed_share` (of the revenue), `margin_amount`, `margin_rate` (null without costs).
    """
    sums = {name: {"revenue": 0.0, "costed": 0.0, "cost": 0.0} for name in ("full", "reduced")}
    for row in parts.to_pylist():
        into = sums["reduced" if row["is_reduced"] else "full"]
        into["revenue"] += row["revenue"]
        into["costed"] += row["costed_revenue"]
        into["cost"] += row["cost"]
    kept = {name: row for name, row in sums.items() if row["revenue"]}
    total = sum(row["revenue"] for row in kept.values())
    margin = [row["costed"] - row["cost"] if row["costed"] else None for row in kept.values()]
    return pa.table(
        {
            "price": pa.array(list(kept), pa.string()),
            "revenue": _floats(round(row["revenue"], 4) for row in kept.values()),
            "revenue_share": _floats(_ratio(row["revenue"], total) for row in kept.values()),
            "costed_share": _floats(_ratio(row["costed"], row["revenue"]) for row in kept.values()),
            "margin_amount": _floats(None if it is None else round(it, 4) for it in margin),
            "margin_rate": _floats(
                None if it is None else it / row["costed"]
                for it, row in zip(margin, kept.values(), strict=True)
            ),
        }
    )


def category_rows(parts: pa.Table, most: int = 20) -> pa.Table:
    """The largest categories: how much of each is sold at a discount, and the margins.

    Returns:
        One row a category: `category`, `revenue`, `reduced_share`, `full_margin_rate`,
        `reduced_margin_rate`.
    """
    found: dict[str, dict[bool, dict[str, float]]] = defaultdict(dict)
    for row in parts.to_pylist():
        if row["category"] is not None:
            found[row["category"]][row["is_reduced"]] = row

    def of(name: str, is_reduced: bool, column: str) -> float:
        return found[name].get(is_reduced, {}).get(column, 0.0)

    def margin(name: str, is_reduced: bool) -> float | None:
        costed = of(name, is_reduced, "costed_revenue")
        return 1 - of(name, is_reduced, "cost") / costed if costed else None

    revenue = {name: of(name, True, "revenue") + of(name, False, "revenue") for name in found}
    names = sorted(revenue, key=lambda name: (-revenue[name], name))[:most]
    return pa.table(
        {
            "category": pa.array(names, pa.string()),
            "revenue": _floats(round(revenue[name], 4) for name in names),
            "reduced_share": _floats(
                _ratio(of(name, True, "revenue"), revenue[name]) for name in names
            ),
            "full_margin_rate": _floats(margin(name, False) for name in names),
            "reduced_margin_rate": _floats(margin(name, True) for name in names),
        }
    )


def _by_chance(frequencies: dict[int, int], share: float) -> dict[str, float]:
    """How many customers each class would have if every purchase were reduced alike."""
    found = dict.fromkeys(CLASSES, 0.0)
    for purchases, customers in frequencies.items():
        if purchases == 1:
            found["once_full"] += customers * (1 - share)
            found["once_reduced"] += customers * share
            continue
        never, only = (1 - share) ** purchases, share**purchases
        few = _at_most(purchases, share)
        found["never"] += customers * never
        found["only"] += customers * only
        found["sometimes"] += customers * max(few - never, 0.0)
        found["mostly"] += customers * max(1 - few - only, 0.0)
    return found


def _at_most(purchases: int, share: float) -> float:
    """The chance that fewer than half of so many purchases are reduced (binomial)."""
    if purchases > LIKELY_PURCHASES:
        return 1.0 if share < MOSTLY else 0.0
    fewest = (purchases + 1) // 2
    return sum(
        comb(purchases, number) * share**number * (1 - share) ** (purchases - number)
        for number in range(fewest)
    )


def _around(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The mean of the periods around each, at the ends of those that there are."""
    window = np.ones(2 * reach + 1)
    sums = np.convolve(values, window, "full")[reach : reach + values.size]
    counts = np.convolve(np.ones(values.size), window, "full")[reach : reach + values.size]
    return sums / counts


def _response(rows: list[tuple[int, int, float, float, float, float]]) -> pa.Table:
    columns = ("depth_class", "periods", "depth", "purchase_index", "low", "high")
    return pa.table(
        {
            name: pa.array([row[at] for row in rows], pa.int64() if at < 2 else pa.float64())
            for at, name in enumerate(columns)
        }
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _ints(values: Iterable[float]) -> pa.Array:
    return pa.array([int(value) for value in values], pa.int64())


def _floats(values: Iterable[float | None]) -> pa.Array:
    return pa.array(list(values), pa.float64())
