"""The tables as somebody sees them: their customers, and what belongs to those."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ibis
import pyarrow as pa
import pytest

from zhike.engines import Engine, open_engine
from zhike.operations.sight import EVERYTHING, Reach, Sight
from zhike.schema import Shop
from zhike.workspace.seeing import seen

CUSTOMERS = {
    "customer_id": ["a", "b", "c", "d"],
    "owner_id": ["S1", "S2", "S3", None],
    "country": ["中国", "中国", "Norway", None],
    "province": ["浙江省", "上海市", None, None],
    "city": ["杭州市", "上海市", "Bergen", None],
}
ORDERS = {
    "order_id": ["1", "2", "3", "4", "5"],
    "customer_id": ["a", "a", "b", "c", None],
    "ordered_on": pa.array([18000] * 5, pa.date32()),
}
LINES = {"order_id": ["1", "2", "3", "4", "5"], "amount": [1.0, 2.0, 4.0, 8.0, 16.0]}
PEOPLE = {"customer_id": ["a", "b", "c", "d"], "name": ["Ann", "Bo", "Cy", "Di"]}
STAFF = {"staff_id": ["S1", "S2", "S3"], "team": ["North", "North", "South"]}
TABLES = {
    "customers": CUSTOMERS,
    "orders": ORDERS,
    "order_lines": LINES,
    "people": PEOPLE,
    "staff": STAFF,
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = open_engine("duckdb")
    yield engine
    engine.close()


@pytest.fixture
def shop_without(engine: Engine) -> Callable[..., Shop]:
    def made(*missing: str) -> Shop:
        tables = {
            name: ibis.memtable(pa.table(rows))
            for name, rows in TABLES.items()
            if name not in missing
        }
        return Shop(engine=engine, tables={n: engine.materialise(t) for n, t in tables.items()})

    return made


def held(shop: Shop, table: str, column: str) -> list[Any]:
    return sorted(shop[table].select(column).to_pyarrow()[column].to_pylist(), key=str)


@pytest.mark.parametrize(
    ("reach", "of", "customers"),
    [
        ("own", ["S1"], ["a"]),
        ("own", ["S1", "S3"], ["a", "c"]),
        ("own", ["North"], []),
        ("team", ["North"], ["a", "b"]),
        ("team", ["North", "South"], ["a", "b", "c"]),
        ("team", ["S1"], []),
        ("region", ["浙江省"], ["a"]),
        ("region", ["上海市", "Norway"], ["b", "c"]),
        ("region", ["中国"], ["a", "b"]),
        ("region", ["浙江"], []),
        ("own", [], []),
    ],
)
def test_all_tables_hold_their_customers_alone(
    shop_without: Callable[..., Shop], reach: Reach, of: list[str], customers: list[str]
) -> None:
    shown = seen(shop_without(), Sight(reach=reach, of=tuple(of)))
    assert held(shown, "customers", "customer_id") == customers
    assert held(shown, "people", "customer_id") == customers
    bought = {"a": ["1", "2"], "b": ["3"], "c": ["4"]}
    orders = [order for customer in customers for order in bought[customer]]
    assert held(shown, "orders", "order_id") == held(shown, "order_lines", "order_id") == orders


def test_whoever_sees_everything_sees_what_nobody_is_known_for_too(
    shop_without: Callable[..., Shop],
) -> None:
    shop = shop_without()
    assert seen(shop, EVERYTHING) is shop


@pytest.mark.parametrize("missing", ["customers", "staff"])
def test_where_the_data_do_not_say_whose_they_are_nothing_is_seen(
    shop_without: Callable[..., Shop], missing: str
) -> None:
    shown = seen(shop_without(missing), Sight(reach="team", of=("North",)))
    assert held(shown, "people", "customer_id") == []
    assert held(shown, "orders", "order_id") == []
    assert held(shown, "order_lines", "order_id") == []
