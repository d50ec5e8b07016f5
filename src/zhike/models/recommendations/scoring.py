"""What each customer may take next: four views of it, blended into one score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhike.models.recommendations.histories import Floats, Histories, Ints
from zhike.models.recommendations.similar import similarities

CELLS = 4_000_000
"""So many scores are held at once, however many customers and products there are."""
GROUP, WITHIN_GROUP, BETWEEN_GROUPS = 7, 0.9, 0.7
POPULAR_HALF_LIFE_DAYS = 60


class Weights(NamedTuple):
    """What each view counts in the blend.

    Attributes:
        recent: How much of late she took it herself (TIFU).
        frequent: In which share of her baskets it was.
        similar: How near it is to what she took.
        popular: How much everybody takes it of late.
    """

    recent: float
    frequent: float
    similar: float
    popular: float


DEFAULT = Weights(1.0, 0.0, 0.3, 0.1)
ALONE = {
    name: Weights(*(float(name == other) for other in Weights._fields)) for name in Weights._fields
}
"""Each view by itself."""


class Block(NamedTuple):
    """Some customers beside all products.

    Attributes:
        customers: Places of the customers.
        recent: Customers × products, each view from 0 to 1.
        frequent: The same.
        similar: The same.
        popular: Products.
        owned: Whether she has bought it before.
    """

    customers: Ints
    recent: NDArray[np.float32]
    frequent: NDArray[np.float32]
    similar: NDArray[np.float32]
    popular: NDArray[np.float32]
    owned: NDArray[np.bool_]

    def scores(self, weights: Weights) -> NDArray[np.float32]:
        """The blend."""
        found = np.float32(weights.popular) * self.popular + np.zeros_like(self.recent)
        for weight, view in zip(weights, (self.recent, self.frequent, self.similar), strict=False):
            if weight:
                found += np.float32(weight) * view
        return found


@dataclass(frozen=True)
class Views:
    """The four views of a shop's baskets.

    Examples:
        >>> bought = Histories.of([0, 0, 1, 1], [0, 1, 1, 2], [9, 2, 5, 5], ["a", "b"], list("xyz"))
        >>> block = next(Views(bought).blocks(np.array([0], np.int32)))
        >>> block.recent.astype(float).round(2).tolist()
        [[0.9, 1.0, 0.0]]

    References:
        Hu, H., He, X., Gao, J. and Zhang, Z.-L. (2020). Modeling personalized item frequency
        information for next-basket recommendation. SIGIR 2020, 1071-1080 (section 4.1). Their
        nearest neighbours are replaced by item-to-item similarity, which does not grow with the
        square of the customers.
    """

    bought: Histories

    @cached_property
    def nearness(self) -> sparse.csr_matrix:
        """Products × products, by what the same customers buy."""
        return similarities(self.bought)

    @cached_property
    def speaking_for(self) -> sparse.csr_matrix:
        """The same by the product that is spoken for."""
        return self.nearness.T.tocsr()

    @cached_property
    def faded(self) -> Floats:
        """How much a row still counts: baskets fade within a group of seven, and groups fade."""
        back = self.bought.back
        return np.asarray(WITHIN_GROUP ** (back % GROUP) * BETWEEN_GROUPS ** (back // GROUP))

    @cached_property
    def popular(self) -> NDArray[np.float32]:
        """How many customers take each product of late, as a share of the most taken one."""
        fresh = 0.5 ** (self.bought.days / POPULAR_HALF_LIFE_DAYS)
        size = len(self.bought.products)
        taken = np.bincount(self.bought.product, weights=fresh, minlength=size)
        return np.asarray(taken / max(float(taken.max(initial=0)), 1e-12), np.float32)

    def blocks(self, chosen: Ints) -> Iterator[Block]:
        """Blocks of the chosen customers, small enough to be held."""
        rows = max(CELLS // max(len(self.bought.products), 1), 1)
        for begin in range(0, len(chosen), rows):
            yield self._block(chosen[begin : begin + rows])

    def _block(self, chosen: Ints) -> Block:
        own = self.bought.matrix(self.faded, chosen).astype(np.float32)
        times = self.bought.matrix(self._one_basket, chosen).astype(np.float32)
        near = (own @ self.nearness).tocsr()
        return Block(
            customers=chosen,
            recent=_from_0_to_1(own),
            frequent=times.toarray(),
            similar=_from_0_to_1(near),
            popular=self.popular,
            owned=times.toarray() > 0,
        )

    @cached_property
    def _one_basket(self) -> Floats:
        return np.asarray(1.0 / self.bought.baskets[self.bought.customer])


def _from_0_to_1(rows: sparse.csr_matrix) -> NDArray[np.float32]:
    most = np.maximum(np.asarray(rows.max(axis=1).todense()).ravel(), 1e-9)
    return np.asarray((sparse.diags(1 / most) @ rows).toarray(), np.float32)
