"""The simulated shop and its rows in pandas, for the analyses of behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd

from analyses.reference import Reference
from zhike.datasets import simulate
from zhike.schema import Shop

DAY = date(2025, 7, 1)
CUSTOMERS, SEED = 800, 11


@dataclass(frozen=True)
class Rows:
    """The shop, its tables, and its purchases by an independent reading of the definitions."""

    shop: Shop
    tables: dict[str, pd.DataFrame]
    reference: Reference

    @property
    def purchases(self) -> pd.DataFrame:
        return self.reference.purchases.copy()

    @property
    def identified(self) -> pd.DataFrame:
        return self.reference.identified.copy()

    def goods(self) -> pd.DataFrame:
        """Goods lines of purchases with their order, category and cost."""
        lines = self.tables["order_lines"]
        lines = lines[(lines.kind == "goods") & lines.product_id.notna()].copy()
        for name in ("amount", "unit_cost"):
            lines[name] = lines[name].astype(float)
        orders = self.purchases[["order_id", "customer_id", "ordered_on", "gross_amount", "net",
                                 "discount_amount"]]  # fmt: skip
        products = self.tables["products"][["product_id", "category"]]
        return lines.merge(orders, on="order_id").merge(products, on="product_id", how="left")


@cache
def rows() -> Rows:
    """Computed once for all tests."""
    company = simulate(CUSTOMERS, seed=SEED)
    names = ("orders", "order_lines", "refunds", "products", "customers")
    tables = {name: company.arrow(name).to_pandas() for name in names}
    return Rows(company.shop(), tables, Reference(tables, DAY))
