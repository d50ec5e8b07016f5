"""A file that is added up in parts gives what it gives whole."""

from __future__ import annotations

from typing import Any

import pytest

from preparation.kitchen import Dish, Kitchen
from zhike.preparation import parts

ORDERS = [f"A{number % 40}" for number in range(120)]
COLUMNS = {
    "orders.order_id": ORDERS,
    "orders.customer_id": [f"{int(order[1:]) % 7}" for order in ORDERS],
    "orders.ordered_at": ["2024-03-05 10:00:00" for _ in ORDERS],
    "order_lines.product_id": [f"P{number % 11}" for number in range(120)],
    "order_lines.quantity": ["1" if number % 5 else "-1" for number in range(120)],
    "order_lines.unit_price": [f"{number}.25" for number in range(120)],
}


def sorted_rows(dish: Dish, table: str) -> list[list[Any]]:
    return sorted([list(row.values()) for row in dish.rows(table)], key=str)


def test_parts_make_the_same_whole(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = {"grain": "order_line", "identity": ("orders.customer_id",)}
    whole = kitchen.prepare(COLUMNS, **reading)
    monkeypatch.setattr(parts, "RECORDS_AT_ONCE", 30)
    apart = kitchen.prepare(COLUMNS, **reading)
    for table in ("orders", "order_lines", "refunds", "products", "customers"):
        assert sorted_rows(whole, table)
        assert sorted_rows(apart, table) == sorted_rows(whole, table)
