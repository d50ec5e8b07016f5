"""The analyses of segments on Complete Journey, against plain SQL over its files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from zhike.analyses.loyalty import Loyalty
from zhike.analyses.segmentations import Segmentations
from zhike.catalogue import shop_from
from zhike.schema import Shop

BASKETS = """
SELECT basket_id::VARCHAR AS order_id, any_value(household_id)::VARCHAR AS customer_id,
       min(transaction_timestamp)::TIMESTAMP AS ordered_at, sum(sales_value) AS paid_amount
FROM '{folder}/transactions.parquet' GROUP BY 1 HAVING sum(sales_value) > 0
"""
HOUSEHOLDS = """
SELECT household_id::VARCHAR AS customer_id, age AS age_band, income AS income_band
FROM '{folder}/demographics.parquet'
"""


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "complete_journey"


@pytest.fixture(scope="module")
def groceries(folder: Path) -> Shop:
    return shop_from(
        orders=duckdb.sql(BASKETS.format(folder=folder)).to_arrow_table(),
        customers=duckdb.sql(HOUSEHOLDS.format(folder=folder)).to_arrow_table(),
        currency="USD",
    )


@pytest.mark.slow
def test_households_by_age_band(groceries: Shop, folder: Path) -> None:
    found = Segmentations(by="demographic").run(groceries).segments.to_pylist()
    wanted = duckdb.sql(
        f"""
        SELECT age, count(DISTINCT customer_id), sum(paid_amount)
        FROM ({BASKETS.format(folder=folder)})
        JOIN '{folder}/demographics.parquet' ON household_id::VARCHAR = customer_id
        GROUP BY 1 ORDER BY 3 DESC
        """
    ).fetchall()
    rows = [(row["segment"], row["customers"], row["revenue"]) for row in found]
    bought = [row for row in rows if row[0] != "unknown"]
    assert [row[:2] for row in bought][:4] == [row[:2] for row in wanted][:4]
    assert [row[2] for row in bought] == pytest.approx([row[2] for row in wanted])


@pytest.mark.slow
def test_nearly_every_household_buys_again(groceries: Shop, folder: Path) -> None:
    numbers = Loyalty().run(groceries).numbers
    again = duckdb.sql(
        f"""
        SELECT avg((baskets > 1)::INT)
        FROM (SELECT count(*) AS baskets FROM ({BASKETS.format(folder=folder)})
              GROUP BY customer_id)
        """
    ).fetchone()
    assert again is not None
    assert numbers["repeat_share"] == pytest.approx(again[0])
    assert numbers["repeat_share"] > 0.95
