"""The blend tried on the shop's own past: weights from earlier baskets, judged by the last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from zhike.models.recommendations.histories import Histories
from zhike.models.recommendations.scoring import ALONE, DEFAULT, Block, Views, Weights

LENGTH = 10
MOST_JUDGED, MOST_TUNED_ON = 3000, 1500
MOST_LEARNT_FROM = 100_000
CANDIDATES = 200
GRID = tuple(
    Weights(1.0, *rest) for rest in product((0.0, 0.3, 1.0), (0.1, 0.3, 1.0, 3.0), (0.02, 0.1, 0.3))
)


@dataclass(frozen=True)
class Judged:
    """How one way of recommending did on baskets that it had not seen.

    Attributes:
        customers: How many baskets were judged.
        recall: Share of a basket that was among ten recommended, the mean over baskets.
        new_recall: The same of products never bought before, among ten such products.
        hit_rate: Share of baskets with at least one of the ten.
    """

    customers: int
    recall: float
    new_recall: float
    hit_rate: float


@dataclass(frozen=True)
class Trial:
    """The weights, and how they did beside each view alone.

    Attributes:
        weights: Of the blend.
        blend: How it did on the baskets after those that the weights come from.
        alone: How each view did there.
    """

    weights: Weights
    blend: Judged
    alone: Mapping[str, Judged]


def tried(bought: Histories) -> Trial:
    """Weights from everybody's second last basket, judged by the last ones.

    Each basket is foretold from the baskets before it, of that customer and of all others alike.
    """
    seen = thinned(bought)
    known = seen.without_last()
    return judged_after(known, seen.where(seen.back == 0))


def tried_by_day(bought: Histories, days: int) -> Trial:
    """The same on a split by calendar: what was known so many days ago, and the next basket."""
    seen = thinned(bought)
    later = seen.where(seen.days <= days)
    first = later.baskets[later.customer] - 1
    return judged_after(seen.before(days), later.where(later.back == first))


def judged_after(known: Histories, came: Histories) -> Trial:
    """Weights from what was known alone, judged by what came."""
    weights = tuned(known)
    judged = _judged(known, came, {"blend": weights, **ALONE})
    return Trial(weights, judged.pop("blend"), judged)


def tuned(known: Histories) -> Weights:
    """The weights that would have told best everybody's last basket from those before."""
    earlier, last = known.without_last(), known.where(known.back == 0)
    ways = {str(place): weights for place, weights in enumerate(GRID)}
    found = _judged(earlier, last, ways, roughly=True)
    if not found["0"].customers:
        return DEFAULT
    best = max(found, key=lambda name: found[name].recall + found[name].new_recall)
    return GRID[int(best)]


def thinned(bought: Histories) -> Histories:
    """Every so-manieth customer, so that trying does not take longer the more there are."""
    step = -(-len(bought.customers) // MOST_LEARNT_FROM)
    return bought.where(bought.customer % step == 0) if step > 1 else bought


def _judged(
    known: Histories, came: Histories, ways: Mapping[str, Weights], *, roughly: bool = False
) -> dict[str, Judged]:
    most = MOST_TUNED_ON if roughly else MOST_JUDGED
    both = np.flatnonzero((known.baskets > 0) & (came.baskets > 0)).astype(np.int32)
    chosen = both[:: max(-(-len(both) // most), 1)]
    sums = {name: np.zeros(4) for name in ways}
    one = np.ones(len(came.product))
    for whole in Views(known).blocks(chosen):
        block, target = whole, came.matrix(one, whole.customers).toarray() > 0
        asked, fresh = target.sum(axis=1), (target & ~whole.owned).sum(axis=1)
        if roughly and target.shape[1] > CANDIDATES:
            block, target = _cut(whole, target)
        for name, weights in ways.items():
            scores = block.scores(weights)
            hits = _hits(scores, target)
            new = _hits(np.where(block.owned, -1, scores), target & ~block.owned)
            share = (new[fresh > 0] / fresh[fresh > 0]).sum()
            sums[name] += ((hits / asked).sum(), share, (fresh > 0).sum(), (hits > 0).sum())
    return {name: _means(it, len(chosen)) for name, it in sums.items()}


def _means(sums: NDArray[np.float64], baskets: int) -> Judged:
    recall, new, fresh, hit = sums.tolist()
    whole = max(baskets, 1)
    return Judged(baskets, recall / whole, new / max(fresh, 1), hit / whole)


def _cut(block: Block, target: NDArray[np.bool_]) -> tuple[Block, NDArray[np.bool_]]:
    """Only what stands high in a view, bought before or not: nothing else can come out on top."""
    popular = np.broadcast_to(block.popular, block.recent.shape)
    new = [np.where(block.owned, -1, view) for view in (block.similar, popular)]
    high = np.zeros(target.shape, np.bool_)
    for view in (block.recent, block.frequent, block.similar, *new):
        np.put_along_axis(high, _highest(view, CANDIDATES // 5), True, axis=1)
    near = _highest(high.astype(np.float32), CANDIDATES)
    recent, frequent, similar, taken = (
        np.take_along_axis(view, near, axis=1)
        for view in (block.recent, block.frequent, block.similar, popular)
    )
    owned, wanted = (np.take_along_axis(it, near, axis=1) for it in (block.owned, target))
    return Block(block.customers, recent, frequent, similar, taken, owned), wanted


def _hits(scores: NDArray[np.float32], target: NDArray[np.bool_]) -> NDArray[np.int64]:
    best = _highest(scores, min(LENGTH, scores.shape[1]))
    found: NDArray[np.int64] = np.take_along_axis(target, best, axis=1).sum(axis=1)
    return found


def _highest(scores: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """The places of the highest in each row; among equal ones the first."""
    firm = scores - np.linspace(0, 1e-6, scores.shape[1], dtype=np.float32)
    return np.asarray(np.argpartition(-firm, most - 1, axis=1)[:, :most])
