"""Customers drawn from known groups, as the model sees them, some at a time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from zhike.models.clusters.measures import Batches

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def planted(
    customers: int, groups: int, measures: int, apart: float, seed: int = 0
) -> tuple[Floats, Ints]:
    """Points around centres that are so many spreads from one another, and their groups.

    There are at most as many groups as measures: the centres are at right angles.
    """
    chance = np.random.default_rng(seed)
    ways, _ = np.linalg.qr(chance.standard_normal((measures, measures)))
    centres = ways[:groups] * apart / np.sqrt(2)
    truth = chance.integers(groups, size=customers)
    return centres[truth] + chance.standard_normal((customers, measures)), truth


def batches_of(points: Floats, worth: Floats | None = None, size: int = 1000) -> Batches:
    """Passes over the points, with ids of their own."""
    count = len(points)
    columns = {
        "customer_id": pa.array([f"c{at}" for at in range(count)]),
        "trials": pa.array(np.ones(count)),
        "worth": pa.array(np.zeros(count) if worth is None else worth),
        **{f"m{at}": pa.array(points[:, at]) for at in range(points.shape[1])},
    }
    table = pa.table(columns)
    return lambda: iter(table.to_batches(max_chunksize=size))


def codes_of(labels: pa.Table) -> Ints:
    """The groups as numbers from 0, in the order c0, c1, …"""
    places = [int(it[1:]) for it in labels["customer_id"].to_pylist()]
    codes = np.zeros(len(places), np.int64)
    codes[places] = [int(it) - 1 for it in labels["group"].to_pylist()]
    return codes
