"""A simulated company page by page, each order beside its lines, its customer and its refund."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.datasets.columns import NEVER, Flags, Ints, cents, joined, money, seconds
from zhike.datasets.company import Company, words_of
from zhike.datasets.exports.baskets import Basket
from zhike.datasets.lines import TEST_CENTS
from zhike.datasets.season import Clock
from zhike.datasets.simulation import Simulated

PAGE = 100_000
"""Orders of a page."""


@dataclass(frozen=True)
class Page:
    """Some orders and all that belongs to them; arrays have one entry an order.

    Attributes:
        simulated: The company.
        clock: Its zone.
        orders: Rows of `orders`.
        people: Rows of `people` of whoever ordered; null for nobody.
        customers: Rows of `customers` of whoever ordered.
        refunds: Rows of `refunds`, one an order; null where nothing came back.
        basket: Their lines; none where the export does not need them.
    """

    simulated: Simulated
    clock: Clock
    orders: pa.Table
    people: pa.Table
    customers: pa.Table
    refunds: pa.Table
    basket: Basket

    def __len__(self) -> int:
        return int(self.orders.num_rows)

    @property
    def words(self) -> dict[str, Any]:
        """The word lists of the company."""
        return words_of(self.simulated.language)

    def flag(self, name: str) -> Flags:
        """A flag of the orders."""
        return np.asarray(self.orders[name])

    def cents(self, name: str) -> Ints:
        """An amount of the orders; goods include the cent that a test order is written with."""
        amount = cents(self.orders[name])
        return (
            np.where(self.flag("is_test"), TEST_CENTS, amount) if name == "gross_amount" else amount
        )

    @cached_property
    def number(self) -> Ints:
        """Order ids as numbers."""
        return numbers(self.orders["order_id"])

    @property
    def goods(self) -> Ints:
        """Goods before discounts where lines are told: test lines are left out."""
        return cents(self.orders["gross_amount"])

    @cached_property
    def net(self) -> Ints:
        """Goods less discounts."""
        return self.cents("gross_amount") - self.cents("discount_amount")

    @cached_property
    def refunded(self) -> Ints:
        """Cents given back."""
        return cents(self.refunds["amount"])

    @cached_property
    def is_paid(self) -> Flags:
        """Whether money has come in."""
        return np.asarray(self.orders["paid_at"].is_valid())

    def is_status(self, *names: str) -> Flags:
        """Whether an order's status is one of these."""
        return np.asarray(pc.is_in(self.orders["status"], pa.array(names)))

    def local(self, stamps: pa.ChunkedArray) -> pa.Array:
        """UTC instants as the zone's clock shows them, to the second."""
        local = self.clock.to_local(seconds(stamps))
        missing = local == NEVER
        return pa.array(np.where(missing, 0, local), pa.timestamp("s"), mask=missing)

    def local_text(self, name: str) -> pa.Array:
        """An instant of the orders as `2024-06-18 20:15:03`."""
        return self.local(self.orders[name]).cast(pa.string())

    @cached_property
    def place(self) -> pa.Array:
        """Province, city and street address in one cell."""
        parts = (self.customers["province"], self.customers["city"], self.people["address"])
        return whole(pc.binary_join_element_wise(*parts, " "))


def pages(simulated: Simulated, *, with_lines: bool) -> Iterator[Page]:
    """The company's orders by time, newest first; as they come where they are too many to sort."""
    clock = clock_of(simulated)
    people, customers, refunds = (
        simulated.arrow(name) for name in ("people", "customers", "refunds")
    )
    ids = numbers(people["customer_id"])
    refund_of = np.argsort(numbers(refunds["order_id"]))
    refunded = numbers(refunds["order_id"])[refund_of]
    words = words_of(simulated.language)
    products = simulated.arrow("products")
    others = (words["test_product"], words["gift"])
    for orders, lines, line_order in _chunks(simulated, with_lines):
        who = _places(ids, numbers(orders["customer_id"]))
        back = _places(refunded, numbers(orders["order_id"]))
        refund = pc.if_else(back.is_valid(), pa.array(_taken(refund_of, back)), None)
        yield Page(
            simulated, clock, orders, people.take(who), customers.take(who), refunds.take(refund),
            Basket(lines, line_order, products, others),
        )  # fmt: skip


def clock_of(simulated: Simulated) -> Clock:
    """The clock that a company's `_at` columns were made with."""
    words = words_of(simulated.language)
    return Clock.of(Company(simulated.language, simulated.start, simulated.end, words))


def numbers(ids: pa.ChunkedArray) -> Ints:
    """Ids made of digits as numbers; null becomes -1."""
    return np.asarray(ids.cast(pa.int64()).fill_null(-1))


def whole(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column in one piece."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def written(amount: Ints) -> pa.Array:
    """Cents as text with two decimals."""
    return money(amount, 2).cast(pa.string())


def masked_phones(phones: pa.Array) -> pa.Array:
    """`1******6198`, as platforms show phones to sellers."""
    return joined(
        pc.utf8_slice_codeunits(phones, 0, 1), "******", pc.utf8_slice_codeunits(phones, -4)
    )


def _places(sorted_ids: Ints, wanted: Ints) -> pa.Array:
    """Where each wanted id stands; null where it does not."""
    if not len(sorted_ids):
        return pa.nulls(len(wanted), pa.int64())
    place = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return pa.array(place, mask=sorted_ids[place] != wanted)


def _taken(values: Ints, places: pa.Array) -> Ints:
    return values[np.asarray(places.fill_null(0))] if len(values) else np.zeros(len(places), int)


def _chunks(simulated: Simulated, with_lines: bool) -> Iterator[tuple[pa.Table, pa.Table, Ints]]:
    rows = simulated.tables["orders"]
    nothing = pa.table({"kind": pa.array([], pa.string())})
    if not with_lines and isinstance(rows, Path):
        for batch in pq.ParquetFile(rows).iter_batches(PAGE):
            yield pa.Table.from_batches([batch]), nothing, np.zeros(0, np.int64)
        return
    orders = simulated.arrow("orders").sort_by(
        [("ordered_at", "descending"), ("order_id", "ascending")]
    )
    lines = simulated.arrow("order_lines")
    ids = numbers(orders["order_id"])
    by_id = np.argsort(ids)
    line_order = by_id[np.searchsorted(ids[by_id], numbers(lines["order_id"]))]
    by_order = np.argsort(line_order, kind="stable")
    lines, line_order = lines.take(pa.array(by_order)), line_order[by_order]
    for begin in range(0, len(ids), PAGE):
        first, last = np.searchsorted(line_order, [begin, begin + PAGE])
        page_lines = lines.slice(first, last - first)
        yield orders.slice(begin, PAGE), page_lines, line_order[first:last] - begin
