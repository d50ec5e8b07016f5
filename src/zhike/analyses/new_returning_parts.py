"""The periods of new and returning customers, and where growth between two of them comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from math import sqrt

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from zhike.catalogue import Calendar, customer_facts, daily_amounts, purchase_history, refund_rows
from zhike.catalogue.purchases import MONEY
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

KINDS: dict[str, LazyText] = {
    "new": lazy("New customers"),
    "returning": lazy("Returning customers"),
    "anonymous": lazy("Unknown customers"),
}
FACTORS = ("customers", "orders_per_customer", "average_order_value")
DRIVERS: dict[str, LazyText] = {
    "new_customers": lazy("New: how many customers"),
    "new_orders_per_customer": lazy("New: purchases per customer"),
    "new_average_order_value": lazy("New: average order value"),
    "returning_customers": lazy("Returning: how many customers"),
    "returning_orders_per_customer": lazy("Returning: purchases per customer"),
    "returning_average_order_value": lazy("Returning: average order value"),
    "anonymous": lazy("Purchases without a known customer"),
}
MEASURES = ("customers", "orders", "revenue", "squares")


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one kind of customer did in one period.

    Attributes:
        customers: How many bought in it.
        orders: Their purchases.
        revenue: Net revenue.
        squares: Sum of the squared purchase amounts, which tells how much chance there is in it.
    """

    customers: float = 0.0
    orders: float = 0.0
    revenue: float = 0.0
    squares: float = 0.0

    @property
    def average_order_value(self) -> float | None:
        """Net revenue by purchases; None without purchases."""
        return self.revenue / self.orders if self.orders else None


Parts = Mapping[tuple[int, str], Part]
"""By number of the period and kind."""


def parts_of(shop: Shop, day: date, calendar: Calendar) -> dict[tuple[int, str], Part]:
    """Every period and kind in which something happened, from one query."""
    rows = ibis.union(_anonymous(shop, day, calendar), *_identified(shop, day, calendar))
    sums = {name: rows[name].sum() for name in MEASURES}
    found = rows.group_by("period", "kind").agg(**sums).to_pyarrow().to_pylist()
    return {
        (row["period"], row["kind"]): Part(**{name: row[name] for name in MEASURES})
        for row in found
    }


def _identified(shop: Shop, day: date, calendar: Calendar) -> list[ir.Table]:
    history = purchase_history(shop, day)
    period = calendar.number_of(history.ordered_on)
    first_inside = history.previous_on.isnull() | (calendar.number_of(history.previous_on) < period)
    net = history.net_amount.cast("float64")
    is_new = calendar.number_of(history.first_on) == period
    bought = history.group_by(period=period, kind=is_new.ifelse("new", "returning")).agg(
        customers=first_inside.ifelse(1, 0).sum().cast("float64"),
        orders=history.count().cast("float64"),
        revenue=history.net_amount.sum().cast("float64"),
        squares=(net * net).sum(),
    )
    refunds = refund_rows(shop, day)
    if refunds is None:
        return [bought]
    began = customer_facts(shop, day).select("first_on", buyer_id="customer_id")
    net_refunds = refunds.filter(refunds.is_net & refunds.customer_id.notnull())
    back = net_refunds.left_join(began, net_refunds.customer_id == began.buyer_id)
    period = calendar.number_of(back.refunded_on)
    is_new = (calendar.number_of(back.first_on) >= period).fill_null(False)
    given_back = back.group_by(period=period, kind=is_new.ifelse("new", "returning")).agg(
        customers=ibis.literal(0.0),
        orders=ibis.literal(0.0),
        revenue=(-back.amount.sum()).cast(MONEY).cast("float64"),
        squares=ibis.literal(0.0),
    )
    return [bought, given_back]


def _anonymous(shop: Shop, day: date, calendar: Calendar) -> ir.Table:
    daily = daily_amounts(shop, day)
    orders = (daily.orders - daily.identified_orders).sum().cast("float64")
    goods = daily.goods_amount.sum() - daily.identified_amount.sum()
    back = daily.refund_amount.sum() - daily.identified_refund_amount.sum()
    return daily.group_by(period=calendar.number_of(daily.day), kind=ibis.literal("anonymous")).agg(
        customers=ibis.literal(0.0),
        orders=orders,
        revenue=goods.cast("float64") - back.cast("float64"),
        squares=ibis.literal(0.0),
    )


def periods_table(parts: Parts, calendar: Calendar, last: int) -> pa.Table:
    """One row a period from the first to the last that has begun, empty ones included."""
    numbers = [number for number, _ in parts]
    every = range(min(numbers), max(numbers) + 1) if numbers else range(0)
    columns: dict[str, list[float | None]] = {}
    for kind in KINDS:
        rows = [parts.get((number, kind), Part()) for number in every]
        columns[f"{kind}_revenue"] = [round(row.revenue, 4) for row in rows]
        columns[f"{kind}_customers"] = [row.customers for row in rows]
        columns[f"{kind}_orders"] = [row.orders for row in rows]
        columns[f"{kind}_average_order_value"] = [row.average_order_value for row in rows]
    del columns["anonymous_customers"]
    new, returning = columns["new_revenue"], columns["returning_revenue"]
    columns["revenue"] = [
        sum(columns[f"{kind}_revenue"][place] or 0.0 for kind in KINDS)
        for place in range(len(every))
    ]
    columns["new_share"] = [
        share_of(one or 0.0, (one or 0.0) + (other or 0.0))
        for one, other in zip(new, returning, strict=True)
    ]
    return pa.table(
        {
            "period": pa.array([calendar.text(number) for number in every], pa.string()),
            "is_complete": pa.array([number <= last for number in every], pa.bool_()),
            **{name: pa.array(values, pa.float64()) for name, values in columns.items()},
        }
    )


def growth_table(parts: Parts, now: int, before: int) -> pa.Table:
    """The change of net revenue between two periods, split into drivers that add up to it."""
    amounts: dict[str, float] = {}
    for kind in ("new", "returning"):
        old, new = (parts.get((number, kind), Part()) for number in (before, now))
        for factor, effect in zip(FACTORS, effects(old, new), strict=True):
            amounts[f"{kind}_{factor}"] = effect
    unknown = [parts.get((number, "anonymous"), Part()).revenue for number in (before, now)]
    amounts["anonymous"] = unknown[1] - unknown[0]
    return pa.table(
        {
            "driver": pa.array(list(amounts), pa.string()),
            "amount": pa.array(list(amounts.values()), pa.float64()),
        }
    )


def effects(before: Part, after: Part) -> list[float]:
    """What customers, purchases per customer and order value each did to net revenue.

    Revenue is the product of the three. Each is changed from before to after in every order that
    is possible, and what its change did is averaged (Shapley), so that the parts add up exactly
    and none depends on which is taken first. A kind that was not there before (or is gone) is all
    a matter of how many customers.

    Examples:
        >>> old, new = Part(customers=10, orders=10, revenue=100), Part(
        ...     customers=20, orders=20, revenue=200)
        >>> effects(old, new)
        [100.0, 0.0, 0.0]
    """
    old, new = _factors(before, after), _factors(after, before)
    summed = np.zeros(3)
    for order in permutations(range(3)):
        state = old.copy()
        for place in order:
            worth = state.prod()
            state[place] = new[place]
            summed[place] += state.prod() - worth
    split = summed / 6
    split[2] += (after.revenue - before.revenue) - split.sum()  # refunds without any purchase
    return [float(value) for value in split]


def _factors(part: Part, other: Part) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if part.customers:
        rates = [part.orders / part.customers, part.revenue / part.orders]
    elif other.customers:
        rates = [other.orders / other.customers, other.revenue / other.orders]
    else:
        rates = [0.0, 0.0]
    return np.array([part.customers, *rates])


def is_beyond_chance(before: Sequence[Part], after: Sequence[Part], noise: float) -> bool:
    """Whether revenue differs by more than so many standard deviations.

    As a sum of a Poisson number of purchases, revenue has the variance of its squared amounts.
    """
    change = sum(part.revenue for part in after) - sum(part.revenue for part in before)
    variance = sum(part.squares for part in (*before, *after))
    return abs(change) > noise * sqrt(variance) > 0


def share_of(part: float, whole: float) -> float | None:
    """A part by the whole; None where the whole is nothing or less."""
    return part / whole if whole > 0 else None
