"""What a workspace says of all its files: currency and rates, the day of landing, the zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from preparation.kitchen import Dish, Kitchen


@pytest.fixture(scope="module")
def abroad(kitchen: Kitchen) -> Dish:
    currencies = ["USD", "$", "CNY", "人民币", None, "EUR", "usd"]
    rows = len(currencies)
    return kitchen.prepare(
        {
            "orders.order_id": [f"A{n}" for n in range(rows)],
            "orders.ordered_at": ["2024-03-05"] * rows,
            "orders.gross_amount": ["100"] * rows,
            "orders.discount_amount": ["10"] * rows,
            "orders.shipping_amount": ["1.005"] * rows,
            "orders.currency": currencies,
        },
        context={"rates": {"USD": 7.1234, "GBP": 9.0}},
    )


def test_amounts_with_a_rate_are_in_the_company_s_currency(abroad: Dish) -> None:
    for name in ("A0", "A1", "A6"):
        order = abroad.order(name)
        assert order["currency"] == "CNY"
        assert str(order["gross_amount"]) == "712.3400"
        assert str(order["discount_amount"]) == "71.2340"
        assert str(order["shipping_amount"]) == "7.1590"
        assert order["paid_amount"] == (
            order["gross_amount"] - order["discount_amount"] + order["shipping_amount"]
        )


def test_amounts_at_home_stand_as_written(abroad: Dish) -> None:
    for name in ("A2", "A3", "A4"):
        assert abroad.order(name)["gross_amount"] == 100
        assert abroad.order(name)["currency"] == "CNY"


def test_a_currency_without_a_rate_is_set_aside(abroad: Dish) -> None:
    (record,) = [record for record in abroad.records if record["reason"]]
    assert (record["_row"], record["reason"]) == (7, "currency_without_rate")
    assert record["raw"]
    assert "A5" not in abroad.by("orders", "order_id")


def test_without_rates_only_the_home_currency_is_used(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A2"],
            "orders.ordered_at": ["2024-03-05"] * 2,
            "order_lines.unit_price": ["100", "100"],
            "orders.currency": ["USD", "GBP"],
        },
        grain="order_line",
        context={"currency": "GBP"},
    )
    assert dish.fates == ["rejected", "loaded"]
    assert dish.order("A2")["gross_amount"] == 100


@pytest.mark.parametrize(
    ("timezone", "at", "on"),
    [
        ("Asia/Shanghai", datetime(2024, 3, 4, 17, 30), date(2024, 3, 5)),  # noqa: DTZ001
        ("Europe/Berlin", datetime(2024, 3, 5, 0, 30), date(2024, 3, 5)),  # noqa: DTZ001
        ("America/New_York", datetime(2024, 3, 5, 6, 30), date(2024, 3, 5)),  # noqa: DTZ001
    ],
)
def test_times_without_a_zone_are_those_of_the_business(
    kitchen: Kitchen, timezone: str, at: datetime, on: date
) -> None:
    columns: dict[str, Any] = {
        "orders.order_id": ["A1"],
        "orders.ordered_at": ["2024-03-05 01:30"],
        "orders.gross_amount": ["1"],
    }
    order = kitchen.prepare(columns, context={"timezone": timezone}).order()
    assert (order["ordered_at"], order["ordered_on"]) == (at, on)


def test_nothing_may_be_later_than_the_day_of_landing(kitchen: Kitchen) -> None:
    columns = {
        "orders.order_id": ["A1", "A2"],
        "orders.ordered_at": ["2024-03-05 23:59", "2024-03-06 00:01"],
        "orders.gross_amount": ["1", "1"],
    }
    dish = kitchen.prepare(columns, context={"landed_on": date(2024, 3, 5)})
    assert [record["reason"] for record in dish.records] == [None, "future_date"]
