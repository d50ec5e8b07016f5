"""What the simulated company sells, and how customers choose from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa

from zhike.datasets.columns import (
    DAY_SECONDS,
    Floats,
    Ints,
    chosen,
    days,
    joined,
    money,
    table_of,
    texts,
)
from zhike.datasets.company import SEGMENTS, Company
from zhike.datasets.season import midnight

FIRST_PRODUCT = 1_000_101
TIERS = 3
FAVOURITE_SHARE = 0.5
QUANTITY_SHARES = np.array([0.82, 0.12, 0.035, 0.015, 0.01])
MEAN_QUANTITY = float((QUANTITY_SHARES * np.arange(1, 6)).sum())


@dataclass(frozen=True)
class Assortment:
    """All products; arrays have one entry a product.

    Attributes:
        table: Rows of `products`.
        price: Cents.
        cost: Cents.
        chances: For each taste (price tier × favourite category), the share of lines drawn by
            each product and those before it, shape [tastes, products].
        mean_price: Cents of a mean line's product, shape [tastes].
    """

    table: pa.Table
    price: Ints
    cost: Ints
    chances: Floats
    mean_price: Floats

    def __len__(self) -> int:
        return len(self.price)

    def draw(self, taste: Ints, random: np.random.Generator) -> Ints:
        """One product for each line, by the taste of who buys."""
        stacked = (self.chances + np.arange(len(self.chances))[:, None]).ravel()
        place = np.searchsorted(stacked, taste + random.random(len(taste)), side="right")
        product: Ints = np.minimum(place - taste * len(self), len(self) - 1)
        return product

    def mean_order_amount(self, taste: Ints, segment: Ints) -> Floats:
        """Mean goods before discounts of an order, in money, by taste and segment."""
        lines = 1 + np.array([item.extra_lines for item in SEGMENTS])[segment]
        amount: Floats = self.mean_price[taste] * MEAN_QUANTITY * lines / 100
        return amount


def tastes(segment: Ints, favourite: Ints, categories: int) -> Ints:
    """The taste that each customer chooses by."""
    return np.array([item.price_tier for item in SEGMENTS])[segment] * categories + favourite


def draw_assortment(company: Company, random: np.random.Generator) -> Assortment:
    """The products of a company: categories × things × qualities, prices log-uniform."""
    words = company.words
    categories = words["categories"]
    per_category = len(categories[0]["things"]) * 5
    category = np.repeat(np.arange(len(categories)), per_category)
    size = len(category)
    low, high = (np.log([item["prices"][end] for item in categories])[category] for end in (0, 1))
    level = random.random(size)
    price = (np.exp(low + (high - low) * level)).round().astype(np.int64) * 100 - 10
    cost = (price * random.uniform(0.35, 0.65, size)).astype(np.int64)
    popularity = random.permuted(1 / (np.arange(per_category) + 3.0) ** 0.8)
    popularity = np.concatenate([random.permutation(popularity) for _ in categories])
    chances = _chances(category, level, popularity, len(categories))
    shares = np.diff(chances, axis=1, prepend=0.0)
    return Assortment(
        table=_table(company, category, price, cost, random),
        price=price,
        cost=cost,
        chances=chances,
        mean_price=shares @ price,
    )


def _chances(category: Ints, level: Floats, popularity: Floats, categories: int) -> Floats:
    rows = []
    for tier in range(TIERS):
        liking = popularity * np.exp(-(((level - tier / (TIERS - 1)) / 0.55) ** 2))
        for favourite in range(categories):
            own = np.where(category == favourite, liking, 0.0)
            share = (
                1 - FAVOURITE_SHARE
            ) * liking / liking.sum() + FAVOURITE_SHARE * own / own.sum()
            rows.append(np.cumsum(share) / share.sum())
    return np.array(rows)


def _table(
    company: Company, category: Ints, price: Ints, cost: Ints, random: np.random.Generator
) -> pa.Table:
    words, size = company.words, len(category)
    categories, brands = words["categories"], words["brands"]
    things = [item["things"] for item in categories]
    within = np.arange(size) % len(things[0])
    thing = chosen([name for each in things for name in each], category * len(things[0]) + within)
    quality = chosen(
        words["adjectives"], np.arange(size) // len(things[0]) % len(words["adjectives"])
    )
    brand = chosen(brands, (category * 3 + random.integers(0, 3, size)) % len(brands))
    gap = " " if company.language == "en" else ""
    launched = (
        midnight(company.start - timedelta(400)) + random.integers(0, 500, size) * DAY_SECONDS
    )
    return table_of(
        "products",
        {
            "product_id": texts(np.arange(size) + FIRST_PRODUCT),
            "name": joined(brand, gap or " ", quality, gap, thing),
            "category": chosen([item["name"] for item in categories], category),
            "brand": brand,
            "unit_cost": money(cost),
            "launched_on": days(launched),
            "stock": pa.array(random.integers(0, 900, size).astype(float)),
            "lead_time_days": pa.array(random.integers(3, 30, size)),
        },
    )
