"""What the measures of a file say can be counted by hand."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq
import pytest

from preparation.kitchen import Dish, Kitchen


@pytest.fixture(scope="module")
def measured(kitchen: Kitchen) -> Dish:
    return kitchen.prepare(
        {
            "orders.order_id": ["A1", "A2.0", "A3", "A4"],
            "orders.ordered_at": ["2024-03-05 10:00", "2024/3/6", "2024-03-07", "not a day"],
            "orders.paid_at": ["2024-03-05 09:00", None, "2024-03-08", None],
            "orders.gross_amount": ["10", "¥1,000.00", "30", "40"],
            "orders.discount_amount": ["0", "0", "0", "0"],
            "orders.paid_amount": ["10", "1000", "20", "40"],
            "orders.status": ["已完成", "已完成", "某种状态", "已完成"],
            "people.phone": ["+86 138-0013-8000", "13800138001", None, "oops"],
        },
        identity=("people.phone",),
    )


def columns(dish: Dish) -> dict[str, dict[str, Any]]:
    rows = pq.read_table(dish.prepared.quality).to_pylist()
    return {f"{row['table']}.{row['column']}": row for row in rows}


def repairs(dish: Dish) -> dict[tuple[str | None, str], dict[str, Any]]:
    rows = pq.read_table(dish.prepared.repairs).to_pylist()
    return {(row["field"], row["rule"]): row for row in rows}


def test_completeness_and_validity_are_told_a_column(measured: Dish) -> None:
    found = columns(measured)
    assert (found["orders.ordered_at"]["rows"], found["orders.ordered_at"]["filled"]) == (4, 4)
    assert found["orders.ordered_at"]["valid"] == 3
    assert (found["orders.paid_at"]["filled"], found["orders.paid_at"]["valid"]) == (2, 2)
    assert (found["people.phone"]["filled"], found["people.phone"]["valid"]) == (3, 2)
    assert (found["orders.status"]["filled"], found["orders.status"]["valid"]) == (4, 3)


def test_freshness_is_told_in_utc(measured: Dish) -> None:
    found = columns(measured)["orders.ordered_at"]
    assert (found["first"], found["last"]) == ("2024-03-05 02:00:00", "2024-03-06 16:00:00")


def test_every_repair_is_counted_by_its_rule_with_an_example(measured: Dish) -> None:
    found = repairs(measured)
    money = found["orders.gross_amount", "money_signs"]
    assert (money["count"], money["before"], money["after"]) == (1, "¥1,000.00", "1000.0000")
    assert found["orders.status", "unknown_word"]["before"] == "某种状态"


def test_personal_examples_keep_their_shape_alone(measured: Dish) -> None:
    phone = repairs(measured)["people.phone", "phone_format"]
    assert (phone["before"], phone["after"]) == ("+99 999-9999-9999", "99999999999")


def test_columns_that_contradict_one_another_are_counted_and_kept(measured: Dish) -> None:
    found = repairs(measured)
    assert found["orders.paid_amount", "paid_differs"]["count"] == 1
    assert found["orders.paid_at", "paid_before_ordered"]["count"] == 1
    assert len(measured.rows("orders")) == 3
