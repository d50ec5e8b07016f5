"""Who a segment is, against a count over the raw rows."""

from __future__ import annotations

import pytest

from analyses.segment_shop import DAY, known, shop
from zhike.analyses.profile import Profile, profile_of
from zhike.catalogue import customer_traits
from zhike.datasets import corner_shop

scipy_stats = pytest.importorskip("scipy.stats")
RULE = "frequency >= 2"


def _rows(table: object) -> dict[tuple[str, str | None], dict[str, object]]:
    return {(row["trait"], row.get("value")): row for row in table.to_pylist()}  # type: ignore[attr-defined]


def test_without_a_segment_everybody_is_described() -> None:
    result = Profile(as_of=DAY).run(shop())
    people = known()
    assert result.numbers["customers"] == len(people)
    assert result.numbers["revenue"] == pytest.approx(people.monetary.sum())
    shares = _rows(result.shares)
    for city, count in people.city.value_counts().items():
        assert shares["city", str(city)]["share"] == pytest.approx(count / people.city.count())
    assert _rows(result.means)["frequency", None]["mean"] == pytest.approx(people.frequency.mean())
    assert not any(row["stands_out"] for row in result.shares.to_pylist())
    assert list(result.findings()) == []


def test_a_segment_is_held_against_the_others() -> None:
    result = Profile(as_of=DAY, segment=RULE).run(shop())
    people = known()
    inside = people[people.frequency >= 2]
    others = people.drop(inside.index)
    assert result.numbers["customers"] == len(inside)
    assert result.numbers["revenue_share"] == pytest.approx(
        inside.monetary.sum() / people.monetary.sum()
    )
    row = _rows(result.shares)["level", "普通会员"]
    share, other = ((it.level == "普通会员").mean() for it in (inside, others))
    assert row["share"] == pytest.approx(share)
    assert row["others_share"] == pytest.approx(other)
    assert row["index"] == pytest.approx(100 * share / (people.level == "普通会员").mean())
    assert row["customers"] == (inside.level == "普通会员").sum()


def test_chances_are_corrected_and_rest_on_the_raw_rows() -> None:
    result = Profile(as_of=DAY, segment=RULE).run(shop())
    people = known()
    inside, others = people[people.frequency >= 2], people[~(people.frequency >= 2)]
    row = _rows(result.means)["recency_days", None]
    first, second = inside.recency.dropna(), others.recency.dropna()
    alone = scipy_stats.ttest_ind(first, second, equal_var=False).pvalue
    assert row["chance"] >= alone
    spread = ((first.var() + second.var()) / 2) ** 0.5
    assert row["effect"] == pytest.approx((first.mean() - second.mean()) / spread)
    comparisons = result.shares.num_rows + result.means.num_rows
    assert row["chance"] <= min(1, alone * comparisons)


def test_outside_is_everybody_else() -> None:
    inside = Profile(as_of=DAY, segment=RULE).run(shop()).numbers
    outside = Profile(as_of=DAY, segment=RULE, outside=True).run(shop()).numbers
    assert inside["customers"] + outside["customers"] == len(known())


def test_any_customers_can_be_described() -> None:
    traits = customer_traits(shop(), DAY)
    picked = traits.filter(traits.city == "上海市").select("customer_id")
    result = profile_of(shop(), picked, DAY, "Shanghai")
    assert result.numbers["customers"] == (known().city == "上海市").sum()
    assert _rows(result.shares)["city", "上海市"]["share"] == 1
    found = result.customers(city="上海市").to_pyarrow()
    assert found.num_rows == result.numbers["customers"]


def test_tags_are_counted_one_by_one() -> None:
    result = Profile(as_of=DAY).run(shop())
    people = known()
    tags = people.tags.fillna("").str.split(",").explode().str.strip()
    tags = tags[tags != ""].value_counts()
    shares = _rows(result.shares)
    assert len(tags) > 2
    for tag, count in tags.items():
        assert shares["tags", str(tag)]["share"] == pytest.approx(count / len(people))
        assert result.customers(tags=str(tag)).count().to_pyarrow().as_py() == count


def test_a_group_like_all_others_has_nothing_to_tell() -> None:
    traits = customer_traits(shop(), DAY)
    half = traits.filter(traits.customer_id.right(1).isin(["0", "2", "4", "6", "8"]))
    result = profile_of(shop(), half.select("customer_id"), DAY, "even")
    standing = [row for row in result.shares.to_pylist() if row["stands_out"]]
    assert len(standing) <= 1


def test_the_corner_shops_women() -> None:
    shop = corner_shop()
    result = Profile(segment="gender = 'female'").run(shop)
    assert result.numbers["revenue"] == 580
    assert _rows(result.shares)["city", "上海市"] == {
        "trait": "city", "value": "上海市", "customers": 1, "share": 0.5, "others_share": 0.5,
        "all_share": 0.5, "index": 100.0, "effect": 0.0, "chance": 1.0, "stands_out": False,
    }  # fmt: skip
