"""The simulated company as it was known on an earlier day, and exports that overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import NEVER, Ints, cents, chosen, instants, money, seconds
from zhike.datasets.company import Company, words_of
from zhike.datasets.orders import Timeline, delivery
from zhike.datasets.season import Clock, midnight
from zhike.datasets.simulation import Simulated
from zhike.datasets.standard import STATUSES, known, statuses


@dataclass(frozen=True)
class Overlap:
    """Two exports of one company, the second of which tells some orders again.

    Attributes:
        first: What was known on the earlier day.
        second: Orders of the days before that day once more, as they stand at the end, and all
            newer ones.
        both: What importing the first and then the second must give.
        again: Ids of orders that both tell.
        changed: Of those, the ids that have another status or refund in the second.
    """

    first: Simulated
    second: Simulated
    both: Simulated
    again: frozenset[str]
    changed: frozenset[str]


def seen(simulated: Simulated, on: date, *, since: date | None = None) -> Simulated:
    """The company as it was known at the beginning of a day.

    Orders placed before the day, with the status they had then; payments, closings and refunds
    that had come by then; customers as they are, since customers of later are nobody yet.

    Args:
        simulated: The company.
        on: The day.
        since: First day of the orders that are told; all unless given.
    """
    orders = simulated.arrow("orders")
    told = pc.less(orders["ordered_on"], pa.scalar(on))
    if since is not None:
        told = pc.and_(told, pc.greater_equal(orders["ordered_on"], pa.scalar(since)))
    orders = orders.filter(told)
    refunds = simulated.arrow("refunds")
    refunds = refunds.filter(pc.less(refunds["refunded_on"], pa.scalar(on)))
    refunds = refunds.filter(pc.is_in(refunds["order_id"], _column(orders, "order_id")))
    lines = simulated.arrow("order_lines")
    lines = lines.filter(pc.is_in(lines["order_id"], _column(orders, "order_id")))
    tables = {name: simulated.arrow(name) for name in ("customers", "people", "products")}
    tables |= {
        "orders": _as_known(simulated, orders, refunds, on),
        "order_lines": lines,
        "refunds": refunds,
    }
    return replace(simulated, tables=tables, end=on)


def overlapping(simulated: Simulated, on: date, *, days: int = 30) -> Overlap:
    """An export made on a day, and one made at the end that goes back `days` before that day."""
    first = seen(simulated, on)
    second = seen(simulated, simulated.end, since=on - timedelta(days))
    before, after = first.arrow("orders"), second.arrow("orders")
    both = {name: second.tables[name] for name in ("customers", "people", "products")}
    retold = _column(after, "order_id")
    for name in ("orders", "order_lines", "refunds"):
        older = first.arrow(name)
        older = older.filter(pc.invert(pc.is_in(older["order_id"], retold)))
        both[name] = pa.concat_tables([older, second.arrow(name)])
    again = before.filter(pc.is_in(before["order_id"], retold))["order_id"]
    return Overlap(
        first=first,
        second=second,
        both=replace(simulated, tables=both),
        again=frozenset(again.to_pylist()),
        changed=frozenset(again.to_pylist()) & _changed(first, second),
    )


def _changed(first: Simulated, second: Simulated) -> frozenset[str]:
    """Ids of orders of both whose status moved, or that have a refund only in the second."""
    before, after = (
        each.arrow("orders").select(["order_id", "status"]) for each in (first, second)
    )
    pairs = before.join(after, "order_id", right_suffix="_after", join_type="inner")
    moved = pairs.filter(pc.not_equal(pairs["status"], pairs["status_after"]))["order_id"]
    refunded, later = (each.arrow("refunds")["order_id"].to_pylist() for each in (first, second))
    return frozenset(moved.to_pylist()) | (frozenset(later) - frozenset(refunded))


def _as_known(simulated: Simulated, orders: pa.Table, refunds: pa.Table, on: date) -> pa.Table:
    words = words_of(simulated.language)
    clock = Clock.of(Company(simulated.language, simulated.start, simulated.end, words))
    until = int(clock.to_utc(np.array([midnight(on)]))[0])
    is_cash = np.asarray(orders["is_cash_on_delivery"])
    placed, paid, closed = (
        seconds(orders[name]) for name in ("ordered_at", "paid_at", "closed_at")
    )
    number = np.asarray(orders["order_id"].cast(pa.int64()))
    shipped, completed = delivery(number, np.where(is_cash, placed, paid))
    stopped = closed != NEVER
    amount, at = _refunded(number, refunds)
    net = cents(orders["gross_amount"]) - cents(orders["discount_amount"])
    whole = (amount >= net) & (net > 0)
    line = Timeline(
        paid_at=paid,
        shipped_at=np.where(stopped, NEVER, shipped),
        completed_at=np.where(stopped, NEVER, completed),
        closed_at=closed,
        refunded_at=at,
    )
    status = statuses(line, is_cash, whole, until)
    cost = net + cents(orders["shipping_amount"]) + cents(orders["fee_amount"])
    is_paid = (paid < until) | is_cash
    changed = {
        "paid_at": instants(known(paid, until)),
        "closed_at": instants(known(closed, until)),
        "status": chosen(STATUSES, status),
        "paid_amount": money(np.where(is_paid, cost, 0)),
        "payment": pc.if_else(pa.array(status == 0), None, _column(orders, "payment")),
    }
    for name, values in changed.items():
        orders = orders.set_column(
            orders.schema.get_field_index(name), orders.schema.field(name), values
        )
    return orders


def _refunded(number: Ints, refunds: pa.Table) -> tuple[Ints, Ints]:
    """Cents of goods given back of each order, and when."""
    refunds = refunds.filter(pc.equal(refunds["kind"], "goods"))
    amount, at = np.zeros(len(number), np.int64), np.full(len(number), NEVER)
    by_number = np.argsort(number)
    wanted = np.asarray(refunds["order_id"].cast(pa.int64()))
    place = by_number[np.searchsorted(number[by_number], wanted)]
    amount[place], at[place] = cents(refunds["amount"]), seconds(refunds["refunded_at"])
    return amount, at


def _column(table: pa.Table, name: str) -> pa.Array:
    return table[name].combine_chunks()
