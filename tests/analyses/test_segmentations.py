"""Ready-made segments, against a count over the raw rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analyses.segment_shop import DAY, known, shop
from zhike.analyses.segmentation_kinds import KINDS
from zhike.analyses.segmentations import Segmentations
from zhike.datasets import corner_shop
from zhike.errors import ParameterError


def _rows(by: str) -> dict[str, dict[str, Any]]:
    result = Segmentations(as_of=DAY, by=by).run(shop())
    return {row["segment"]: row for row in result.segments.to_pylist()}


def _check(rows: dict[str, dict[str, Any]], parts: pd.Series) -> None:
    people = known()
    assert rows.keys() == set(parts)
    for name, group in people.groupby(parts):
        row = rows[str(name)]
        assert row["customers"] == len(group)
        assert row["revenue"] == pytest.approx(group.monetary.sum())
        assert row["purchases"] == group.frequency.sum()
        assert row["customer_share"] == pytest.approx(len(group) / len(people))
        assert row["revenue_share"] == pytest.approx(group.monetary.sum() / people.monetary.sum())


def test_frequency_classes_hold_the_prospects_too() -> None:
    edges, names = [0, 1, 2, 4, 9, 10**9], ["1", "2", "3-4", "5-9", "10+"]
    parts = pd.cut(known().frequency, edges, labels=names).astype(object).fillna("prospects")
    _check(_rows("behavioural"), parts)


def test_value_classes_are_by_rank_of_money() -> None:
    money = known().monetary
    cuts = money.quantile([0.95, 0.80, 0.50]).tolist()
    parts = pd.Series("low", index=money.index)
    for name, cut in list(zip(("top", "high", "middle"), cuts, strict=True))[::-1]:
        parts[money >= cut] = name
    parts[money.isna()] = "prospects"
    _check(_rows("value"), parts)


def test_stages_and_provinces_and_ages() -> None:
    _check(_rows("lifecycle"), known().stage)
    _check(_rows("geographic"), known().province.fillna("unknown"))
    birth = pd.to_datetime(known().birth_on)
    ages = DAY.year - birth.dt.year
    ages -= ((birth.dt.month * 100 + birth.dt.day) > DAY.month * 100 + DAY.day).astype(int)
    names = ["0-19", "20-29", "30-39", "40-49", "50-59", "60+"]
    bands = pd.cut(ages, [-1, 19, 29, 39, 49, 59, 200], labels=names).astype(object)
    parts = known().gender.fillna("unknown") + " " + bands.fillna("unknown")
    _check(_rows("demographic"), parts)


def test_a_customer_with_several_tags_is_in_several() -> None:
    rows = _rows("psychographic")
    people = known()
    for tag in ("宝妈", "价格敏感"):
        has = people[people.tags.fillna("").str.split(",").apply(lambda tags, it=tag: it in tags)]
        assert rows[tag]["customers"] == len(has) > 0
        assert rows[tag]["revenue"] == pytest.approx(has.monetary.sum())
    assert rows["unknown"]["customers"] == people.tags.isna().sum()


@pytest.mark.parametrize("by", KINDS)
def test_every_segment_leads_to_its_customers(by: str) -> None:
    result = Segmentations(as_of=DAY, by=by).run(shop())
    for row in result.segments.to_pylist():
        members = result.customers(by=by, segment=row["segment"])
        assert members.count().to_pyarrow().as_py() == row["customers"]


def test_what_the_data_do_not_allow_says_what_to_add() -> None:
    result = Segmentations(by="psychographic").run(corner_shop())
    bodies = [str(getattr(block, "body", "")) for block in result.blocks()]
    assert bodies == ["Psychographic segments need tags in the customer table."]
    assert result.customers().count().to_pyarrow().as_py() == 4
    with pytest.raises(ParameterError):
        Segmentations(by="need").run(corner_shop()).customers(by="value")
