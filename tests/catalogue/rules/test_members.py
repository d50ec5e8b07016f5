"""The customers whom a rule means, over traits, analyses and saved segments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from zhike.analyses import REGISTRY
from zhike.analyses.rule_fields import field_sources
from zhike.catalogue.rules import equip, fields_of, parse_rule, segment_members, segment_sizes
from zhike.datasets import corner_shop, simulate
from zhike.engines import Engine
from zhike.errors import RuleError
from zhike.schema import CustomField, Shop

SEGMENTS = {"keen": "frequency >= 2", "熟客": "分群（‘keen’） 且 recency_days <= 200"}


def equipped(shop: Shop) -> Shop:
    names = ("overview", "rfm", "abc", "lifecycle")
    return equip(
        shop,
        sources=lambda: field_sources(REGISTRY[name]() for name in names),
        segments=SEGMENTS,
    )


def members(shop: Shop, text: str, as_of: date | None = None) -> list[str]:
    return sorted(segment_members(shop, text, as_of).to_pyarrow()["customer_id"].to_pylist())


CORNER = [
    ("frequency >= 2", ["ann", "cho"]),
    ("recency_days < 100", ["cho"]),
    ("last_on = 2024-06-18 or monetary = 50", ["ann", "bob"]),
    ("frequency is empty", ["dan"]),
    ("not frequency >= 2", ["bob"]),
    ("keen", ["ann", "cho"]),
    ("熟客", ["ann", "cho"]),
    ("segment('熟客') and not 净收入 = 160", ["ann"]),
    ("lifecycle.stage = 'potential'", ["dan"]),
    ("abc.abc_class != 'A'", ["bob"]),
    ("rfm.recency_score = 4", ["cho"]),
    ("not rfm.recency_score = 4 or frequency is empty", ["ann", "bob", "dan"]),
]


@pytest.mark.parametrize(("text", "expected"), CORNER)
def test_a_rule_means_the_customers_of_the_corner_shop_that_one_finds_by_hand(
    text: str, expected: list[str]
) -> None:
    assert members(equipped(corner_shop()), text) == expected


def test_sizes_are_the_numbers_of_members() -> None:
    shop = equipped(corner_shop())
    fields = fields_of(shop)
    rules = {text: parse_rule(fields.segments.get(text, text), fields) for text, _ in CORNER}
    expected = {text: len(customers) for text, customers in CORNER}
    assert segment_sizes(shop, rules, fields) == expected


def test_a_rule_looks_back_from_any_day() -> None:
    shop = equipped(corner_shop())
    assert members(shop, "frequency >= 2", date(2024, 3, 1)) == ["ann"]
    assert members(shop, "recency_days <= 1", date(2024, 6, 19)) == ["ann"]


def test_an_analysis_runs_only_when_a_rule_speaks_of_it() -> None:
    shop = equipped(corner_shop())
    members(shop, "frequency >= 2 and category != 'rfm.segment'")
    assert not [key for key in shop._remembered if "rule_fields" in str(key)]
    members(shop, "RFM.分群 is not empty")
    assert [key for key in shop._remembered if "rule_fields" in str(key)]


def test_an_analysis_that_lacks_its_data_is_a_fault_at_its_name() -> None:
    shop = corner_shop()
    without = Shop(engine=shop.engine, tables={"customers": shop["customers"]}, as_of=shop.as_of)
    with pytest.raises(RuleError, match="rfm") as caught:
        parse_rule("city = 'a' or rfm.segment = 'lost'", fields_of(equipped(without)))
    assert caught.value.at == 15


def test_fields_read_the_same_in_both_languages_for_every_trait() -> None:
    fields = fields_of(equipped(corner_shop()))
    for item in fields:
        rule = parse_rule(f"{item.name} is empty", fields)
        assert parse_rule(rule.text("zh"), fields) == rule, item.name


def test_fields_of_the_companys_own_are_called_by_their_labels() -> None:
    corner = corner_shop()
    rows = pa.table({"customer_id": ["ann", "cho"], "pet": ["猫", "狗"], "size": [3.5, None]})
    shop = replace(
        corner,
        tables={**corner.tables, "custom_fields": corner.engine.load("custom_fields", rows)},
        custom_fields=(
            CustomField(name="pet", type="choice", label="家里的宠物", choices=("猫", "狗")),
            CustomField(name="size", type="number", label="鞋码（欧）"),
        ),
        _remembered={},
    )
    assert members(shop, "家里的宠物＝‘猫’") == ["ann"]
    assert members(shop, "【鞋码（欧）】介于3到4 或 pet = '狗'") == ["ann", "cho"]
    assert parse_rule("size > 3", fields_of(shop)).text("zh") == "【鞋码（欧）】 > 3"
    with pytest.raises(RuleError, match="never ‘猫咪’"):
        members(shop, "pet = '猫咪'")


@pytest.mark.server
@pytest.mark.parametrize("engine", ["postgres_engine", "spark_engine"])
def test_rules_mean_the_same_on_every_engine(
    engine: str, duckdb_engine: Engine, request: pytest.FixtureRequest
) -> None:
    company = simulate(300)
    here = equipped(company.shop(duckdb_engine))
    there = equipped(company.shop(request.getfixturevalue(engine)))
    for text in (
        "recency_days > 90.5 and monetary between 10.25 and 2000 and not city = '上海'",
        "city in ('上海', '杭州', 'a\\', ''' or 1=1 --') or city starts with '北' or city is empty",
        "rfm.segment in ('champions', 'at_risk') and last_on >= 2024-01-01",
        "refund_rate > 0 or discount_share >= 50% or not channel contains 'a%'",
    ):
        assert members(here, text) == members(there, text), text
