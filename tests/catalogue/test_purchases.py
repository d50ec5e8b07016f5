"""The definitions of the design, by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from zhike.catalogue import (
    customer_facts,
    daily_amounts,
    product_facts,
    prospects,
    purchase_history,
    purchases,
    refund_rows,
    shop_from,
)
from zhike.datasets import corner_shop
from zhike.errors import InputError
from zhike.schema import Shop

AS_OF = date(2024, 6, 1)


def _shop(*orders: dict[str, Any], refunds: list[dict[str, Any]] | None = None) -> Shop:
    usual = {
        "customer_id": "a", "ordered_at": datetime.fromisoformat("2024-03-05"),
        "paid_amount": 100.0, "status": "completed", "is_test": False, "is_brushing": False,
        "closed_at": None, "paid_at": None, "gross_amount": 100.0,
    }  # fmt: skip
    rows = [usual | {"order_id": f"o{place}"} | order for place, order in enumerate(orders)]
    tables = {}
    if refunds:
        usual_refund = {
            "order_id": None, "customer_id": None, "kind": "goods", "refunded_at": None,
            "product_id": None,
        }  # fmt: skip
        tables["refunds"] = pa.Table.from_pylist(
            [usual_refund | {"refund_id": f"r{n}"} | it for n, it in enumerate(refunds)],
            schema=pa.schema(
                [
                    (name, pa.string())
                    for name in ("refund_id", "order_id", "customer_id", "kind", "product_id")
                ]
                + [("refunded_at", pa.timestamp("us")), ("amount", pa.float64())]
            ),
        )  # fmt: skip
    moments = {name: pa.timestamp("us") for name in ("ordered_at", "closed_at", "paid_at")}
    table = pa.Table.from_pylist(rows)
    table = table.cast(pa.schema([(it.name, moments.get(it.name, it.type)) for it in table.schema]))
    return shop_from(orders=table, as_of=AS_OF, **tables)


def _ids(shop: Shop, as_of: date | None = None) -> list[str]:
    return sorted(purchases(shop, as_of).order_id.to_pyarrow().to_pylist())


@pytest.mark.parametrize("status", ["paid", "shipped", "completed"])
def test_an_order_that_was_paid_is_a_purchase(status: str) -> None:
    assert _ids(_shop({"status": status})) == ["o0"]


@pytest.mark.parametrize(
    "order",
    [
        {"status": "pending"},
        {"status": "closed"},
        {"is_test": True},
        {"is_brushing": True},
        {"gross_amount": 0.0},
        {"ordered_at": datetime.fromisoformat("2024-06-01")},
        {
            "status": "closed",
            "closed_at": datetime.fromisoformat("2024-05-01"),
            "paid_at": datetime.fromisoformat("2024-03-05"),
        },
        {"status": "closed", "closed_at": datetime.fromisoformat("2024-07-01")},
        {"status": "refunded"},
    ],
)
def test_everything_else_is_none(order: dict[str, Any]) -> None:
    assert _ids(_shop(order)) == []


def test_an_order_closed_later_was_a_purchase_before() -> None:
    order = {
        "status": "closed",
        "closed_at": datetime.fromisoformat("2024-05-01"),
        "paid_at": datetime.fromisoformat("2024-03-05"),
    }
    shop = _shop(order)
    assert _ids(shop, date(2024, 5, 1)) == ["o0"]
    assert _ids(shop, date(2024, 5, 2)) == []


def test_an_order_is_no_purchase_once_everything_has_been_given_back() -> None:
    refunds = [
        {"order_id": "o0", "amount": 60.0, "refunded_at": datetime.fromisoformat("2024-04-01")},
        {"order_id": "o0", "amount": 39.996, "refunded_at": datetime.fromisoformat("2024-05-01")},
    ]
    shop = _shop({}, refunds=refunds)
    assert _ids(shop, date(2024, 5, 1)) == ["o0"]
    assert _ids(shop, date(2024, 5, 2)) == []


def test_shipping_given_back_does_not_undo_a_purchase() -> None:
    refunds = [{"order_id": "o0", "amount": 100.0, "kind": "shipping"}]
    assert _ids(_shop({}, refunds=refunds)) == ["o0"]


def test_an_undated_refund_counts_on_the_day_of_its_order() -> None:
    rows = refund_rows(_shop({}, refunds=[{"order_id": "o0", "amount": 10.0}]))
    assert rows is not None
    assert rows.refunded_on.to_pyarrow().to_pylist() == [date(2024, 3, 5)]


def test_net_revenue_takes_off_refunds_of_purchases_and_those_without_a_link() -> None:
    refunds = [
        {"order_id": "o0", "amount": 10.0},
        {"order_id": "o1", "amount": 20.0},  # of an order that was never a purchase
        {"order_id": "o2", "amount": 100.0},  # everything: the order itself is gone
        {"customer_id": "a", "amount": 5.0, "refunded_at": datetime.fromisoformat("2024-04-01")},
        {"order_id": "unknown", "amount": 7.0, "refunded_at": datetime.fromisoformat("2024-04-01")},
    ]
    shop = _shop({}, {"status": "closed"}, {}, {"customer_id": None}, refunds=refunds)
    facts = customer_facts(shop).to_pyarrow().to_pylist()
    assert [(row["frequency"], float(row["monetary"])) for row in facts] == [(1, 85.0)]
    days = daily_amounts(shop)
    sums = days.agg(**{it: days[it].sum() for it in days.columns if it != "day"})
    row = {name: float(value) for name, value in sums.to_pyarrow().to_pylist()[0].items()}
    assert row["orders"] == 2
    assert row["identified_orders"] == 1
    assert row["goods_amount"] == 200
    assert row["refund_amount"] == 15
    assert row["paid_amount"] == 300
    assert row["returned_amount"] == 115


def test_each_purchase_knows_its_neighbours() -> None:
    history = purchase_history(corner_shop()).order_by("customer_id", "ordered_on").to_pyarrow()
    ann = [row for row in history.to_pylist() if row["customer_id"] == "ann"]
    days = [date(2024, 1, 10), date(2024, 2, 14), date(2024, 6, 18)]
    assert [row["ordered_on"] for row in ann] == days
    assert [row["previous_on"] for row in ann] == [None, *days[:-1]]
    assert [row["next_on"] for row in ann] == [*days[1:], None]
    assert [row["nth"] for row in ann] == [1, 2, 3]
    assert {row["first_on"] for row in ann} == {days[0]}


def test_the_facts_of_the_corner_shop() -> None:
    facts = customer_facts(corner_shop()).order_by("customer_id").to_pyarrow().to_pylist()
    found = [
        (row["customer_id"], row["frequency"], float(row["monetary"]), row["recency_days"])
        for row in facts
    ]
    assert found == [("ann", 3, 420.0, 197), ("bob", 1, 50.0, 347), ("cho", 2, 160.0, 51)]


def test_the_products_of_the_corner_shop() -> None:
    found = product_facts(corner_shop())
    assert found is not None
    rows = found.order_by("product_id").to_pyarrow().to_pylist()
    assert [(row["product_id"], float(row["revenue"])) for row in rows] == [
        ("cup", 240.0), ("pot", 400.0), ("tea", 80.0),
    ]  # fmt: skip


def test_an_order_that_came_to_nothing_makes_its_customer_a_prospect() -> None:
    shop = _shop(
        {"customer_id": "b", "status": "closed"}, {"customer_id": "c", "status": "refunded"}, {}
    )
    rows = prospects(shop).order_by("customer_id").to_pyarrow().to_pylist()
    assert [(row["customer_id"], row["first_on"]) for row in rows] == [("b", None), ("c", None)]


def test_a_bare_table_needs_three_columns() -> None:
    with pytest.raises(InputError, match="ordered_at"):
        shop_from(orders=pa.table({"customer_id": ["a"], "paid_amount": [1.0]}))


def test_a_bare_table_of_lines_is_added_up_by_order() -> None:
    rows = {
        "order_id": [1, 1, 2], "customer_id": ["a", "a", "b"], "product_id": ["x", "y", "x"],
        "ordered_at": ["2024-01-01"] * 3, "paid_amount": [10.0, 5.0, 2.5],
    }  # fmt: skip
    shop = shop_from(orders=pa.table(rows))
    facts = customer_facts(shop).order_by("customer_id").to_pyarrow().to_pylist()
    assert [(row["frequency"], float(row["monetary"])) for row in facts] == [(1, 15.0), (1, 2.5)]
    found = product_facts(shop)
    assert found is not None
    assert found.revenue.sum().to_pyarrow().as_py() == pytest.approx(17.5)


@pytest.mark.parametrize("kind", ["pandas", "polars", "ibis", "path"])
def test_bare_tables_of_any_kind_are_taken(kind: str, tmp_path: Any) -> None:
    rows = pa.table(
        {
            "customer_id": ["a"],
            "ordered_at": [datetime.fromisoformat("2024-01-01")],
            "paid_amount": [1],
        }
    )
    given: Any = rows
    if kind == "pandas":
        given = rows.to_pandas()
    elif kind == "polars":
        given = pytest.importorskip("polars").from_arrow(rows)
    elif kind == "path":
        import pyarrow.parquet as pq

        given = tmp_path / "orders.parquet"
        pq.write_table(rows, given)
    else:
        from zhike.engines import open_engine

        engine = open_engine()
        shop = shop_from(orders=engine.load("mine", rows), engine=engine)
        assert customer_facts(shop).count().to_pyarrow().as_py() == 1
        return
    assert customer_facts(shop_from(orders=given)).count().to_pyarrow().as_py() == 1
