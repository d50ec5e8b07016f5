"""A sample by lot that no order of rows changes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from zhike.models.clusters.sampling import keys_of, smallest

IDS = st.lists(st.text(max_size=12), max_size=30)


@given(IDS, st.integers(0, 5))
def test_a_key_depends_on_the_id_alone(ids: list[str], cut: int) -> None:
    whole = keys_of(pa.array(ids, pa.string()))
    rest = keys_of(pa.array(ids, pa.string()).slice(cut))
    assert rest.tolist() == whole[cut:].tolist()
    alone = [keys_of(pa.array([one], pa.large_string()))[0] for one in ids]
    assert whole.tolist() == alone


def test_keys_of_a_million_ids_are_all_different_and_even() -> None:
    keys = keys_of(pa.array(np.arange(1_000_000).astype(str)))
    assert len(np.unique(keys)) == len(keys)
    tenths = np.bincount((keys >> np.uint64(32)) * np.uint64(10) >> np.uint64(32))
    assert (np.abs(tenths - 100_000) < 1500).all()  # five standard deviations


def test_the_sample_is_the_same_in_every_order_and_cut() -> None:
    ids = np.arange(9000).astype(str)
    rows = np.arange(9000.0)[:, None]
    mixed = np.random.default_rng(0).permutation(9000)

    def pieces(order: np.ndarray, size: int) -> list[tuple[pa.Array, np.ndarray]]:
        return [
            (pa.array(ids[order[at : at + size]]), rows[order[at : at + size]])
            for at in range(0, len(order), size)
        ]

    one, count = smallest(pieces(np.arange(9000), 9000), 200)
    other, _ = smallest(pieces(mixed, 130), 200)
    assert count == 9000
    assert one.tolist() == other.tolist()
    assert len(one) == 200
    assert abs(one.mean() - 4500) < 4 * 9000 / np.sqrt(12 * 200)
