"""Which products the same customers buy: item to item."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import sparse

from zhike.models.recommendations.histories import Histories

NEIGHBOURS = 100
BLOCK = 1000
MOST_PRODUCTS = 300
"""Of a customer's products so many count, the latest: who buys everything says little."""
STEPS = 1e6
"""Likenesses are told apart by so many parts of one: what is nearer ties, and goes by product."""
SATURATION, LENGTH_SHARE = 1.2, 0.75
"""k1 and b of BM25, as published."""


def similarities(found: Histories) -> sparse.csr_matrix:
    """Products × products: how much buying one tells of the other; the nearest of each only.

    Products are compared by the customers who bought them. A customer of few products says more
    than one of many, and products that everybody buys are near to none: the weights of BM25.

    References:
        Robertson, S. and Zaragoza, H. (2009). The probabilistic relevance framework: BM25 and
        beyond. Foundations and Trends in Information Retrieval 3, 333-389 (eq. 3.15).
    """
    weighted = _weighted(found)
    sides = weighted.T.tocsr()
    blocks = [
        _nearest((sides[begin : begin + BLOCK] @ weighted).tocsr(), begin)
        for begin in range(0, sides.shape[0], BLOCK)
    ]
    size = (sides.shape[0], sides.shape[0])
    return sparse.vstack(blocks, format="csr") if blocks else sparse.csr_matrix(size)


def _weighted(found: Histories) -> sparse.csr_matrix:
    latest = _latest(found)
    owned = found.matrix(latest.astype(np.float64)).astype(np.float32)
    owned.eliminate_zeros()
    owned.data[:] = 1
    length = np.asarray(owned.sum(axis=1)).ravel()
    buyers = np.asarray(owned.sum(axis=0)).ravel()
    customers = max(int((length > 0).sum()), 1)
    usual = max(float(length.sum()) / customers, 1.0)
    rarity = np.log1p((customers - buyers + 0.5) / (buyers + 0.5))
    norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / usual)
    said = sparse.diags((SATURATION + 1) / (1 + norm))
    both = (said.sqrt() @ owned @ sparse.diags(rarity)).tocsr()
    size = np.sqrt(np.asarray(both.multiply(both).sum(axis=0)).ravel())
    return (both @ sparse.diags(1 / np.maximum(size, 1e-9))).tocsr().astype(np.float32)


def _latest(found: Histories) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows that are among their customer's latest so many."""
    begin = np.searchsorted(found.customer, found.customer, "left")
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        np.arange(len(found.customer)) - begin < MOST_PRODUCTS
    )
    return kept


def _nearest(block: sparse.csr_matrix, begin: int) -> sparse.csr_matrix:
    """The strongest entries of each row, without the product itself; ties by product."""
    row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    is_other = (block.indices != row + begin) & (block.data > 0)
    # Whole numbers that no two entries of a row share: the strongest is the least.
    strength = np.rint(block.data * STEPS).astype(np.int64)
    place = block.indices - strength * block.shape[1]
    place[~is_other] = np.iinfo(np.int64).max
    kept = np.concatenate(
        [
            first + np.argpartition(place[first:last], NEIGHBOURS - 1)[:NEIGHBOURS]
            if last - first > NEIGHBOURS
            else np.arange(first, last)
            for first, last in pairwise(block.indptr.tolist())
        ]
    )
    kept = np.sort(kept[is_other[kept]])
    shape = block.shape
    return sparse.csr_matrix((block.data[kept], (row[kept], block.indices[kept])), shape=shape)
