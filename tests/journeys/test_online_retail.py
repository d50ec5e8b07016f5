"""Online Retail II from the raw file to every score and cell, against queries of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from zhike.analyses import REGISTRY
from zhike.schema import Shop
from zhike.workspace import Workspace

pytestmark = pytest.mark.slow

# Five invoices take a discount back, and nothing else: that is money earned, as the total of all
# goods, vouchers, discounts and manual lines says.
LINES = """
CREATE TABLE lines AS
SELECT "Invoice"::varchar AS invoice, "InvoiceDate"::timestamp AS moment,
       regexp_replace("Customer ID"::varchar, '\\.0$', '') AS customer,
       round("Quantity" * "Price", 4)::decimal(18, 4) AS amount,
       CASE WHEN upper("StockCode"::varchar) IN ('DOT', 'POST', 'C2') THEN 'shipping'
            WHEN upper("StockCode"::varchar) IN ('AMAZONFEE', 'BANK CHARGES') THEN 'fee'
            WHEN upper("StockCode"::varchar) IN ('B', 'ADJUST', 'ADJUST2', 'S') THEN 'adjustment'
            WHEN upper("StockCode"::varchar) LIKE 'TEST%' THEN 'test'
            WHEN upper("StockCode"::varchar) = 'D' THEN 'discount'
            ELSE 'goods' END AS kind
FROM '{path}';
CREATE TABLE bought AS
SELECT invoice, any_value(customer) AS customer, min(moment)::date AS day,
       sum(amount) FILTER (kind IN ('goods', 'discount')) AS net
FROM lines WHERE invoice NOT LIKE 'C%'
GROUP BY invoice HAVING sum(amount) FILTER (kind = 'goods' OR kind = 'discount' AND amount > 0) > 0;
CREATE TABLE back AS
SELECT customer, moment::date AS day, -amount AS amount
FROM lines WHERE invoice LIKE 'C%' AND kind IN ('goods', 'discount');
CREATE TABLE facts AS
SELECT customer, min(day) AS first, max(day) AS last, count(*) AS frequency,
       sum(net) - coalesce((SELECT sum(amount) FROM back WHERE back.customer = b.customer), 0)
       AS monetary
FROM bought AS b WHERE customer IS NOT NULL GROUP BY customer;
"""

SCORES = """
WITH n AS (SELECT count(*) AS n FROM facts)
SELECT customer,
       1 + 5 * (rank() OVER (ORDER BY last) - 1) // n AS recency_score,
       1 + 5 * (rank() OVER (ORDER BY frequency) - 1) // n AS frequency_score,
       1 + 5 * (rank() OVER (ORDER BY monetary) - 1) // n AS monetary_score
FROM facts, n ORDER BY customer
"""

CELLS = """
WITH visits AS (
    SELECT DISTINCT customer, date_trunc('month', first) AS cohort,
           date_diff('month', first, day) AS period
    FROM bought JOIN facts USING (customer)
), size AS (SELECT cohort, count(*) AS size FROM visits WHERE period = 0 GROUP BY cohort)
SELECT strftime(cohort, '%Y-%m') AS cohort, period, size, count(*) AS customers
FROM visits JOIN size USING (cohort)
WHERE cohort + to_months((period + 1)::integer) <= (SELECT max(day) + 1 FROM bought)
GROUP BY ALL ORDER BY cohort, period
"""

WORTH = """
WITH moves AS (
    SELECT customer, day, net AS amount FROM bought
    UNION ALL SELECT customer, day, -amount FROM back
)
SELECT strftime(first, '%Y-%m') AS cohort, greatest(date_diff('month', first, day), 0) AS period,
       sum(amount)::double AS revenue
FROM moves JOIN facts USING (customer) GROUP BY ALL
"""


@pytest.fixture(scope="module")
def raw(real_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    path = real_data / "online_retail_ii" / "online_retail_II_2009_2010.parquet"
    connection.execute(LINES.replace("{path}", str(path)))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def shop(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    workspace = Workspace.create(tmp_path_factory.mktemp("online_retail"))
    workspace.add(real_data / "online_retail_ii" / "online_retail_II_2009_2010.parquet")
    workspace.run()
    return workspace.open_snapshot()


def test_money_over_all_days(shop: Shop) -> None:
    numbers = REGISTRY["overview"](period="all").run(shop).numbers
    assert numbers["net_revenue"] == pytest.approx(9_570_018.99, abs=0.01)
    assert numbers["shipping_amount"] == pytest.approx(168_894.35, abs=0.005)
    assert numbers["fee_amount"] == pytest.approx(-67_630.07, abs=0.005)
    assert numbers["adjustment_amount"] == pytest.approx(-132_002.14, abs=0.005)


def test_every_customer(shop: Shop, raw: duckdb.DuckDBPyConnection) -> None:
    wanted = raw.sql("SELECT * FROM facts ORDER BY customer").df()
    found = _scored(shop)
    assert found.customer_id.tolist() == wanted.customer.tolist()
    assert found.frequency.tolist() == wanted.frequency.tolist()
    assert found.first_on.astype(str).tolist() == wanted["first"].astype(str).tolist()
    assert found.last_on.astype(str).tolist() == wanted["last"].astype(str).tolist()
    assert found.monetary.astype(float).tolist() == pytest.approx(
        wanted.monetary.astype(float).tolist(), abs=1e-6
    )


def test_every_score(shop: Shop, raw: duckdb.DuckDBPyConnection) -> None:
    wanted, found = raw.sql(SCORES).df(), _scored(shop)
    for score in ("recency_score", "frequency_score", "monetary_score"):
        assert found[score].tolist() == wanted[score].tolist()


def test_every_cohort_cell(shop: Shop, raw: duckdb.DuckDBPyConnection) -> None:
    cells = REGISTRY["cohorts"]().run(shop).cells.to_pandas()
    wanted = raw.sql(CELLS).df()
    found = cells[cells.customers > 0][["cohort", "period", "size", "customers"]]
    assert found.to_numpy().tolist() == wanted.to_numpy().tolist()
    worth = raw.sql(WORTH).df().set_index(["cohort", "period"]).revenue
    for row in cells.itertuples():
        revenue = sum(worth.get((row.cohort, k), 0.0) for k in range(row.period + 1))
        assert row.cumulative_revenue == pytest.approx(revenue, abs=1e-4)


def test_anonymous_purchases_are_in_money_and_their_share_is_stated(
    shop: Shop, raw: duckdb.DuckDBPyConnection
) -> None:
    numbers = REGISTRY["overview"](period="all").run(shop).numbers
    known = raw.sql(
        "SELECT (SELECT sum(net) FROM bought WHERE customer IS NOT NULL)"
        " - (SELECT sum(amount) FROM back WHERE customer IS NOT NULL)"
    ).fetchall()[0][0]
    share = float(known) / numbers["net_revenue"]
    assert numbers["identified_share"] == pytest.approx(share, abs=1e-9)
    assert numbers["customers"] == raw.sql("SELECT count(*) FROM facts").fetchall()[0][0]


def test_new_and_returning_by_month(shop: Shop, raw: duckdb.DuckDBPyConnection) -> None:
    rows = REGISTRY["new_returning"]().run(shop).periods.to_pylist()
    found = {row["period"]: row for row in rows}
    for month, kind, customers, revenue in raw.sql(
        "SELECT strftime(day, '%Y-%m'),"
        " CASE WHEN strftime(day, '%Y-%m') <= strftime(first, '%Y-%m') THEN 'new'"
        " ELSE 'returning' END, count(DISTINCT customer) FILTER (is_purchase),"
        " sum(amount)::double"
        " FROM (SELECT customer, day, net AS amount, true AS is_purchase FROM bought"
        "       UNION ALL SELECT customer, day, -amount, false FROM back)"
        " JOIN facts USING (customer) GROUP BY ALL"
    ).fetchall():
        assert found[month][f"{kind}_customers"] == customers
        if kind == "new":  # refunds of customers without a purchase are with the returning ones
            assert found[month]["new_revenue"] == pytest.approx(revenue, abs=0.01)


def test_the_best_tenth_of_customers(shop: Shop, raw: duckdb.DuckDBPyConnection) -> None:
    spread = REGISTRY["concentration"]().run(shop).spreads["customers", "now"]
    worth = raw.sql(
        "SELECT greatest(sum(amount), 0)::double FROM ("
        " SELECT customer, day, net AS amount FROM bought"
        " UNION ALL SELECT customer, day, -amount FROM back)"
        " WHERE customer IS NOT NULL AND day > (SELECT max(day) FROM bought) - 365"
        " GROUP BY customer ORDER BY 1 DESC"
    ).fetchall()
    values = [row[0] for row in worth]
    assert spread.items == len(values)
    best = -(-len(values) // 10)
    assert spread.tops[10] == pytest.approx(sum(values[:best]) / sum(values))
    assert spread.hhi == pytest.approx(sum(it**2 for it in values) / sum(values) ** 2)


def test_who_bought_again_within_ninety_days(shop: Shop, raw: duckdb.DuckDBPyConnection) -> None:
    wanted = raw.sql(
        "WITH seconds AS (SELECT f.customer, first, min(day) FILTER (day > first) AS second"
        " FROM facts f JOIN bought USING (customer) GROUP BY ALL)"
        " SELECT avg((second - first <= 90 AND second IS NOT NULL)::int) FROM seconds"
        " WHERE (SELECT max(day) + 1 FROM bought) - first > 90"
    ).fetchall()[0][0]
    assert REGISTRY["nurture"]().run(shop).numbers["second_rate"] == pytest.approx(wanted)


def test_what_comes_back_is_told_by_product(shop: Shop) -> None:
    rows = REGISTRY["returns"]().run(shop).products.to_pylist()
    lights = next(row for row in rows if row["product"] == "WHITE CHERRY LIGHTS")
    assert lights["is_unusual"]
    assert lights["return_rate"] > 0.3


def _scored(shop: Shop) -> pd.DataFrame:
    rows = REGISTRY["rfm"]().run(shop).customers().to_pyarrow().to_pandas()
    return rows.sort_values("customer_id").reset_index(drop=True)
