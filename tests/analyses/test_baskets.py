"""Market baskets against plain SQL, and whom to offer the other half."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses.baskets import Baskets
from zhike.catalogue import goods_lines, shop_from
from zhike.models.baskets import counted
from zhike.schema import Shop

PAIRS = """
WITH goods AS (
  SELECT DISTINCT order_id, product_id FROM kept JOIN order_lines USING (order_id)
  WHERE kind = 'goods' AND product_id IS NOT NULL
    AND order_id NOT IN (SELECT order_id FROM whole))
SELECT a.product_id, b.product_id, count(*) FROM goods a JOIN goods b USING (order_id)
WHERE a.product_id < b.product_id GROUP BY 1, 2 HAVING count(*) >= 3
"""


@pytest.fixture(scope="module")
def shop_and_raw() -> tuple[Shop, Raw]:
    shop, tables = simulated(1500)
    return shop, Raw(tables)


def test_every_pair_is_what_sql_counts(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = counted(shop, DAY, 3)
    assert found is not None
    ids = found.products.to_pylist()
    pairs = zip(found.first, found.second, found.together, strict=True)
    ours = {(ids[one], ids[other]): int(n) for one, other, n in pairs}
    assert ours == {(one, other): n for one, other, n in raw.rows(PAIRS)}
    assert ours


def test_who_is_offered_something_has_the_one_and_lacks_the_other(
    shop_and_raw: tuple[Shop, Raw],
) -> None:
    shop, _ = shop_and_raw
    result = Baskets(as_of=DAY, least_baskets=3).run(shop)
    offers = result.members.to_pyarrow()  # noqa: F841
    lines = goods_lines(shop, DAY)
    assert lines is not None
    owned = lines.select("customer_id", "product_id").to_pyarrow()  # noqa: F841
    wrong = duckdb.sql(
        "SELECT count(*) FROM offers o WHERE NOT EXISTS (SELECT 1 FROM owned w WHERE"
        " w.customer_id = o.customer_id AND w.product_id = o.bought) OR EXISTS (SELECT 1 FROM"
        " owned w WHERE w.customer_id = o.customer_id AND w.product_id = o.offer)"
    ).fetchall()
    assert wrong == [(0,)]


def test_a_planted_pair_comes_first() -> None:
    orders, lines = [], []
    for number in range(300):
        orders.append((f"o{number:03}", f"c{number % 60}", "2024-03-05", 10.0))
        lines.append((f"o{number:03}", f"p{number % 7}", 5.0))
        if number % 5 == 0:
            lines += [(f"o{number:03}", "lamp", 3.0), (f"o{number:03}", "bulb", 2.0)]
    names = ("order_id", "customer_id", "ordered_at", "paid_amount")
    columns = zip(names, zip(*orders, strict=True), strict=True)
    goods = zip(("order_id", "product_id", "amount"), zip(*lines, strict=True), strict=True)
    shop = shop_from(
        orders=pa.table({name: list(values) for name, values in columns}),
        order_lines=pa.table({name: list(values) for name, values in goods}),
    )
    first = Baskets().run(shop).rules.to_pylist()[0]
    assert {first["bought"], first["offer"]} == {"lamp", "bulb"}
    assert (first["baskets"], first["confidence"], first["lift"]) == (60, 1.0, 5.0)
