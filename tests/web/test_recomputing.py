"""Answers with a reader's own settings are kept, take turns, and do not take for ever."""

from __future__ import annotations

import threading
import time

import pytest

from zhike.errors import UnavailableError
from zhike.web.published import Newest
from zhike.web.recomputing import MOST_WAITING, Recomputing
from zhike.workspace import Workspace


def test_the_same_question_is_computed_once(shop: Workspace) -> None:
    recomputing = Recomputing(Newest(shop.folder))
    first = recomputing.answer("abc", {"a_share": 0.6})
    assert recomputing.answer("abc", {"a_share": 0.6}) is first
    assert recomputing.answer("abc", {"a_share": 0.65}) is not first


def test_what_takes_too_long_is_stopped_and_says_so(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhike.engines.duckdb.STOPPING_SECONDS", 0.001)  # the shop is small
    recomputing = Recomputing(Newest(shop.folder), seconds=0.001)
    with pytest.raises(UnavailableError, match="was stopped") as refused:
        recomputing.answer("cohorts", {"unit": "week"})
    assert refused.value.code == "too_long"


def test_more_than_a_few_waiting_are_sent_away(shop: Workspace) -> None:
    recomputing = Recomputing(Newest(shop.folder))
    asking = [
        threading.Thread(target=recomputing.answer, args=("abc", {"a_share": 0.5 + step / 100}))
        for step in range(MOST_WAITING)
    ]
    with recomputing._turns.turn:  # nobody gets a turn as long as this test has it
        for thread in asking:
            thread.start()
        deadline = time.monotonic() + 30
        while recomputing._turns.places._value and time.monotonic() < deadline:
            time.sleep(0.01)
        with pytest.raises(UnavailableError, match="Too many"):
            recomputing.answer("abc", {"a_share": 0.7})
    for thread in asking:
        thread.join()
    assert recomputing.answer("abc", {"a_share": 0.7}).analysis == "abc"
