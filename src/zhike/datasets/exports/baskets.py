"""What was sold in the orders of a page, line by line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import Flags, Ints, chosen
from zhike.datasets.products import FIRST_PRODUCT


@dataclass(frozen=True)
class Basket:
    """Lines of some orders; arrays have one entry a line.

    Attributes:
        rows: Rows of `order_lines`, by order.
        order: Position of each line's order among the orders of the page.
        products: Rows of `products`, the whole assortment.
        other_names: What a test product and a free sample are called.
    """

    rows: pa.Table
    order: Ints
    products: pa.Table
    other_names: tuple[str, str]

    def of_kinds(self, *kinds: str) -> Basket:
        """The lines of these kinds only."""
        return self.where(np.asarray(pc.is_in(self.rows["kind"], pa.array(kinds))))

    def where(self, keep: Flags) -> Basket:
        """Some of the lines."""
        return replace(self, rows=self.rows.filter(pa.array(keep)), order=self.order[keep])

    def with_codes(self, codes: pa.Array) -> Basket:
        """The lines with other product codes."""
        place = self.rows.schema.get_field_index("product_id")
        return replace(self, rows=self.rows.set_column(place, "product_id", codes))

    @cached_property
    def product(self) -> Ints:
        """Position in the assortment, -1 where the line is no product."""
        known = np.asarray(self.rows["product_id"].cast(pa.int64()).fill_null(0))
        return np.where(np.asarray(pc.equal(self.rows["kind"], "goods")), known - FIRST_PRODUCT, -1)

    @cached_property
    def titles(self) -> pa.Array:
        """What each line is called."""
        is_sample = np.asarray(pc.equal(self.rows["kind"], "sample"))
        other = chosen(self.other_names, is_sample.astype(np.int64))
        return pc.coalesce(self.of_product("name"), other)

    def of_product(self, column: str) -> pa.Array:
        """What `products` says of each line's product; null where the line is no product."""
        values = self.products[column].combine_chunks()
        return values.take(pa.array(self.product, mask=self.product < 0))

    @property
    def is_first(self) -> Flags:
        """Whether the line is the first of its order."""
        first: Flags = np.diff(self.order, prepend=-1) != 0
        return first

    @property
    def quantities(self) -> pa.Array:
        """Pieces, as text."""
        return self.rows["quantity"].cast(pa.int64()).cast(pa.string())

    @property
    def prices(self) -> pa.Array:
        """Price of one, as text with two decimals."""
        return self.rows["unit_price"].cast(pa.decimal128(18, 2)).cast(pa.string())

    def listed_titles(self, orders: int) -> pa.Array:
        """The titles of each order in one cell, as Taobao lists them."""
        begins = np.searchsorted(self.order, np.arange(orders + 1)).astype(np.int32)
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(begins), self.titles), "，")
