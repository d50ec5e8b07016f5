"""Every writing of the same thing is read as the same thing; what cannot be read is set aside."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from preparation.kitchen import Kitchen

Case = tuple[str, str | None]
HEADERS = {
    "time": "orders.ordered_at",
    "day first": "orders.paid_at",
    "month first": "orders.closed_at",
    "money": "orders.gross_amount",
    "comma money": "orders.fee_amount",
    "money in 万": "orders.shipping_amount",
    "turned money": "orders.adjustment_amount",
    "status": "orders.status",
    "text": "orders.store",
    "customer": "orders.customer_id",
}
PERSONAL = {
    "phone": "people.phone",
    "email": "people.email",
    "gender": "customers.gender",
    "province": "customers.province",
    "city": "customers.city",
}
READINGS: dict[str, dict[str, Any]] = {
    "orders.paid_at": {"options": {"order": "dmy"}},
    "orders.closed_at": {"options": {"order": "mdy"}},
    "orders.fee_amount": {"options": {"decimal": ","}},
    "orders.shipping_amount": {"options": {"unit": 10000}},
    "orders.adjustment_amount": {"options": {"sign": -1}},
}
USUAL = {"time": "2024-01-01 00:00:00", "money": "1"}
"""What stands in the cells beside the cases of another kind."""
AFTERNOON = datetime(2024, 3, 5, 14, 5)  # noqa: DTZ001
SHARP = datetime(2024, 3, 5, 14, 5, 9)  # noqa: DTZ001
DAY = datetime(2024, 3, 5)  # noqa: DTZ001

READ: dict[str, dict[str | None, object]] = {
    "time": {  # Shanghai's clock; what the orders table says of it is UTC
        "2024-03-05 14:05:09": SHARP,
        "2024-03-05T14:05:09": SHARP,
        "2024/3/5 14:05:09": SHARP,
        "2024-03-05 14:05:09.000": SHARP,
        "2024.03.05 14:05:09": SHARP,
        "2024年3月5日 14:05:09": SHARP,
        "2024年03月05日14时05分09秒": SHARP,
        "2024年3月5日 下午2:05": AFTERNOON,
        "2024年3月5日下午2点05分": AFTERNOON,
        "2024-03-05 下午 02:05:09": SHARP,
        "2024/3/5 14:05": AFTERNOON,
        "2024-3-5 2:05 PM": AFTERNOON,
        "2024-3-5 2:05:09 pm": SHARP,
        "2024-03-05 02:05 p.m.": AFTERNOON,
        "Mar 5, 2024 2:05 PM": AFTERNOON,
        "5-Mar-2024 14:05": AFTERNOON,
        "5 March 2024": DAY,
        "Tuesday, March 5, 2024": DAY,
        "2024-03-05 星期二": DAY,
        "2024年3月5日（周二）": DAY,
        "2024-03-05": DAY,
        "2024/03/05": DAY,
        "2024.3.5": DAY,
        "2024年3月5号": DAY,
        "20240305": DAY,
        "20240305140509": SHARP,
        "202403051405": AFTERNOON,
        "45356": DAY,
        "45356.586909722224": SHARP,
        "1709618709": SHARP,
        "1709618709000": SHARP,
        "1709618709000000": SHARP,
        "2024-03-05 06:05:09Z": SHARP,
        "2024-03-05T06:05:09.000Z": SHARP,
        "2024-03-05T14:05:09+08:00": SHARP,
        "2024-03-05 14:05:09 +0800": SHARP,
        "2024-03-05T01:05:09-05:00": SHARP,
        "2024-03-05 06:05:09 UTC": SHARP,
        "2024-03-05 14:05:09 GMT+08:00": SHARP,
        "２０２４－０３－０５　１４：０５：０９": SHARP,
        "  2024-03-05\t": DAY,
        "2024年3月5日 上午9:30": datetime(2024, 3, 5, 9, 30),  # noqa: DTZ001
        "2024-03-05 上午 12:30:00": datetime(2024, 3, 5, 0, 30),  # noqa: DTZ001
        "2024-03-05 12:30 AM": datetime(2024, 3, 5, 0, 30),  # noqa: DTZ001
        "2024-03-05 12:30 PM": datetime(2024, 3, 5, 12, 30),  # noqa: DTZ001
        "2024-02-29": datetime(2024, 2, 29),  # noqa: DTZ001
    },
    "day first": {
        "05/03/2024 14:05:09": SHARP,
        "5/3/2024 2:05 PM": AFTERNOON,
        "05.03.2024": DAY,
        "5-3-24": DAY,
        "2024-03-05 14:05": AFTERNOON,
        "5 Mar 2024": DAY,
        None: None,
        "N/A": None,
    },
    "month first": {
        "03/05/2024 14:05:09": SHARP,
        "3/5/2024 2:05 PM": AFTERNOON,
        "3/5/24": DAY,
        "2024/03/05": DAY,
        "March 5th, 2024": DAY,
        "-": None,
    },
    "money": {
        "1234.5": "1234.5",
        "1,234.50": "1234.5",
        "¥1,234.50": "1234.5",
        "￥ 1,234.50": "1234.5",
        "1234.50元": "1234.5",
        "1,234.5 元": "1234.5",
        "$1,234.50": "1234.5",
        "US$1,234.50": "1234.5",
        "£1,234.50": "1234.5",
        "€1,234.50": "1234.5",
        "1234.50 EUR": "1234.5",
        "CNY 1,234.50": "1234.5",
        "RMB1234.5": "1234.5",
        "+1234.50": "1234.5",
        "１２３４．５０": "1234.5",
        "￥１，２３４．５０": "1234.5",
        "1'234.50": "1234.5",
        "1.2万": "12000",
        "3千": "3000",
        "0.5亿": "50000000",
        "499.00（计算中）": "499",
        "499.00(含运费)": "499",
        "0": "0",
        ".5": "0.5",
        "1e3": "1000",
        "0.1": "0.1",
        "99999999999.9999": "99999999999.9999",
    },
    "comma money": {
        "1.234,50": "1234.5",
        "1.234,50 €": "1234.5",
        "1 234,50": "1234.5",
        "-3,99": "-3.99",
        "12": "12",
        "(12,00)": "-12",
        "12,00-": "-12",
    },
    "money in 万": {"1.5": "15000", "0.00015": "1.5", "1,000": "10000000", "1.23456": "12345.6"},
    "turned money": {
        "-5": "5",
        "5": "-5",
        "(12.00)": "12",
        "（12.00）": "12",
        "12.00-": "12",
        "-¥1,234.50": "1234.5",
        "¥-1,234.50": "1234.5",
        "－5": "5",
    },
    "status": {
        "交易成功": "completed",
        "买家已付款,等待卖家发货": "paid",
        "买家已付款，等待卖家发货": "paid",
        "卖家已发货，等待买家确认": "shipped",
        "等待买家付款": "pending",
        "交易关闭": "closed",
        "退款成功": "refunded",
        "Shipped": "shipped",
        "partially_refunded": "paid",
        "部分退款": "completed",
        "": "completed",
        "天知道": "completed",
    },
    "text": {
        " 一号店 ": "一号店",
        "Ｓｈｏｐ１": "Shop1",
        "店，一号": "店，一号",
        "a\u3000b": "a b",
        "NULL": None,
        "无": None,
        "\u200b": None,
        "1.0": "1.0",
    },
    "customer": {
        "13085.0": "13085",
        "13085": "13085",
        "00042": "00042",
        '="00043"': "00043",
        "'00044": "00044",
        "Ｃ４５": "C45",
        "1234567890123456789": "1234567890123456789",
        "1.23E+18": None,
        "张三****": None,
        "-": None,
    },
    "phone": {
        "13800138000": "13800138000",
        "138 0013 8000": "13800138000",
        "138-0013-8000": "13800138000",
        "+8613800138000": "13800138000",
        "86-13800138000": "13800138000",
        "008613800138000": "13800138000",
        "013800138000": "13800138000",
        "１３８００１３８０００": "13800138000",
        "138****8000": "138****8000",
        "+86 138****8000": "138****8000",
        "057188886666": "0571-88886666",
        "0571-88886666": "0571-88886666",
        "(010) 62345678": "010-62345678",
        "+1 415 555 0100": "+14155550100",
        "没有": None,
    },
    "email": {
        "Anna.Meyer@Example.COM": "anna.meyer@example.com",
        " anna@example.com ": "anna@example.com",
        "mailto:anna@example.com": "anna@example.com",
        "<anna@example.com>": "anna@example.com",
        "ａｎｎａ＠example.com": "anna@example.com",
        "an***@example.com": "an***@example.com",
        "anna(at)example.com": None,
        "anna@": None,
    },
    "gender": {
        "男": "male",
        "女": "female",
        "女士": "female",
        "先生": "male",
        "M": "male",
        "F": "female",
        "female": "female",
        "未知": None,
        "保密": None,
    },
    "province": {
        "浙江省": "浙江",
        "浙江": "浙江",
        "广西壮族自治区": "广西",
        "内蒙古自治区": "内蒙古",
        "北京市": "北京",
        "Zhejiang": "浙江",
        "Bayern": "Bayern",
    },
    "city": {
        "杭州市": "杭州",
        "杭州": "杭州",
        "深圳市": "深圳",
        "München": "München",
    },
}
UNREADABLE = {
    "time": ("2024-02-30", "2024-13-01", "soon", "2023年2月29日", "31/31/2024", "99999999"),
    "money": ("abc", "1.2.3", "2024-03-05", "12 34 56-78", "--5", "9" * 18, "1e300", "￥９e99"),
}
OF_ORDERS = [(kind, writing) for kind in HEADERS for writing in READ[kind]]
OF_PEOPLE = [(kind, writing) for kind in PERSONAL for writing in READ[kind]]


def cells(headers: dict[str, str]) -> dict[str, list[str | None]]:
    """A column a kind: its cases from the top, the usual value below."""
    longest = max(len(READ[kind]) for kind in headers)
    return {
        header: list(itertools.islice((*READ[kind], *[USUAL.get(kind)] * longest), longest))
        for kind, header in headers.items()
    }


def values(rows: list[dict[str, Any]], headers: dict[str, str]) -> dict[Case, Any]:
    """What became of each case."""
    return {
        (kind, writing): row[header.split(".")[1]]
        for kind, header in headers.items()
        for writing, row in zip(READ[kind], rows, strict=False)
    }


@pytest.fixture(scope="module")
def of_orders(kitchen: Kitchen) -> dict[Case, Any]:
    columns = cells(HEADERS)
    ids = [f"A{n}" for n in range(len(columns["orders.store"]))]
    dish = kitchen.prepare(
        {"orders.order_id": ids, **columns}, readings=READINGS, identity=("orders.customer_id",)
    )
    assert set(dish.fates) == {"loaded"}, [it for it in dish.records if it["reason"]]
    orders = dish.by("orders", "order_id")
    assert all(row["ordered_on"] == shanghai(row["ordered_at"]).date() for row in orders.values())
    return values([orders[name] for name in ids], HEADERS)


@pytest.fixture(scope="module")
def of_people(kitchen: Kitchen) -> dict[Case, Any]:
    columns = cells(PERSONAL)
    ids = [f"K{n}" for n in range(len(columns["people.phone"]))]
    dish = kitchen.prepare(
        {"customers.customer_id": ids, **columns},
        grain="customer",
        identity=("customers.customer_id",),
    )
    customers, people = dish.by("customers", "customer_id"), dish.by("people", "customer_id")
    return values([customers[name] | people[name] for name in ids], PERSONAL)


def shanghai(instant: datetime) -> datetime:
    """Shanghai's clock at a UTC instant of our days."""
    return instant + timedelta(hours=8)


@pytest.mark.parametrize(("kind", "writing"), OF_ORDERS)
def test_a_field_of_an_order_is_read(
    of_orders: dict[Case, Any], kind: str, writing: str | None
) -> None:
    value, wanted = of_orders[kind, writing], READ[kind][writing]
    if isinstance(value, datetime):
        value = shanghai(value)
    assert value == (Decimal(wanted) if isinstance(value, Decimal) else wanted)


@pytest.mark.parametrize(("kind", "writing"), OF_PEOPLE)
def test_a_field_of_a_person_is_read(of_people: dict[Case, Any], kind: str, writing: str) -> None:
    assert of_people[kind, writing] == READ[kind][writing]


def test_what_cannot_be_read_is_set_aside_with_its_reason(kitchen: Kitchen) -> None:
    times, money = UNREADABLE["time"], UNREADABLE["money"]
    dish = kitchen.prepare(
        {
            "orders.order_id": [f"A{n}" for n in range(len(times) + len(money))],
            "orders.ordered_at": [*times, *["2024-03-05"] * len(money)],
            "orders.gross_amount": [*["1"] * len(times), *money],
        }
    )
    reasons = [record["reason"] for record in dish.records]
    assert reasons == ["unreadable_date"] * len(times) + ["unreadable_amount"] * len(money)
    assert all(record["raw"] for record in dish.records)


def test_quantities_may_have_units_behind_them(kitchen: Kitchen) -> None:
    written = ["2", "2件", "1,000", "2.5 kg", "０３", None, "many"]
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1"] * len(written),
            "orders.ordered_at": ["2024-03-05"] * len(written),
            "order_lines.unit_price": ["1"] * len(written),
            "order_lines.quantity": written,
        },
        grain="order_line",
    )
    lines = sorted(dish.rows("order_lines"), key=lambda line: line["line_no"])
    assert [line["quantity"] for line in lines] == [2, 2, 1000, 2.5, 3, 1]
    assert dish.records[-1]["reason"] == "unreadable_amount"


def test_impossible_days_are_set_aside(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A2", "A3", "A4", "A5"],
            "orders.ordered_at": ["2099-01-01", "2025-07-01", "2025-06-30 23:59", "1989-12-31", ""],
            "orders.gross_amount": ["1"] * 5,
        }
    )
    reasons = [record["reason"] for record in dish.records]
    assert reasons[:4] == ["future_date", "future_date", None, "implausible_date"]
    assert dish.fates[4] == "rejected"
    assert [row["order_id"] for row in dish.rows("orders")] == ["A3"]


def test_an_id_that_a_spreadsheet_rounded_is_set_aside(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["1.23E+18", "1.23457e+18", "1234567890123456789", "12E5"],
            "orders.ordered_at": ["2024-03-05"] * 4,
            "orders.gross_amount": ["1"] * 4,
        }
    )
    assert [record["reason"] for record in dish.records[:2]] == ["order_id_digits_lost"] * 2
    assert {row["order_id"] for row in dish.rows("orders")} == {"1234567890123456789", "12E5"}


def test_plain_columns_are_read_as_mixed_ones_are(kitchen: Kitchen) -> None:
    times = ["2024-03-05 14:05:09", "2024/3/5", "2024-03-05T01:02:03.5"]
    amounts = ["12.5", "-3", "0.0001"]

    def read(odd_time: list[str], odd_amount: list[str]) -> list[dict[str, Any]]:
        cells = [*times, *odd_time], [*amounts, *odd_amount]
        names = [f"A{n}" for n in range(len(cells[0]))]
        found = kitchen.prepare(
            {
                "orders.order_id": names,
                "orders.ordered_at": cells[0],
                "orders.fee_amount": cells[1],
                "orders.gross_amount": ["1"] * len(names),
            }
        ).by("orders", "order_id")
        return [found[f"A{n}"] for n in range(3)]

    assert read([], []) == read(["2024年3月5日"], ["¥1"])


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_plain_days_in_the_order_of_the_file_are_read_as_mixed_ones_are(
    kitchen: Kitchen, order: str
) -> None:
    times = ["5/3/2024", "05/03/2024 14:05", "5.3.2024 1:02:03", "05-03-2024", "2024-03-05 14:05"]
    impossible = "13/13/2024"

    def read(more: list[str]) -> list[dict[str, Any]]:
        cells = [*times, impossible, *more]
        dish = kitchen.prepare(
            {
                "orders.order_id": [f"A{n}" for n in range(len(cells))],
                "orders.ordered_at": ["2024-01-01"] * len(cells),
                "orders.paid_at": cells,
                "orders.gross_amount": ["1"] * len(cells),
            },
            readings={"orders.paid_at": {"options": {"order": order}}},
        )
        found = dish.by("orders", "order_id")
        return [found.get(f"A{n}", {}) for n in range(len(times) + 1)]

    plain = read([])
    assert plain == read(["5th of March 2024", "2024年3月5日"])
    month = 3 if order == "dmy" else 5
    assert shanghai(plain[1]["paid_at"]) == datetime(2024, month, 8 - month, 14, 5)  # noqa: DTZ001


def test_a_column_says_that_its_numbers_count_since_1970(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1"],
            "orders.ordered_at": ["1709618709"],
            "orders.paid_at": ["1709618709000"],
            "orders.closed_at": ["20250101"],
            "orders.gross_amount": ["1"],
        },
        readings={
            "orders.ordered_at": {"options": {"unit": "s"}},
            "orders.paid_at": {"options": {"unit": "ms"}},
            "orders.closed_at": {"options": {"unit": "s"}},
        },
    )
    order = dish.order()
    assert shanghai(order["ordered_at"]) == shanghai(order["paid_at"]) == SHARP
    assert shanghai(order["closed_at"]).date() == date(1970, 8, 23)


def test_times_of_another_zone_count_on_our_days(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["winter", "summer"],
            "orders.ordered_at": ["2024-01-15 20:00", "2024-07-15 20:00"],
            "orders.gross_amount": ["1", "1"],
        },
        readings={"orders.ordered_at": {"options": {"timezone": "America/New_York"}}},
    )
    orders = dish.by("orders", "order_id")
    assert orders["winter"]["ordered_at"] == datetime(2024, 1, 16, 1)  # noqa: DTZ001
    assert orders["summer"]["ordered_at"] == datetime(2024, 7, 16, 0)  # noqa: DTZ001
    assert orders["winter"]["ordered_on"] == date(2024, 1, 16)


def test_day_and_time_of_day_are_joined(kitchen: Kitchen) -> None:
    part = {"rule": "part"}
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A2"],
            "orders.ordered_at": ["2024-03-05", "2024年3月5日"],
            "orders.ordered_at 2": ["14:05:09", None],
            "orders.gross_amount": ["1", "1"],
        },
        readings={
            "orders.ordered_at": part | {"options": {"part": 1, "join": " "}},
            "orders.ordered_at 2": part | {"options": {"part": 2, "join": " "}},
        },
    )
    orders = dish.by("orders", "order_id")
    assert shanghai(orders["A1"]["ordered_at"]) == SHARP
    assert shanghai(orders["A2"]["ordered_at"]) == DAY


def test_a_composite_address_is_taken_apart(kitchen: Kitchen) -> None:
    addresses = [
        "王小明，86-13800138000，浙江省 杭州市 西湖区 文三路 1 号",
        "李雷,86-138****8001,广东省 深圳市 南山区 科技园",
        "北京市 北京市 海淀区 中关村",
        "浙江省杭州市西湖区文三路1号",
        "Baker Street 221b",
    ]
    dish = kitchen.prepare(
        {
            "customers.customer_id": ["1", "2", "3", "4", "5"],
            "people.address": addresses,
        },
        grain="customer",
        identity=("customers.customer_id",),
        readings={"people.address": {"rule": "composite_address"}},
    )
    people, customers = dish.by("people", "customer_id"), dish.by("customers", "customer_id")
    assert [people[key]["name"] for key in "12345"] == ["王小明", "李雷", None, None, None]
    assert [people[key]["phone"] for key in "123"] == ["13800138000", "138****8001", None]
    assert [customers[key]["province"] for key in "1234"] == ["浙江", "广东", "北京", "浙江"]
    assert [customers[key]["city"] for key in "1234"] == ["杭州", "深圳", "北京", "杭州"]
    assert people["1"]["address"] == "浙江省 杭州市 西湖区 文三路 1 号"
    assert people["5"]["address"] == "Baker Street 221b"
    assert customers["5"]["province"] is None


def test_what_was_mended_is_counted_with_masked_examples(kitchen: Kitchen) -> None:
    import pyarrow.parquet as pq

    dish = kitchen.prepare(
        {
            "customers.customer_id": ["1.0", "2.0"],
            "people.phone": ["138 0013 8000", "13800138001"],
            "customers.province": ["浙江省", "浙江"],
        },
        grain="customer",
        identity=("customers.customer_id",),
    )
    repairs = {row["field"]: row for row in pq.read_table(dish.prepared.repairs).to_pylist()}
    assert repairs["customers.customer_id"]["rule"] == "float_id"
    assert repairs["customers.customer_id"]["count"] == 2
    assert repairs["people.phone"]["count"] == 1
    assert "0013" not in repairs["people.phone"]["before"] + repairs["people.phone"]["after"]
    assert repairs["customers.province"]["after"] == "浙江"
