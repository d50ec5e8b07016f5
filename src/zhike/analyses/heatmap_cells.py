"""Purchases by weekday and hour, and goods by month: the cells of the heat maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike.analyses.columns import shares
from zhike.catalogue import Calendar, daily_amounts, goods_lines, purchase_rows
from zhike.catalogue.clock import second_of_day
from zhike.i18n import LazyText
from zhike.schema import Shop

MONTHS = Calendar("month")
HOURS = 168
MONTHS_SHOWN = 13
ITEMS_SHOWN = 12
UNTIMED_SHARE = 0.05
"""With more than this share at midnight sharp, midnight means that nobody wrote the time."""


def visits(shop: Shop, day: date) -> ir.Table:
    """Purchases before the day with when they were made.

    Returns:
        Lazy, one row a purchase: `customer_id`, `net_amount`, `weekday` (1 Monday to 7), `hour`
        (0 to 23, business time), `is_midnight` (to the second) and `month` ("2024-03").
    """
    bought, daily = purchase_rows(shop, day), daily_amounts(shop, day)
    ends = daily.agg(first=daily.day.min(), last=daily.day.max()).to_pyarrow().to_pylist()[0]
    second = second_of_day(shop, bought.ordered_at, ends["first"] or day, ends["last"] or day)
    return bought.select(
        "customer_id",
        "net_amount",
        weekday=(bought.ordered_on.day_of_week.index() + 1).cast("int64"),
        hour=(second // 3600).cast("int64"),
        is_midnight=second == 0,
        month=MONTHS.text_of(bought.ordered_on),
    )


def slots_of(rows: ir.Table) -> pa.Table:
    """Purchases and money by weekday, hour and whether it was midnight sharp; at most 175 rows."""
    return (
        rows.group_by("weekday", "hour", "is_midnight")
        .agg(purchases=rows.count(), revenue=rows.net_amount.sum().cast("float64"))
        .order_by("weekday", "hour", "is_midnight")
        .to_pyarrow()
    )


def untimed_share(slots: pa.Table) -> float:
    """The share of purchases at midnight sharp; 1 without any."""
    total = pc.sum(slots["purchases"]).as_py()
    midnight = pc.sum(slots.filter(slots["is_midnight"])["purchases"]).as_py() or 0
    return midnight / total if total else 1.0


def week_of(slots: pa.Table) -> pa.Table:
    """All 168 hours of the week with their share; empty where no purchase says its time."""
    untimed = untimed_share(slots)
    if untimed > UNTIMED_SHARE:
        slots = slots.filter(pc.invert(slots["is_midnight"]))
    sums = [("purchases", "sum"), ("revenue", "sum")]
    timed = slots.group_by(["weekday", "hour"]).aggregate(sums)
    found = {(row["weekday"], row["hour"]): row for row in timed.to_pylist()}
    every = [(weekday, hour) for weekday in range(1, 8) for hour in range(24)] if found else []
    cells = [found.get(slot, {}) for slot in every]
    rows = with_shares(
        {
            "weekday": pa.array([weekday for weekday, _ in every], pa.int64()),
            "hour": pa.array([hour for _, hour in every], pa.int64()),
        },
        [cell.get("purchases_sum", 0) for cell in cells],
        [cell.get("revenue_sum", 0.0) for cell in cells],
    )
    index = pc.multiply(rows["purchase_share"], pa.scalar(100.0 * HOURS))
    return rows.append_column("index", index)


def weekdays_of(slots: pa.Table) -> pa.Table:
    """The seven days with their share of purchases and money."""
    grouped = slots.group_by("weekday").aggregate([("purchases", "sum"), ("revenue", "sum")])
    found = {row["weekday"]: row for row in grouped.to_pylist()}
    every = list(range(1, 8)) if found else []
    return with_shares(
        {"weekday": pa.array(every, pa.int64())},
        [found.get(weekday, {}).get("purchases_sum", 0) for weekday in every],
        [found.get(weekday, {}).get("revenue_sum", 0.0) for weekday in every],
    )


def with_shares(keys: dict[str, pa.Array], purchases: list[int], revenue: list[float]) -> pa.Table:
    """Purchases and money beside their keys, with their shares of the whole."""
    counted = pa.chunked_array([pa.array(purchases, pa.int64())])
    money = pa.chunked_array([pa.array(revenue, pa.float64())])
    return pa.table(
        {
            **keys,
            "purchases": counted,
            "purchase_share": shares(counted),
            "revenue": pc.round(money, 4),
            "revenue_share": shares(money),
        }
    )


@dataclass(frozen=True, kw_only=True)
class Items:
    """What was sold month by month.

    Attributes:
        by: "category" or "product"; categories only where products have them.
        lines: Lazy, the goods lines of the months shown with `item` and `month`.
        months: One row an item and month: `item`, `month`, `lines`, `revenue`, `month_share` (of
            the month's goods), `times_mean` (by the item's mean month).
        names: Product to its name, where it has one.
    """

    by: str
    lines: ir.Table | None
    months: pa.Table
    names: Mapping[str, LazyText] = field(default_factory=dict)


def items_of(shop: Shop, day: date, by: str) -> Items:
    """The best selling categories or products in the last thirteen months that have ended."""
    goods = goods_lines(shop, day)
    if goods is None:
        return Items(by=by, lines=None, months=_cells([], [], {}))
    last = MONTHS.number(day)
    month = MONTHS.number_of(goods.ordered_on)
    shown = goods.filter(month < last, month >= last - MONTHS_SHOWN)
    if by == "category" and not shown.category.count().to_pyarrow().as_py():
        by = "product"
    item = shown.category if by == "category" else shown.product_id
    lines = shown.mutate(item=item, month_number=MONTHS.number_of(shown.ordered_on))
    sold = lines.group_by("item").agg(revenue=lines.amount.sum(), lines=lines.count())
    named = sold.filter(sold.item.notnull())
    best = named.order_by(ibis.desc("revenue"), "item").limit(ITEMS_SHOWN)
    names = best.item.to_pyarrow().to_pylist()
    kept = lines.item.isin(names) if names else ibis.literal(False)
    cells = (
        lines.group_by(item=kept.ifelse(lines.item, None), month_number=lines.month_number)
        .agg(lines=lines.count(), revenue=lines.amount.sum().cast("float64"))
        .to_pyarrow()
        .to_pylist()
    )
    numbers = sorted({cell["month_number"] for cell in cells})
    found = {(cell["item"], cell["month_number"]): cell for cell in cells}
    every = list(range(numbers[0], last)) if numbers else []
    words = product_names(shop, names) if by == "product" else {}
    return Items(by=by, lines=lines, months=_cells(names, every, found), names=words)


def product_names(shop: Shop, products: Sequence[str]) -> dict[str, LazyText]:
    """What some products are called; those without a name are left out."""
    if "products" not in shop:
        return {}
    rows = shop["products"]
    named = rows.filter(rows.product_id.isin(list(products)), rows.name.notnull())
    found = named.select("product_id", "name").to_pyarrow().to_pylist()
    return {row["product_id"]: LazyText.of(en=row["name"], zh=row["name"]) for row in found}


def _cells(
    names: list[str], months: list[int], found: dict[tuple[str | None, int], dict[str, float]]
) -> pa.Table:
    """Every item and month, those without a sale as zeros."""
    totals = {
        month: sum(cell["revenue"] for (_, other), cell in found.items() if other == month)
        for month in months
    }
    rows = []
    for name in names:
        sold = [found.get((name, month), {}) for month in months]
        mean = sum(cell.get("revenue", 0.0) for cell in sold) / len(months)
        rows += [
            {
                "item": name,
                "month": MONTHS.text(month),
                "lines": int(cell.get("lines", 0)),
                "revenue": cell.get("revenue", 0.0),
                "month_share": cell.get("revenue", 0.0) / totals[month] if totals[month] else None,
                "times_mean": cell.get("revenue", 0.0) / mean if mean else None,
            }
            for month, cell in zip(months, sold, strict=True)
        ]
    kinds = {"item": pa.string(), "month": pa.string(), "lines": pa.int64()}
    columns = ("item", "month", "lines", "revenue", "month_share", "times_mean")
    return pa.table(
        {
            name: pa.array([row[name] for row in rows], kinds.get(name, pa.float64()))
            for name in columns
        }
    )
