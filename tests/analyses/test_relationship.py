"""Silence against the usual gap, by hand and by plain loops."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from analyses.segment_shop import DAY, known, reference, shop
from zhike.analyses.relationship import Relationship
from zhike.catalogue import stage_thresholds
from zhike.datasets import corner_shop

CUTS = (1.5, 2.5)


def _gaps() -> dict[str, list[int]]:
    gaps = {}
    for customer, days in reference().days.items():
        before = sorted({day for day in days if day < DAY})
        gaps[customer] = [(after - day).days for day, after in pairwise(before)]
    return gaps


def test_the_corner_shop_by_hand() -> None:
    result = Relationship().run(corner_shop())
    rows = {row["customer_id"]: row for row in result.customers().to_pyarrow().to_pylist()}
    assert result.typical_gap_days == (35 + 125 + 251) / 3
    assert rows["ann"]["usual_gap_days"] == (35 + 125 + 137) / 3
    assert rows["bob"]["usual_gap_days"] == 137
    assert {name: row["level"] for name, row in rows.items()} == {
        "ann": "cooling", "bob": "lost", "cho": "close",
    }  # fmt: skip


def test_levels_agree_with_plain_loops() -> None:
    result = Relationship(as_of=DAY, cuts=CUTS).run(shop())
    gaps = _gaps()
    every = [days for own in gaps.values() for days in own]
    typical = sum(every) / len(every)
    assert result.typical_gap_days == pytest.approx(typical)
    limit = stage_thresholds(shop(), DAY).lost_after_days
    levels: Counter[str] = Counter()
    for customer, own in gaps.items():
        silence = known().recency[customer]
        ratio = silence / ((sum(own) + typical) / (len(own) + 1))
        far = "lost" if silence > limit else "at_risk"
        levels["close" if ratio <= CUTS[0] else "cooling" if ratio <= CUTS[1] else far] += 1
    assert dict(levels) == {row["level"]: row["customers"] for row in result.levels.to_pylist()}
    assert sum(levels.values()) == len(gaps)


def test_past_silences_are_held_against_the_other_gaps() -> None:
    result = Relationship(as_of=DAY, cuts=CUTS).run(shop())
    gaps = _gaps()
    every = [days for own in gaps.values() for days in own]
    typical = sum(every) / len(every)
    wanted = []
    for cut in CUTS:
        ended = sum(
            days > cut * (sum(own) - days + typical) / len(own)
            for own in gaps.values()
            for days in own
        )
        going = sum(
            known().recency[customer] > cut * (sum(own) + typical) / (len(own) + 1)
            for customer, own in gaps.items()
        )
        wanted.append((ended + going, ended))
    found = [(row["silences"], row["came_back"]) for row in result.returns.to_pylist()]
    assert found == wanted


def test_a_level_leads_to_its_customers() -> None:
    result = Relationship(as_of=DAY).run(shop())
    for row in result.levels.to_pylist():
        members = result.customers(level=row["level"]).to_pyarrow()
        assert members.num_rows == row["customers"]
        amounts = [float(it) for it in members["amount_last_365_days"].to_pylist()]
        assert sum(amounts) == pytest.approx(row["yearly_amount"])
        assert amounts == sorted(amounts, reverse=True)
