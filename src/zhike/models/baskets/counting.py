"""Counting what lies in one basket together, in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from zhike.catalogue import as_of_day
from zhike.catalogue.purchases import unpurchased_orders
from zhike.schema import Shop

MOST_PRODUCTS = 2000
"""So many products are paired at most, those in the most baskets."""
MOST_IN_BASKET = 100
"""A basket of more products is a stockist's; its pairs say nothing, and there are too many."""


@dataclass(frozen=True)
class Counted:
    """How often products were in a basket, alone and in pairs.

    Attributes:
        baskets: How many there were.
        products: Ids, in order, of those that are in enough baskets.
        alone: In how many baskets each was.
        first: Place of a pair's first product.
        second: Of its second, which is the later one.
        together: In how many baskets both were; only pairs with enough.
    """

    baskets: int
    products: pa.Array
    alone: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    together: NDArray[np.int64]


def counted(shop: Shop, as_of: date | None, least: int) -> Counted | None:
    """Products and pairs of products in at least so many baskets; None without order lines.

    A basket is a purchase, of known customers or not.
    """
    if "order_lines" not in shop:
        return None
    day = as_of_day(shop, as_of)
    rows = _baskets(shop, day)
    baskets = rows.order_id.nunique().to_pyarrow().as_py()
    tallied = rows.group_by("product_id").agg(n=rows.count())
    found = tallied.filter(tallied.n >= least).to_pyarrow()
    order = pc.sort_indices(found, [("n", "descending"), ("product_id", "ascending")])
    found = found.take(order[:MOST_PRODUCTS])
    found = found.take(pc.sort_indices(found["product_id"]))
    ids = found["product_id"].combine_chunks()
    pairs = _pairs(shop, rows, ids, least, day)
    columns = [pairs[name].to_numpy().astype(np.int64) for name in ("first", "second", "n")]
    order_of_pairs = np.lexsort((columns[1], columns[0]))
    first, second, together = (column[order_of_pairs] for column in columns)
    alone = found["n"].to_numpy().astype(np.int64)
    return Counted(int(baskets), ids, alone, first, second, together)


def _baskets(shop: Shop, day: date) -> ir.Table:
    """Each product of each purchase once."""

    def find() -> ir.Table:
        lines = shop["order_lines"]
        goods = lines.filter(lines.kind == "goods", lines.product_id.notnull())
        goods = goods.anti_join(unpurchased_orders(shop, day), "order_id")
        return shop.engine.materialise(goods.select("order_id", "product_id").distinct())

    return shop.remember(("market_baskets", day), find)


def _pairs(shop: Shop, rows: ir.Table, ids: pa.Array, least: int, day: date) -> pa.Table:
    codes = shop.engine.load(
        f"paired_products_{day:%Y%m%d}_{least}",
        pa.table({"paired_id": ids, "code": np.arange(len(ids), dtype=np.int32)}),
    )
    coded = rows.inner_join(codes, rows.product_id == codes.paired_id).select("order_id", "code")
    sizes = coded.group_by("order_id").agg(products=coded.count())
    usual = sizes.filter((sizes.products > 1) & (sizes.products <= MOST_IN_BASKET))
    kept = shop.engine.materialise(coded.semi_join(usual, "order_id"))
    other = kept.view()
    both = kept.inner_join(
        other, [kept.order_id == other.order_id, kept.code < other.code], rname="{name}_other"
    )
    pairs = both.group_by(first=both.code, second=both.code_other).agg(n=both.count())
    return pairs.filter(pairs.n >= least).to_pyarrow()
