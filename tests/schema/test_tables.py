from __future__ import annotations

import pyarrow as pa
import pytest

from zhike.errors import ParameterError
from zhike.schema import MONEY, TABLE_NAMES, standard_table, standard_tables


def test_there_are_the_tables_of_the_design() -> None:
    assert tuple(table.name for table in standard_tables()) == TABLE_NAMES


def test_money_is_decimal_so_that_sums_do_not_depend_on_their_order() -> None:
    amounts = [
        item for table in standard_tables() for item in table.fields if item.kind.value == "money"
    ]
    assert amounts
    assert all(item.arrow_type == MONEY == pa.decimal128(18, 4) for item in amounts)


def test_a_field_is_found_by_its_name() -> None:
    orders = standard_table("orders")
    assert "ordered_at" in orders
    assert "ordered_by" not in orders
    assert orders["ordered_at"].arrow_type == pa.timestamp("us")


def test_the_arrow_schema_has_the_fields_in_their_order() -> None:
    orders = standard_table("orders")
    assert orders.arrow_schema.names == [item.name for item in orders.fields]


def test_an_unknown_table_is_answered_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match="Did you mean 'orders'"):
        standard_table("order")


def test_what_names_or_reaches_a_person_stands_in_people_alone() -> None:
    elsewhere = [
        f"{table.name}.{item.name}"
        for table in standard_tables()
        if table.name not in {"people", "staff", "leads"}
        for item in table.fields
        if item.personal == "direct"
    ]
    assert not elsewhere
