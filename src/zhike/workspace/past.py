"""What happened with each customer: orders and refunds, laid out so that one's own are at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from zhike.catalogue import refund_rows
from zhike.catalogue.products import product_names
from zhike.schema import Shop

MOST_EVENTS = 100


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened with a customer.

    Attributes:
        day: When.
        kind: "order" or "refund".
        amount: Money paid, or given back.
        status: Of an order, as its code.
        channel: Where it was placed; None where nobody knows.
        products: What it was about.
    """

    day: Any
    kind: str
    amount: float | None
    status: str | None
    channel: str | None
    products: tuple[str, ...]


class Past:
    """The past of all customers of a shop.

    What belongs to a customer stands together in it, so that an engine passes over the rest: one
    of a million is looked up as quickly as one of a thousand.

    Args:
        shop: Whose customers.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._orders = _orders(shop)
        self._goods = _goods(shop, self._orders)
        self._refunds = _refunds(shop)

    def of(self, customer_id: str) -> tuple[Event, ...]:
        """What happened with one customer, the newest first, at most `MOST_EVENTS` of a kind."""
        events = [*self._bought(customer_id), *self._given_back(customer_id)]
        events.sort(key=lambda event: (event.day is not None, event.day), reverse=True)
        return tuple(events)

    def _bought(self, customer_id: str) -> Iterator[Event]:
        if self._orders is None:
            return
        own = self._orders.filter(self._orders.customer_id == customer_id)
        rows = own.order_by(own.ordered_on.desc(), own.order_id).limit(MOST_EVENTS).to_pyarrow()
        products = self._products(customer_id)
        for row in rows.to_pylist():
            yield Event(
                day=row["ordered_on"],
                kind="order",
                amount=_float(row["paid_amount"]),
                status=row["status"],
                channel=row["channel"],
                products=products.get(row["order_id"], ()),
            )

    def _products(self, customer_id: str) -> dict[str, tuple[str, ...]]:
        """What was in each order, by the names of products."""
        if self._goods is None:
            return {}
        own = self._goods.filter(self._goods.customer_id == customer_id)
        names, found = product_names(self._shop), dict[str, set[str]]()
        for row in own.to_pyarrow().to_pylist():
            name = names.get(row["product_id"], row["product_id"])
            found.setdefault(row["order_id"], set()).add(name)
        return {order: tuple(sorted(several)) for order, several in found.items()}

    def _given_back(self, customer_id: str) -> Iterator[Event]:
        if self._refunds is None:
            return
        own = self._refunds.filter(self._refunds.customer_id == customer_id)
        rows = own.order_by(own.refunded_on.desc()).limit(MOST_EVENTS).to_pyarrow().to_pylist()
        names = product_names(self._shop)
        for row in rows:
            product = row["product_id"]
            yield Event(
                day=row["refunded_on"],
                kind="refund",
                amount=_float(row["amount"]),
                status=None,
                channel=None,
                products=() if product is None else (names.get(product, product),),
            )


def _orders(shop: Shop) -> ir.Table | None:
    if "orders" not in shop:
        return None
    orders = shop["orders"].drop_null("customer_id")
    wanted = ("customer_id", "order_id", "ordered_on", "status", "channel", "paid_amount")
    return _together(shop, orders.select(*wanted))


def _goods(shop: Shop, orders: ir.Table | None) -> ir.Table | None:
    if orders is None or "order_lines" not in shop:
        return None
    lines = shop["order_lines"]
    goods = lines.filter(lines.kind == "goods", lines.product_id.notnull())
    known = orders.select("customer_id", placed_id="order_id")
    both = goods.inner_join(known, goods.order_id == known.placed_id)
    return _together(shop, both.select("customer_id", "order_id", "product_id"))


def _refunds(shop: Shop) -> ir.Table | None:
    refunds = refund_rows(shop)
    if refunds is None:
        return None
    wanted = ("customer_id", "refunded_on", "amount", "product_id")
    return _together(shop, refunds.drop_null("customer_id").select(*wanted))


def _together(shop: Shop, rows: ir.Table) -> ir.Table:
    return shop.engine.materialise(rows.order_by("customer_id"), wide=True)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
