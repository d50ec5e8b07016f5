"""Returns against plain SQL, and products against what was planted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses.returns import Returns
from zhike.analyses.returns_unusual import products_table, unusual_cells
from zhike.catalogue import lacking, metrics_of, shop_from
from zhike.catalogue.periods import Period
from zhike.datasets import corner_shop
from zhike.engines import Engine
from zhike.schema import Shop

PRODUCTS = """
WITH lines AS (
  SELECT k.order_id, product_id, amount::DOUBLE amount,
         k.order_id IN (SELECT order_id FROM whole) gone
  FROM kept k JOIN order_lines USING (order_id)
  WHERE kind = 'goods' AND product_id IS NOT NULL),
single AS (
  SELECT product_id, count(DISTINCT order_id) n, sum(amount) amount FROM net_back
  WHERE product_id IS NOT NULL GROUP BY 1)
SELECT l.product_id, count(*), sum(gone::INT) + coalesce(any_value(n), 0),
       sum(CASE WHEN gone THEN l.amount ELSE 0 END) + coalesce(any_value(s.amount), 0)
FROM lines l LEFT JOIN single s ON s.product_id = l.product_id GROUP BY 1
"""


@pytest.fixture(scope="module")
def shop_and_raw() -> tuple[Shop, Raw]:
    shop, tables = simulated(1500)
    return shop, Raw(tables)


def test_every_product_is_what_sql_counts(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = {row["product_id"]: row for row in Returns(as_of=DAY).run(shop).products.to_pylist()}
    wanted = raw.rows(PRODUCTS)
    assert len(found) == len(wanted)
    for product, lines, back, amount in wanted:
        assert (found[product]["lines"], found[product]["returned"]) == (lines, back)
        assert found[product]["amount"] == pytest.approx(amount, abs=1e-6)


def test_every_channel_is_what_sql_counts(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = Returns(as_of=DAY).run(shop).channels.to_pylist()
    wanted = raw.rows(
        "SELECT channel, count(*), count(*) FILTER (order_id IN (SELECT order_id FROM back)),"
        " sum(paid) FROM kept GROUP BY 1"
    )
    assert {it["channel"]: (it["orders"], it["returned"]) for it in found} == {
        channel: (orders, back) for channel, orders, back, _ in wanted
    }
    assert sum(it["amount"] for it in found) == pytest.approx(
        raw.one("SELECT sum(amount) FROM back")
    )


def test_delays_and_ways_are_what_sql_counts(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    numbers = Returns(as_of=DAY).run(shop).numbers
    assert numbers["refunds"] == raw.one("SELECT count(*) FROM back")
    assert numbers["refund_amount"] == pytest.approx(raw.one("SELECT sum(amount) FROM back"))
    assert numbers["median_delay_days"] == raw.one(
        "SELECT quantile_disc(dated_on - ordered_on, 0.5) FROM back"
    )
    assert numbers["refund_only_share"] == pytest.approx(
        raw.one("SELECT avg((NOT goods_returned)::INT) FROM back WHERE goods_returned IS NOT NULL")
    )


def test_months_are_the_refund_rate_of_the_catalogue(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, _ = shop_and_raw
    for row in Returns(as_of=DAY).run(shop).months.to_pylist()[-3:]:
        period = Period.parse(row["month"], as_of=DAY)
        metrics = metrics_of(shop, {"it": period}, DAY).to_pylist()[0]
        assert row["return_rate"] == pytest.approx(metrics["refund_rate"])


def test_every_customer_is_what_sql_counts(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    rows = Returns(as_of=DAY).run(shop).customers().to_pyarrow().to_pylist()
    wanted = raw.rows(
        "SELECT customer_id, count(*),"
        " count(*) FILTER (order_id IN (SELECT order_id FROM back))"
        " FROM kept WHERE customer_id IS NOT NULL GROUP BY 1"
    )
    assert {it["customer_id"]: (it["orders"], it["returned"]) for it in rows} == {
        customer: (orders, back) for customer, orders, back in wanted
    }


def _products(lines: list[int], back: list[int]) -> pa.Table:
    names = [f"p{place}" for place in range(len(lines))]
    return pa.table(
        {
            "product_id": names,
            "lines": lines,
            "returned": back,
            "amount": [10.0 * it for it in back],
            "product": names,
            "category": ["c"] * len(names),
        }
    )


def test_a_product_with_doubled_returns_is_marked_and_tops_the_list() -> None:
    random = np.random.default_rng(8)
    lines = [500] * 60 + [3] * 60
    back = [int(random.binomial(number, 0.05)) for number in lines]
    back[11] = 50  # 10 % of 500
    rows = products_table(_products(lines, back)).to_pylist()
    assert rows[0]["product_id"] == "p11"
    assert [row["product_id"] for row in rows if row["is_unusual"]] == ["p11"]
    assert rows[0]["excess_amount"] == pytest.approx(10 * (50 - 500 * sum(back) / sum(lines)))


def test_products_that_differ_by_chance_alone_are_not_marked() -> None:
    marked = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        back = [int(random.binomial(400, 0.04)) for _ in range(80)]
        marked += any(products_table(_products([400] * 80, back))["is_unusual"].to_pylist())
    assert marked <= 5


def test_a_customer_who_sends_everything_back_is_marked() -> None:
    cells = pa.table(
        {
            "orders": [1, 1, 10, 10, 10],
            "returned": [0, 1, 0, 1, 9],
            "customers": [5000, 200, 800, 300, 1],
            "amount": [0.0, 2000.0, 0.0, 3000.0, 900.0],
        }
    )
    marked = unusual_cells(cells).filter(unusual_cells(cells)["is_unusual"])
    assert marked.select(["orders", "returned"]).to_pylist() == [{"orders": 10, "returned": 9}]


def test_a_refund_without_a_date_has_no_delay() -> None:
    rows = {"customer_id": ["a", "b"], "ordered_at": ["2024-03-05"] * 2, "paid_amount": [9.0, 8.0]}
    orders = pa.table({**rows, "order_id": ["1", "2"], "status": ["refunded", "completed"]})
    found = Returns().run(shop_from(orders=orders))
    assert found.numbers["refunds"] == 1
    assert found.numbers["median_delay_days"] is None


def test_refunds_without_a_link_count_for_product_and_customer() -> None:
    orders = {
        "order_id": ["1", "1", "2"],
        "customer_id": ["a", "a", "a"],
        "ordered_at": ["2024-03-05"] * 3,
        "paid_amount": [9.0, 8.0, 9.0],
        "product_id": ["tea", "cup", "tea"],
    }
    refunds = {
        "refund_id": ["C1", "C2"],
        "customer_id": ["a", None],
        "product_id": ["tea", "cup"],
        "refunded_on": [date(2024, 3, 6), date(2024, 4, 1)],
        "amount": [9.0, 8.0],
    }
    shop = shop_from(orders=pa.table(orders), refunds=pa.table(refunds), as_of=date(2024, 3, 20))
    found = Returns().run(shop)
    rows = {row["product_id"]: row["returned"] for row in found.products.to_pylist()}
    assert rows == {"tea": 1, "cup": 0}  # the second refund is of a later day
    members = found.customers().to_pyarrow().to_pylist()
    assert [(row["orders"], row["returned"]) for row in members] == [(2, 1)]


def test_without_refunds_it_says_what_to_add(duckdb_engine: Engine) -> None:
    whole = corner_shop(duckdb_engine)
    shop = Shop(duckdb_engine, {"orders": whole["orders"]}, as_of=date(2025, 1, 1), currency="CNY")
    assert str(lacking(Returns, shop)) == "This needs Refunds. Add a file that holds them."
    found = Returns().run(shop)
    assert found.numbers["refunds"] == 0
    assert found.customers().count().to_pyarrow().as_py() == 3
