"""Edits over the tables of a snapshot, and the company's own fields beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workspace.planting import plant
from workspace.workbooks import CUSTOMERS, FIELDS, small_shop
from zhike.datasets import simulate
from zhike.workspace import Settings, Workspace
from zhike.workspace.edits import Edit, EditLog
from zhike.workspace.overrides import Overrides
from zhike.workspace.preparing import sources_of
from zhike.workspace.present import Present


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return small_shop(tmp_path / "shop")


def edit(shop: Workspace, *edits: tuple[str, str, Any]) -> None:
    EditLog(shop.folder / "edits.jsonl").append(
        Edit(customer_id=customer, field=field, value=value) for customer, field, value in edits
    )


def table(shop: Workspace, name: str) -> dict[str, dict[str, Any]]:
    """A table as a run has it, by customer."""
    with shop._kitchen() as kitchen:
        overrides = Overrides.of(kitchen)
        if name == "custom_fields":
            rows = overrides.custom_table()
            return {} if rows is None else {row["customer_id"]: row for row in rows.to_pylist()}
        sources = list(sources_of(kitchen.layout, shop.sources()))
        told = Present(kitchen, shop._landing).rows(name)
        if not overrides.touches(name):
            assert told is not None
            rows = told.to_pyarrow()
        else:
            rows = overrides.over(kitchen.engine, told, sources, name).to_pyarrow()
        assert len(set(rows["customer_id"].to_pylist())) == rows.num_rows
        return {row["customer_id"]: row for row in rows.to_pylist()}


def test_an_edit_overrides_its_cell_and_no_other(shop: Workspace) -> None:
    before = table(shop, "customers")
    edit(shop, ("007", "city", "苏州"), ("007", "birth_on", "1990-02-03"), ("C-7", "level", None))
    after = table(shop, "customers")
    assert after["007"]["city"] == "苏州"
    assert str(after["007"]["birth_on"]) == "1990-02-03"
    assert after["C-7"]["level"] is None
    for customer in CUSTOMERS:
        for name, value in before[customer].items():
            if (customer, name) not in {("007", "city"), ("007", "birth_on"), ("C-7", "level")}:
                assert after[customer][name] == value
    assert table(shop, "people")["007"]["name"] == before_name(shop)


def before_name(shop: Workspace) -> str:
    with shop._kitchen() as kitchen:
        rows = Present(kitchen, shop._landing).rows("people")
        assert rows is not None
        (name,) = rows.filter(rows.customer_id == "007").name.to_pyarrow().to_pylist()
        return str(name)


def test_a_new_customer_is_there_and_a_stranger_is_not(shop: Workspace) -> None:
    edit(
        shop, ("新1", "customer_id", "新1"), ("新1", "phone", "13911112222"), ("谁", "city", "苏州")
    )
    customers, people = table(shop, "customers"), table(shop, "people")
    assert "新1" in customers
    assert people["新1"]["phone"] == "13911112222"
    assert "谁" not in customers


def test_own_fields_are_typed_and_hidden_ones_are_left_out(shop: Workspace) -> None:
    edit(
        shop, ("007", "size", 38), ("007", "vip", True), ("C-7", "visited", "2024-02-29"),
        ("C-7", "note", "常客"), ("C-7", "pet", "猫"),
    )  # fmt: skip
    shop.edits.hide_field("pet")
    with Workspace.open(shop.folder)._kitchen() as kitchen:
        rows = Overrides.of(kitchen).custom_table()
    assert rows is not None
    types = {item.name: str(item.type) for item in rows.schema}
    assert types == {
        "customer_id": "string", "note": "string", "size": "double", "visited": "date32[day]",
        "vip": "bool", "colour": "string",
    }  # fmt: skip
    assert "pet" in FIELDS
    assert rows.num_rows == 2


@pytest.mark.slow
def test_edits_are_in_the_next_snapshot_and_stay_in_every_later_one(tmp_path: Path) -> None:
    fields = {"pet": {"type": "text", "label": "宠物"}}
    shop = Workspace.create(tmp_path / "shop", Settings(name="x", currency="USD", fields=fields))
    company = simulate(40, language="en")
    plant(shop, {name: company.arrow(name) for name in company.tables})
    shop = Workspace.open(shop.folder)
    customer = company.arrow("customers")["customer_id"][0].as_py()
    shop.edits.set(customer, "city", "苏州", by="小王")
    shop.edits.set(customer, "pet", "猫", by="小王")
    for _ in range(2):
        shop.run()
        seen = shop.open_snapshot()
        rows = seen["customers"]
        assert rows.filter(rows.customer_id == customer).city.to_pyarrow().to_pylist() == ["苏州"]
        assert seen["custom_fields"].to_pyarrow().to_pylist() == [
            {"customer_id": customer, "pet": "猫"}
        ]
        assert [field.label for field in seen.custom_fields] == ["备注", "宠物"]
