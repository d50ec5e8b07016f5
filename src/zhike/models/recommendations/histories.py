"""What each customer had in each basket, as numbers that fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from zhike.catalogue import customer_facts, goods_lines
from zhike.schema import Shop

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """One row a customer, basket and product, by customer and then the newest basket first.

    A basket is all that a customer bought on one business day.

    Attributes:
        customer: Place of the customer among `customers`.
        product: Place of the product among `products`.
        days: How many days before the day looked from.
        back: How many baskets ago: 0 in the customer's last.
        customers: Ids, in order.
        products: Ids, in order.

    Examples:
        >>> found = Histories.of([0, 0, 1], [0, 1, 1], [9, 2, 5], ["a", "b"], ["cup", "tea"])
        >>> found.back.tolist(), found.baskets.tolist()
        ([0, 1, 0], [2, 1])
    """

    customer: Ints
    product: Ints
    days: Ints
    back: Ints
    customers: pa.Array
    products: pa.Array

    @classmethod
    def of(
        cls, customer: object, product: object, days: object, customers: object, products: object
    ) -> Histories:
        """Histories from columns in any order, each basket's products once."""
        who, what, ago = (np.asarray(it, np.int32) for it in (customer, product, days))
        order = np.lexsort((what, ago, who))
        who, what, ago = who[order], what[order], ago[order]
        begins = np.ones(len(who), bool)
        begins[1:] = (who[1:] != who[:-1]) | (ago[1:] != ago[:-1])
        basket = np.cumsum(begins) - 1
        first = np.ones(len(who), bool)
        first[1:] = who[1:] != who[:-1]
        begun = np.maximum.accumulate(np.where(first, basket, 0)) if len(who) else basket
        back = (basket - begun).astype(np.int32)
        return cls(who, what, ago, back, pa.array(customers), pa.array(products))

    @property
    def baskets(self) -> NDArray[np.int64]:
        """How many baskets each customer had."""
        found = np.zeros(len(self.customers), np.int64)
        np.maximum.at(found, self.customer, self.back.astype(np.int64) + 1)
        return found

    def where(self, kept: NDArray[np.bool_], nearer: int = 0) -> Histories:
        """Only these rows, seen from a day that lies `nearer` days earlier."""
        return Histories.of(
            self.customer[kept],
            self.product[kept],
            self.days[kept] - nearer,
            self.customers,
            self.products,
        )

    def without_last(self) -> Histories:
        """As it was before each one's last basket; who had only one drops out."""
        return self.where(self.back > 0)

    def before(self, days: int) -> Histories:
        """As it was so many days ago."""
        return self.where(self.days > days, days)

    def matrix(self, weights: Floats, chosen: Ints | None = None) -> sparse.csr_matrix:
        """Customers × products, the weights of equal cells added up.

        Args:
            weights: One a row.
            chosen: Only these customers, in this order; None takes all.
        """
        shape = (len(self.customers), len(self.products))
        if chosen is None:
            return sparse.csr_matrix((weights, (self.customer, self.product)), shape=shape)
        begin = np.searchsorted(self.customer, chosen, "left")
        length = np.searchsorted(self.customer, chosen, "right") - begin
        rows = np.repeat(np.arange(len(chosen)), length)
        take = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        take += np.repeat(begin, length)
        return sparse.csr_matrix(
            (weights[take], (rows, self.product[take])), shape=(len(chosen), shape[1])
        )


def histories(shop: Shop, day: date, most: int) -> Histories | None:
    """What identified customers had in their baskets before the day; None without order lines.

    Where there are more customers than `most`, only those who bought last, by whole days.
    """
    lines = goods_lines(shop, day)
    if lines is None:
        return None
    return shop.remember(
        ("basket_histories", day, most), lambda: _histories(shop, lines, day, most)
    )


def _since(shop: Shop, day: date, most: int) -> date | None:
    """The first of the last days whose customers are at most so many; None where all are."""
    facts = customer_facts(shop, day)
    days = facts.group_by("last_on").agg(customers=facts.count()).to_pyarrow()
    days = days.sort_by([("last_on", "descending")])
    reached = np.cumsum(days["customers"].to_numpy())
    if not len(reached) or reached[-1] <= most:
        return None
    within = max(int(np.searchsorted(reached, most, "right")), 1)
    found: date = days["last_on"][within - 1].as_py()
    return found


def _histories(shop: Shop, lines: ir.Table, day: date, most: int) -> Histories:
    known = lines.filter(lines.customer_id.notnull())
    since = _since(shop, day, most)
    if since is not None:
        facts = customer_facts(shop, day)
        known = known.semi_join(facts.filter(facts.last_on >= since), "customer_id")
    # Sorted here and not in the engine: databases sort text in orders of their own.
    customers, products = (_ids(known, name) for name in ("customer_id", "product_id"))
    codes = {
        name: shop.engine.load(
            f"codes_of_{name}_{day:%Y%m%d}_{most}",
            pa.table({f"own_{name}": ids, f"{name}_code": np.arange(len(ids), dtype=np.int32)}),
        )
        for name, ids in (("customer", customers), ("product", products))
    }
    rows = known.select(
        "customer_id",
        "product_id",
        days=ibis.literal(day).delta(known.ordered_on, unit="day").cast("int32"),
    )
    one, other = codes["customer"], codes["product"]
    rows = rows.inner_join(one, rows.customer_id == one.own_customer)
    rows = rows.inner_join(other, rows.product_id == other.own_product)
    found = rows.select("customer_code", "product_code", "days").distinct().to_pyarrow()
    who, what, days = (found[name].to_numpy() for name in ("customer_code", "product_code", "days"))
    return Histories.of(who, what, days, customers, products)


def _ids(rows: ir.Table, name: str) -> pa.Array:
    found = rows[name].as_table().distinct().to_pyarrow()[name].combine_chunks()
    return found.take(pc.sort_indices(found))
