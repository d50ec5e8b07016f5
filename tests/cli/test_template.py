"""A table to begin with by typing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from zhike.i18n import use_language
from zhike.schema.template import template_header
from zhike.workspace import Workspace

ROWS = {
    "orders": {"order_id": "A1", "ordered_at": "2024-03-05 10:00", "paid_amount": "12.50"},
    "customers": {"customer_id": "7", "city": "杭州"},
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_filled_template_is_read_without_a_question(language: str, tmp_path: Path) -> None:
    from zhike.schema import standard_table

    with use_language(language):
        for table, values in ROWS.items():
            labels = {str(item.label): item.name for item in standard_table(table).fields}
            with (tmp_path / f"{table}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                out = csv.writer(file)
                out.writerow(template_header(table))
                out.writerow([values.get(labels[name], "") for name in template_header(table)])
        workspace = Workspace.create(tmp_path / "shop")
        orders, customers = workspace.add([tmp_path / "orders.csv", tmp_path / "customers.csv"])
    assert orders.part.fates["loaded"] == customers.part.fates["loaded"] == 1
    assert "orders" in orders.part.tables
    assert list(customers.part.tables) == ["customers"]
