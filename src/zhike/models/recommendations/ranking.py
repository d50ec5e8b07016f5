"""The lists that customers are shown: repeats and new products apart, and by the shop's rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhike.models.recommendations.histories import Ints
from zhike.models.recommendations.scoring import Block, Views, Weights

LEAST_LOOKED_AT, TIMES_LOOKED_AT = 20, 4
"""So many of the highest, and times the length, are looked at to fill a list by the rules."""
NOBODY = -1


@dataclass(frozen=True)
class Rules:
    """What may be recommended at all.

    Attributes:
        length: Most products of a list.
        rest_days: What was bought within so many days is not recommended again.
        category_cap: Most of one category in a list; 0 for any number.
        category: Code of each product's category; -1 where it has none, which is never capped.
        available: Whether each product can be sold.
        given_back: Pairs of customer and product that came back: code of the one times the number
            of products plus code of the other.
    """

    length: int
    rest_days: int
    category_cap: int
    category: Ints
    available: NDArray[np.bool_]
    given_back: NDArray[np.int64]


@dataclass(frozen=True)
class Lists:
    """What some customers are recommended; -1 where a list is shorter.

    Attributes:
        customers: Places of the customers.
        repeat: Customers × places: products that she took before, the best first.
        new: The same of products that she never took.
        because: For each new product, which of her own speaks most for it.
    """

    customers: Ints
    repeat: NDArray[np.int64]
    new: NDArray[np.int64]
    because: NDArray[np.int64]


def ranked(views: Views, weights: Weights, rules: Rules, chosen: Ints) -> Iterator[Lists]:
    """The lists of the chosen customers, block by block."""
    fresh = views.bought.where(views.bought.days <= rules.rest_days)
    for block in views.blocks(chosen):
        scores = block.scores(weights)
        scores[:, ~rules.available] = -1
        _strike_out(scores, block, rules)
        rested = fresh.matrix(np.ones(len(fresh.product)), block.customers).toarray() > 0
        repeat = _listed(np.where(block.owned & ~rested, scores, -1), rules)
        new = _listed(np.where(block.owned, -1, scores), rules)
        yield Lists(block.customers, repeat, new, _because(views, block.customers, new))


def popular_list(views: Views, rules: Rules) -> NDArray[np.int64]:
    """What newcomers are recommended: what everybody takes of late."""
    scores = np.where(rules.available, views.popular, np.float32(-1))
    places = _listed(scores[np.newaxis, :], rules)[0]
    found: NDArray[np.int64] = places[places >= 0]
    return found


def _strike_out(scores: NDArray[np.float32], block: Block, rules: Rules) -> None:
    size = scores.shape[1]
    begin, end = np.searchsorted(
        rules.given_back, [int(block.customers[0]) * size, (int(block.customers[-1]) + 1) * size]
    )
    who, what = np.divmod(rules.given_back[begin:end], size)
    place = np.searchsorted(block.customers, who)
    here = block.customers[np.minimum(place, len(block.customers) - 1)] == who
    scores[place[here], what[here]] = -1


def _listed(scores: NDArray[np.float32], rules: Rules) -> NDArray[np.int64]:
    """The highest of each row, best first, no more of one category than allowed."""
    most = min(max(LEAST_LOOKED_AT, TIMES_LOOKED_AT * rules.length), scores.shape[1])
    firm = scores - np.linspace(0, 1e-6, scores.shape[1], dtype=np.float32)
    near = np.argpartition(-firm, most - 1, axis=1)[:, :most]
    near = np.take_along_axis(
        near, np.argsort(-np.take_along_axis(firm, near, axis=1), axis=1, kind="stable"), axis=1
    )
    fits = np.take_along_axis(scores, near, axis=1) > 0
    category = rules.category[near]
    if rules.category_cap:
        for place in range(most):
            same = (category[:, :place] == category[:, place : place + 1]) & fits[:, :place]
            full = (category[:, place] >= 0) & (same.sum(axis=1) >= rules.category_cap)
            fits[:, place] &= ~full
    order = np.argsort(~fits, axis=1, kind="stable")[:, : rules.length]
    found: NDArray[np.int64] = np.where(
        np.take_along_axis(fits, order, axis=1), np.take_along_axis(near, order, axis=1), NOBODY
    )
    return found


def _because(views: Views, customers: Ints, new: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which product of her own is nearest to each that is recommended."""
    own = views.bought.matrix(views.faded, customers)
    rows, places = np.nonzero(new >= 0)
    said = own[rows].multiply(views.speaking_for[new[rows, places]]).tocsr()
    found = np.full(new.shape, NOBODY, np.int64)
    if said.nnz:
        most = np.asarray(said.argmax(axis=1)).ravel()
        spoken = np.diff(said.indptr) > 0
        found[rows, places] = np.where(spoken, most, NOBODY)
    return found


def category_codes(categories: list[str | None]) -> Ints:
    """A number for each category; -1 for none."""
    names = {name: place for place, name in enumerate(sorted({it for it in categories if it}))}
    return np.array([names.get(it or "", NOBODY) for it in categories], np.int32)
