"""Loyalty, against a count over the raw rows."""

from __future__ import annotations

import pyarrow as pa
import pytest

from analyses.segment_shop import DAY, known, shop
from zhike.analyses.loyalty import Loyalty
from zhike.datasets import corner_shop
from zhike.schema import Shop


def test_the_headline_numbers() -> None:
    numbers = Loyalty(as_of=DAY).run(shop()).numbers
    people = known()
    buyers, loyal = people[people.frequency > 0], people[people.stage == "loyal"]
    again = buyers[buyers.frequency > 1]
    assert len(loyal) > 5
    assert numbers == pytest.approx(
        {
            "customers": len(buyers),
            "repeat_share": len(again) / len(buyers),
            "repeat_revenue_share": again.monetary.sum() / buyers.monetary.sum(),
            "loyal": len(loyal),
            "loyal_share": len(loyal) / len(buyers),
            "loyal_revenue": loyal.monetary.sum(),
            "loyal_revenue_share": loyal.monetary.sum() / buyers.monetary.sum(),
            "mean_tenure_days": buyers.tenure.mean(),
            "loyal_tenure_days": loyal.tenure.mean(),
            "wallet_share": None,
        }
    )


def test_tenures_part_the_buyers() -> None:
    result = Loyalty(as_of=DAY).run(shop())
    rows = {row["tenure"]: row for row in result.tenures.to_pylist()}
    buyers = known()[known().frequency > 0]
    year = buyers[(buyers.tenure > 90) & (buyers.tenure <= 365)]
    assert rows["365"]["customers"] == len(year)
    assert rows["365"]["repeat_share"] == pytest.approx((year.frequency > 1).mean())
    assert sum(row["customers"] for row in rows.values()) == len(buyers)
    assert result.customers().count().to_pyarrow().as_py() == (known().stage == "loyal").sum()


def test_the_share_of_wallet_is_of_those_who_told() -> None:
    shop = corner_shop()
    own = pa.table({"customer_id": ["ann", "bob", "dan"], "wallet_amount": [1000.0, 100.0, 50.0]})
    tables = {**shop.tables, "custom_fields": shop.engine.load("own", own)}
    result = Loyalty().run(Shop(shop.engine, tables, as_of=shop.as_of))
    assert result.wallet_share == pytest.approx((420 + 50) / 1100)
    assert any(getattr(block, "name", "") == "wallet_share" for block in result.blocks())
