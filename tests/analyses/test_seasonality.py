from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analyses.behaviour import DAY, rows
from zhike.analyses.seasonality import Seasonality, SeasonalityResult
from zhike.catalogue import shop_from
from zhike.datasets import corner_shop


@pytest.fixture(scope="module")
def found() -> SeasonalityResult:
    return Seasonality(as_of=DAY).run(rows().shop)


@pytest.fixture(scope="module")
def daily() -> pd.Series:
    """Net revenue of every day."""
    bought, refunds = rows().purchases, rows().reference.refunds
    net = bought.groupby("ordered_on").net.sum().sub(
        refunds.groupby("on").amount.sum(), fill_value=0
    )  # fmt: skip
    net.index = pd.to_datetime(net.index)
    first = pd.Timestamp(bought.ordered_on.min())
    every = pd.date_range(first, pd.Timestamp(DAY) - pd.Timedelta(days=1))
    return net[net.index >= first].reindex(every, fill_value=0.0)


def test_months_are_whole_and_add_up_to_their_days(
    found: SeasonalityResult, daily: pd.Series
) -> None:
    months = daily.groupby(daily.index.strftime("%Y-%m")).sum()
    assert found.unit == "month"
    components = found.components.to_pandas().set_index("period")
    assert components.index[-1] == "2025-06"
    assert components.revenue.to_dict() == pytest.approx(months[components.index].to_dict())
    parts = components.trend + components.season + components.remainder
    assert parts.to_numpy() == pytest.approx(components.revenue.to_numpy())


def test_strengths_are_those_of_hyndman(found: SeasonalityResult) -> None:
    parts = found.components.to_pandas()
    trend = 1 - parts.remainder.var() / (parts.trend + parts.remainder).var()
    season = 1 - parts.remainder.var() / (parts.season + parts.remainder).var()
    assert found.trend_strength == pytest.approx(max(trend, 0))
    assert found.season_strength == pytest.approx(max(season, 0))


def test_growth_compares_the_same_dates_and_the_same_lunar_days(
    found: SeasonalityResult, daily: pd.Series
) -> None:
    growth = {row["month"]: row for row in found.growth.to_pylist()}
    months = daily.groupby(daily.index.strftime("%Y-%m")).sum()
    may = growth["2025-05"]
    assert may["growth_rate"] == pytest.approx(months["2025-05"] / months["2024-05"] - 1)
    assert may["aligned_growth_rate"] == pytest.approx(may["growth_rate"])
    # February 2025 lies 3 to 30 days after the new year of 29 January; in 2024 it was 10 February.
    near = pd.date_range("2024-02-13", "2024-03-02").to_series()  # 3 to 21 days after it
    aligned = daily[near].sum()
    rest = growth["2025-02"]["aligned_last_year"] - aligned
    assert growth["2025-02"]["aligned_last_year"] != pytest.approx(months["2024-02"])
    assert 0 < rest < months["2024-02"] + months["2024-03"]
    quarter = [growth[f"2025-0{month}"] for month in (1, 2, 3)]
    # 2024 had a day more: the last of its quarter meets nothing.
    assert sum(row["aligned_last_year"] for row in quarter) == pytest.approx(
        sum(row["last_year"] for row in quarter) - daily["2024-03-31"]
    )
    year = months["2024-07":"2025-06"].sum() / months["2023-07":"2024-06"].sum() - 1
    assert found.year_growth_rate == pytest.approx(year)


def test_festivals_hold_the_revenue_of_their_days(
    found: SeasonalityResult, daily: pd.Series
) -> None:
    festivals = {(row["festival"], row["year"]): row for row in found.festivals.to_pylist()}
    eleven = festivals["double_11", 2024]
    assert eleven["revenue"] == pytest.approx(daily["2024-11-05":"2024-11-11"].sum())
    before = festivals["double_11", 2023]["revenue"]
    assert eleven["growth_rate"] == pytest.approx(eleven["revenue"] / before - 1)
    assert eleven["lift"] > 0.5  # planted
    spring = festivals["spring_festival", 2025]
    assert (spring["from_on"], spring["last_on"]) == (date(2025, 1, 28), date(2025, 2, 4))
    assert spring["lift"] < 0  # planted: warehouses are closed
    bought = rows().identified
    days = pd.concat([bought[bought.ordered_on.between(date(y, 11, 5), date(y, 11, 11))]
                      for y in (2022, 2023, 2024)])  # fmt: skip
    buyers = found.customers(festival="double_11")
    assert buyers.count().to_pyarrow().as_py() == days.customer_id.nunique()


def test_what_was_planted_is_found_again(found: SeasonalityResult) -> None:
    months = {row["month_of_year"]: row["index"] for row in found.months.to_pylist()}
    assert set(sorted(months, key=months.__getitem__)[-2:]) == {6, 11}  # 618 and double 11
    assert np.mean(list(months.values())) == pytest.approx(100)
    weekdays = found.weekdays["index"].to_pylist()
    assert np.mean(weekdays) == pytest.approx(100)


def test_a_planted_week_and_growth_are_taken_apart() -> None:
    days = [date(2023, 1, 2) + timedelta(days=n) for n in range(200)]
    amounts = [100 + n / 2 + (60 if day.weekday() == 5 else 0) for n, day in enumerate(days)]
    orders = pa.table(
        {"customer_id": ["a"] * len(days), "ordered_at": days, "paid_amount": amounts}
    )
    found = Seasonality(unit="day", as_of=date(2023, 7, 21)).run(shop_from(orders=orders))
    assert found.season_strength == pytest.approx(1, abs=0.01)
    assert found.trend_strength == pytest.approx(1, abs=0.01)
    index = {row["weekday"]: row["index"] for row in found.weekdays.to_pylist()}
    assert max(index, key=index.__getitem__) == 6
    assert index[1] == pytest.approx(index[2], rel=0.02)


def test_few_sales_are_not_taken_apart() -> None:
    found = Seasonality(unit="day").run(corner_shop())
    assert found.trend_strength is None
    assert found.components["trend"].null_count == found.components.num_rows


def test_the_holidays_of_another_country_are_its_own() -> None:
    found = Seasonality(country="GB", as_of=DAY).run(rows().shop)
    names = found.holidays["holiday"].to_pylist()
    assert "Good Friday" in names
    assert found.festivals.num_rows == 0


@pytest.mark.slow
def test_online_retail_rests_on_saturday(real_data: Path) -> None:
    path = real_data / "online_retail_ii" / "online_retail_II_2009_2010.parquet"
    orders = duckdb.sql(
        f"""
        SELECT CAST("Invoice" AS VARCHAR) AS order_id,
               CAST(any_value("Customer ID") AS VARCHAR) AS customer_id,
               min("InvoiceDate") AS ordered_at, sum("Quantity" * "Price") AS paid_amount
        FROM '{path}' WHERE "Quantity" > 0 AND "Price" > 0 GROUP BY 1
        """
    ).to_arrow_table()
    london = replace(shop_from(orders=orders), timezone="Europe/London")
    found = Seasonality().run(london)
    assert (found.unit, found.country) == ("day", "GB")
    index = {row["weekday"]: row["index"] for row in found.weekdays.to_pylist()}
    saturdays = duckdb.sql(
        "SELECT count(*) FROM orders WHERE isodow(CAST(ordered_at AS DATE)) = 6"
    ).fetchone()
    assert saturdays is not None
    assert saturdays[0] < orders.num_rows / 100
    assert index[6] < 5
    assert min(index[day] for day in (1, 2, 3, 4)) > 100
