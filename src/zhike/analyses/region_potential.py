"""What regions bring, and what they could bring if they were like the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.catalogue import customer_facts
from zhike.catalogue.windows import customer_windows
from zhike.schema import Shop
from zhike.schema.populations import province_populations
from zhike.schema.vocabulary import fold, regions
from zhike.stats.shrinkage import shrunken_means, shrunken_rates

LEVELS = ("country", "province", "city")
SUMS = (
    "known", "buyers", "customers", "orders", "revenue", "revenue_before", "spent", "squares",
)  # fmt: skip
COUNTS = ("known", "buyers", "customers", "orders")
PER_INHABITANTS = 100_000
LEAST_PROVINCES = 3
"""Inhabitants are used where at least so many regions are provinces of the census."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Potential:
    """Regions with their unused potential.

    Attributes:
        rows: One row a region, the largest first.
        usual_spend: What a customer of a usual region brings; None without regions.
        usual_reach: Customers a usual region has of 100 000 inhabitants; None without a census.
    """

    rows: pa.Table
    usual_spend: float | None
    usual_reach: float | None


def residents(shop: Shop, day: date, level: str) -> ir.Table:
    """Lazy, one row a customer of the customer table with a region: what they bought.

    Returns:
        `customer_id`, `region`, `first_on` (null: has not bought), and of the last year `orders`,
        `revenue`, and the year before `revenue_before`.
    """
    customers = shop["customers"]
    listed = customers.filter(customers[level].notnull(), customers[level] != "")
    listed = listed.select("customer_id", region=level)
    facts = customer_facts(shop, day).select("first_on", buyer_id="customer_id")
    amounts = customer_windows(shop, day).rename(active_id="customer_id")
    rows = listed.left_join(facts, listed.customer_id == facts.buyer_id)
    rows = rows.left_join(amounts, rows.customer_id == amounts.active_id)
    return rows.select(
        "customer_id",
        "region",
        "first_on",
        **{
            name: rows[name].fill_null(0)
            for name in ("orders", "revenue", "orders_before", "revenue_before")
        },
    )


def region_sums(rows: ir.Table) -> pa.Table:
    """Customers and money of each region."""
    revenue = rows.revenue.cast("float64")
    active = rows.orders > 0
    spent = active.ifelse(revenue, 0.0)
    sums = rows.group_by("region").agg(
        known=rows.count().cast("int64"),
        buyers=rows.first_on.count().cast("int64"),
        customers=active.ifelse(1, 0).sum().cast("int64"),
        orders=rows.orders.sum().cast("int64"),
        revenue=rows.revenue.sum().cast("float64"),
        revenue_before=rows.revenue_before.sum().cast("float64"),
        spent=spent.sum(),
        squares=(spent * spent).sum(),
    )
    return sums.to_pyarrow().sort_by([("revenue", "descending"), ("region", "ascending")])


def potential_of(sums: pa.Table, level: str, *, has_year_before: bool = True) -> Potential:
    """What each region could bring if its customers spent, and were as many, as usual."""
    names: list[str] = sums["region"].to_pylist()
    known, buyers, customers, orders, revenue, before, spent, squares = (
        np.asarray(sums[name]).astype(np.float64) for name in SUMS
    )
    spend = np.full(len(names), np.nan)
    bought = customers > 0
    spend[bought] = shrunken_means(spent[bought], squares[bought], customers[bought])
    usual_spend = _weighted_median(spend[bought], customers[bought])
    gap = np.maximum((usual_spend or 0.0) - spend, 0.0) * customers
    people = _inhabitants(names, level)
    reach, missing, usual_reach = _reach(buyers, people)
    columns: dict[str, Any] = {
        "known": known,
        "buyers": buyers,
        "penetration": _by(buyers, known),
        "customers": customers,
        "orders": orders,
        "revenue": revenue,
        "revenue_share": _by(revenue, np.full(len(names), revenue.sum())),
        "change": _by(revenue, before if has_year_before else 0 * before) - 1,
        "revenue_per_customer": _by(spent, customers),
        "expected_per_customer": spend,
        "spend_potential": np.where(bought, gap, 0.0),
        "inhabitants": people,
        "per_inhabitants": _by(buyers, people / PER_INHABITANTS),
        "expected_per_inhabitants": reach,
        "missing_customers": missing,
        "reach_potential": missing * _by(customers, buyers) * spend,
    }
    rows = pa.table(
        {
            "region": pa.array(names, pa.string()),
            **{
                name: _array(values, pa.int64() if name in COUNTS else pa.float64())
                for name, values in columns.items()
            },
        }
    )
    return Potential(rows=rows, usual_spend=usual_spend, usual_reach=usual_reach)


def _reach(buyers: Floats, people: Floats) -> tuple[Floats, Floats, float | None]:
    """Customers by inhabitants, drawn towards the whole; how many are missing; what is usual."""
    nothing = np.full(buyers.shape, np.nan)
    counted = ~np.isnan(people)
    if counted.sum() < LEAST_PROVINCES or not buyers[counted].sum():
        return nothing, nothing, None
    reach = nothing.copy()
    exposure = people[counted] / PER_INHABITANTS
    reach[counted] = shrunken_rates(buyers[counted], exposure)
    usual = _weighted_median(reach[counted], exposure)
    missing = np.maximum((usual or 0.0) - reach, 0.0) * people / PER_INHABITANTS
    return reach, missing, usual


def _inhabitants(names: list[str], level: str) -> Floats:
    """Of each region by the census, whichever way its name is written; NaN where it is none."""
    if level != "province":
        return np.full(len(names), np.nan)
    census, standard = province_populations(), regions().provinces
    found = [census.get(standard.get(fold(name), name)) for name in names]
    return np.array([np.nan if people is None else float(people) for people in found])


def _weighted_median(values: Floats, weights: Floats) -> float | None:
    """The value below which half of the weight lies: a usual region, large ones counting more."""
    if not values.size:
        return None
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _by(part: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _array(values: Floats, kind: pa.DataType) -> pa.Array:
    return pa.array([None if np.isnan(it) else it for it in values.tolist()], pa.float64()).cast(
        kind
    )
