"""What is known about each customer, by hand and against plain SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from zhike.catalogue import shop_from
from zhike.catalogue.behaviour import customer_behaviour
from zhike.catalogue.traits import customer_traits, traits_of
from zhike.datasets import Simulated, corner_shop, simulate
from zhike.engines import Engine
from zhike.schema import Shop

AS_OF = date(2025, 6, 1)

PLAIN_SQL = """
WITH accepted AS (
    SELECT * FROM orders
    WHERE ordered_on < $day AND status IN ('paid', 'shipped', 'completed', 'refunded')
      AND NOT is_test AND NOT is_brushing AND customer_id IS NOT NULL AND gross_amount > 0
), back AS (
    SELECT order_id, sum(amount) AS amount FROM refunds
    WHERE kind IN ('goods', 'voucher', 'discount')
      AND (refunded_on IS NULL OR refunded_on < $day) GROUP BY 1
), judged AS (
    SELECT a.*, coalesce(b.amount, 0) AS back,
           coalesce(b.amount, 0) < a.gross_amount - a.discount_amount - 0.005 AS kept
    FROM accepted a LEFT JOIN back b USING (order_id)
), bought AS (SELECT * FROM judged WHERE kept),
uses AS (
    SELECT customer_id, channel, count(*) AS n, min(ordered_at) AS began
    FROM bought WHERE channel IS NOT NULL GROUP BY ALL
), tastes AS (
    SELECT customer_id, category, count(*) AS n, min(ordered_on) AS began
    FROM bought JOIN order_lines l USING (order_id) JOIN products p USING (product_id)
    WHERE l.kind = 'goods' AND category IS NOT NULL GROUP BY ALL
), returned AS (
    SELECT customer_id, sum(back) / sum(gross_amount - discount_amount) AS rate
    FROM judged GROUP BY 1
)
SELECT b.customer_id,
       (SELECT channel FROM uses u WHERE u.customer_id = b.customer_id
        ORDER BY n DESC, channel LIMIT 1) AS channel,
       (SELECT channel FROM uses u WHERE u.customer_id = b.customer_id
        ORDER BY began, channel LIMIT 1) AS first_channel,
       (SELECT category FROM tastes u WHERE u.customer_id = b.customer_id
        ORDER BY n DESC, category LIMIT 1) AS category,
       (SELECT category FROM tastes u WHERE u.customer_id = b.customer_id
        ORDER BY began, category LIMIT 1) AS first_category,
       avg((discount_amount > 0)::INT) AS discount_share,
       avg((isodow(ordered_on) >= 6)::INT) AS weekend_share,
       count(*) FILTER (ordered_on >= $day - 90) AS orders_last_90_days,
       count(*) FILTER (ordered_on >= $day - 365) AS orders_last_365_days,
       coalesce(sum(gross_amount - discount_amount) FILTER (ordered_on >= $day - 365), 0)
           AS amount_last_365_days,
       any_value(rate) AS refund_rate,
       date_diff('day', min(ordered_on), max(ordered_on)) / nullif(count(*) - 1, 0)
           AS mean_gap_days,
       date_diff('day', min(ordered_on), $day) AS tenure_days,
       any_value(c.gender) AS gender, any_value(c.city) AS city,
       any_value(date_diff('year', c.birth_on, $day)
           - ((month(c.birth_on), day(c.birth_on)) > (month($day), day($day)))::INT) AS age
FROM bought b JOIN returned USING (customer_id) LEFT JOIN customers c USING (customer_id)
GROUP BY b.customer_id ORDER BY b.customer_id
"""


@pytest.fixture(scope="module")
def company() -> Simulated:
    return simulate(400, seed=31, language="zh")


def _shop(engine: Engine, company: Simulated) -> Shop:
    tables = {name: engine.load(f"traits_{name}", company.arrow(name)) for name in company.tables}
    return Shop(engine, tables, as_of=AS_OF)


def _rows(shop: Shop) -> dict[str, dict[str, Any]]:
    rows = customer_traits(shop).to_pyarrow().to_pylist()
    return {row["customer_id"]: row for row in rows}


def _differing(rows: dict[str, dict[str, Any]], wanted: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"{customer}.{name}: {rows[customer][name]} is not {value}"
        for customer, row in wanted.items()
        for name, value in row.items()
        if not _same(rows[customer][name], value)
    ]


def _same(found: Any, value: Any) -> bool:
    if isinstance(value, float | Decimal) and found is not None:
        return float(found) == pytest.approx(float(value), abs=1e-9)
    return bool(found == value)


def test_the_corner_shop_by_hand() -> None:
    rows = _rows(corner_shop())
    assert sorted(rows) == ["ann", "bob", "cho", "dan"]
    wanted = {
        "ann": {
            "first_on": date(2024, 1, 10), "last_on": date(2024, 6, 18), "recency_days": 197,
            "frequency": 3, "monetary": 420, "average_order_value": 140.0, "tenure_days": 357,
            "mean_gap_days": 80.0, "stage": "loyal", "channel": "online", "category": "ware",
            "first_category": "ware", "discount_share": 1 / 3, "weekend_share": 0.0,
            "refund_rate": 0.0, "orders_last_90_days": 0, "orders_last_365_days": 3,
            "amount_last_365_days": 420, "gender": "female", "city": "上海市", "age": None,
            "registered_on": date(2024, 1, 1),
        },
        "bob": {"mean_gap_days": None, "weekend_share": 1.0, "discount_share": 1.0},
        "cho": {
            "refund_rate": 20 / 180, "monetary": 160, "amount_last_365_days": 180,
            "category": "tea", "first_category": "tea", "orders_last_90_days": 1,
            "stage": "repeat",
        },
        "dan": {
            "first_on": None, "frequency": None, "monetary": None, "stage": "potential",
            "channel": None, "orders_last_365_days": None, "city": "杭州市",
        },
    }  # fmt: skip
    assert not _differing(rows, wanted)


def test_traits_agree_with_plain_sql(company: Simulated, duckdb_engine: Engine) -> None:
    rows = _rows(_shop(duckdb_engine, company))
    with duckdb.connect() as plain:
        for name in company.tables:
            plain.register(name, company.arrow(name))
        wanted = plain.execute(PLAIN_SQL, {"day": AS_OF}).to_arrow_table().to_pylist()
    assert len(wanted) > 200
    assert not _differing(rows, {row["customer_id"]: row for row in wanted})
    buyers = {customer for customer, row in rows.items() if row["frequency"]}
    assert buyers == {row["customer_id"] for row in wanted}


@pytest.mark.server
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgres", "spark"])
def test_every_engine_knows_the_same(
    kind: str, company: Simulated, duckdb_engine: Engine, request: pytest.FixtureRequest
) -> None:
    wanted = _rows(_shop(duckdb_engine, company))
    assert not _differing(_rows(_shop(request.getfixturevalue(f"{kind}_engine"), company)), wanted)


def test_orders_alone_are_enough() -> None:
    orders = pa.table(
        {"customer_id": ["a", "a"], "ordered_at": ["2024-03-02", "2024-03-08"],
         "paid_amount": [9.0, 1.0]}
    )  # fmt: skip
    shop = shop_from(orders=orders)
    row = _rows(shop)["a"]
    assert row["mean_gap_days"] == 6
    assert row["weekend_share"] == 0.5
    assert row["channel"] is row["category"] is row["city"] is None
    names = {trait.name for trait in traits_of(shop)}
    assert {"frequency", "stage", "recency_days"} <= names
    assert not names & {"channel", "category", "city", "age", "refund_rate"}


def test_who_registered_later_was_not_known_yet() -> None:
    shop = corner_shop()
    rows = customer_traits(shop, date(2024, 2, 1)).to_pyarrow().to_pylist()
    known = {row["customer_id"]: row["stage"] for row in rows}
    assert known.keys() == {"ann", "bob"}


def test_many_channels_are_ranked_with_the_same_answer() -> None:
    days = [f"2024-03-{day:02d}" for day in range(1, 31)]
    orders = pa.table(
        {
            "customer_id": ["a"] * 30,
            "ordered_at": days,
            "paid_amount": [1.0] * 30,
            "channel": [f"shop {number:02d}" for number in (*range(28, 0, -1), 3, 5)],
        }
    )
    row = customer_behaviour(shop_from(orders=orders)).to_pyarrow().to_pylist()[0]
    assert row["channel"] == "shop 03"
    assert row["first_channel"] == "shop 28"


def test_fields_of_the_companys_own_are_traits() -> None:
    shop = corner_shop()
    own = pa.table({"customer_id": ["ann"], "drinks_tea": [True], "visits": [3.0]})
    tables = {**shop.tables, "custom_fields": shop.engine.load("own", own)}
    shop = Shop(shop.engine, tables, as_of=shop.as_of)
    assert _rows(shop)["ann"]["visits"] == 3
    traits = {trait.name: trait for trait in traits_of(shop)}
    assert traits["drinks_tea"].kind == "flag"
    assert traits["visits"].group == "custom"
    assert set(traits) <= set(customer_traits(shop).columns)
