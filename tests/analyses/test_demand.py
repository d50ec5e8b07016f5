"""Demand of simulated shops: its sums, what it is held against, and what it says of odd ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from zhike.analyses import as_json
from zhike.analyses.demand import DemandForecast, DemandResult
from zhike.analyses.demand_tables import light_of
from zhike.catalogue import daily_amounts, shop_from
from zhike.datasets import simulate
from zhike.engines import open_engine
from zhike.errors import ParameterError
from zhike.schema import TABLE_NAMES, Shop

AS_OF = date(2025, 6, 11)  # a Wednesday: no calendar week ends here


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder: Path = tmp_path_factory.mktemp("simulated")
    simulate(customers=3000, folder=folder)
    engine = open_engine()
    tables = {
        path.stem: engine.read_parquet([path])
        for path in folder.glob("*.parquet")
        if path.stem in TABLE_NAMES
    }
    return Shop(engine, tables, as_of=AS_OF, timezone="Asia/Shanghai")


@pytest.fixture(scope="module")
def found(shop: Shop) -> DemandResult:
    return DemandForecast(top=7).run(shop)


def test_every_split_adds_up_to_the_whole(found: DemandResult) -> None:
    rows = found.parts.to_pylist()
    wholes = {row["measure"]: row for row in rows if row["split"] == "whole"}
    assert set(wholes) == {"revenue", "orders", "units"}
    splits = {(row["split"], row["measure"]) for row in rows if row["split"] != "whole"}
    assert len(splits) == 10  # all four of revenue and units, two of purchases
    for split, measure in splits:
        parts = [row for row in rows if (row["split"], row["measure"]) == (split, measure)]
        whole = wholes[measure]
        for name in ("expected", "before", "year_before"):
            told = sum(row[name] for row in parts)
            assert told == pytest.approx(whole[name], rel=1e-9, abs=1e-3)
    products = [row for row in rows if (row["split"], row["measure"]) == ("product", "revenue")]
    assert len(products) == 8
    assert products[-1]["part"] == "others"


def test_known_weeks_are_the_net_revenue_of_the_overview(shop: Shop, found: DemandResult) -> None:
    last = [row for row in found.periods.to_pylist() if row["known"] is not None][-1]
    assert last["period"] == (AS_OF - timedelta(days=7)).isoformat()
    daily = daily_amounts(shop, AS_OF).to_pandas()
    week = daily[daily["day"].map(lambda it: str(it)[:10]) >= last["period"]]
    net = (week["goods_amount"] - week["refund_amount"]).astype(float).sum()
    assert last["known"] == pytest.approx(net, abs=0.01)


def test_a_half_week_is_not_taken_for_a_fall(shop: Shop) -> None:
    monday = DemandForecast(as_of=date(2025, 6, 9)).run(shop).numbers["expected_revenue"]
    wednesday = DemandForecast(as_of=date(2025, 6, 11)).run(shop).numbers["expected_revenue"]
    assert monday
    assert wednesday
    assert abs(wednesday / monday - 1) < 0.15


def test_the_trial_stands_beside_the_rules_of_thumb(found: DemandResult) -> None:
    numbers = found.numbers
    assert numbers["revenue_wape"] is not None
    assert numbers["revenue_wape"] < numbers["seasonal_naive_revenue_wape"]  # type: ignore[operator]
    assert numbers["revenue_wape"] < numbers["naive_revenue_wape"]  # type: ignore[operator]
    assert numbers["revenue_coverage"] == pytest.approx(0.9, abs=0.12)
    words = " ".join(str(block) for block in found.blocks())
    assert "it would have said" in words


def test_only_what_was_known_is_used(shop: Shop) -> None:
    day = date(2025, 2, 1)
    cut = dict(shop.tables)
    orders = cut["orders"].filter(cut["orders"].ordered_on < day)
    kept = cut["order_lines"].semi_join(orders, "order_id")
    refunds = cut["refunds"]
    back = refunds.filter(refunds.refunded_on.isnull() | (refunds.refunded_on < day))
    past = Shop(
        shop.engine,
        {**cut, "orders": orders, "order_lines": kept, "refunds": back},
        timezone=shop.timezone,
    )
    then = DemandForecast(as_of=day).run(shop).numbers
    assert then == pytest.approx(DemandForecast(as_of=day).run(past).numbers, nan_ok=True)


def test_a_product_below_its_reorder_point_is_told(found: DemandResult) -> None:
    rows = found.stock.to_pylist()
    assert rows
    for row in rows:
        assert row["reorder_point"] >= row["expected_units"] >= 0
        assert row["safety_stock"] >= 0
        if row["stock"] is not None:
            assert row["is_due"] == (row["stock"] <= row["reorder_point"])
    told = {finding.code for finding in found.findings()}
    assert ("demand_order_again" in told) == any(row["is_due"] for row in rows)


def test_a_cell_leads_to_its_customers(found: DemandResult) -> None:
    product = found.stock["product_id"].to_pylist()[0]
    buyers = found.customers(product=product).count().to_pyarrow().as_py()
    everybody = found.customers().count().to_pyarrow().as_py()
    assert 0 < buyers < everybody
    kinds = [
        found.customers(segment=it).count().to_pyarrow().as_py() for it in ("new", "returning")
    ]
    assert sum(kinds) == everybody


@pytest.mark.parametrize("wrong", [{"service_level": 1.0}, {"horizon_days": 0}, {"top": 0}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        DemandForecast(**wrong)


def _orders(days: list[int], amounts: list[float] | None = None) -> pa.Table:
    first = date(2023, 1, 2)
    return pa.table(
        {
            "customer_id": [f"c{n % 7}" for n in range(len(days))],
            "ordered_at": [(first + timedelta(days=day)).isoformat() for day in days],
            "paid_amount": amounts or [10.0] * len(days),
        }
    )


_RNG = np.random.default_rng(4)
ODD = {
    "one order": _orders([0]),
    "all on one day": _orders([5] * 80),
    "two months": _orders([n % 58 for n in range(200)]),
    "too rare": _orders([40 * n for n in range(30)] + [40] * 60),
    "nothing for half a year at the end": _orders([n % 300 for n in range(900)] + [500]),
    "nothing is paid": _orders(list(range(400)), [0.0] * 400),
    "a heavy buyer": _orders([n % 500 for n in range(1500)], [1e7] + [0.01] * 1499),
    "just one year": _orders([int(n) for n in _RNG.integers(0, 364, 900)]),
    "ten years, few orders": _orders([int(n) for n in _RNG.integers(0, 3650, 900)]),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_shops_get_a_sentence_or_finite_numbers(name: str) -> None:
    analysis = DemandForecast()
    found = analysis.run(shop_from(orders=ODD[name]))
    assert (found.missing is None) == (found.forecast is not None)
    as_json(found, analysis)
    list(found.blocks())
    list(found.findings())
    for number in found.numbers.values():
        assert number is None or np.isfinite(number)
    for table in (found.parts, found.periods, found.stock, found.accuracy):
        for column in table.columns:
            if pa.types.is_floating(column.type):
                assert all(it is None or np.isfinite(it) for it in column.to_pylist())


def test_too_short_a_past_shortens_the_horizon_and_says_so() -> None:
    found = DemandForecast().run(shop_from(orders=ODD["two months"]))
    assert found.numbers["days"] == 19  # a third of 58 days
    assert "19 days, not 91" in " ".join(str(getattr(it, "body", "")) for it in found.blocks())


def test_weeks_to_come_stand_in_a_table_of_their_own(found: DemandResult) -> None:
    table = next(it for it in found.blocks() if getattr(it, "name", "") == "to_come")
    rows = table.rows.to_pylist()  # type: ignore[union-attr]
    assert rows[0]["period"] == AS_OF.isoformat()
    assert len(rows) == 13
    assert sum(row["expected"] for row in rows) == pytest.approx(found.numbers["expected_revenue"])


def test_a_forecast_that_misses_is_shown_red_and_said(found: DemandResult) -> None:
    assert found.forecast is not None
    outlook = found.forecast.outlooks["revenue"]
    assert light_of(outlook) in ("green", "yellow")
    # As if what was foretold had been dealt out to other weeks: twice the error of a rule of thumb.
    naive = outlook.score("naive")
    assert naive is not None
    assert naive.wape is not None
    scores = [
        replace(it, wape=2 * naive.wape) if it.model == "chosen" else it for it in outlook.scores
    ]
    broken = replace(outlook, scores=tuple(scores))
    outlooks = {**found.forecast.outlooks, "revenue": broken}
    told = replace(found, forecast=replace(found.forecast, outlooks=outlooks))
    assert light_of(broken) == "red"
    assert {it.code for it in told.findings()} >= {"demand_inaccurate"}
    assert "No better than a rule of thumb" in " ".join(
        str(getattr(it, "body", "")) for it in told.blocks()
    )
