"""The same explanation on every engine; only who is in which bucket differs."""

from __future__ import annotations

import pytest

from zhike.catalogue import Period
from zhike.datasets import planted_shop
from zhike.insights import explain


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["postgres", "spark"])
def test_an_explanation_is_the_same_on_every_engine(
    engine: str, request: pytest.FixtureRequest
) -> None:
    planted = planted_shop("region", seed=10_001, customers=1500)
    _, start, end = planted.months
    period = Period(start, end)
    there = explain(
        planted.shop(request.getfixturevalue(f"{engine}_engine")), metric="net_revenue",
        period=period,
    )  # fmt: skip
    here = explain(planted.shop(), period=period)
    assert there.numbers["change"] == pytest.approx(here.numbers["change"])
    for told, known in zip(there.drivers.to_pylist(), here.drivers.to_pylist(), strict=True):
        assert told["driver"] == known["driver"]
        assert told["amount"] == pytest.approx(known["amount"], abs=1e-6)
    members = {(row["dimension"], row["member"]): row for row in here.members.to_pylist()}
    for row in there.members.to_pylist():
        known = members[row["dimension"], row["member"]]
        for name in ("before", "after", "volume", "price", "mix", "refunds", "late"):
            assert row[name] == pytest.approx(known[name], abs=1e-6)
    assert list(there.blocks())
    first = there.told_causes()[0]
    assert (first.dimension, first.member, first.driver) == planted.plant
