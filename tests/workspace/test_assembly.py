"""Batches become one table: whole orders within a feed, field by field across feeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhike.engines import Engine, open_engine
from zhike.schema import standard_table
from zhike.workspace.assembly import Source, assembled

DAY = datetime(2024, 3, 1, 4)  # noqa: DTZ001 - instants are naive UTC


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = open_engine(threads=1)
    yield engine
    engine.close()


class Feed:
    """Writes prepared tables of one feed, batch by batch."""

    sequence = 0

    def __init__(self, folder: Path, name: str, grain: str, *mapped: str) -> None:
        self._folder, self._name, self._grain, self._mapped = folder, name, grain, mapped

    def batch(self, **tables: list[dict[str, Any]]) -> Source:
        Feed.sequence += 1
        files = {name: self._write(name, rows) for name, rows in tables.items()}
        return Source(
            sequence=Feed.sequence,
            feed=self._name,
            grain=self._grain,
            mapped=frozenset(self._mapped),
            tables=files,
        )

    def _write(self, table: str, rows: list[dict[str, Any]]) -> Path:
        path = self._folder / f"{table}-{Feed.sequence}.parquet"
        schema = standard_table(table).arrow_schema
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
        return path


def order(order_id: str, **more: Any) -> dict[str, Any]:
    amounts = {
        "gross_amount": Decimal(10),
        "discount_amount": Decimal(0),
        "paid_amount": Decimal(10),
    }
    amounts |= dict.fromkeys(("shipping_amount", "fee_amount", "adjustment_amount"), Decimal(0))
    flags = dict.fromkeys(("is_presale", "is_brushing", "is_test", "is_cash_on_delivery"), False)
    rest = {"ordered_at": DAY, "ordered_on": date(2024, 3, 1), "status": "completed"}
    return {"order_id": order_id} | rest | amounts | flags | more


def line(order_id: str, number: int, product_id: str) -> dict[str, Any]:
    return {"order_id": order_id, "line_no": number, "product_id": product_id, "kind": "goods"}


def rows(engine: Engine, sources: list[Source], table: str) -> list[dict[str, Any]]:
    found = assembled(engine, sources, table)
    assert found is not None
    assert list(found.columns) == [item.name for item in standard_table(table).fields]
    key = standard_table(table).key
    listed: list[dict[str, Any]] = found.order_by(list(key)).to_pyarrow().to_pylist()
    return listed


def test_a_single_file_is_shared_as_it_is(engine: Engine, tmp_path: Path) -> None:
    only = Feed(tmp_path, "a", "order").batch(orders=[order("1")])
    assert assembled(engine, [only], "orders") is None


def test_a_later_export_replaces_orders_whole(engine: Engine, tmp_path: Path) -> None:
    feed = Feed(tmp_path, "a", "order_line", "orders.status")
    first = feed.batch(
        orders=[order("1", status="paid", coupon="A"), order("2")],
        order_lines=[line("1", 1, "tea"), line("1", 2, "cup"), line("2", 1, "pot")],
    )
    second = feed.batch(
        orders=[order("1", status="completed"), order("3")],
        order_lines=[line("1", 1, "tea"), line("3", 1, "tea"), line("3", 2, "tea")],
    )
    orders = rows(engine, [first, second], "orders")
    assert [(row["order_id"], row["status"], row["coupon"]) for row in orders] == [
        ("1", "completed", None),
        ("2", "completed", None),
        ("3", "completed", None),
    ]
    lines = rows(engine, [first, second], "order_lines")
    assert [(row["order_id"], row["product_id"]) for row in lines] == [
        ("1", "tea"),
        ("2", "pot"),
        ("3", "tea"),
        ("3", "tea"),
    ]


def test_headers_and_lines_of_one_order_come_together(engine: Engine, tmp_path: Path) -> None:
    """What a file says goes before what preparation filled in, whichever came last."""
    headers = Feed(
        tmp_path, "h", "order", "orders.status", "orders.customer_id", "orders.paid_amount"
    ).batch(orders=[order("1", status="closed", customer_id="ann", paid_amount=Decimal(12))])
    lines = Feed(tmp_path, "l", "order_line", "order_lines.amount").batch(
        orders=[order("1", channel="shop", gross_amount=Decimal(99), paid_amount=Decimal(99))],
        order_lines=[line("1", 1, "tea")],
    )
    (row,) = rows(engine, [headers, lines], "orders")
    assert (row["status"], row["customer_id"], row["channel"]) == ("closed", "ann", "shop")
    assert (row["paid_amount"], row["gross_amount"]) == (Decimal(12), Decimal(10))


def test_a_mark_of_any_file_stays(engine: Engine, tmp_path: Path) -> None:
    one = Feed(tmp_path, "a", "order").batch(orders=[order("1", is_brushing=True)])
    two = Feed(tmp_path, "b", "order").batch(orders=[order("1")])
    (row,) = rows(engine, [one, two], "orders")
    assert row["is_brushing"]


def test_customers_of_flat_files_are_merged_field_by_field(engine: Engine, tmp_path: Path) -> None:
    feed = Feed(tmp_path, "a", "order_line")
    first = feed.batch(customers=[{"customer_id": "ann", "country": "UK", "city": "York"}])
    second = feed.batch(customers=[{"customer_id": "ann", "country": "France"}])
    (row,) = rows(engine, [first, second], "customers")
    assert (row["country"], row["city"]) == ("France", "York")


def test_a_customer_list_replaces_customers_whole(engine: Engine, tmp_path: Path) -> None:
    feed = Feed(tmp_path, "a", "customer")
    first = feed.batch(customers=[{"customer_id": "ann", "country": "UK", "city": "York"}])
    second = feed.batch(customers=[{"customer_id": "ann", "country": "France"}])
    (row,) = rows(engine, [first, second], "customers")
    assert (row["country"], row["city"]) == ("France", None)


def refund(refund_id: str, order_id: str | None, amount: int) -> dict[str, Any]:
    refund = {"refund_id": refund_id, "line_no": 1, "order_id": order_id, "kind": "goods"}
    return refund | {"amount": Decimal(amount)}


def test_a_refund_withdrawn_in_a_later_export_is_gone(engine: Engine, tmp_path: Path) -> None:
    feed = Feed(tmp_path, "a", "order")
    first = feed.batch(orders=[order("1"), order("2")], refunds=[refund("1", "1", 10)])
    second = feed.batch(orders=[order("1")])
    assert rows(engine, [first, second], "refunds") == []


def test_a_refund_file_goes_before_what_orders_say_of_refunds(
    engine: Engine, tmp_path: Path
) -> None:
    told = Feed(tmp_path, "a", "order").batch(
        orders=[order("1"), order("2")], refunds=[refund("1", "1", 10), refund("2", "2", 7)]
    )
    listed = Feed(tmp_path, "r", "refund").batch(refunds=[refund("R1", "1", 4)])
    found = rows(engine, [listed, told], "refunds")
    assert [(row["refund_id"], row["amount"]) for row in found] == [("2", 7), ("R1", 4)]


def test_credit_notes_without_an_order_are_kept_once(engine: Engine, tmp_path: Path) -> None:
    feed = Feed(tmp_path, "a", "order_line")
    first = feed.batch(refunds=[refund("C1", None, 5), refund("C2", None, 6)])
    second = feed.batch(refunds=[refund("C2", None, 8)])
    found = rows(engine, [first, second], "refunds")
    assert [(row["refund_id"], row["amount"]) for row in found] == [("C1", 5), ("C2", 8)]
