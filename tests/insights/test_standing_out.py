"""What stands out: only what is larger than chance, the most money first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from zhike.analyses import REGISTRY
from zhike.blocks import Block, Chart, Finding, Table, Text
from zhike.catalogue import Period, customer_facts
from zhike.datasets import corner_shop, planted_shop
from zhike.errors import InputError
from zhike.i18n import lazy, use_language
from zhike.insights import Why, stand_outs
from zhike.schema import Shop


class Said:
    """A result that says what it is given."""

    def __init__(self, *findings: Finding) -> None:
        self._findings = findings

    def blocks(self) -> Iterator[Block]:
        return iter(())

    def findings(self) -> Iterator[Finding]:
        return iter(self._findings)


def said(code: str, amount: float | None, tone: str = "bad") -> Finding:
    return Finding(code=code, sentence=lazy("…"), tone=tone, amount=amount)  # type: ignore[arg-type]


def test_a_planted_cause_stands_out_with_its_picture_and_its_plays() -> None:
    planted = planted_shop("channel", seed=10_002)
    _, start, end = planted.months
    found = stand_outs({}, planted.shop(), period=Period(start, end))
    first = found.items[0]
    assert first.finding.code == "why_volume_fell"
    assert first.kind == "risk"
    assert first.p is not None and first.p < 0.001
    assert first.plays[0].code == "mend_channel"
    assert first.chart is not None
    assert planted.plant is not None
    assert first.chart.table.rows["member"].to_pylist()[0] == planted.plant.member
    with use_language("zh"):
        assert "渠道" in str(first.finding.sentence)
    kinds = [type(block) for block in found.blocks()]
    assert kinds[0] is Text and Table in kinds and Chart in kinds


def test_what_is_smaller_than_chance_is_left_out_and_the_rest_is_ranked_by_money() -> None:
    planted = planted_shop(None, seed=10_020, customers=800)
    shop = planted.shop()
    _, start, end = planted.months
    nothing = stand_outs({}, shop, period=Period(start, end))
    assert nothing.threshold > 0
    large = 10 * nothing.threshold
    results = {
        "returns": Said(
            said("returns_area", -large), said("returns_product", -2 * large), said("small", -1.0)
        ),
        "loyalty": Said(said("loyalty_revenue", 5 * large, "good"), said("loyalty_note", None)),
        "abc": Said(said("abc_customers", 9 * large, "neutral")),  # describes, and moves nothing
        "overview": Said(said("overview_orders", -large)),  # the same change, told apart already
    }
    found = stand_outs(results, shop, period=Period(start, end))
    # What only says that things are well comes after what is at stake, however much money it is.
    codes = [item.finding.code for item in found.items]
    assert codes == ["returns_product", "returns_area", "loyalty_revenue"]
    assert [item.kind for item in found.items] == ["risk", "risk", "opportunity"]
    assert found.as_json(1)["findings"][0]["source"] == "returns"


def test_nothing_to_say_is_said_in_one_sentence() -> None:
    found = stand_outs({}, corner_shop(), period="2024-02")
    (only,) = found.blocks()
    assert isinstance(only, Text)
    assert str(only.body) == "Nothing stands out: what changed is what chance does."


def test_the_whole_time_has_nothing_to_be_compared_with() -> None:
    assert stand_outs({}, corner_shop(), period="all").explanation is None


def test_real_results_are_taken_as_they_are() -> None:
    shop = corner_shop()
    results = {name: REGISTRY[name]().run(shop) for name in ("overview", "rfm", "abc")}
    assert list(stand_outs(results, shop).findings()) is not None


def test_a_shop_without_orders_is_told_what_to_add() -> None:
    shop = corner_shop()
    bare = Shop(shop.engine, {"customers": shop["customers"]}, as_of=date(2025, 1, 1))
    for ask in (lambda: stand_outs({}, bare), lambda: Why().run(bare)):
        with pytest.raises(InputError, match="needs Orders"):
            ask()
    with use_language("zh"):
        with pytest.raises(InputError) as fault:
            customer_facts(bare)
        assert "请添加" in str(fault.value)
