"""Regions against plain SQL, and potentials against what was planted."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses.region_potential import potential_of
from zhike.analyses.regions import Regions
from zhike.catalogue import lacking, shop_from
from zhike.schema import Shop

YEAR = DAY - timedelta(365)
SUMS = f"""
WITH year AS (
  SELECT customer_id, sum(n) orders, sum(x) revenue FROM (
    SELECT customer_id, 1 n, net x FROM bought WHERE ordered_on >= DATE '{YEAR}'
    UNION ALL SELECT customer_id, 0, -amount FROM net_back WHERE refunded_on >= DATE '{YEAR}')
  WHERE customer_id IS NOT NULL GROUP BY 1)
SELECT LEVEL, count(*), count(first_on), sum(CASE WHEN orders > 0 THEN 1 ELSE 0 END),
       coalesce(sum(orders), 0), coalesce(sum(revenue), 0)
FROM customers LEFT JOIN firsts USING (customer_id) LEFT JOIN year USING (customer_id)
WHERE LEVEL IS NOT NULL GROUP BY 1
"""


@pytest.fixture(scope="module")
def shop_and_raw() -> tuple[Shop, Raw]:
    shop, tables = simulated()
    return shop, Raw(tables)


@pytest.mark.parametrize("level", ["province", "city"])
def test_every_region_is_what_sql_counts(shop_and_raw: tuple[Shop, Raw], level: str) -> None:
    shop, raw = shop_and_raw
    found = {
        row["region"]: row for row in Regions(as_of=DAY, level=level).run(shop).regions.to_pylist()
    }
    wanted = raw.rows(SUMS.replace("LEVEL", level))
    assert len(found) == len(wanted)
    for region, known, buyers, customers, orders, revenue in wanted:
        row = found[region]
        assert (row["known"], row["buyers"], row["customers"]) == (known, buyers, customers)
        assert row["orders"] == orders
        assert row["revenue"] == pytest.approx(revenue, abs=1e-6)


def test_customers_of_a_region_are_given_back(shop_and_raw: tuple[Shop, Raw]) -> None:
    found = Regions(as_of=DAY).run(shop_and_raw[0])
    for row in found.regions.to_pylist()[:5]:
        members = found.customers(region=row["region"])
        assert members.count().to_pyarrow().as_py() == row["known"]


def _sums(sizes: list[int], means: list[float], names: list[str], seed: int = 3) -> pa.Table:
    random = np.random.default_rng(seed)
    spends = [random.gamma(2, mean / 2, size) for size, mean in zip(sizes, means, strict=True)]
    return pa.table(
        {
            "region": names,
            "known": sizes,
            "buyers": sizes,
            "customers": sizes,
            "orders": sizes,
            "revenue": [float(it.sum()) for it in spends],
            "revenue_before": [0.0] * len(sizes),
            "spent": [float(it.sum()) for it in spends],
            "squares": [float((it**2).sum()) for it in spends],
        }
    )


def test_a_planted_gap_is_the_largest_potential_and_a_tiny_region_is_none() -> None:
    names = [f"r{place}" for place in range(10)] + ["poor", "tiny"]
    sizes = [3000] * 11 + [2]
    means = [100.0] * 10 + [60.0, 1.0]
    found = potential_of(_sums(sizes, means, names), "city")
    rows = {row["region"]: row for row in found.rows.to_pylist()}
    best = max(rows.values(), key=lambda row: row["spend_potential"])
    assert best["region"] == "poor"
    assert best["spend_potential"] == pytest.approx(3000 * 40, rel=0.15)
    assert rows["tiny"]["expected_per_customer"] > 50


def test_regions_that_differ_by_chance_alone_have_little_potential() -> None:
    names = [f"r{place}" for place in range(30)]
    found = potential_of(_sums([40] * 30, [100.0] * 30, names), "city")
    potential = sum(found.rows["spend_potential"].to_pylist())
    assert potential < 0.05 * sum(found.rows["revenue"].to_pylist())


def test_missing_customers_of_a_province_come_from_the_census() -> None:
    names = ["广东省", "浙江", "Jiangsu", "河南"]
    people = np.array([126_012_510, 64_567_588, 84_748_016, 99_365_519])
    buyers = (people / 100_000 * np.array([10, 10, 10, 5])).astype(int).tolist()
    found = potential_of(_sums(buyers, [100.0] * 4, names), "province")
    rows = {row["region"]: row for row in found.rows.to_pylist()}
    assert rows["Jiangsu"]["inhabitants"] == 84_748_016
    assert found.usual_reach == pytest.approx(10, rel=0.01)
    assert rows["河南"]["missing_customers"] == pytest.approx(5 * 99_365_519 / 100_000, rel=0.01)
    assert rows["广东省"]["missing_customers"] == pytest.approx(0, abs=20)


def test_customers_without_any_address_are_told_what_to_add() -> None:
    orders = {"customer_id": ["a"], "ordered_at": ["2024-03-05"], "paid_amount": [9.9]}
    shop = shop_from(orders=pa.table(orders), customers=pa.table({"customer_id": ["a"]}))
    assert "any one of them" in str(lacking(Regions, shop))
    assert Regions().run(shop).regions.num_rows == 0
