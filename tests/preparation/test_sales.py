"""Orders, lines and refunds by the rules of the house, on tables small enough to add up by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from preparation.kitchen import Cells, Dish, Kitchen

DAY = "2024-03-05 12:00:00"
MONEY = ("gross", "discount", "shipping", "fee", "adjustment", "paid")


def amounts(order: dict[str, Any]) -> tuple[Decimal, ...]:
    """Gross, discount, shipping, fee, adjustment, paid."""
    return tuple(order[f"{name}_amount"] for name in MONEY)


def columns(rows: list[tuple[str | None, ...]], *headers: str) -> dict[str, Cells]:
    """Rows as columns."""
    return dict(zip(headers, map(list, zip(*rows, strict=True)), strict=True))


LINES: list[tuple[str | None, ...]] = [
    # order, customer, code, name, quantity, price, shipping of the order
    ("A1", "7", "SHIRT", "Blue shirt", "2", "10", "8"),
    ("A1", "7", "MUG", "Mug", "1", "5", "8"),
    ("A2", "7", "SHIRT", "Blue shirt", "1", "100", None),
    ("A2", "7", "POST", "POSTAGE", "1", "12", None),
    ("A2", "7", "AMAZONFEE", "AMAZON FEE", "1", "-3", None),
    ("A2", "7", "ADJUST", "Adjustment", "1", "2.5", None),
    ("A2", "7", "S", "SAMPLES", "-1", "4", None),
    ("A2", "7", "D", "Discount", "-1", "10", None),
    ("A2", "7", "TEST001", "This is a test product.", "1", "900", None),
    ("A3", "8", "MUG", "Mug", "1", "5", None),
    ("A3", "8", "MUG", "Mug", "1", "5", None),
    ("A4", "8", "TEST001", "This is a test product.", "1", "50", None),
    ("A5", None, "MUG", "damaged", "-30", "0", None),
    ("A6", "9", "MUG", "Mug", "1", "5", None),
    ("A6", "9", "MUG", "Mug", "1", "-5", None),
    ("A7", None, "MUG", "Mug", "4", "5", None),
    ("A8", "9", "M", "Manual", "1", "7", None),
    ("C100001", "7", "SHIRT", "Blue shirt", "-1", "10", None),
    ("C100001", "7", "POST", "POSTAGE", "-1", "12", None),
    *[(f"B{n}", "9", "SHIRT", "Blue shirt", "1", "10", None) for n in range(30)],
]


@pytest.fixture(scope="module")
def shop(kitchen: Kitchen) -> Dish:
    return kitchen.prepare(
        {
            **columns(
                LINES, "orders.order_id", "orders.customer_id", "order_lines.product_id",
                "products.name", "order_lines.quantity", "order_lines.unit_price",
                "orders.shipping_amount",
            ),
            "orders.ordered_at": [DAY] * len(LINES),
        },
        grain="order_line",
        identity=("orders.customer_id",),
    )  # fmt: skip


def test_order_totals_on_each_line_are_not_summed(shop: Dish) -> None:
    assert amounts(shop.order("A1")) == (25, 0, 8, 0, 0, 33)


def test_each_kind_of_line_goes_into_its_own_amount(shop: Dish) -> None:
    order = shop.order("A2")
    assert order["gross_amount"] == 100
    assert order["discount_amount"] == 10
    assert order["shipping_amount"] == 12
    assert order["fee_amount"] == -3
    kinds = {line["product_id"]: line["kind"] for line in shop.rows("order_lines")}
    assert kinds["ADJUST"] == "adjustment"
    assert kinds["TEST001"] == "test"
    assert kinds["M"] == "goods"
    assert not order["is_test"]


def test_identical_lines_of_one_order_are_kept(shop: Dish) -> None:
    assert shop.order("A3")["gross_amount"] == 10
    lines = [line for line in shop.rows("order_lines") if line["order_id"] == "A3"]
    assert sorted(line["line_no"] for line in lines) == [1, 2]


def test_an_order_of_test_lines_alone_is_a_test(shop: Dish) -> None:
    order = shop.order("A4")
    assert order["is_test"]
    assert amounts(order) == (0, 0, 0, 0, 0, 0)


def test_a_free_negative_line_without_customer_is_a_stock_adjustment(shop: Dish) -> None:
    (line,) = [line for line in shop.rows("order_lines") if line["order_id"] == "A5"]
    assert (line["kind"], line["quantity"], line["amount"]) == ("adjustment", -30, 0)
    assert shop.order("A5")["gross_amount"] == 0
    assert not [row for row in shop.rows("refunds") if row["refund_id"] == "A5"]


def test_a_negative_price_costs_its_line_and_not_the_order(shop: Dish) -> None:
    assert shop.order("A6")["gross_amount"] == 5
    (record,) = [record for record in shop.records if record["reason"] == "negative_price"]
    assert (record["fate"], record["key"]) == ("rejected", "A6")
    assert record["raw"]


def test_orders_of_nobody_stay(shop: Dish) -> None:
    order = shop.order("A7")
    assert (order["customer_id"], order["gross_amount"]) == (None, 20)


def test_cancellations_are_refunds_without_a_link(shop: Dish) -> None:
    refunds = sorted(shop.rows("refunds"), key=lambda row: row["kind"])
    assert [(row["kind"], row["amount"]) for row in refunds if row["refund_id"] == "C100001"] == [
        ("goods", 10),
        ("shipping", 12),
    ]
    linked = {(row["order_id"], row["customer_id"], row["refunded_on"]) for row in refunds}
    assert (None, "7", date(2024, 3, 5)) in linked
    assert "C100001" not in {row["order_id"] for row in shop.rows("orders")}


def test_products_are_the_goods_by_the_name_that_sells(shop: Dish) -> None:
    products = shop.by("products", "product_id")
    assert products["MUG"]["name"] == "Mug"
    assert not {"POST", "AMAZONFEE", "TEST001"} & set(products)


def test_marked_documents_are_no_cancellations_where_nothing_is_negative(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["C100001", "C100002"],
            "orders.ordered_at": [DAY] * 2,
            "order_lines.unit_price": ["10", "20"],
        },
        grain="order_line",
    )
    assert {row["order_id"] for row in dish.rows("orders")} == {"C100001", "C100002"}
    assert not dish.rows("refunds")


def test_order_fields_on_the_first_line_hold_for_the_rest(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", None, "A2", "A2", None],
            "orders.ordered_at": [DAY, None, "2024-03-06", None, None],
            "orders.customer_id": ["7", None, "8", None, None],
            "orders.paid_amount": ["23", None, "6", None, None],
            "orders.shipping_amount": ["8", None, "0", None, None],
            "order_lines.unit_price": ["10", "5", "1", "2", "3"],
        },
        grain="order_line",
        order_fields="first_line",
        identity=("orders.customer_id",),
    )
    assert dish.fates == ["loaded"] * 5
    assert amounts(dish.order("A1")) == (15, 0, 8, 0, 0, 23)
    assert amounts(dish.order("A2")) == (6, 0, 0, 0, 0, 6)
    lines = sorted((line["order_id"], line["line_no"]) for line in dish.rows("order_lines"))
    assert lines == [("A1", 1), ("A1", 2), ("A2", 1), ("A2", 2), ("A2", 3)]


def test_without_a_possible_day_the_whole_order_is_set_aside(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A1", "A2", None],
            "orders.ordered_at": ["2099-01-01", None, DAY, DAY],
            "order_lines.unit_price": ["10", "5", "1", "2"],
        },
        grain="order_line",
    )
    assert dish.fates == ["rejected", "rejected", "loaded", "rejected"]
    reasons = [record["reason"] for record in dish.records]
    assert reasons == ["future_date", "order_rejected", None, "missing_order_id"]
    assert [line["order_id"] for line in dish.rows("order_lines")] == ["A2"]


ORDERS: list[tuple[str | None, ...]] = [
    # order, status, gross, discount, shipping, paid, given back, payment, remark
    ("A1", "交易成功", "100", "10", "8", "98", None, "支付宝", None),
    ("A2", "交易成功", "100", "10", "8", "98", "30", "支付宝", None),
    ("A3", "退款成功", "100", "10", "8", "98", None, "支付宝", None),
    ("A4", "仅退款成功", "50", "0", "0", "50", None, "支付宝", None),
    ("A5", "部分退款", "50", "0", "0", "50", "-20", "支付宝", None),
    ("A6", "卖家已发货", "50", "0", "0", "50", None, "货到付款", None),
    ("A7", "交易成功", "50", "0", "0", "50", None, "支付宝", "刷单 5 元"),
    ("A8", "交易成功", "50", "0", "0", "50", None, "支付宝", "测试单"),
    ("A9", "部分付定金", "500", "0", "0", "50", None, "支付宝", "预售，尾款 11 月付"),
    ("A10", "交易关闭", "50", "0", "0", "0", None, "支付宝", None),
    ("A11", "交易成功", "100", None, "8", "90", None, "支付宝", None),
    ("A12", "交易成功", None, "5", "8", "98", None, "支付宝", None),
    ("A13", "交易成功", "100", "10", "8", None, "0", "支付宝", None),
    ("A14", "等待买家付款", "50", "0", "0", "50", None, None, None),
    ("A14", "交易成功", "50", "0", "0", "50", None, "微信", None),
]


@pytest.fixture(scope="module")
def exported(kitchen: Kitchen) -> Dish:
    return kitchen.prepare(
        {
            **columns(
                ORDERS, "orders.order_id", "orders.status", "orders.gross_amount",
                "orders.discount_amount", "orders.shipping_amount", "orders.paid_amount",
                "refunds.amount", "orders.payment", "订单备注",
            ),
            "orders.ordered_at": [DAY] * len(ORDERS),
        }
    )  # fmt: skip


def refunded(dish: Dish) -> dict[str, Decimal]:
    """Order to what was given back."""
    return {row["order_id"]: row["amount"] for row in dish.rows("refunds")}


def test_an_amount_given_back_is_a_refund_of_its_order(exported: Dish) -> None:
    assert refunded(exported)["A2"] == 30
    assert refunded(exported)["A5"] == 20
    assert "A13" not in refunded(exported)
    assert exported.order("A2")["status"] == "completed"


def test_the_word_refunded_gives_the_goods_back(exported: Dish) -> None:
    assert refunded(exported)["A3"] == 90
    assert refunded(exported)["A4"] == 50
    assert exported.order("A4")["status"] == "refunded"
    assert set(refunded(exported)) == {"A2", "A3", "A4", "A5"}
    undated = {row["refunded_at"] for row in exported.rows("refunds")}
    assert undated == {None}


def test_marks_are_found_in_words(exported: Dish) -> None:
    flags = ("is_cash_on_delivery", "is_brushing", "is_test", "is_presale")
    marked = {
        name: [flag for flag in flags if order[flag]]
        for name, order in exported.by("orders", "order_id").items()
    }
    assert {name: found for name, found in marked.items() if found} == {
        "A6": ["is_cash_on_delivery"],
        "A7": ["is_brushing"],
        "A8": ["is_test"],
        "A9": ["is_presale"],
    }


def test_a_deposit_is_neither_the_price_nor_a_discount(exported: Dish) -> None:
    order = exported.order("A9")
    assert order["status"] == "pending"
    assert (order["gross_amount"], order["discount_amount"], order["paid_amount"]) == (500, 0, 50)


def test_missing_amounts_follow_from_the_others(exported: Dish) -> None:
    assert amounts(exported.order("A1")) == (100, 10, 8, 0, 0, 98)
    assert amounts(exported.order("A11")) == (100, 18, 8, 0, 0, 90)
    assert amounts(exported.order("A12")) == (95, 5, 8, 0, 0, 98)
    assert amounts(exported.order("A13")) == (100, 10, 8, 0, 0, 98)


def test_of_two_records_of_an_order_the_later_speaks(exported: Dish) -> None:
    assert exported.order("A14")["status"] == "completed"
    assert exported.fates[-2:] == ["merged", "loaded"]
    assert exported.records[-2]["reason"] == "duplicate"


def test_lines_refunded_in_an_order_that_stands_are_refunds(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A1", "A2"],
            "orders.ordered_at": [DAY] * 3,
            "orders.status": ["交易成功", "退款成功", "退款成功"],
            "order_lines.quantity": ["1", "2", "1"],
            "order_lines.unit_price": ["10", "5", "7"],
        },
        grain="order_line",
    )
    assert dish.order("A1")["status"] == "completed"
    assert dish.order("A1")["gross_amount"] == 20
    assert refunded(dish) == {"A1": 10, "A2": 7}


def test_numbers_beyond_all_measure_are_set_aside(kitchen: Kitchen) -> None:
    large = "9" * 11
    prices = ["10000000000", "6901234567892", "1e300", "1", large, large]
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A2", "A3", "A4", "A5", "A5"],
            "orders.ordered_at": [DAY] * 6,
            "orders.currency": ["USD"] * 6,
            "order_lines.quantity": ["10000000000", *["1"] * 5],
            "order_lines.unit_price": prices,
        },
        grain="order_line",
        context={"rates": {"USD": 7.1}},
    )
    assert dish.fates == ["rejected"] * 3 + ["loaded"] * 3
    assert {record["reason"] for record in dish.records[:3]} == {"unreadable_amount"}


def test_lines_below_an_unreadable_order_are_not_the_order_above(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A2", None, "A3"],
            "orders.ordered_at": [DAY, DAY, None, DAY],
            "order_lines.unit_price": ["10", "5", "1", "2"],
        },
        aside={1: ("rejected", "too_many_columns", "A2,2024-03-05,5,,")},
        grain="order_line",
        order_fields="first_line",
    )
    assert dish.fates == ["loaded", "rejected", "rejected", "loaded"]
    assert dish.order("A1")["gross_amount"] == 10


def test_a_first_line_that_lost_its_number_is_not_of_the_order_above(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A1", None, "A2", "A3", None, None],
            "orders.ordered_at": [DAY, None, "2024-03-06", None, DAY, DAY, None],
            "order_lines.unit_price": ["10", "5", "1", "2", "3", "4", "5"],
        },
        grain="order_line",
        order_fields="first_line",
    )
    assert dish.order("A1")["gross_amount"] == 15
    assert dish.order("A3")["gross_amount"] == 12
    assert dish.records[2]["reason"] == "missing_order_id"
