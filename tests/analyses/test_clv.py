"""The forecast on the simulated shop: its sums, its card, and what it says of too small a one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhike.analyses import REGISTRY
from zhike.analyses.accuracy_card import light_of
from zhike.analyses.clv import CLV
from zhike.datasets import corner_shop, simulate
from zhike.engines import open_engine
from zhike.schema import TABLE_NAMES, Shop

AS_OF = date(2025, 7, 1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder: Path = tmp_path_factory.mktemp("simulated")
    simulate(customers=4000, folder=folder)
    engine = open_engine()
    return Shop(
        engine,
        {
            path.stem: engine.read_parquet([path])
            for path in folder.glob("*.parquet")
            if path.stem in TABLE_NAMES
        },
        as_of=AS_OF,
    )


def test_the_bands_add_up_to_the_customers(shop: Shop) -> None:
    found = CLV(horizon_days=180).run(shop)
    rows = found.members.to_pyarrow()
    bought = shop["orders"].filter(shop["orders"].customer_id.notnull()).customer_id.nunique()
    assert 0 < rows.num_rows <= bought.to_pyarrow().as_py()
    assert sum(found.chances["customers"].to_pylist()) == rows.num_rows
    total = sum(rows["clv"].to_pylist())
    assert found.numbers["clv"] == pytest.approx(total)
    likely = [it for it in rows.to_pylist() if it["purchase_probability"] >= 0.5]
    assert found.numbers["likely_customers"] == len(likely)
    assert found.customers(chance="likely").count().to_pyarrow().as_py() == len(likely)


def test_every_value_lies_in_its_interval_and_is_finite(shop: Shop) -> None:
    rows = CLV().run(shop).members.to_pandas()
    numbers = rows.drop(columns=["customer_id", "chance"])
    assert numbers.notna().all(axis=None)
    for name in ("p_alive", "purchase_probability", "expected_spend"):
        assert (rows[f"{name}_low"] <= rows[name]).all()
        assert (rows[name] <= rows[f"{name}_high"]).all()
    assert (rows["clv_low"] <= rows["clv_high"]).all()
    assert (rows["purchase_probability"] <= rows["p_alive"] + 1e-12).all()


def test_what_the_card_says_came_did_come(shop: Shop) -> None:
    found = CLV().run(shop)
    assert found.forecast is not None
    held = found.forecast.holdout
    assert held is not None
    purchases = found.forecast.customers
    # Counted from the orders themselves: days with a purchase since, of customers known before.
    from zhike.catalogue import purchases as purchases_of

    bought = purchases_of(shop, AS_OF).select("customer_id", "ordered_on")
    bought = bought.filter(bought.customer_id.notnull()).distinct().to_pandas()
    known = set(purchases_of(shop, held.day).select("customer_id").to_pandas()["customer_id"])
    since = bought[bought["ordered_on"].map(lambda it: _day(it) >= held.day)]
    assert held.came == since["customer_id"].isin(known).sum()
    assert purchases.count().to_pyarrow().as_py() == bought["customer_id"].nunique()
    assert light_of(held) in ("green", "yellow", "red")


def test_too_few_customers_get_a_sentence_instead_of_a_number() -> None:
    found = CLV().run(corner_shop())
    assert "at least 100 customers" in str(found.missing)
    assert found.numbers == {}
    assert [str(block.body) for block in found.blocks()] == [str(found.missing)]
    assert found.customers().count().to_pyarrow().as_py() == 0


def test_the_discount_makes_later_money_worth_less(shop: Shop) -> None:
    none, much = (CLV(discount_rate=rate).run(shop).numbers["clv"] for rate in (0.0, 0.3))
    assert none is not None and much is not None
    assert 0.8 * none < much < none


def test_it_is_registered() -> None:
    assert REGISTRY["clv"] is CLV


def _day(value: object) -> date:
    return value.date() if hasattr(value, "date") else value  # type: ignore[return-value]
