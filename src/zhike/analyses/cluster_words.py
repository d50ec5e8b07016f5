"""Words for groups of customers: what sets each apart, and what the tables of them show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zhike.blocks import Column
from zhike.catalogue.traits import TRAITS
from zhike.i18n import LazyText, lazy
from zhike.models.clusters import MEASURES

APART = 0.5
"""Spreads from the mean of all from which a difference is named; Cohen's medium effect."""
HARDLY_APART = 0.2
MOST_NAMED = 2

MORE: dict[str, LazyText] = {
    "recency_days": lazy("silent for long"),
    "tenure_days": lazy("customers for long"),
    "frequency": lazy("buy often"),
    "average_order_value": lazy("large orders"),
    "discount_share": lazy("buy at a discount"),
    "weekend_share": lazy("buy on weekends"),
    "refund_rate": lazy("give much back"),
}
LESS: dict[str, LazyText] = {
    "recency_days": lazy("bought lately"),
    "tenure_days": lazy("new customers"),
    "frequency": lazy("have bought once or seldom"),
    "average_order_value": lazy("small orders"),
    "discount_share": lazy("pay full prices"),
    "weekend_share": lazy("buy on working days"),
    "refund_rate": lazy("give hardly anything back"),
}
_TRAIT = {trait.name: trait for trait in TRAITS}
MEANS: tuple[Column, ...] = tuple(
    Column(name=name, label=_TRAIT[name].label, format=_TRAIT[name].format)
    for name in (*MEASURES, "monetary")
)
"""Means of a group, as they are shown."""
TRIED = (
    Column(name="groups", label=lazy("Number of groups"), format="count"),
    Column(name="silhouette", label=lazy("How far apart (silhouette)"), format="number"),
    Column(name="cloud", label=lazy("The same where there are no groups"), format="number"),
    Column(name="stability", label=lazy("How alike when found again"), format="number"),
)
"""How each number of groups did."""


def group_names(measures: tuple[str, ...], differences: NDArray[np.float64]) -> dict[str, LazyText]:
    """The groups' codes and names, by what sets each apart most from all customers.

    Args:
        measures: What tells customers apart [d].
        differences: From the mean of all, in spreads [k, d].

    Examples:
        >>> names = group_names(("frequency", "recency_days"), np.array([[1.8, -0.7], [-0.1, 0.1]]))
        >>> [str(name) for name in names.values()]
        ['1: buy often, bought lately', '2: close to the average']
    """
    return {
        str(at + 1): lazy("{number}: {words}", number=at + 1, words=_apart(measures, row))
        for at, row in enumerate(differences)
    }


def _apart(measures: tuple[str, ...], row: NDArray[np.float64]) -> LazyText:
    order = np.argsort(-np.abs(row), kind="stable")
    named = [at for at in order[:MOST_NAMED] if abs(row[at]) >= APART] or list(order[:1])
    if abs(row[named[0]]) < HARDLY_APART:
        return lazy("close to the average")
    words = [(MORE if row[at] > 0 else LESS)[measures[at]] for at in named]
    if len(words) == 1:
        return words[0]
    return lazy("{first}, {second}", first=words[0], second=words[1])
