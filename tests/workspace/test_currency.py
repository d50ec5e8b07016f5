"""The currency of a company that never named it."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.workspace import Settings, Workspace

LINES = {
    "english": "order id,customer id,order date,total\nA1,7,2024-03-05,12.50\nA2,8,2024-03-06,3\n",
    "dollars": (
        "order id,customer id,order date,total,currency\n"
        "A1,7,2024-03-05,12.50,USD\nA2,8,2024-03-06,3,USD\nA3,8,2024-03-07,9,EUR\n"
    ),
    "chinese": "订单编号,会员编号,下单时间,实付金额\nA1,7,2024-03-05,12.50\nA2,8,2024-03-06,3\n",
}


@pytest.mark.parametrize(
    ("file", "currency"), [("english", ""), ("dollars", "USD"), ("chinese", "CNY")]
)
def test_the_first_file_that_tells_settles_the_currency(
    file: str, currency: str, tmp_path: Path
) -> None:
    (tmp_path / "orders.csv").write_text(LINES[file], encoding="utf-8")
    workspace = Workspace.create(tmp_path / "shop")
    workspace.add(tmp_path / "orders.csv")
    assert workspace.settings.currency == currency
    assert Workspace.open(tmp_path / "shop").settings.currency == currency


def test_a_currency_that_was_named_stays_and_others_need_a_rate(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(LINES["dollars"], encoding="utf-8")
    workspace = Workspace.create(tmp_path / "shop", Settings(currency="EUR"))
    [report] = workspace.add(tmp_path / "orders.csv")
    assert workspace.settings.currency == "EUR"
    assert report.part.reasons == {"currency_without_rate": 2}
