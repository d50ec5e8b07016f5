"""All customers in groups: chosen and fitted on a sample, refined and labelled in a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.i18n import LazyText, lazy
from zhike.models.clusters.choosing import SEED, Choice, chosen
from zhike.models.clusters.kmeans import kmeans, lloyd, nearest, refined
from zhike.models.clusters.measures import Batches, matrix_of
from zhike.models.clusters.sampling import smallest
from zhike.models.clusters.scaling import Kind, Scale

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_CUSTOMERS = 100
LEAST_MEASURES = 2
SAMPLED = 50_000
FRESH_STARTS = 3


@dataclass(frozen=True)
class Grouping:
    """Groups of customers, those worth most a customer first.

    Attributes:
        measures: What tells customers apart [d].
        scale: How measures are brought to one scale.
        choice: The number of groups, and why.
        centres: Of each group, on that scale [k, d].
        counts: Customers of each group [k].
        worth: What a customer of each group is worth on average [k].
        labels: One row a customer: `customer_id`, and `group` from "1".
    """

    measures: tuple[str, ...]
    scale: Scale
    choice: Choice
    centres: Floats
    counts: Ints
    worth: Floats
    labels: pa.Table

    @property
    def differences(self) -> Floats:
        """How far each group is from the mean of all, in spreads of all customers [k, d]."""
        shares = self.counts / self.counts.sum()
        return np.asarray(self.centres - shares @ self.centres)


def grouped(batches: Batches, kinds: Mapping[str, Kind], groups: int = 0) -> Grouping | LazyText:
    """Customers in groups, or the sentence that says why there are none.

    No group depends on the order in which customers come.

    Args:
        batches: As `streamed` gives them.
        kinds: The measures and what they are like.
        groups: How many; 0 lets the data say.
    """
    names = [*kinds, "trials"]
    rows, count = smallest(((it["customer_id"], matrix_of(it, names)) for it in batches()), SAMPLED)
    if count < LEAST_CUSTOMERS:
        return lazy(
            "Groups need at least {needed} customers who bought; there are {found}.",
            needed=LEAST_CUSTOMERS,
            found=count,
        )
    scale = Scale.of(rows[:, :-1], rows[:, -1], tuple(kinds.values()))
    points = scale.scaled(rows[:, :-1], rows[:, -1])
    if len(scale.telling) < LEAST_MEASURES or len(np.unique(points, axis=0)) <= max(groups, 2):
        return lazy("The customers buy too much alike to be parted into groups.")
    choice = chosen(points, groups)
    centres = _fitted(points, choice)
    if count > len(points):
        centres = refined(lambda: _scaled(batches, names, scale), centres)
    return _labelled(batches, names, scale, choice, centres)


def _fitted(points: Floats, choice: Choice) -> Floats:
    """The centres of the whole sample: from those that were chosen, or fresh ones if better."""
    found = choice.fit.centres
    chance = np.random.default_rng([SEED, 0])
    fits = lloyd(points, found), kmeans(points, len(found), chance, FRESH_STARTS)
    return min(fits, key=lambda fit: fit.inertia).centres


def _scaled(batches: Batches, names: list[str], scale: Scale) -> Iterator[Floats]:
    for batch in batches():
        rows = matrix_of(batch, names)
        yield scale.scaled(rows[:, :-1], rows[:, -1])


def _labelled(
    batches: Batches, names: list[str], scale: Scale, choice: Choice, centres: Floats
) -> Grouping:
    """Everybody in the nearest group, and the groups in the order of what they are worth."""
    groups = len(centres)
    ids, labels = list[pa.Array](), list[NDArray[np.int8]]()
    counts, sums = np.zeros(groups, np.int64), np.zeros(groups)
    for batch in batches():
        rows = matrix_of(batch, [*names, "worth"])
        found, _ = nearest(scale.scaled(rows[:, :-2], rows[:, -2]), centres)
        ids.append(batch["customer_id"])
        labels.append(found.astype(np.int8))
        counts += np.bincount(found, minlength=groups)
        sums += np.bincount(found, weights=rows[:, -1], minlength=groups)
    worth = sums / np.maximum(counts, 1)
    order = np.lexsort((*centres.T, -np.round(worth, 6)))
    order = order[counts[order] > 0]
    codes = np.full(groups, -1, np.int8)
    codes[order] = np.arange(len(order))
    numbers = pa.array([str(at + 1) for at in range(len(order))], pa.string())
    return Grouping(
        measures=tuple(names[at] for at in scale.telling),
        scale=scale,
        choice=choice,
        centres=centres[order],
        counts=counts[order],
        worth=worth[order],
        labels=pa.table(
            {
                "customer_id": pa.chunked_array(ids, pa.string()),
                "group": numbers.take(pa.array(codes[np.concatenate(labels)])),
            }
        ),
    )
