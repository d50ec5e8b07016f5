from __future__ import annotations

from collections import Counter
from datetime import UTC
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest

from analyses.behaviour import DAY, rows
from zhike.analyses.heatmap import Heatmap, HeatmapResult
from zhike.blocks import Text
from zhike.catalogue import shop_from

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def found() -> HeatmapResult:
    return Heatmap(as_of=DAY).run(rows().shop)


def _local() -> pd.Series:
    return rows().purchases.ordered_at.map(
        lambda at: at.to_pydatetime().replace(tzinfo=UTC).astimezone(SHANGHAI)
    )


def test_the_hours_are_those_of_the_business_zone(found: HeatmapResult) -> None:
    wanted = Counter((at.isoweekday(), at.hour) for at in _local())
    counted = {(row["weekday"], row["hour"]): row["purchases"] for row in found.hours.to_pylist()}
    assert {slot: count for slot, count in counted.items() if count} == wanted
    assert len(counted) == 168


def test_the_weekdays_hold_all_purchases_and_their_money(found: HeatmapResult) -> None:
    assert sum(found.weekdays["purchases"].to_pylist()) == len(rows().purchases)
    assert sum(found.weekdays["revenue"].to_pylist()) == pytest.approx(rows().purchases.net.sum())
    weekend = sum(at.isoweekday() >= 6 for at in _local()) / len(rows().purchases)
    assert found.numbers["weekend_share"] == pytest.approx(weekend)


def test_the_months_hold_the_goods_of_each_category(found: HeatmapResult) -> None:
    goods = rows().goods()
    goods["month"] = pd.to_datetime(goods.ordered_on).dt.strftime("%Y-%m")
    wanted = goods.groupby(["category", "month"]).amount.sum()
    months = goods[goods.month.between("2024-06", "2025-06")].groupby("month").amount.sum()
    assert found.by == "category"
    assert found.items.num_rows == 8 * 13
    for row in found.items.to_pylist():
        assert row["revenue"] == pytest.approx(wanted.get((row["item"], row["month"]), 0.0))
        assert row["month_share"] == pytest.approx(row["revenue"] / months[row["month"]])


def test_the_customers_of_an_hour_and_of_an_item_are_found(found: HeatmapResult) -> None:
    local = _local()
    chosen = rows().purchases[[at.isoweekday() == 6 and at.hour == 21 for at in local]]
    evening = found.customers(weekday="6", hour="21").count().to_pyarrow().as_py()
    assert evening == chosen.customer_id.nunique()
    goods = rows().goods()
    tea = goods[(goods.category == found.items["item"][0].as_py())
                & (pd.to_datetime(goods.ordered_on).dt.strftime("%Y-%m") == "2024-11")]  # fmt: skip
    buyers = found.customers(item=found.items["item"][0].as_py(), month="2024-11")
    assert buyers.count().to_pyarrow().as_py() == tea.customer_id.nunique()


def test_products_have_their_names() -> None:
    found = Heatmap(by="product", as_of=DAY).run(rows().shop)
    names = rows().tables["products"].set_index("product_id").name
    best = found.items["item"][0].as_py()
    assert str(found.item_names[best]) == names[best]


def test_days_without_a_time_are_told() -> None:
    orders = pa.table(
        {
            "customer_id": ["a", "b"],
            "ordered_at": ["2024-03-05", "2024-03-08"],
            "paid_amount": [9.9, 5.0],
        }
    )
    found = Heatmap().run(shop_from(orders=orders))
    assert found.hours.num_rows == 0
    assert found.numbers["untimed_share"] == 1
    warnings = [it for it in found.blocks() if isinstance(it, Text) and it.tone == "warning"]
    assert "midnight" in str(warnings[0].body)
