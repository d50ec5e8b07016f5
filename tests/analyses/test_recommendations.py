"""Recommendations on the simulated shop: products by name, reasons, and whom they are for."""

from __future__ import annotations

from datetime import date

import ibis
import pytest

from analyses.growth import simulated
from zhike.analyses.recommendations import Recommendations
from zhike.blocks import Text
from zhike.catalogue import customer_facts
from zhike.schema import Shop

DAY = date(2025, 7, 1)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulated(2500)[0]


def test_recommendations_name_products_and_their_reason(shop: Shop) -> None:
    found = Recommendations(as_of=DAY, length=3).run(shop)
    assert found.missing is None
    rows = found.members.to_pyarrow().to_pylist()
    assert len(rows) == found.numbers["customers"]
    reasons = [row for row in rows if row["new_1"] and row["because_1"]]
    assert reasons
    assert all(row["new_1"] != row["because_1"] for row in reasons)
    assert "new_4" not in rows[0]
    assert found.newcomers.num_rows == 3


def test_of_too_many_customers_those_who_bought_last_get_lists(shop: Shop) -> None:
    found = Recommendations(as_of=DAY, most_customers=500).run(shop)
    facts = customer_facts(shop, DAY)
    assert 400 < found.people <= 500 < found.everybody
    listed = facts.semi_join(found.members, "customer_id").last_on.min().to_pyarrow().as_py()
    later = facts.filter(facts.last_on >= ibis.literal(listed)).count().to_pyarrow().as_py()
    assert later == found.people
    assert any(isinstance(it, Text) and "bought last" in str(it.body) for it in found.blocks())
