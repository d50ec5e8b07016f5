"""Files of things: one row a key, the latest filled value of each field, and a name for all."""

from __future__ import annotations

from decimal import Decimal

from preparation.kitchen import Kitchen


def test_customers_are_merged_field_by_field_and_kept_apart_from_their_personal_data(
    kitchen: Kitchen,
) -> None:
    dish = kitchen.prepare(
        {
            "customers.customer_id": ["7", "8", "7"],
            "customers.gender": ["女", "先生", None],
            "customers.city": [None, "广州市", "杭州市"],
            "people.phone": ["13800138000", None, None],
        },
        grain="customer",
        identity=("customers.customer_id",),
    )
    customers = dish.by("customers", "customer_id")
    assert (customers["7"]["gender"], customers["7"]["city"]) == ("female", "杭州")
    assert (customers["8"]["gender"], customers["8"]["city"]) == ("male", "广州")
    assert "phone" not in customers["7"]
    assert dish.by("people", "customer_id")["7"]["phone"] == "13800138000"
    assert dish.fates == ["merged", "loaded", "loaded"]


def test_a_customer_whom_nothing_names_is_set_aside(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {"people.phone": ["13800138000", "138****8000"], "people.name": ["李雷", "韩梅梅"]},
        grain="customer",
        identity=("people.phone",),
    )
    assert dish.fates == ["loaded", "rejected"]
    assert dish.records[1]["reason"] == "missing_identity"
    assert "韩梅梅" in dish.records[1]["raw"]


def test_a_product_without_code_goes_by_its_name(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {"products.product_id": ["A", None, None], "products.name": ["杯子", "围巾", None]},
        grain="product",
    )
    assert set(dish.by("products", "product_id")) == {"A", "围巾"}
    assert dish.records[2]["reason"] == "missing_product_id"


def test_refunds_of_a_file_of_their_own_are_positive_and_numbered(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "refunds.refund_id": ["R1", "R1", "R2"],
            "refunds.order_id": ["A1", "A1", "A2"],
            "refunds.product_id": ["x", "y", "x"],
            "refunds.amount": ["-3.50", "1", "2"],
            "refunds.refunded_at": ["2024-03-05", "2024-03-05", "2026-01-01"],
        },
        grain="refund",
    )
    rows = sorted(dish.rows("refunds"), key=lambda row: row["line_no"])
    assert [(row["refund_id"], row["line_no"]) for row in rows] == [("R1", 1), ("R1", 2)]
    assert [row["amount"] for row in rows] == [Decimal("3.5"), Decimal(1)]
    assert dish.records[2]["reason"] == "future_date"


def test_events_without_an_id_are_named_by_what_they_say(kitchen: Kitchen) -> None:
    columns = {
        "events.visitor_id": ["v", "v", "w"],
        "events.at": ["1709618700000", "1709618700000", "1709618701000"],
        "events.name": ["view", "view", "buy"],
    }
    first = kitchen.prepare(columns, grain="event")
    again = kitchen.prepare(columns, grain="event")
    names = set(first.by("events", "event_id"))
    assert len(names) == 3
    assert names == set(again.by("events", "event_id"))
