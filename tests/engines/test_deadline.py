"""A question that takes longer than it may is stopped, and the engine answers the next one."""

from __future__ import annotations

import ibis
import pytest

from zhike.engines.duckdb import DuckDBEngine
from zhike.errors import UnavailableError


def test_a_question_without_end_is_stopped_and_the_next_is_answered() -> None:
    engine = DuckDBEngine()
    endless = ibis.range(0, 3_000_000).unnest().name("n").as_table()
    endless = endless.cross_join(endless.view()).aggregate(total=lambda t: (t.n * t.n_right).sum())
    with pytest.raises(UnavailableError, match="was stopped"), engine.within(0.1):
        engine.connection.execute(endless)
    with engine.within(60):
        assert engine.connection.execute(ibis.literal(7)) == 7
    engine.close()
