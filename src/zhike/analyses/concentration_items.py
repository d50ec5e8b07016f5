"""What each customer, product, channel and region brought in two windows, and how unevenly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, sqrt
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.catalogue import as_of_day, goods_lines, purchase_rows, refund_rows
from zhike.catalogue.availability import filled_columns
from zhike.catalogue.purchases import MONEY
from zhike.catalogue.windows import Windows, customer_windows
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

SUBJECTS: dict[str, LazyText] = {
    "customers": lazy("by customer"),
    "products": lazy("by product"),
    "channels": lazy("by channel"),
    "regions": lazy("by region"),
}
TOPS = (1, 5, 10, 20)
LEADERS = 10
MATTERS = 0.01
"""Points by which a share must differ to be worth a sentence, however certain it is."""
REGION_LEVELS = ("province", "country", "city")


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How unevenly revenue is spread over the items of a subject.

    Attributes:
        items: How many brought anything.
        revenue: What they brought; items with less than nothing count as nothing.
        gini: 0 (all equal) to 1 (one has everything).
        hhi: Sum of the squared shares: 1 when one has everything, 1 / items when all are equal.
        tops: Share of the best so many percent, rounded up to whole items.
        curve: Points of the Lorenz curve from the least: shares of items and of revenue.
        leaders: The best items with what they brought.
    """

    items: int
    revenue: float
    gini: float
    hhi: float
    tops: Mapping[int, float]
    curve: tuple[tuple[float, float], ...]
    leaders: tuple[tuple[str, float], ...]

    @property
    def largest_share(self) -> float:
        """Share of the best item."""
        return self.leaders[0][1] / self.revenue

    def top_items(self, percent: int) -> int:
        """How many items the best so many percent are."""
        return ceil(self.items * percent / 100)


def customer_amounts(shop: Shop, windows: Windows) -> ir.Table:
    """One row a customer and window: `item` (the customer), `span`, `revenue`."""
    amounts = customer_windows(shop, windows.day, days=windows.days)
    both = [
        amounts.filter((amounts[f"orders{end}"] > 0) | (amounts[f"revenue{end}"] != 0)).select(
            item="customer_id", span=ibis.literal(span), revenue=f"revenue{end}"
        )
        for span, end in (("now", ""), ("before", "_before"))
    ]
    return ibis.union(*both)


def spreads(shop: Shop, day: date, days: int) -> dict[tuple[str, str], Spread]:
    """The spread of every subject that the shop knows, by subject and window.

    The earlier window is there only where the history reaches back to it.
    """
    windows = Windows(day=as_of_day(shop, day), days=days)
    ranked = [_ranked(rows, name) for name, rows in _subjects(shop, windows)]
    rows = (ranked[0] if len(ranked) == 1 else ibis.union(*ranked)).to_pyarrow().to_pylist()
    by_subject: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_subject[row["subject"], row["span"]].append(row)
    covered = windows.reaches_back(shop)
    found = {
        key: _spread(bins)
        for key, bins in by_subject.items()
        if (key[1] == "now" or covered) and sum(row["revenue"] for row in bins) > 0
    }
    return {key: found[key] for key in sorted(found, key=lambda it: list(SUBJECTS).index(it[0]))}


def _subjects(shop: Shop, windows: Windows) -> Iterator[tuple[str, ir.Table]]:
    amounts = customer_amounts(shop, windows)
    yield "customers", amounts
    lines = goods_lines(shop, windows.day)
    if lines is not None:
        yield "products", _product_amounts(shop, lines, windows)
    if filled_columns(shop, "orders")["channel"]:
        yield "channels", _channel_amounts(shop, windows)
    level = region_level(shop)
    if level:
        places = shop["customers"].select(living_id="customer_id", item=level)
        lived = amounts.rename(customer_id="item")
        lived = lived.inner_join(places, lived.customer_id == places.living_id)
        yield "regions", _summed(lived.filter(lived["item"].notnull()))


def region_level(shop: Shop) -> str:
    """The widest part of the address that is filled in and useful; empty where none is."""
    if "customers" not in shop:
        return ""
    filled = filled_columns(shop, "customers")
    return next((name for name in REGION_LEVELS if filled[name]), "")


def _product_amounts(shop: Shop, lines: ir.Table, windows: Windows) -> ir.Table:
    sold = windows.of(lines, lines.ordered_on)
    rows = sold.select("span", item="product_id", revenue=sold.net_amount.cast(MONEY))
    refunds = refund_rows(shop, windows.day)
    if refunds is not None:
        named = refunds.filter(refunds.is_net & refunds.product_id.notnull())
        back = windows.of(named, named.refunded_on)
        rows = rows.union(
            back.select("span", item="product_id", revenue=(-back.amount).cast(MONEY))
        )
    return _summed(rows)


def _channel_amounts(shop: Shop, windows: Windows) -> ir.Table:
    bought = purchase_rows(shop, windows.day)
    inside = windows.of(bought.filter(bought.channel.notnull()), bought.ordered_on)
    rows = inside.select("span", item="channel", revenue=inside.net_amount.cast(MONEY))
    refunds = refund_rows(shop, windows.day)
    if refunds is not None:
        back = windows.of(refunds.filter(refunds.is_net), refunds.refunded_on)
        orders = shop["orders"].select("channel", sold_id="order_id")
        back = back.inner_join(orders, back.order_id == orders.sold_id)
        back = back.filter(back.channel.notnull())
        rows = rows.union(back.select("span", item="channel", revenue=(-back.amount).cast(MONEY)))
    return _summed(rows)


def _summed(rows: ir.Table) -> ir.Table:
    # Money is summed as decimals, so that equal items are equal on every engine.
    return rows.group_by("item", "span").agg(revenue=rows.revenue.sum().cast(MONEY))


def _ranked(amounts: ir.Table, subject: str) -> ir.Table:
    """Items from the best down, put together by whole percents of them; the best stay named."""
    earned = amounts.mutate(revenue=ibis.greatest(amounts.revenue.cast("float64"), 0.0))
    downwards = ibis.window(
        group_by=earned.span, order_by=[ibis.desc(earned.revenue), earned["item"]]
    )
    numbers = earned.group_by(counted_span="span").agg(number=earned.count())
    placed = earned.mutate(above=ibis.row_number().over(downwards))
    placed = placed.inner_join(numbers, placed.span == numbers.counted_span)
    leader = (placed.above < LEADERS).ifelse(placed["item"], "")
    binned = placed.mutate(
        leader=leader, percent=(100 * placed.above // placed.number).cast("int64")
    )
    return binned.group_by("span", "percent", "leader").agg(
        subject=ibis.literal(subject),
        items=binned.count().cast("int64"),
        revenue=binned.revenue.sum(),
        squares=(binned.revenue * binned.revenue).sum(),
        moments=(binned.revenue * binned.above.cast("float64")).sum(),
    )


def _spread(bins: list[dict[str, Any]]) -> Spread:
    items = sum(row["items"] for row in bins)
    revenue = sum(row["revenue"] for row in bins)
    moments, squares = (sum(row[name] for row in bins) for name in ("moments", "squares"))
    leaders = sorted(
        ((row["leader"], row["revenue"]) for row in bins if row["leader"]),
        key=lambda pair: (-pair[1], pair[0]),
    )
    return Spread(
        items=items,
        revenue=revenue,
        gini=max(1 - 1 / items - 2 * moments / (items * revenue), 0.0),
        hhi=squares / revenue**2,
        tops={
            top: sum(row["revenue"] for row in bins if row["percent"] < top) / revenue
            for top in TOPS
        },
        curve=_curve(bins, items, revenue),
        leaders=tuple(leaders),
    )


def _curve(
    bins: list[dict[str, Any]], items: int, revenue: float
) -> tuple[tuple[float, float], ...]:
    percents: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in bins:
        percents[row["percent"]][0] += row["items"]
        percents[row["percent"]][1] += row["revenue"]
    points, reached = [(0.0, 0.0)], [0.0, 0.0]
    for percent in sorted(percents, reverse=True):
        reached = [sum(pair) for pair in zip(reached, percents[percent], strict=True)]
        points.append((reached[0] / items, reached[1] / revenue))
    return tuple(points)


def differs(now: Spread, before: Spread, top: int, noise: float) -> bool:
    """Whether the share of the best differs by more than chance among so many customers would do.

    A share of revenue varies as if there were `1 / hhi` equal customers.
    """
    share = (now.tops[top] + before.tops[top]) / 2
    deviation = sqrt(share * (1 - share) * (now.hhi + before.hhi))
    return abs(now.tops[top] - before.tops[top]) > max(noise * deviation, MATTERS)
