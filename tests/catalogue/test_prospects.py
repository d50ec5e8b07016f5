"""Who was known for some time without having bought."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from zhike.analyses import REGISTRY
from zhike.catalogue import prospects, shop_from

ORDERS = pa.table(
    {
        "order_id": ["1", "2", "3"],
        "customer_id": ["buyer", "buyer", "early"],
        "ordered_at": pa.array(
            [date(2024, 1, 10), date(2024, 3, 1), date(2024, 2, 20)], pa.date32()
        ).cast(pa.timestamp("us")),
        "paid_amount": [10.0, 20.0, 30.0],
    }
)
CUSTOMERS = pa.table(
    {
        "customer_id": ["buyer", "early", "listed"],
        "registered_at": pa.array([None, date(2024, 1, 5), None], pa.date32()).cast(
            pa.timestamp("us")
        ),
    }
)


def test_a_buyer_without_a_registration_day_was_never_waiting() -> None:
    shop = shop_from(orders=ORDERS, customers=CUSTOMERS, as_of=date(2024, 4, 1))
    waiting = prospects(shop).to_pyarrow()
    assert sorted(waiting["customer_id"].to_pylist()) == ["early", "listed"]


def test_months_count_as_potential_only_who_was_known_without_a_purchase() -> None:
    shop = shop_from(orders=ORDERS, customers=CUSTOMERS, as_of=date(2024, 4, 1))
    months = REGISTRY["lifecycle"]().run(shop).months.to_pylist()
    assert [row["potential"] for row in months] == [2, 1, 1]
