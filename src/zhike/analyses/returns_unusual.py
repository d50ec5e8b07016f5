"""Which products and customers have more returns than chance would give them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from zhike.stats.binomial import Floats, binomial_tail, discoveries
from zhike.stats.shrinkage import shrunken_shares

EXCESS = 1.25
"""Times the usual rate from which more returns matter, however certain they are."""
LEAST_RETURNS = 3


def products_table(rows: pa.Table) -> pa.Table:
    """Products with their return rate against that of all.

    Returns:
        One row a product, most excess money first: `product_id`, `product`, `category`, `lines`,
        `returned`, `return_rate`, `expected_rate` (drawn towards the whole), `amount`,
        `excess_amount` (given back beyond the usual rate), `chance` (of so many by chance),
        `is_unusual`.
    """
    lines, back, amount = (
        np.asarray(rows[name]).astype(np.float64) for name in ("lines", "returned", "amount")
    )
    back = np.minimum(back, lines)
    share = usual_share(back, lines)
    chance, unusual = _tested(back, lines, share)
    excess = np.maximum(back - share * lines, 0.0)
    extra = np.divide(amount * excess, back, out=np.zeros_like(back), where=back > 0)
    names = [name or key for name, key in zip(*(rows[it].to_pylist()
             for it in ("product", "product_id")), strict=True)]  # fmt: skip
    table = pa.table(
        {
            "product_id": rows["product_id"],
            "product": pa.array(names, pa.string()),
            "category": rows["category"],
            "lines": rows["lines"],
            "returned": pa.array(back, pa.float64()).cast(pa.int64()),
            "return_rate": _shares(back, lines),
            "expected_rate": pa.array(shrunken_shares(back, lines), pa.float64()),
            "amount": rows["amount"],
            "excess_amount": pa.array(extra, pa.float64()),
            "chance": pa.array(chance, pa.float64()),
            "is_unusual": pa.array(unusual, pa.bool_()),
        }
    )
    return table.sort_by(
        [("is_unusual", "descending"), ("excess_amount", "descending"), ("product_id", "ascending")]
    )


def categories_table(products: pa.Table) -> pa.Table:
    """Each category: `category`, `lines`, `returned`, `return_rate`, `amount`; highest first."""
    known = products.filter(products["category"].is_valid())
    sums = known.group_by("category").aggregate(
        [("lines", "sum"), ("returned", "sum"), ("amount", "sum")]
    )
    lines, back = (np.asarray(sums[f"{it}_sum"]).astype(np.float64) for it in ("lines", "returned"))
    table = pa.table(
        {
            "category": sums["category"],
            "lines": sums["lines_sum"],
            "returned": sums["returned_sum"],
            "return_rate": _shares(back, lines),
            "amount": sums["amount_sum"],
        }
    )
    return table.sort_by([("return_rate", "descending"), ("category", "ascending")])


def unusual_cells(cells: pa.Table) -> pa.Table:
    """Cells of orders and returns whose customers have more returns than chance gives.

    Returns:
        The rows of `cells` with `chance` and `is_unusual`.
    """
    orders, back, customers = (
        np.asarray(cells[name]).astype(np.float64) for name in ("orders", "returned", "customers")
    )
    back = np.minimum(back, orders)
    share = usual_share(back * customers, orders * customers)
    chance, unusual = _tested(back, orders, share, customers)
    return cells.append_column("chance", pa.array(chance, pa.float64())).append_column(
        "is_unusual", pa.array(unusual, pa.bool_())
    )


def usual_share(hits: Floats, trials: Floats) -> float:
    """The share of the whole; nothing where there were no trials."""
    return float(hits.sum() / trials.sum()) if trials.sum() else 0.0


def _tested(
    hits: Floats, trials: Floats, share: float, times: Floats | None = None
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    if not hits.size or not 0 < share < 1:
        return np.ones_like(hits), np.zeros(hits.shape, dtype=np.bool_)
    chance = binomial_tail(hits, trials, share)
    enough = (hits >= LEAST_RETURNS) & (hits >= EXCESS * share * trials)
    return chance, discoveries(chance, times) & enough


def _shares(part: Floats, whole: Floats) -> pa.Array:
    return pa.array(
        [one / other if other else None for one, other in zip(part, whole, strict=True)],
        pa.float64(),
    )
