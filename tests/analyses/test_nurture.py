"""First purchases and what followed, against plain SQL; a planted item among many."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses.nurture import Nurture
from zhike.analyses.nurture_items import compared
from zhike.schema import Shop

FIRST = """
WITH lines AS (
  SELECT DISTINCT b.customer_id, b.ordered_on, {item} item
  FROM bought b JOIN order_lines l USING (order_id) LEFT JOIN products p USING (product_id)
  WHERE l.kind = 'goods' AND b.customer_id IS NOT NULL AND {item} IS NOT NULL)
SELECT item, count(*), sum(CASE WHEN {day} - s.first_on > 90 THEN 1 ELSE 0 END),
       sum(CASE WHEN {day} - s.first_on > 90 AND second_on - s.first_on <= 90
           THEN 1 ELSE 0 END),
       avg(CASE WHEN {day} - s.first_on > 90 AND second_on - s.first_on <= 90
           THEN second_on - s.first_on END)
FROM lines JOIN seconds s ON s.customer_id = lines.customer_id AND s.first_on = lines.ordered_on
GROUP BY 1
"""
NEXT = """
WITH lines AS (
  SELECT DISTINCT b.customer_id, b.ordered_on, category item
  FROM bought b JOIN order_lines l USING (order_id) JOIN products p USING (product_id)
  WHERE l.kind = 'goods' AND b.customer_id IS NOT NULL AND category IS NOT NULL),
later AS (SELECT l.customer_id, item FROM lines l JOIN seconds s
          ON s.customer_id = l.customer_id AND s.second_on = l.ordered_on),
began AS (SELECT l.customer_id, item FROM lines l JOIN seconds s
          ON s.customer_id = l.customer_id AND s.first_on = l.ordered_on)
SELECT b.item, n.item, count(*),
  count(*) / (SELECT count(DISTINCT customer_id) FROM began x
              WHERE x.item = b.item AND x.customer_id IN (SELECT customer_id FROM later)),
  (SELECT count(*) FROM later y WHERE y.item = n.item)
    / (SELECT count(DISTINCT customer_id) FROM later)
FROM began b JOIN later n USING (customer_id) GROUP BY 1, 2 HAVING count(*) >= 5
"""


@pytest.fixture(scope="module")
def shop_and_raw() -> tuple[Shop, Raw]:
    shop, tables = simulated()
    return shop, Raw(tables)


@pytest.mark.parametrize(("by", "item"), [("category", "p.category"), ("product", "l.product_id")])
def test_every_first_item_is_what_sql_counts(
    shop_and_raw: tuple[Shop, Raw], by: str, item: str
) -> None:
    shop, raw = shop_and_raw
    found = {row["item"]: row for row in Nurture(as_of=DAY, by=by).run(shop).items.to_pylist()}
    wanted = raw.rows(FIRST.replace("{item}", item))
    assert len(found) == len(wanted)
    for name, customers, ripe, seconds, wait in wanted:
        row = found[name]
        assert (row["customers"], row["ripe"]) == (customers, ripe)
        assert row["second_rate"] == (pytest.approx(seconds / ripe) if ripe else None)
        assert row["mean_wait_days"] == (None if wait is None else pytest.approx(wait))


def test_what_follows_on_what_is_what_sql_counts(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = Nurture(as_of=DAY).run(shop).nexts.to_pylist()
    wanted = {(first, later): rest for first, later, *rest in raw.rows(NEXT)}
    assert len(found) == len(wanted) > 10
    for row in found:
        customers, share, usual = wanted[row["item"], row["next_item"]]
        assert row["customers"] == customers
        assert row["share"] == pytest.approx(share)
        assert row["lift"] == pytest.approx(share / usual)


def test_the_rate_over_all(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    ripe, seconds = raw.rows(
        "SELECT count(*), count(CASE WHEN second_on - first_on <= 60 THEN 1 END)"
        " FROM seconds WHERE {day} - first_on > 60"
    )[0]
    found = Nurture(as_of=DAY, within_days=60).run(shop)
    assert found.numbers["second_rate"] == pytest.approx(seconds / ripe)


def test_who_began_with_an_item_is_given_back(shop_and_raw: tuple[Shop, Raw]) -> None:
    found = Nurture(as_of=DAY).run(shop_and_raw[0])
    for row in found.items.to_pylist():
        members = found.customers(first_item=row["item"])
        assert members.count().to_pyarrow().as_py() == row["customers"]


def _sums(ripe: list[int], seconds: list[int]) -> pa.Table:
    names = [f"item {place}" for place in range(len(ripe))]
    return pa.table(
        {
            "item": [*names, ""],
            "customers": [*ripe, sum(ripe)],
            "recent": [*ripe, sum(ripe)],
            "ripe": [*ripe, sum(ripe)],
            "seconds": [*seconds, sum(seconds)],
            "waited": [*seconds, sum(seconds)],
            "amount": [float(it) for it in (*ripe, sum(ripe))],
        }
    )


def test_small_items_do_not_top_the_list_and_a_planted_one_does() -> None:
    random = np.random.default_rng(5)
    ripe = [400] * 40 + [2] * 40
    seconds = [int(random.binomial(number, 0.25)) for number in ripe]
    seconds[7] = 160  # 40 % of 400 come back
    found = compared(_sums(ripe, seconds), 30)
    rows = found.to_pylist()
    assert rows[0]["item"] == "item 7"
    assert [row["item"] for row in rows if row["is_unusual"]] == ["item 7"]
    assert all(row["expected_rate"] < 0.35 for row in rows[1:])


def test_items_that_differ_by_chance_alone_are_not_spoken_of() -> None:
    spoken = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        ripe = [300] * 50
        found = compared(_sums(ripe, [int(random.binomial(300, 0.3)) for _ in ripe]), 30)
        spoken += any(found["is_unusual"].to_pylist())
    assert spoken <= 5  # one in twenty is to be expected


def test_a_second_purchase_of_the_same_day_is_none(shop_and_raw: tuple[Shop, Raw]) -> None:
    rows = Nurture(as_of=DAY).run(shop_and_raw[0]).customers().to_pyarrow().to_pylist()
    assert all(
        row["second_on"] is None or row["second_on"] - row["first_on"] >= timedelta(1)
        for row in rows
    )
    assert all(isinstance(row["first_on"], date) for row in rows)
