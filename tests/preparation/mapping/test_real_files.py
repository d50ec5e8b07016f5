"""Public files map without an option."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from preparation.mapping.shelf import fields
from zhike.errors import MappingError
from zhike.preparation.mapping import suggest
from zhike.preparation.reading import FileReading
from zhike.sources import open_source


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


def test_cdnow_maps_by_its_values(real_data: Path) -> None:
    [landed] = open_source(real_data / "cdnow" / "CDNOW_sample.txt")
    raw = ibis.duckdb.connect().create_table("raw", pa.Table.from_batches(list(landed.batches())))
    reading = suggest(raw, landed.header, landed.name)
    assert (reading.grain, reading.order_id_from, reading.questions) == ("order", "record", ())
    assert fields(reading) == {
        "column_1": "orders.customer_id",
        "column_3": "orders.ordered_at",
        "column_5": "orders.paid_amount",
    }
    said = {"column_2": "orders.customer_id", "column_4": "order_lines.quantity"}
    with_quantity = suggest(raw, landed.header, landed.name, said)
    assert fields(with_quantity)["column_2"] == "orders.customer_id"
    assert fields(with_quantity)["column_4"] == "order_lines.quantity"
    assert "order_lines.product_id" not in fields(with_quantity).values()


def test_people_with_a_number_of_their_own_are_customers(real_data: Path) -> None:
    [landed] = open_source(real_data / "febrl" / "dataset1.csv")
    raw = ibis.duckdb.connect().create_table("raw", pa.Table.from_batches(list(landed.batches())))
    reading = suggest(raw, landed.header, landed.name)
    assert reading.grain == "customer"
    assert reading.identity == ("customers.customer_id",)
    assert reading.column_of("customers.customer_id").column == "rec_id"


def test_a_table_of_links_alone_is_refused(real_data: Path) -> None:
    with pytest.raises(MappingError):
        _read(real_data / "complete_journey" / "coupons.parquet")
