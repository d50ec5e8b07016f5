"""The corner shop: four customers and eight orders, small enough to check by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from zhike.datasets.columns import money, table_of
from zhike.engines import Engine, open_engine
from zhike.schema import Shop

UTC_OFFSET = timedelta(hours=8)
PRICES = {"tea": 20, "cup": 40, "pot": 100}


class Order(NamedTuple):
    """One order of the corner shop; amounts in whole yuan, time in Shanghai."""

    order_id: str
    customer_id: str | None
    at: str
    goods: dict[str, int]
    voucher: int = 0
    shipping: int = 0
    is_closed: bool = False

    @property
    def utc(self) -> datetime:
        """When it was placed."""
        return datetime.fromisoformat(self.at) - UTC_OFFSET

    @property
    def gross(self) -> int:
        """Goods before discounts."""
        return sum(PRICES[name] * count for name, count in self.goods.items())

    @property
    def paid(self) -> int:
        """What was paid."""
        return 0 if self.is_closed else self.gross - self.voucher + self.shipping


ORDERS = (
    Order("1001", "ann", "2024-01-10 10:00", {"pot": 1}, shipping=10),
    Order("1002", "bob", "2024-01-20 12:00", {"tea": 1, "cup": 1}, voucher=10),
    Order("1003", "ann", "2024-02-14 20:00", {"pot": 1, "cup": 2, "tea": 1}, voucher=20),
    Order("1004", "cho", "2024-03-05 00:30", {"cup": 1, "tea": 2}, shipping=10),
    Order("1005", None, "2024-03-05 15:00", {"cup": 1}),
    Order("1006", "dan", "2024-04-01 09:00", {"pot": 5}, is_closed=True),
    Order("1007", "ann", "2024-06-18 21:00", {"pot": 1, "cup": 1}),
    Order("1008", "cho", "2024-11-11 00:05", {"pot": 1, "tea": 1}, voucher=20),
)


def corner_shop(engine: Engine | None = None) -> Shop:
    """Four customers, eight orders, one refund; CNY, Shanghai time, as of 1 January 2025.

    ===== ======== ================ ========= ======================= ===== ======= ======== =====
    order customer ordered          status    goods                   gross voucher shipping paid
    ===== ======== ================ ========= ======================= ===== ======= ======== =====
    1001  ann      2024-01-10 10:00 completed pot                       100       0       10   110
    1002  bob      2024-01-20 12:00 completed tea, cup                   60      10        0    50
    1003  ann      2024-02-14 20:00 completed pot, 2 cups, tea          200      20        0   180
    1004  cho      2024-03-05 00:30 completed cup, 2 teas                80       0       10    90
    1005  nobody   2024-03-05 15:00 completed cup                        40       0        0    40
    1006  dan      2024-04-01 09:00 closed    5 pots, never paid        500       0        0     0
    1007  ann      2024-06-18 21:00 completed pot, cup                  140       0        0   140
    1008  cho      2024-11-11 00:05 completed pot, tea                  120      20        0   100
    ===== ======== ================ ========= ======================= ===== ======= ======== =====

    A tea costs 20, a cup 40, a pot 100. One tea of order 1004 came back on 2024-03-12 (refund
    of 20). Order 1006 closed by itself on 2024-04-02. So there are seven purchases, and net revenue
    is 690 − 20 = 670; by customer ann 420, bob 50, cho 160, nobody 40; dan has never bought.

    Args:
        engine: Where to put it; DuckDB in memory unless given.

    Examples:
        >>> from zhike.datasets import corner_shop_tables
        >>> corner_shop_tables()["orders"].num_rows
        8
    """
    engine = engine or open_engine("duckdb")
    tables = {name: engine.load(name, rows) for name, rows in corner_shop_tables().items()}
    return Shop(engine, tables, currency="CNY", timezone="Asia/Shanghai", as_of=date(2025, 1, 1))


def corner_shop_tables() -> dict[str, pa.Table]:
    """The corner shop's standard tables as Arrow; `corner_shop` tells what is in them."""
    return {
        "orders": _orders(),
        "order_lines": _lines(),
        "refunds": _refunds(),
        "products": _products(),
        "customers": _customers(),
        "people": _people(),
    }


def _orders() -> pa.Table:
    stamps: dict[str, list[datetime | None]] = {
        "ordered_at": [order.utc for order in ORDERS],
        "paid_at": [None if order.is_closed else order.utc for order in ORDERS],
        "closed_at": [order.utc + timedelta(1) if order.is_closed else None for order in ORDERS],
    }
    amounts = {
        "gross_amount": [order.gross for order in ORDERS],
        "discount_amount": [order.voucher for order in ORDERS],
        "shipping_amount": [order.shipping for order in ORDERS],
        "fee_amount": [0] * len(ORDERS),
        "adjustment_amount": [0] * len(ORDERS),
        "paid_amount": [order.paid for order in ORDERS],
    }
    texts = {
        "order_id": [order.order_id for order in ORDERS],
        "customer_id": [order.customer_id for order in ORDERS],
        "status": ["closed" if order.is_closed else "completed" for order in ORDERS],
        "channel": ["online" if order.customer_id else "counter" for order in ORDERS],
        "store": ["corner"] * len(ORDERS),
        "currency": ["CNY"] * len(ORDERS),
        "payment": [None if order.is_closed else "Alipay" for order in ORDERS],
    }
    flags = ("is_cash_on_delivery", "is_presale", "is_brushing", "is_test")
    return table_of(
        "orders",
        {
            **{name: _stamps(values) for name, values in stamps.items()},
            **{name: _yuan(values) for name, values in amounts.items()},
            **{name: pa.array(values, pa.string()) for name, values in texts.items()},
            **{name: pa.array([False] * len(ORDERS)) for name in flags},
            "ordered_on": pa.array([date.fromisoformat(order.at[:10]) for order in ORDERS]),
        },
    )


def _lines() -> pa.Table:
    rows: list[tuple[str, int, str | None, str, int, int]] = []
    for order in ORDERS:
        parts: list[tuple[str | None, str, int, int]] = [
            (name, "goods", count, PRICES[name]) for name, count in order.goods.items()
        ]
        parts += [(None, "voucher", 1, -order.voucher)] * bool(order.voucher)
        parts += [(None, "shipping", 1, order.shipping)] * bool(order.shipping)
        rows += [(order.order_id, place, *part) for place, part in enumerate(parts, start=1)]
    order_ids, places, products, kinds, counts, prices = zip(*rows, strict=True)
    return table_of(
        "order_lines",
        {
            "order_id": pa.array(order_ids),
            "line_no": pa.array(places),
            "product_id": pa.array(products),
            "kind": pa.array(kinds),
            "quantity": pa.array(counts).cast(pa.float64()),
            "unit_price": _yuan(prices),
            "amount": _yuan([count * price for count, price in zip(counts, prices, strict=True)]),
        },
    )


def _refunds() -> pa.Table:
    return table_of(
        "refunds",
        {
            "refund_id": pa.array(["R1004"]),
            "line_no": pa.array([1]),
            "order_id": pa.array(["1004"]),
            "customer_id": pa.array(["cho"]),
            "product_id": pa.array(["tea"]),
            "kind": pa.array(["goods"]),
            "refunded_at": _stamps([datetime.fromisoformat("2024-03-12 02:00")]),
            "refunded_on": pa.array([date(2024, 3, 12)]),
            "quantity": pa.array([1.0]),
            "amount": _yuan([20]),
            "goods_returned": pa.array([True]),
        },
    )


def _products() -> pa.Table:
    return table_of(
        "products",
        {
            "product_id": pa.array(list(PRICES)),
            "name": pa.array(["Green tea", "Cup", "Teapot"]),
            "category": pa.array(["tea", "ware", "ware"]),
            "unit_cost": _yuan([8, 15, 45]),
        },
    )


def _customers() -> pa.Table:
    return table_of(
        "customers",
        {
            "customer_id": pa.array(["ann", "bob", "cho", "dan"]),
            "gender": pa.array(["female", "male", "female", "male"]),
            "city": pa.array(["上海市", "上海市", "苏州市", "杭州市"]),
            "registered_at": _stamps(
                [datetime.fromisoformat(f"2024-0{month}-01") for month in (1, 1, 2, 3)]
            ),
        },
    )


def _people() -> pa.Table:
    return table_of(
        "people",
        {
            "customer_id": pa.array(["ann", "bob", "cho", "dan"]),
            "phone": pa.array(["15400000001", "15400000002", "15400000003", "15400000004"]),
        },
    )


def _yuan(amounts: Sequence[int]) -> pa.Array:
    return money(np.array(amounts, dtype=np.int64) * 100)


def _stamps(stamps: Sequence[datetime | None]) -> pa.Array:
    return pa.array(stamps, pa.timestamp("us"))
