"""Customers are filtered and sorted as people write it, and a misspelling is pointed out."""

from __future__ import annotations

import ibis
import pytest

from zhike.errors import ParameterError
from zhike.workspace.lists import listed

ROWS = ibis.memtable(
    {
        "customer_id": ["c", "a", "b", "d"],
        "segment": ["best", "lost", "best", None],
        "monetary": [5.0, 70.0, 5.0, 1.0],
        "last_on": ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"],
        "is_new": [True, False, False, True],
    }
).mutate(last_on=ibis._.last_on.cast("date"))


def ids(**asked: object) -> list[str]:
    rows: list[str] = listed(ROWS, **asked).to_pyarrow()["customer_id"].to_pylist()  # type: ignore[arg-type]
    return rows


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (["segment=best"], "bc"),
        (["segment = best", "monetary<=5"], "bc"),
        (["segment!=best"], "a"),
        (["monetary>5"], "a"),
        (["last_on>=2024-03-01"], "bd"),
        (["last_on<2024-02-01"], "c"),
        (["is_new=true"], "cd"),
        (["segment=nobody's"], ""),
    ],
)
def test_conditions_keep_those_who_meet_all(where: list[str], found: str) -> None:
    assert sorted(ids(where=where)) == list(found)


def test_the_largest_come_first_and_equals_follow_by_customer() -> None:
    assert ids(sort="-monetary") == ["a", "b", "c", "d"]
    assert ids(sort="monetary", limit=2) == ["d", "b"]


@pytest.mark.parametrize(
    "asked",
    [
        {"where": ["segmnt=best"]},
        {"where": ["segment"]},
        {"where": ["monetary>much"]},
        {"where": ["last_on=yesterday"]},
        {"where": ["is_new=perhaps"]},
        {"sort": "-money"},
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        ids(**asked)
