"""Purchases and goods lines that several analyses read, against plain SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from zhike.catalogue import goods_lines, product_facts, purchase_rows, purchases, shop_from
from zhike.datasets import corner_shop, corner_shop_tables, simulate
from zhike.schema import Shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulate(400, seed=11).shop()


def _one(rows: Any) -> dict[str, Any]:
    return rows.to_pyarrow().to_pylist()[0]


def test_purchase_rows_are_the_purchases(shop: Shop) -> None:
    rows, wanted = purchase_rows(shop), purchases(shop)
    found = _one(rows.agg(n=rows.count(), net=rows.net_amount.sum(), off=rows.off_amount.sum()))
    other = _one(
        wanted.agg(n=wanted.count(), net=wanted.net_amount.sum(), off=wanted.discount_amount.sum())
    )
    assert (found["n"], found["net"]) == (other["n"], other["net"])
    assert found["off"] == pytest.approx(float(other["off"]))


def test_discounts_of_lines_count_beside_those_of_the_order() -> None:
    tables = corner_shop_tables()
    lines = tables["order_lines"]
    five = [Decimal(5) if order == "1001" else None for order in lines["order_id"].to_pylist()]
    place = lines.column_names.index("discount_amount")
    changed = lines.set_column(place, "discount_amount", pa.array(five, pa.decimal128(18, 4)))
    base = corner_shop()
    shop = Shop(base.engine, {**base.tables, "order_lines": base.engine.load("less", changed)},
                as_of=base.as_of)  # fmt: skip
    rows = purchase_rows(shop)
    reduced = rows.filter(rows.ordered_on == date(2024, 1, 10)).to_pyarrow().to_pylist()[0]
    assert reduced["off_amount"] == 5  # what shipping was reduced by is no discount on goods
    assert reduced["list_amount"] == 105.0


def test_goods_lines_add_up_to_the_products(shop: Shop) -> None:
    goods, facts = goods_lines(shop), product_facts(shop)
    assert goods is not None
    assert facts is not None
    assert goods.quantity.sum().to_pyarrow().as_py() == facts.quantity.sum().to_pyarrow().as_py()
    assert goods.count().to_pyarrow().as_py() == facts["lines"].sum().to_pyarrow().as_py()


def test_vouchers_of_an_order_are_spread_over_its_lines() -> None:
    goods = goods_lines(corner_shop())
    assert goods is not None
    rows = goods.filter(goods.customer_id == "ann", goods.is_discounted).to_pyarrow()
    tables = corner_shop_tables()
    paid = duckdb.sql(
        "SELECT sum(gross_amount - discount_amount) FROM orders WHERE order_id = '1003'",
        connection=_with(tables),
    ).fetchone()
    assert paid is not None
    assert sum(rows["net_amount"].to_pylist()) == pytest.approx(float(paid[0]))
    costs = dict(zip(rows["product_id"].to_pylist(), rows["cost_amount"].to_pylist(), strict=True))
    assert costs == {"pot": 45, "cup": 30, "tea": 8}


def test_without_order_lines_there_are_no_goods() -> None:
    orders = pa.table({"customer_id": ["a"], "ordered_at": ["2024-03-05"], "paid_amount": [9.9]})
    assert goods_lines(shop_from(orders=orders)) is None


def _with(tables: dict[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name, rows in tables.items():
        connection.register(name, rows)
    return connection
