"""Natural groups of a shop whose customers are of three kinds, and of shops without any."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from zhike.analyses.clusters import Clusters, ClustersResult
from zhike.blocks import Table, Text
from zhike.catalogue import shop_from
from zhike.i18n import use_language
from zhike.schema import Shop
from zhike.stats.agreement import adjusted_rand

DAY = date(2025, 1, 1)
KINDS = {
    "regular": (12, 20, 60, 300.0),  # purchases, days since the last, usual gap, usual amount
    "gone": (2, 500, 30, 40.0),
    "new": (1, 12, 1, 40.0),
}


@pytest.fixture(scope="module")
def shop() -> Shop:
    """200 customers of each kind, with some spread; ids in no order of kinds."""
    chance = np.random.default_rng(4)
    rows = list[dict[str, object]]()
    for at in range(600):
        kind = list(KINDS)[at % 3]
        times, last, gap, amount = KINDS[kind]
        back = last * chance.uniform(0.7, 1.3)
        for _ in range(times):
            rows.append(
                {
                    "customer_id": f"{at * 7919 % 600}-{kind}",
                    "ordered_at": (DAY - timedelta(days=1 + int(back))).isoformat(),
                    "paid_amount": round(amount * chance.lognormal(0, 0.3), 2),
                }
            )
            back += gap * chance.uniform(0.7, 1.3)
    return shop_from(orders=pa.Table.from_pylist(rows))


@pytest.fixture(scope="module")
def found(shop: Shop) -> ClustersResult:
    return Clusters(as_of=DAY).run(shop)


def test_the_kinds_are_found_and_named_by_what_sets_them_apart(found: ClustersResult) -> None:
    assert found.numbers["natural"] == 1
    rows = found.members.to_pyarrow().to_pylist()
    kinds = [list(KINDS).index(row["customer_id"].split("-")[1]) for row in rows]
    groups = [int(row["group"]) for row in rows]
    assert adjusted_rand(np.array(kinds), np.array(groups)) > 0.98
    names = [str(name) for name in found.names.values()]
    assert names[0].startswith("1: ")
    assert "buy often" in names[0] or "large orders" in names[0]
    assert any("silent for long" in name for name in names)
    assert any("new customers" in name for name in names)


def test_names_are_said_in_chinese_too(found: ClustersResult) -> None:
    with use_language("zh"):
        names = "".join(str(name) for name in found.names.values())
    assert "新客户" in names
    assert "很久没买" in names


def test_the_profile_ends_with_everybody(found: ClustersResult) -> None:
    profile = found.profile.to_pylist()
    assert [row["group"] for row in profile] == ["1", "2", "3", "all"]
    assert profile[0]["frequency"] == pytest.approx(12, abs=0.1)
    weights = found.segments["customers"].to_pylist()
    means = found.profile["monetary"].to_pylist()
    total = sum(weight * mean for weight, mean in zip(weights, means[:3], strict=True))
    assert total / sum(weights) == pytest.approx(means[3])
    assert sum(found.segments["revenue"].to_pylist()) == pytest.approx(total)


def test_the_customers_of_a_finding_are_those_it_counts(found: ClustersResult) -> None:
    (best,) = found.findings()
    listed = found.customers(**best.customers)
    assert f"{listed.count().to_pyarrow().as_py()} customers" in str(best.sentence)
    assert best.amount == found.segments["revenue"][0].as_py()


def test_a_number_asked_for_that_is_not_natural_is_said_to_be_a_cut(shop: Shop) -> None:
    found = Clusters(as_of=DAY, groups=9).run(shop)
    assert found.numbers["groups"] == 9
    said = [str(block.body) for block in found.blocks() if isinstance(block, Text)]
    assert any("asked for" in sentence for sentence in said)
    assert not list(found.findings())


def test_customers_who_differ_by_degrees_have_no_natural_groups() -> None:
    chance = np.random.default_rng(6)
    rows = [
        {
            "customer_id": f"c{at}",
            "ordered_at": (DAY - timedelta(days=1 + int(days))).isoformat(),
            "paid_amount": round(float(amount), 2),
        }
        for at, (middle, amount) in enumerate(
            zip(chance.lognormal(4, 0.6, 800), chance.lognormal(3, 0.6, 800), strict=True)
        )
        for days in (middle, middle + 1 + chance.lognormal(3, 0.6))
    ]
    found = Clusters(as_of=DAY).run(shop_from(orders=pa.Table.from_pylist(rows)))
    assert found.numbers["natural"] == 0
    said = [str(block.body) for block in found.blocks() if isinstance(block, Text)]
    assert any("No number of groups stands out" in sentence for sentence in said)
    assert not list(found.findings())


def test_no_group_is_named_by_who_people_are(found: ClustersResult) -> None:
    shown = {
        column.name
        for block in found.blocks()
        if isinstance(block, Table)
        for column in block.columns
    }
    assert not shown & {"gender", "age", "age_band", "city", "name", "phone"}
