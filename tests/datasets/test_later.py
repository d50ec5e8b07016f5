from __future__ import annotations

from datetime import date

import pyarrow.compute as pc
import pytest

from zhike.datasets import Simulated, overlapping, seen, simulate

DAY = date(2025, 3, 1)


@pytest.fixture(scope="module")
def shop() -> Simulated:
    return simulate(3_000, seed=31)


def test_at_its_end_the_company_is_seen_as_it_is(shop: Simulated):
    now = seen(shop, shop.end)
    for name in shop.tables:
        assert now.arrow(name).equals(shop.arrow(name)), name


def test_the_past_does_not_know_what_came_later(shop: Simulated):
    past = seen(shop, DAY)
    orders, refunds = past.arrow("orders"), past.arrow("refunds")
    assert pc.max(orders["ordered_on"]).as_py() < DAY
    assert pc.max(refunds["refunded_on"]).as_py() < DAY
    for name in ("paid_at", "closed_at"):
        assert pc.max(orders[name]).as_py().date() <= DAY
    young = {row["status"] for row in orders.to_pylist() if (DAY - row["ordered_on"]).days < 3}
    assert {"paid", "shipped"} <= young and "refunded" not in young
    lines = past.arrow("order_lines")
    assert pc.all(pc.is_in(lines["order_id"], orders["order_id"].combine_chunks())).as_py()


def test_an_overlapping_export_tells_the_last_days_again(shop: Simulated):
    overlap = overlapping(shop, DAY, days=30)
    first, second = (each.arrow("orders") for each in (overlap.first, overlap.second))
    assert pc.min(second["ordered_on"]).as_py() >= date(2025, 1, 30)
    assert overlap.again == set(first["order_id"].to_pylist()) & set(second["order_id"].to_pylist())
    assert 0 < len(overlap.changed) < len(overlap.again)
    assert overlap.changed <= overlap.again


def test_after_both_exports_each_order_is_as_last_told(shop: Simulated):
    overlap = overlapping(shop, DAY, days=30)
    both = {row["order_id"]: row for row in overlap.both.arrow("orders").to_pylist()}
    told_last = {row["order_id"]: row for row in overlap.first.arrow("orders").to_pylist()}
    told_last |= {row["order_id"]: row for row in overlap.second.arrow("orders").to_pylist()}
    assert both == told_last
    assert len(both) == shop.arrow("orders").num_rows
    # A refund after the first export of an order too old for the second is in neither.
    assert overlap.both.arrow("refunds").num_rows <= shop.arrow("refunds").num_rows


def test_orders_that_changed_are_those_with_another_status_or_a_refund(shop: Simulated):
    overlap = overlapping(shop, DAY, days=30)
    before = {row["order_id"]: row for row in overlap.first.arrow("orders").to_pylist()}
    after = {row["order_id"]: row for row in overlap.second.arrow("orders").to_pylist()}
    same = overlap.again - overlap.changed
    assert all(before[order] == after[order] for order in same)
