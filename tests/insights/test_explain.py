"""Explanations sum exactly, agree with the metrics, and can be opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from zhike.catalogue import Period, metrics_of
from zhike.datasets import corner_shop, planted_shop, simulate
from zhike.datasets.planted import PlantedShop
from zhike.errors import ParameterError
from zhike.insights import Explanation, Why, explain, explain_segments
from zhike.insights.explaining import METRICS_EXPLAINED
from zhike.insights.tree import EFFECTS
from zhike.schema import Shop

EXACT = 1e-9


def pairs_of(rows: pa.Table) -> dict[str, float]:
    """The first two columns as names and values."""
    names, values = (rows[name].to_pylist() for name in rows.column_names[:2])
    return dict(zip(names, values, strict=True))


def assert_exact(found: Explanation) -> None:
    """Drivers sum to the change, members of each dimension too, drivers of a member to its own."""
    rows = found.members.to_pylist()
    whole = next(row for row in rows if row["dimension"] == "all")
    size = max(abs(whole["before"]), abs(whole["after"]), 1.0)
    change = whole["after"] - whole["before"]
    assert sum(found.drivers["amount"].to_pylist()) == pytest.approx(change, abs=EXACT * size)
    for dimension in {row["dimension"] for row in rows}:
        parts = [row["change"] for row in rows if row["dimension"] == dimension]
        assert sum(parts) == pytest.approx(change, abs=EXACT * size), dimension
    for row in rows:
        inside = sum(row[name] for name in EFFECTS)
        assert inside == pytest.approx(row["after"] - row["before"], abs=EXACT * size)


@pytest.fixture(scope="module")
def planted() -> PlantedShop:
    return planted_shop("region", seed=10_001)


@pytest.fixture(scope="module")
def shop(planted: PlantedShop) -> Iterator[Shop]:
    shop = planted.shop()
    yield shop
    shop.engine.close()


@pytest.fixture(scope="module")
def last_month(planted: PlantedShop) -> Period:
    _, start, end = planted.months
    return Period(start, end)


@pytest.mark.parametrize("metric", METRICS_EXPLAINED)
def test_the_parts_sum_to_the_change_of_the_metric(
    metric: str, shop: Shop, last_month: Period
) -> None:
    found = explain(shop, metric=metric, period=last_month)
    assert_exact(found)
    periods = {"after": last_month, "before": last_month.previous()}
    told = {row["name"]: row[metric] for row in metrics_of(shop, periods).to_pylist()}
    for side, value in told.items():
        assert found.numbers[side] == pytest.approx(value, rel=EXACT)


def test_customers_who_came_and_went_are_those_that_a_query_counts(
    shop: Shop, last_month: Period
) -> None:
    before = last_month.previous()
    assert before is not None
    found = explain(shop, metric="customers", period=last_month)
    counts = shop.engine.connection.raw_sql(
        f"""
        with back as (
            select order_id from refunds group by 1
        ), bought as (
            select o.customer_id, o.ordered_on from orders o
            left join (select order_id, sum(amount) a from refunds group by 1) r using (order_id)
            where o.customer_id is not null
              and coalesce(r.a, 0) < o.gross_amount - o.discount_amount - 0.005
        ), each as (
            select customer_id, min(ordered_on) f,
              bool_or(ordered_on >= date '{last_month.from_on}') n,
              bool_or(ordered_on >= date '{before.from_on}'
                      and ordered_on < date '{before.to_on}') b
            from bought group by 1
        )
        select count(*) filter (n and not b and f >= date '{before.to_on}'),
               count(*) filter (n and not b and f < date '{before.to_on}'),
               -count(*) filter (b and not n) from each
        """
    ).fetchone()
    told = pairs_of(found.drivers)
    names = ("customers_new", "customers_reactivated", "customers_lost")
    assert [told[name] for name in names] == pytest.approx(list(counts))


def test_a_planted_region_is_named_first_with_its_money_and_its_customers(
    planted: PlantedShop, shop: Shop, last_month: Period
) -> None:
    found = explain(shop, period=last_month)
    first = found.told_causes()[0]
    assert planted.plant == (first.dimension, first.member, first.driver)
    assert first.change == pytest.approx(-0.5, abs=0.1)
    finding = next(found.findings())
    assert finding.amount is not None and finding.amount < 0
    assert planted.plant.member in str(finding.sentence)
    behind = found.customers(**finding.customers).to_pyarrow()
    assert 0 < behind.num_rows < 1500
    places = shop["customers"].select("customer_id", "province").to_pyarrow()
    known = pairs_of(places)
    assert {known[it] for it in behind["customer_id"].to_pylist()} == {planted.plant.member}


def test_earlier_comparisons_of_a_steady_shop_are_as_wide_as_chance(
    shop: Shop, last_month: Period
) -> None:
    factors = pairs_of(explain(shop, period=last_month).noise)
    del factors["stage"]  # who is new or loyal still settles in half a year of history
    assert factors == pytest.approx(dict.fromkeys(factors, 1.1), abs=0.25)


@pytest.mark.parametrize(
    "period", ["2024-02", "2024-03", "2024-11", "2024-Q2", "2025", "2024", "2024-06"]
)
def test_the_corner_shop_sums_exactly_whatever_is_missing(period: str) -> None:
    found = explain(corner_shop(), period=period)
    assert_exact(found)
    assert not found.causes.num_rows  # a handful of orders says nothing
    assert list(found.blocks())


def test_a_season_is_no_cause_and_months_of_different_length_are_told_apart() -> None:
    simulated = simulate(3000, seed=10_003)
    shop = simulated.shop()
    for metric in METRICS_EXPLAINED:
        found = explain(shop, metric=metric, period="2025-03")
        assert_exact(found)
        assert "days" in found.drivers["driver"].to_pylist()
    assert_exact(explain(shop, period="2025-03", against="last_year"))


def test_without_lines_products_or_customers_there_is_still_an_explanation() -> None:
    whole = corner_shop()
    bare = replace(whole, tables={"orders": whole["orders"]}, _remembered={})
    found = explain(bare, period="2024-02")
    assert_exact(found)
    names = set(found.drivers["driver"].to_pylist())
    assert not names & {"price", "mix", "discounts", "refunds"}


def test_an_empty_shop_is_explained_by_nothing() -> None:
    whole = corner_shop()
    tables = {name: table.limit(0) for name, table in whole.tables.items()}
    found = explain(replace(whole, tables=tables, _remembered={}), period="2024-02")
    assert found.numbers["change"] == 0
    assert not found.causes.num_rows


def test_two_segments_are_compared_exactly(shop: Shop, last_month: Period) -> None:
    customers = shop["customers"]
    one = customers.filter(customers.province == "浙江省")
    other = customers.filter(customers.province == "江苏省")
    found = explain_segments(shop, one, other, period=last_month)
    assert_exact(found)
    assert found.against == "segment"
    facts = found.customers().to_pyarrow()
    assert pc.sum(facts["revenue"]).as_py() == pytest.approx(found.numbers["after"], rel=EXACT)


def test_one_segment_against_itself_in_part_differs_by_chance_alone(
    shop: Shop, last_month: Period
) -> None:
    customers = shop["customers"]
    even = customers.customer_id.cast("int64") % 2 == 0
    found = explain_segments(
        shop, customers.filter(even), customers.filter(~even), period=last_month
    )
    assert_exact(found)
    assert not found.causes.num_rows


def test_the_whole_time_has_nothing_before_it() -> None:
    with pytest.raises(ParameterError, match="period"):
        Why(period="all").run(corner_shop())


def test_an_unknown_metric_or_dimension_is_refused() -> None:
    with pytest.raises(ParameterError, match="metric"):
        Why(metric="profit")
    found = explain(corner_shop(), period="2024-02")
    with pytest.raises(ParameterError, match="dimension"):
        found.customers(dimension="colour")


def test_a_period_before_any_order_is_nothing_against_nothing() -> None:
    found = explain(corner_shop(), period="2023-05")
    assert found.numbers["before"] == found.numbers["after"] == 0


def test_what_comes_back_late_of_the_earlier_period_is_no_cause() -> None:
    """A month that has just ended has had less time for returns than the month before it."""
    planted = planted_shop(None, seed=10_007)
    shop = planted.shop()
    before, start, end = planted.months
    found = explain(shop, period=Period(start, end))
    told = pairs_of(found.drivers)
    assert told["late"] > 0
    assert not [cause for cause in found.told_causes() if cause.driver == "refunds"]
    assert before == date(2025, 5, 5)
    assert isinstance(found.members, pa.Table)
