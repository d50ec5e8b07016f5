"""Who is about to leave and why, on shops where the reason is known."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from zhike.analyses import REGISTRY, as_json
from zhike.analyses.churn import Churn, ChurnResult
from zhike.catalogue import shop_from
from zhike.datasets import DESERTION_CAUSES, DesertedShop, corner_shop, deserted_shop
from zhike.datasets.deserted import DesertionCause
from zhike.i18n import use_language
from zhike.models.churn import leaving
from zhike.models.churn.panel import Asked, panel
from zhike.models.churn.sales import dated_sales
from zhike.schema import Shop

HORIZON = 60


@pytest.fixture(scope="module")
def planted() -> DesertedShop:
    return deserted_shop("complaints", seed=5, customers=2_500)


@pytest.fixture(scope="module")
def shop(planted: DesertedShop) -> Shop:
    return planted.shop()


@pytest.fixture(scope="module")
def found(shop: Shop) -> ChurnResult:
    return Churn(horizon_days=HORIZON).run(shop)


@pytest.mark.slow
@pytest.mark.parametrize("cause", DESERTION_CAUSES)
def test_the_reason_that_drove_customers_away_is_named_first(cause: DesertionCause) -> None:
    planted = deserted_shop(cause, seed=77, customers=3_000)
    rows = Churn(horizon_days=HORIZON).run(planted.shop()).customers().to_pyarrow().to_pylist()
    first = [row["reason_1"] for row in rows if row["customer_id"] in planted.driven_away]
    assert len(first) > 100
    assert first.count(cause) / len(first) >= 0.9


def test_nothing_happened_is_said_where_nothing_was_planted() -> None:
    plain = Churn(horizon_days=HORIZON).run(deserted_shop(None, seed=3, customers=2_500).shop())
    happened = {"complaints", "refunds", "price", "channel"}
    rows = plain.customers().to_pyarrow().to_pylist()
    wrong = sum(row["reason_1"] in happened for row in rows)
    assert wrong / len(rows) < 0.05


def test_the_bands_add_up_and_carry_the_money(found: ChurnResult) -> None:
    rows = found.members.to_pyarrow().to_pylist()
    assert sum(found.bands["customers"].to_pylist()) == len(rows)
    assert found.numbers["expected_leaving"] == pytest.approx(
        sum(row["leaving_probability"] for row in rows)
    )
    at_risk = [row for row in rows if row["band"] in ("high", "raised")]
    assert found.numbers["amount_at_risk"] == pytest.approx(
        sum(row["amount_at_risk"] for row in at_risk)
    )
    for row in rows:
        usual = row["amount"] * HORIZON / 365
        assert row["amount_at_risk"] == pytest.approx(row["leaving_probability"] * usual)


def test_a_probability_is_the_base_and_what_each_attribute_adds(shop: Shop) -> None:
    model = leaving(shop, None, HORIZON)
    assert not isinstance(model, str)
    rows = pa.Table.from_batches(model.batches())  # type: ignore[union-attr]
    assert all(0 < value < 1 for value in rows["leaving_probability"].to_pylist())
    odds = [value for value in rows["reason_1_odds"].to_pylist() if value is not None]
    assert odds and min(odds) > 1


def test_what_happens_later_changes_nothing_of_an_earlier_day(shop: Shop) -> None:
    later = dated_sales(shop).ordered_on.max().to_pyarrow().as_py() + timedelta(days=1)
    day = later - timedelta(days=100)
    before = Shop(
        shop.engine,
        {
            "orders": shop["orders"].filter(shop["orders"].ordered_on < day),
            "order_lines": shop["order_lines"],
            "refunds": shop["refunds"].filter(shop["refunds"].refunded_on < day),
            "tickets": shop["tickets"].filter(shop["tickets"].opened_on < day),
        },
        "CNY",
        "UTC",
        as_of=day,
    )
    known = panel(before, Asked(day, (day,), HORIZON)).drop("left")
    whole = panel(shop, Asked(later, (later, day), HORIZON))
    seen = whole.filter(whole.day == day).drop("left").select(*known.columns)
    assert _rows(seen) == _rows(known)


def _rows(table: object) -> list[dict[str, object]]:
    rows = table.to_pyarrow().to_pylist()  # type: ignore[attr-defined]
    rounded = [
        {
            name: round(value, 9) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return sorted(rounded, key=lambda row: str(row["customer_id"]))


def test_who_left_bought_nothing_within_the_horizon(shop: Shop) -> None:
    until = dated_sales(shop).ordered_on.max().to_pyarrow().as_py() + timedelta(days=1)
    day = until - timedelta(days=HORIZON)
    rows = panel(shop, Asked(until, (until, day), HORIZON)).to_pyarrow().to_pylist()
    sales = dated_sales(shop).to_pyarrow().to_pylist()
    bought = {
        row["customer_id"]
        for row in sales
        if row["ordered_on"] >= day and (row["undone_on"] is None or row["undone_on"] >= until)
    }
    for row in rows:
        if row["day"] == day:
            assert row["left"] == (row["customer_id"] not in bought)
        else:
            assert row["left"] is None


def test_too_few_customers_and_too_short_a_past_get_a_sentence() -> None:
    assert "at least 200 customers" in str(Churn().run(corner_shop()).missing)
    brief = Churn(horizon_days=300).run(deserted_shop(None, seed=1, customers=400).shop())
    assert "takes 600 days of orders" in str(brief.missing)
    assert brief.numbers == {}
    assert brief.customers().count().to_pyarrow().as_py() == 0


def test_one_time_buyers_alone_are_told_that_nobody_stayed() -> None:
    rows = {
        "customer_id": [f"c{n}" for n in range(400)],
        "ordered_at": [f"2024-0{1 + n % 9}-1{n % 7}" for n in range(400)],
        "paid_amount": [10.0] * 400,
    }
    result = Churn(horizon_days=30).run(shop_from(orders=pa.table(rows)))
    assert "0 who stayed" in str(result.missing)


STRANGE = {
    "everybody on day one": lambda k, _: [0] * (1 + k % 3),
    "heavy buyers": lambda k, draw: draw(0, 700, 40 + k % 30),
    "six weeks of orders": lambda _, draw: draw(0, 42, 3),
    "once a year": lambda k, _: [330 + k % 30, 695][: 1 + k % 2],
    "all alike": lambda _, __: [0, 100, 200, 300, 400, 500, 600, 690],
    "one left over": lambda k, draw: draw(0, 100, 2) if k else [699],
    "ordinary": lambda _, draw: draw(0, 700, 4),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_strange_shop_gets_numbers_or_a_sentence(kind: str) -> None:
    chance = np.random.default_rng(1)
    who, when = [], []
    for customer in range(250):
        for day in STRANGE[kind](customer, lambda *it: chance.integers(*it).tolist()):  # type: ignore[no-untyped-call]
            who.append(f"c{customer}")
            when.append((date(2023, 1, 1) + timedelta(days=day)).isoformat())
    orders = {"customer_id": who, "ordered_at": when, "paid_amount": [9.0] * len(who)}
    analysis = Churn(horizon_days=30)
    found = analysis.run(shop_from(orders=pa.table(orders)))
    json.dumps(as_json(found, analysis), allow_nan=False)
    assert (found.missing is None) == bool(found.numbers)
    for row in found.customers().to_pyarrow().to_pylist():
        assert 0 <= row["leaving_probability"] <= 1 and row["amount_at_risk"] >= 0


def test_reasons_are_said_in_both_languages(found: ChurnResult) -> None:
    table = next(it for it in found.blocks() if getattr(it, "name", "") == "warned")
    words = list(table.columns[-1].labels.values())  # type: ignore[union-attr]
    with use_language("en"):
        english = [str(it) for it in words]
    with use_language("zh"):
        chinese = [str(it) for it in words]
    assert any("complaints without an answer" in it for it in english)
    assert any("投诉没有得到答复" in it for it in chinese)


def test_finding_leads_to_its_customers(found: ChurnResult) -> None:
    finding = next(it for it in found.findings() if it.code == "churn_complaints")
    rows = found.customers(**finding.customers).to_pyarrow()
    assert rows.num_rows and set(rows["reason_1"].to_pylist()) == {"complaints"}


def test_it_is_registered() -> None:
    assert REGISTRY["churn"] is Churn
