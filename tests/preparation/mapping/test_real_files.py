"""Public files map without an option."""

from __future__ import annotations

from pathlib import Path

import ibis
import pytest

from preparation.mapping.shelf import fields
from zhike.errors import MappingError
from zhike.preparation.mapping import suggest
from zhike.preparation.reading import FileReading


def _read(path: Path) -> FileReading:
    connection = ibis.duckdb.connect()
    table = connection.read_parquet(path)
    header = tuple(name for name in table.columns if not name.startswith("__"))
    nothing = ibis.null("string")
    landed = table.select(**{name: table[name].cast("string") for name in header})
    raw = connection.create_table(
        "raw",
        landed.mutate(_row=ibis.row_number() + 2, _fate=nothing, _reason=nothing, _raw=nothing),
    )
    return suggest(raw, header, path.name)


@pytest.mark.slow
def test_online_retail_maps_whole(real_data: Path) -> None:
    reading = _read(real_data / "online_retail_ii" / "online_retail_II_2009_2010.parquet")
    assert reading.questions == ()
    assert reading.grain == "order_line"
    assert reading.identity == ("orders.customer_id",)
    assert fields(reading) == {
        "Invoice": "orders.order_id",
        "StockCode": "order_lines.product_id",
        "Description": "products.name",
        "Quantity": "order_lines.quantity",
        "InvoiceDate": "orders.ordered_at",
        "Price": "order_lines.unit_price",
        "Customer ID": "orders.customer_id",
        "Country": "customers.country",
    }


@pytest.mark.slow
def test_complete_journey_maps_to_tables_of_its_own(real_data: Path) -> None:
    folder = real_data / "complete_journey"
    baskets = _read(folder / "transactions.parquet")
    assert baskets.questions == ()
    assert fields(baskets) == {
        "household_id": "orders.customer_id",
        "store_id": "orders.store",
        "basket_id": "orders.order_id",
        "product_id": "order_lines.product_id",
        "quantity": "order_lines.quantity",
        "sales_value": "order_lines.amount",
        "transaction_timestamp": "orders.ordered_at",
    }
    assert _read(folder / "products.parquet").grain == "product"
    households = _read(folder / "demographics.parquet")
    assert households.grain == "customer"
    assert fields(households)["household_id"] == "customers.customer_id"
    assert fields(households)["age"] == "customers.age_band"


def test_a_table_of_links_alone_is_refused(real_data: Path) -> None:
    with pytest.raises(MappingError):
        _read(real_data / "complete_journey" / "coupons.parquet")
