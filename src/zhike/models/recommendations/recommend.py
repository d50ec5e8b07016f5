"""A shop's recommendations: do its data allow any, how good were they, and who is shown what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from zhike.catalogue import as_of_day, product_names, refund_rows
from zhike.i18n import LazyText, lazy
from zhike.models.recommendations.histories import Histories, Ints, histories
from zhike.models.recommendations.ranking import (
    NOBODY,
    Lists,
    Rules,
    category_codes,
    popular_list,
    ranked,
)
from zhike.models.recommendations.scoring import Views
from zhike.models.recommendations.tuning import Trial, tried
from zhike.schema import Shop

LEAST_REPEATERS = 50
LEAST_PRODUCTS = 10
CUSTOMERS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Wishes:
    """What the shop asks of a list.

    Attributes:
        length: Most products of a list.
        rest_days: What was bought within so many days is not recommended again.
        category_cap: Most of one category in a list; 0 for any number.
        most_customers: Where there are more, those who bought last are learnt from and get lists.
    """

    length: int = 5
    rest_days: int = 7
    category_cap: int = 3
    most_customers: int = 100_000


@dataclass(frozen=True)
class Recommender:
    """Fitted views, how they did on the past, and the shop's rules.

    Attributes:
        views: Of all baskets.
        trial: The weights, and how they did.
        rules: What may be recommended.
        labels: What each product is called.
    """

    views: Views
    trial: Trial
    rules: Rules
    labels: pa.Array

    @property
    def newcomers(self) -> list[str]:
        """What somebody of whom nothing is known is recommended."""
        found = popular_list(self.views, self.rules)
        return list(self.labels.take(pa.array(found)).to_pylist())

    def batches(self) -> Iterator[pa.RecordBatch]:
        """One row a customer: `customer_id`, then `repeat_1` …, `new_1` … and `because_1` …."""
        everybody = np.arange(len(self.views.bought.customers), dtype=np.int32)
        for begin in range(0, len(everybody), CUSTOMERS_AT_ONCE):
            some = everybody[begin : begin + CUSTOMERS_AT_ONCE]
            lists = list(ranked(self.views, self.trial.weights, self.rules, some))
            yield self._batch(some, lists)

    def _batch(self, customers: Ints, lists: list[Lists]) -> pa.RecordBatch:
        columns = {"customer_id": self.views.bought.customers.take(pa.array(customers))}
        for name in ("repeat", "new", "because"):
            whole = np.concatenate([getattr(it, name) for it in lists])
            for place in range(self.rules.length):
                codes = _column(whole, place)
                columns[f"{name}_{place + 1}"] = self.labels.take(pa.array(codes, mask=codes < 0))
        return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))


def _column(codes: NDArray[np.int64], place: int) -> NDArray[np.int64]:
    if place >= codes.shape[1]:
        return np.full(len(codes), NOBODY, np.int64)
    return codes[:, place]


def recommender(shop: Shop, as_of: date | None, wishes: Wishes) -> Recommender | LazyText:
    """The shop's recommender as of a day, or the sentence that says why there is none."""
    day = as_of_day(shop, as_of)
    bought = histories(shop, day, wishes.most_customers)
    if bought is None:
        return lazy("Recommendations need order lines that name their products.")
    missing = too_little(bought)
    if missing is not None:
        return missing
    key = (day, wishes.most_customers)
    trial = shop.remember(("recommending", *key), lambda: tried(bought))
    views = shop.remember(("recommending_views", *key), lambda: Views(bought))
    names = product_names(shop)
    labels = pa.array([names.get(it, it) for it in bought.products.to_pylist()], pa.string())
    return Recommender(views, trial, _rules(shop, day, bought, wishes), labels)


def too_little(bought: Histories) -> LazyText | None:
    """What is missing for recommendations; None where there is enough."""
    repeaters = int((bought.baskets > 1).sum())
    if repeaters < LEAST_REPEATERS:
        return lazy(
            "Recommendations need at least {needed} customers who came back; there are {found}.",
            needed=LEAST_REPEATERS,
            found=repeaters,
        )
    if len(bought.products) < LEAST_PRODUCTS:
        return lazy(
            "Recommendations need at least {needed} products; there are {found}.",
            needed=LEAST_PRODUCTS,
            found=len(bought.products),
        )
    return None


def _rules(shop: Shop, day: date, bought: Histories, wishes: Wishes) -> Rules:
    size = len(bought.products)
    categories: list[str | None] = [None] * size
    available = np.ones(size, np.bool_)
    if "products" in shop:
        table = shop["products"]
        known = table.filter(table.product_id.notnull()).select("product_id", "category", "stock")
        found = known.to_pyarrow()
        place = pc.index_in(found["product_id"], value_set=bought.products)
        for at, category, stock in zip(
            place.to_pylist(),
            found["category"].to_pylist(),
            found["stock"].to_pylist(),
            strict=True,
        ):
            if at is not None:
                categories[at] = category
                available[at] = stock is None or stock > 0
    return Rules(
        length=wishes.length,
        rest_days=wishes.rest_days,
        category_cap=wishes.category_cap,
        category=category_codes(categories),
        available=available,
        given_back=_given_back(shop, day, bought),
    )


def _given_back(shop: Shop, day: date, bought: Histories) -> NDArray[np.int64]:
    """Who sent back what: the products that a refund names."""
    refunds = refund_rows(shop, day)
    if refunds is None:
        return np.array([], np.int64)
    named = refunds.filter(refunds.customer_id.notnull() & refunds.product_id.notnull())
    found = named.select("customer_id", "product_id").distinct().to_pyarrow()
    who = pc.index_in(found["customer_id"], value_set=bought.customers)
    what = pc.index_in(found["product_id"], value_set=bought.products)
    both = pc.and_(pc.is_valid(who), pc.is_valid(what))
    one, other = (pc.filter(it, both).to_numpy().astype(np.int64) for it in (who, what))
    return np.unique(one * len(bought.products) + other)
