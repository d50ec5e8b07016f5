"""First purchases and what followed: summed up in the engine, compared here."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from zhike.catalogue import goods_lines
from zhike.catalogue.behaviour import has_categories
from zhike.catalogue.first_days import first_days
from zhike.schema import Shop
from zhike.stats.binomial import binomial_tail, discoveries
from zhike.stats.shrinkage import shrunken_shares

NEXT_FROM = 20
"""First items, the most frequent ones, whose next items are counted."""
NEXT_TO = 20
FEWEST_NEXT = 5
"""Customers below which a next item is not spoken of."""


def basis_of(shop: Shop, wanted: str) -> str:
    """What first purchases are told apart by: "category" where products have one."""
    if wanted != "auto":
        return wanted
    return "category" if has_categories(shop) else "product"


def baskets(shop: Shop, day: date, basis: str) -> ir.Table:
    """What each customer bought on the first and on the second day, computed once a run.

    Returns:
        One row a customer, `step` (1 or 2) and `item`.
    """
    return shop.remember(("first_baskets", day, basis), lambda: _baskets(shop, day, basis))


def _baskets(shop: Shop, day: date, basis: str) -> ir.Table:
    lines = goods_lines(shop, day)
    began = first_days(shop, day)
    if lines is None:
        nothing = began.limit(0)
        return nothing.select("customer_id", step=ibis.literal(1, "int64"), item="customer_id")
    item = "category" if basis == "category" else "product_id"
    known = lines.filter(lines.customer_id.notnull(), lines[item].notnull())
    # Lines and days meet as one key: half of the lines belong to neither day and fall out here.
    days = began.select("first_on", "second_on", began_id="customer_id")
    both = known.select("customer_id", "ordered_on", item=known[item])
    both = both.inner_join(days, both.customer_id == days.began_id)
    on_first, on_second = both.ordered_on == both.first_on, both.ordered_on == both.second_on
    kept = both.filter(on_first | on_second.fill_null(False))
    step = (kept.ordered_on == kept.first_on).ifelse(1, 2).cast("int64")
    return shop.engine.materialise(kept.select("customer_id", "item", step=step).distinct())


def first_items(shop: Shop, day: date, basis: str, within_days: int) -> pa.Table:
    """What those did next whose first purchase contained an item.

    Returns:
        One row an item, and one with an empty item for all customers: `item`, `customers`,
        `recent` (of the last 365 days), `ripe` (whose `within_days` are over), of them `seconds`
        and `waited` (days until then, summed), and `amount` (of the first day, summed).
    """
    began = first_days(shop, day)
    age = ibis.literal(day).delta(began.first_on, unit="day")
    wait = began.second_on.delta(began.first_on, unit="day")
    ripe = age > within_days
    came_back = ripe & (wait <= within_days).fill_null(False)
    facts = began.select(
        began_id="customer_id",
        recent=(age <= 365).ifelse(1, 0),
        ripe=ripe.ifelse(1, 0),
        second=came_back.ifelse(1, 0),
        wait=came_back.ifelse(wait, 0),
        amount="first_amount",
    )
    firsts = baskets(shop, day, basis)
    firsts = firsts.filter(firsts.step == 1)
    both = firsts.inner_join(facts, firsts.customer_id == facts.began_id)
    of_items = _summed(both.group_by("item"))
    of_all = _summed(facts.group_by(item=ibis.literal("")))
    rows = of_items.union(of_all)
    return rows.to_pyarrow().sort_by([("customers", "descending"), ("item", "ascending")])


def _summed(grouped: ir.GroupedTable) -> ir.Table:
    row = ibis._
    return grouped.agg(
        customers=row.count().cast("int64"),
        recent=row.recent.sum().cast("int64"),
        ripe=row.ripe.sum().cast("int64"),
        seconds=row.second.sum().cast("int64"),
        waited=row.wait.sum().cast("int64"),
        amount=row.amount.sum().cast("float64"),
    )


def compared(sums: pa.Table, least_customers: int) -> pa.Table:
    """The items side by side, with what is to be expected of each.

    Returns:
        One row an item, best expected rate first: `item`, `customers`, `recent`, `second_rate`,
        `expected_rate` (drawn towards the whole), `mean_wait_days`, `first_amount` (mean),
        `is_unusual` (beyond chance, and with so many customers).
    """
    names = np.asarray(sums["item"].to_pylist(), dtype=object)
    customers, recent, ripe, seconds, waited, amount = (
        np.asarray(sums[name]).astype(np.float64)
        for name in ("customers", "recent", "ripe", "seconds", "waited", "amount")
    )
    whole = names == ""
    # Who began with several items counts in each: the mean over items is what they compare with.
    share = float(seconds[~whole].sum() / max(ripe[~whole].sum(), 1))
    expected = np.zeros(len(names))
    expected[~whole] = shrunken_shares(seconds[~whole], ripe[~whole])
    unusual = np.zeros(len(names), dtype=np.bool_)
    tested = ~whole & (ripe >= least_customers)
    if tested.any() and 0 < share < 1:
        more = binomial_tail(seconds[tested], ripe[tested], share)
        fewer = binomial_tail(ripe[tested] - seconds[tested], ripe[tested], 1 - share)
        unusual[tested] = discoveries(np.minimum(2 * np.minimum(more, fewer), 1.0))
    table = pa.table(
        {
            "item": pa.array(names.tolist(), pa.string()),
            "customers": pa.array(customers, pa.float64()).cast(pa.int64()),
            "recent": pa.array(recent, pa.float64()).cast(pa.int64()),
            "ripe": pa.array(ripe, pa.float64()).cast(pa.int64()),
            "second_rate": _by(seconds, ripe),
            "expected_rate": pa.array(expected, pa.float64()),
            "mean_wait_days": _by(waited, seconds),
            "first_amount": _by(amount, customers),
            "is_unusual": pa.array(unusual, pa.bool_()),
        }
    ).filter(pa.array(~whole))
    return table.sort_by([("expected_rate", "descending"), ("item", "ascending")])


def next_items(shop: Shop, day: date, basis: str, firsts: list[str]) -> pa.Table:
    """What was bought on the second day by those who began with an item.

    Returns:
        One row a first and next item: `item`, `next_item`, `customers`, `share` (of those who
        began with the item and came back), `lift` (by the share among all who came back).
    """
    both = baskets(shop, day, basis)
    later = both.filter(both.step == 2).select(next_item="item", later_id="customer_id")
    began = both.filter(both.step == 1, both["item"].isin(firsts)) if firsts else both.limit(0)
    pairs = began.inner_join(later, began.customer_id == later.later_id)
    counted = pairs.group_by("item", "next_item").agg(customers=pairs.count().cast("int64"))
    counted = counted.filter(counted.customers >= FEWEST_NEXT)
    comers = began.semi_join(later, began.customer_id == later.later_id)
    of_first = comers.group_by("item").agg(customers=comers.count().cast("int64"))
    of_next = later.group_by("next_item").agg(customers=later.count().cast("int64"))
    parts = [
        counted,
        of_first.select("item", next_item=ibis.literal(""), customers="customers"),
        of_next.select(item=ibis.literal(""), next_item="next_item", customers="customers"),
        later.agg(customers=later.later_id.nunique().cast("int64")).select(
            item=ibis.literal(""), next_item=ibis.literal(""), customers="customers"
        ),
    ]
    rows = ibis.union(*parts).to_pyarrow().to_pylist()
    return _lifts({(row["item"], row["next_item"]): row["customers"] for row in rows})


def _lifts(counts: dict[tuple[str, str], int]) -> pa.Table:
    everybody = counts.get(("", ""), 0)
    rows = []
    for (item, next_item), customers in sorted(counts.items()):
        if not item or not next_item:
            continue
        share = customers / counts[item, ""]
        rows.append(
            (item, next_item, customers, share, share / (counts["", next_item] / everybody))
        )
    kinds = {
        "item": pa.string(), "next_item": pa.string(), "customers": pa.int64(),
        "share": pa.float64(), "lift": pa.float64(),
    }  # fmt: skip
    table = pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )
    return table.sort_by([("item", "ascending"), ("lift", "descending")])


def _by(part: np.ndarray[tuple[int], np.dtype[np.float64]],
        whole: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pa.Array:  # fmt: skip
    return pa.array(
        [one / other if other else None for one, other in zip(part, whole, strict=True)],
        pa.float64(),
    )
