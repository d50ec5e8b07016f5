"""The members of a segment with their traits: by a filter, and by looking them up."""

from __future__ import annotations

import pytest

from zhike.catalogue.segment_traits import MEASURES, segment_traits, traits_within
from zhike.datasets import corner_shop
from zhike.errors import ZhikeError


def _ids(rule: str, *, outside: bool = False) -> list[str]:
    rows = segment_traits(corner_shop(), rule, outside=outside)
    return sorted(rows.to_pyarrow()["customer_id"].to_pylist())


def test_inside_and_outside_make_everybody() -> None:
    assert _ids("frequency >= 2") == ["ann", "cho"]
    # Of dan nothing is known about purchases: he does not meet the rule, and so is outside.
    assert _ids("frequency >= 2", outside=True) == ["bob", "dan"]


def test_a_rule_in_chinese_means_the_same() -> None:
    assert _ids("性别 = '女'") == ["ann", "cho"]


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(ZhikeError):
        _ids("frequency >=")


def test_one_measure_of_buying_stands_for_all() -> None:
    shop = corner_shop()
    assert traits_within(shop, ["city = '上海市'"]) == {"city"}
    assert traits_within(shop, ["frequency > 1", "gender = 'male'"]) == MEASURES | {"gender"}
