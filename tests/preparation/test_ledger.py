"""Whatever a file holds: every record is accounted for, and the tables keep their promises."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preparation.kitchen import Aside, Dish, Kitchen

ROWS = 300
KEYS = {
    "orders": ("order_id",),
    "order_lines": ("order_id", "line_no"),
    "customers": ("customer_id",),
    "people": ("customer_id",),
    "products": ("product_id",),
    "refunds": ("refund_id", "line_no"),
}
NOTHING = (None, None, "", "-", "N/A", "　")
MONEY = (
    "10", "10.00", "¥1,234.5", "(3.20)", "-5", "0", "1.2万", "免费", "1.2.3",
    "9" * 30, "5元（含税）",
)  # fmt: skip
POOLS: dict[str, tuple[str | None, ...]] = {
    "orders.order_id": (
        *(f"A{n}" for n in range(60)),
        "C1001",
        "C1002",
        "1.23E+18",
        '="0017"',
        "７",
        *NOTHING,
    ),
    "orders.ordered_at": (
        *(f"2024-03-{day:02d} 10:00:00" for day in range(1, 29)),
        "2024年3月5日 下午2:05",
        "45356.5",
        "2024-02-30",
        "2099-01-01",
        "1912-01-01",
        "soon",
        "1709618709",
        *NOTHING,
    ),
    "orders.customer_id": (*(f"{n}.0" for n in range(9)), "K1", "张**", *NOTHING),
    "orders.status": (
        "交易成功",
        "退款成功",
        "交易关闭",
        "等待买家付款",
        "部分退款",
        "???",
        *NOTHING,
    ),
    "orders.currency": ("CNY", "CNY", "USD", "元", "XAU", "???", *NOTHING),
    "order_lines.product_id": ("SHIRT", "MUG", "POST", "S", "ADJUST", "D", "TEST001", *NOTHING),
    "products.name": ("Mug", "Cup", "POSTAGE", "Discount", "补差价", "测试商品", *NOTHING),
    "order_lines.quantity": ("1", "2", "-1", "0", "3件", "many", "1e40", *NOTHING),
    "order_lines.unit_price": MONEY + NOTHING,
    "people.phone": ("13800138000", "138****1234", "+86 139 0013 9000", "none", *NOTHING),
    "customers.city": ("杭州市", "Köln", *NOTHING),
    "备注": ("刷单", "测试单", "请尽快发货", *NOTHING),
    **{
        f"orders.{name}_amount": MONEY + NOTHING * 3
        for name in ("gross", "discount", "shipping", "fee", "adjustment")
    },
    "refunds.amount": MONEY + NOTHING * 3,
    "refunds.refunded_at": ("2024-03-09", "2024-02-30", "2099-01-01", *NOTHING),
}
"""Header to cells good and bad. Nothing says what was paid: it must follow from the rest."""
LINE_ONLY = ("order_lines.product_id", "products.name", "order_lines.unit_price")
ASIDE: tuple[Aside, ...] = (
    ("skipped", "blank", ""),
    ("skipped", "total", "合计,,123.00"),
    ("rejected", "too_many_columns", "a,b,c,d"),
)


def mess(seed: int, grain: str) -> tuple[dict[str, list[str | None]], dict[int, Aside]]:
    """A table whose cells come from the pools, some rows twice, some set aside by the source.

    Each table has its own share of bad cells, so that some are nearly sound and others nothing but
    mess, and its own choice of columns.
    """
    dice = random.Random(seed)  # noqa: S311
    needed = ("orders.order_id", "orders.ordered_at")
    allowed = [name for name in POOLS if grain == "order_line" or name not in LINE_ONLY]
    headers = [name for name in allowed if name in needed or dice.random() < 0.8]
    plain = dice.choice((0.0, 0.5, 0.95))
    rows: list[list[str | None]] = []
    for _ in range(ROWS):
        if rows and dice.random() < 0.1:
            rows.append(dice.choice(rows))
            continue
        rows.append(
            [
                POOLS[name][0] if name not in needed and dice.random() < plain
                else dice.choice(POOLS[name][:60] if dice.random() < plain else POOLS[name])
                for name in headers
            ]
        )  # fmt: skip
    aside = {at: dice.choice(ASIDE) for at in range(ROWS) if dice.random() < 0.02}
    columns = zip(*rows, strict=True)
    return dict(zip(headers, map(list, columns), strict=True)), aside


MESSES = {
    "seed": st.integers(0, 2**32 - 1),
    "grain": st.sampled_from(("order", "order_line")),
    "order_fields": st.sampled_from(("each_line", "first_line")),
    "identity": st.sampled_from(((), ("orders.customer_id",), ("people.phone",))),
    "order_id_from": st.sampled_from(("column", "column", "record", "customer_and_time")),
}


def prepared(kitchen: Kitchen, seed: int, **reading: Any) -> tuple[Dish, dict[int, Aside]]:
    columns, aside = mess(seed, reading["grain"])
    identity = tuple(name for name in reading["identity"] if name in columns)
    context = {"rates": {"USD": 7.1}}
    dish = kitchen.prepare(columns, aside=aside, context=context,
                           **(reading | {"identity": identity}))  # fmt: skip
    return dish, aside


def check(dish: Dish, aside: dict[int, Aside]) -> None:
    """Every promise that preparation makes of any file."""
    every_record_has_one_fate(dish, aside)
    what_is_set_aside_says_why(dish, aside)
    no_key_comes_twice(dish)
    amounts_add_up(dish)
    tables_hold_together(dish)


def every_record_has_one_fate(dish: Dish, aside: dict[int, Aside]) -> None:
    records, done = dish.records, dish.prepared
    assert [record["_row"] for record in records] == list(range(2, ROWS + 2))
    assert done.rows_read == ROWS == sum(done.fates.values())
    assert {fate: n for fate, n in done.fates.items() if n} == Counter(dish.fates)
    assert set(dish.fates) <= {"loaded", "merged", "rejected", "skipped"}
    assert {at: dish.fates[at] for at in aside} == {at: it[0] for at, it in aside.items()}


def what_is_set_aside_says_why(dish: Dish, aside: dict[int, Aside]) -> None:
    reasons: Counter[str] = Counter()
    for at, record in enumerate(dish.records):
        if at in aside:
            assert (record["reason"], record["raw"]) == aside[at][1:]
        elif record["fate"] == "rejected":
            assert record["reason"]
            assert record["raw"]
        assert bool(record["reason"]) == (record["fate"] != "loaded")
        assert record["fate"] != "loaded" or record["key"]
        reasons[record["reason"]] += 1
    reasons.pop(None, None)  # type: ignore[call-overload]
    assert reasons == dish.prepared.reasons


def no_key_comes_twice(dish: Dish) -> None:
    assert dish.prepared.counts == {name: len(dish.rows(name)) for name in dish.prepared.tables}
    for table, key in KEYS.items():
        counts = Counter(tuple(row[name] for name in key) for row in dish.rows(table))
        assert not [found for found, count in counts.items() if count > 1 or None in found], table


def amounts_add_up(dish: Dish) -> None:
    """No source says what was paid here, so it is what the parts come to, to the last place."""
    for row in dish.rows("orders"):
        parts = row["gross_amount"] - row["discount_amount"] + row["shipping_amount"]
        assert row["paid_amount"] == parts + row["fee_amount"] + row["adjustment_amount"]
        assert row["discount_amount"] >= 0


def tables_hold_together(dish: Dish) -> None:
    """Lines, refunds and customers are of orders that are there, and of records that were used."""
    used = {record["key"] for record in dish.records if record["fate"] == "loaded"}
    orders = dish.by("orders", "order_id")
    lines = dish.rows("order_lines")
    assert set(orders) <= used
    assert {line["order_id"] for line in lines} <= set(orders)
    assert {row["order_id"] for row in dish.rows("refunds")} <= {*orders, None}
    known = {row["customer_id"] for row in dish.rows("customers")}
    assert {row["customer_id"] for row in orders.values()} <= {*known, None}
    assert {row["ordered_at"] is None for row in orders.values()} <= {False}
    if lines:
        loaded = dish.fates.count("loaded")
        returned = [row for row in dish.rows("refunds") if row["order_id"] is None]
        assert len(lines) + len(returned) == loaded


@pytest.mark.parametrize(
    ("seed", "grain", "order_fields", "identity"),
    [
        (1, "order_line", "first_line", ("people.phone",)),
        (2, "order", "each_line", ("orders.customer_id",)),
    ],
)
def test_the_ledger_balances_for_mess(
    kitchen: Kitchen, seed: int, grain: str, order_fields: str, identity: tuple[str, ...]
) -> None:
    reading = {"grain": grain, "order_fields": order_fields, "identity": identity}
    check(*prepared(kitchen, seed, **reading))


@pytest.mark.slow
@given(**MESSES)
@settings(max_examples=25)
def test_the_ledger_balances_for_any_mess(kitchen: Kitchen, seed: int, **reading: Any) -> None:
    check(*prepared(kitchen, seed, **reading))
