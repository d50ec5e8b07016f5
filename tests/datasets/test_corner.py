from __future__ import annotations

from datetime import date
from decimal import Decimal

from zhike.datasets import corner_shop, corner_shop_tables
from zhike.schema import standard_table


def test_every_table_has_exactly_the_standard_columns():
    for name, rows in corner_shop_tables().items():
        assert rows.schema.equals(standard_table(name).arrow_schema), name


def test_net_revenue_is_what_the_docstring_says():
    tables = corner_shop_tables()
    kept = [row for row in tables["orders"].to_pylist() if row["status"] == "completed"]
    sold = sum(row["gross_amount"] - row["discount_amount"] for row in kept)
    back = sum(row["amount"] for row in tables["refunds"].to_pylist())
    assert (sold, back, sold - back) == (Decimal(690), Decimal(20), Decimal(670))


def test_orders_add_up_to_their_lines():
    tables = corner_shop_tables()
    lines = tables["order_lines"].to_pylist()
    for order in tables["orders"].to_pylist():
        own = [line for line in lines if line["order_id"] == order["order_id"]]
        goods = sum(line["amount"] for line in own if line["kind"] == "goods")
        assert goods == order["gross_amount"]
        if order["status"] == "completed":
            assert sum(line["amount"] for line in own) == order["paid_amount"]


def test_an_order_after_midnight_in_shanghai_is_of_that_day():
    orders = corner_shop_tables()["orders"].to_pylist()
    late = next(row for row in orders if row["order_id"] == "1004")
    assert (late["ordered_on"], late["ordered_at"].day) == (date(2024, 3, 5), 4)


def test_the_shop_answers_on_duckdb():
    shop = corner_shop()
    counts = shop["orders"].group_by("status").agg(orders=lambda each: each.count()).to_pyarrow()
    assert sorted(map(tuple, (row.values() for row in counts.to_pylist()))) == [
        ("closed", 1),
        ("completed", 7),
    ]
    assert shop.as_of == date(2025, 1, 1)
