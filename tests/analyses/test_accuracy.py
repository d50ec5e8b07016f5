"""One card over all forecasts: nothing computed twice, words that follow from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest

from zhike.analyses import REGISTRY
from zhike.analyses.accuracy import Accuracy, AccuracyResult
from zhike.blocks import Chart, Table, Text
from zhike.catalogue import Analysis, Card, earlier_cards, known_cards
from zhike.datasets import corner_shop
from zhike.schema import Shop
from zhike.stats.accuracy import Calibration

DAY = date(2025, 1, 1)
CURVE = Calibration(np.array([0.1, 0.5]), np.array([0.2, 0.4]), np.array([50.0, 50.0]))
PURCHASES = Card(
    of="purchases", model="bg_nbd", light="green", tried_on=date(2024, 7, 1), days=90,
    customers=100, foretold=1204, came=1190, error=0.9, naive_error=1.2, measure="rmse",
    auc=0.7, brier=0.2, coverage=0.92, calibration=CURVE,
)  # fmt: skip
LEAVING = Card(of="leaving", model="linear", light="red", customers=400, foretold=90, came=40,
               error=0.3, naive_error=0.2, measure="brier")  # fmt: skip
BASKET = Card(of="next_basket", model="blend", light="yellow", customers=10, error=0.8,
              naive_error=0.9, measure="missed")  # fmt: skip
UNTRIED = Card(of="demand_revenue", model="trend", light="none")


def found(*cards: Card, before: tuple[Card, ...] = ()) -> AccuracyResult:
    """The answer where a run has put these cards on the shop."""
    shop = corner_shop()
    tried = [name for name, kind in REGISTRY.items() if kind.is_tried]
    known_cards(shop, DAY).update(dict.fromkeys(tried, ()))
    known_cards(shop, DAY)["clv"] = cards
    earlier_cards(shop)["clv"] = before
    return Accuracy().run(shop)


def sentences(result: AccuracyResult) -> list[str]:
    return [str(block.body) for block in result.blocks() if isinstance(block, Text)]


def test_a_card_says_in_a_sentence_what_was_said_and_what_came() -> None:
    assert sentences(found(PURCHASES, LEAVING, BASKET, UNTRIED)) == [
        "Purchases of each customer: Reliable. On 2024-07-01 it would have said 1,204 for the 90 "
        "days to come; it was 1,190.",
        "Customers who leave: Do not rely on it. Of 400 past customers that it had not seen, it "
        "would have said 90; it was 40.",
        "Products of the next basket: Take with care. Ten products chosen for each customer would "
        "have held 20.0% of her next basket, the same ten for all 10.0%.",
        "Net revenue to come: there is too little past to try it on.",
    ]


def test_its_row_has_every_measure() -> None:
    row = found(PURCHASES).cards.to_pylist()[0]
    assert row["missed"] == pytest.approx(1204 / 1190 - 1)
    assert row["gain"] == pytest.approx(0.25)
    assert row["calibration_error"] == pytest.approx(0.1)
    assert (row["auc"], row["brier"], row["coverage"]) == (0.7, 0.2, 0.92)
    assert row["drift"] is None


def test_the_curve_is_drawn_of_forecasts_that_give_chances() -> None:
    result = found(PURCHASES, LEAVING)
    charts = [block for block in result.blocks() if isinstance(block, Chart)]
    assert [chart.name for chart in charts] == ["calibration_purchases"]
    assert charts[0].table.rows["came"].to_pylist() == [0.2, 0.4]


def test_an_error_that_has_grown_since_the_last_run_is_told_of() -> None:
    worse = found(PURCHASES, before=(replace(PURCHASES, error=0.6),))
    assert worse.cards["drift"].to_pylist() == pytest.approx([0.5])
    assert [it.code for it in worse.findings()] == ["accuracy_worse"]
    assert not list(found(PURCHASES, before=(PURCHASES,)).findings())
    other = found(PURCHASES, before=(replace(PURCHASES, error=0.6, measure="brier"),))
    assert other.cards["drift"].to_pylist() == [None]


def test_a_red_forecast_is_not_to_be_relied_on() -> None:
    findings = list(found(PURCHASES, LEAVING).findings())
    assert [(it.code, it.tone) for it in findings] == [("accuracy_red", "bad")]
    assert found(PURCHASES, LEAVING).numbers["red"] == 1


def test_every_code_that_a_card_may_hold_has_its_words() -> None:
    table = next(it for it in found(PURCHASES).blocks() if isinstance(it, Table))
    words = {column.name: column.labels for column in table.columns if column.labels}
    assert set(words["light"]) == {"green", "yellow", "red", "none"}
    from zhike.models.clv import BUYING, MENDED
    from zhike.models.demand import MODELS

    assert {*BUYING, MENDED, *MODELS, "boosted", "linear"} <= set(words["model"])


class _Asked:
    def __init__(self) -> None:
        self.times = 0


ASKED = _Asked()


class _Result:
    def accuracy_cards(self) -> Iterator[Card]:
        yield PURCHASES


class _Foreteller(Analysis):
    name: ClassVar[str] = "foreteller"
    is_tried: ClassVar[bool] = True

    def run(self, data: Shop) -> _Result:
        ASKED.times += 1
        return _Result()


def test_who_has_not_been_asked_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from zhike.analyses import registry

    monkeypatch.setattr(registry, "REGISTRY", {"foreteller": _Foreteller})
    shop, ASKED.times = corner_shop(), 0
    for _ in range(2):
        assert Accuracy().run(shop).cards["of"].to_pylist() == ["purchases"]
    assert ASKED.times == 1


def test_a_shop_of_three_has_nothing_to_look_back_on() -> None:
    result = Accuracy().run(corner_shop())
    assert result.cards.schema.field("tried_on").type == pa.date32()
    assert result.numbers["models"] == 0
    assert len(sentences(result)) == 1
