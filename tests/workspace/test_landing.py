"""Batches are found by what people call them, and oldest come first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zhike.errors import WorkspaceError
from zhike.workspace.landing import Batch, LandingStore, Part, batch_id

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def keep(landing: LandingStore, sequence: int, file: str, content_hash: str) -> Batch:
    reading = {"signature": "s", "platform": "jd_orders", "grain": "order", "tables": []}
    part = Part(name=file, encoding="gbk", header=("a", "b"), rows_read=3, reading=reading)
    batch = Batch(
        id=batch_id(NOON, content_hash),
        sequence=sequence,
        file=file,
        path=f"/exports/{file}",
        content_hash=content_hash,
        added_at=NOON,
        landed_on="2024-03-01",
        parts=(part,),
    )
    draft = landing.draft()
    (draft / "0.parquet").write_bytes(b"records")
    landing.keep(batch, draft)
    return batch


@pytest.fixture
def landing(tmp_path: Path) -> LandingStore:
    store = LandingStore(tmp_path)
    keep(store, 2, "march.csv", "b" * 64)
    keep(store, 1, "february.csv", "a" * 64)
    keep(store, 10, "march.csv", "c" * 64)
    return store


def test_what_is_kept_is_read_back_in_the_order_of_adding(landing: LandingStore) -> None:
    batches = landing.batches()
    assert [batch.sequence for batch in batches] == [1, 2, 10]
    assert batches[0].parts[0].header == ("a", "b")
    assert batches[0].parts[0].feed == "jd_orders:order:s"
    assert batches[0].rows_read == 3
    assert landing.raw_path(batches[0].id, 0).read_bytes() == b"records"


def test_a_content_is_known_again(landing: LandingStore) -> None:
    found = landing.holding("a" * 64)
    assert found is not None
    assert found.file == "february.csv"
    assert landing.holding("d" * 64) is None


@pytest.mark.parametrize("wanted", ["february.csv", "/exports/february.csv", "20240301T120000-aa"])
def test_a_batch_is_found_by_its_id_its_beginning_or_its_file(
    landing: LandingStore, wanted: str
) -> None:
    assert landing.find(wanted).file == "february.csv"


@pytest.mark.parametrize("wanted", ["march.csv", "20240301", "april.csv", ""])
def test_none_or_several_is_a_sentence_that_names_them(landing: LandingStore, wanted: str) -> None:
    with pytest.raises(WorkspaceError) as fault:
        landing.find(wanted)
    assert "20240301T120000-bbbbbbbb" in str(fault.value)


def test_a_batch_taken_back_is_gone_and_a_draft_is_none(landing: LandingStore) -> None:
    landing.draft()
    landing.remove(landing.find("february.csv"))
    assert [batch.sequence for batch in landing.batches()] == [2, 10]
