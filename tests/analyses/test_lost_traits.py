"""Who is lost more often, against a count over the raw rows."""

from __future__ import annotations

import pytest

from analyses.segment_shop import DAY, known, shop
from zhike.analyses.lost_traits import LostTraits
from zhike.catalogue import stage_thresholds
from zhike.datasets import corner_shop


def test_only_those_who_could_be_lost_are_looked_at() -> None:
    result = LostTraits(as_of=DAY).run(shop())
    limit = stage_thresholds(shop(), DAY).lost_after_days
    old = known()[known().tenure > limit]
    lost = old[old.stage == "lost"]
    assert result.numbers == {
        "customers": len(old),
        "lost": len(lost),
        "lost_rate": pytest.approx(len(lost) / len(old)),
        "lost_amount": pytest.approx(lost.monetary.sum()),
    }
    assert result.customers().count().to_pyarrow().as_py() == len(lost)


def test_rates_excess_and_money_of_a_trait() -> None:
    result = LostTraits(as_of=DAY, lost_after_days=120).run(shop())
    old = known()[known().tenure > 120]
    lost = old[old.recency > 120]
    overall = len(lost) / len(old)
    rows = {(row["trait"], row["value"]): row for row in result.rates.to_pylist()}
    for level, group in old.groupby("level"):
        gone = lost[lost.level == level]
        row = rows["level", level]
        assert row["lost_rate"] == pytest.approx(len(gone) / len(group))
        assert row["excess"] == pytest.approx(len(gone) - overall * len(group))
        assert row["amount"] == pytest.approx(row["excess"] * gone.monetary.mean())
        found = result.customers(level=level).count().to_pyarrow().as_py()
        assert found == row["lost"] == len(gone)


def test_excesses_of_a_trait_add_up_to_nothing() -> None:
    result = LostTraits(as_of=DAY).run(shop())
    for trait in ("level", "province", "stage"):
        rows = [row for row in result.rates.to_pylist() if row["trait"] == trait]
        assert sum(row["excess"] for row in rows) == pytest.approx(0, abs=1e-9)


def test_nobody_is_lost_where_nobody_came_back() -> None:
    result = LostTraits(lost_after_days=3650).run(corner_shop())
    assert result.numbers["customers"] == 0
    assert not list(result.findings())


def test_traits_that_follow_from_being_lost_are_left_out() -> None:
    result = LostTraits(as_of=DAY).run(shop())
    assert not {"recency_days", "stage"} & set(result.traits["trait"].to_pylist())
