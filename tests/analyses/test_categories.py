from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analyses.behaviour import DAY, rows
from zhike.analyses.categories import Categories, CategoriesResult
from zhike.catalogue import stage_thresholds
from zhike.datasets import corner_shop

LEAST = 20


@pytest.fixture(scope="module")
def found() -> CategoriesResult:
    return Categories(as_of=DAY, least_customers=LEAST).run(rows().shop)


@pytest.fixture(scope="module")
def spent() -> pd.DataFrame:
    """Customers down, categories across: what each spent, before refunds."""
    goods = rows().goods()
    goods = goods[goods.customer_id.notna()]
    return goods.pivot_table(
        index="customer_id", columns="category", values="amount", aggfunc="sum", fill_value=0.0
    )


def test_money_is_goods_less_refunds_that_name_a_product(found: CategoriesResult) -> None:
    products = rows().tables["products"][["product_id", "category"]]
    refunds = rows().reference.refunds.merge(products, on="product_id")
    wanted = rows().goods().groupby("category").amount.sum()
    wanted = wanted - refunds.groupby("category").amount.sum().reindex(wanted.index).fillna(0)
    revenue = {row["category"]: row["revenue"] for row in found.categories.to_pylist()}
    assert revenue == pytest.approx(wanted.to_dict())
    assert list(revenue.values()) == sorted(revenue.values(), reverse=True)


def test_penetration_and_repeat_count_customers(
    found: CategoriesResult, spent: pd.DataFrame
) -> None:
    goods = rows().goods()
    goods = goods[goods.customer_id.notna()]
    days = goods.groupby(["category", "customer_id"]).ordered_on.nunique()
    for row in found.categories.to_pylist():
        buyers = days[row["category"]]
        assert row["customers"] == len(buyers)
        assert row["penetration"] == pytest.approx(len(buyers) / len(spent))
        assert row["repeat_share"] == pytest.approx((buyers > 1).mean())


def test_a_favourite_is_where_most_was_spent(found: CategoriesResult, spent: pd.DataFrame) -> None:
    order = list(found.names)
    wanted = spent[order].idxmax(axis=1)  # of equals the first, which sells more
    members = found.members.to_pyarrow().to_pandas().set_index("customer_id")
    assert members.favourite.to_dict() == wanted.to_dict()
    counts = {row["category"]: row["favourites"] for row in found.categories.to_pylist()}
    assert counts == wanted.value_counts().reindex(order, fill_value=0).to_dict()
    share = spent.max(axis=1) / spent.sum(axis=1)
    assert members.favourite_share.to_dict() == pytest.approx(share.to_dict())


def test_lift_is_what_the_same_customers_buy_by_chance(
    found: CategoriesResult, spent: pd.DataFrame
) -> None:
    bought = spent > 0
    wanted = {}
    for one, other in combinations(found.names, 2):
        both = (bought[one] & bought[other]).sum()
        if both >= LEAST:
            wanted[one, other] = both / len(bought) / (bought[one].mean() * bought[other].mean())
    best = sorted(wanted.values(), reverse=True)[:20]
    assert found.pairs["lift"].to_pylist() == pytest.approx(best)
    for row in found.pairs.to_pylist():
        key = (row["category"], row["with_category"])
        assert row["lift"] == pytest.approx(wanted[key])
        both = found.customers(category=key[0], with_category=key[1])
        assert both.count().to_pyarrow().as_py() == row["customers"]


def test_a_profile_is_the_segments_share_by_everybodys(
    found: CategoriesResult, spent: pd.DataFrame
) -> None:
    thresholds = stage_thresholds(rows().shop, DAY)
    assert thresholds.lost_after_days is not None
    stage = pd.Series(
        rows().reference.stages(DAY, thresholds.lost_after_days, thresholds.loyal_after)
    )
    money = rows().reference.facts().monetary
    top = money >= np.quantile(money, 0.8)
    everybody = spent.sum() / spent.sum().sum()
    for row in found.profiles.to_pylist():
        if row["segment"] not in {"loyal", "top"}:
            continue
        members = stage[stage == "loyal"].index if row["segment"] == "loyal" else top[top].index
        own = spent.loc[spent.index.isin(members)]
        share = own[row["category"]].sum() / own.sum().sum()
        assert row["revenue_share"] == pytest.approx(share)
        assert row["customers"] == (own[row["category"]] > 0).sum()
        enough = row["customers"] >= LEAST
        index = 100 * share / everybody[row["category"]]
        assert row["index"] == (pytest.approx(index) if enough else None)


def test_growth_needs_two_full_years(found: CategoriesResult) -> None:
    goods = rows().goods()
    products = rows().tables["products"][["product_id", "category"]]
    refunds = rows().reference.refunds.merge(products, on="product_id")
    best = found.categories.to_pylist()[0]
    sold = pd.concat(
        [
            pd.DataFrame({"on": goods.ordered_on, "it": goods.amount, "in": goods.category}),
            pd.DataFrame({"on": refunds.on, "it": -refunds.amount, "in": refunds.category}),
        ]
    )
    sold = sold[sold["in"] == best["category"]]
    months = pd.to_datetime(sold.on).dt.strftime("%Y-%m")
    now = sold.it[months.between("2024-07", "2025-06")].sum()
    before = sold.it[months.between("2023-07", "2024-06")].sum()
    assert best["year_growth_rate"] == pytest.approx(now / before - 1)
    corner = Categories(least_customers=1).run(corner_shop())
    assert corner.categories["year_growth_rate"].null_count == 2


def test_by_hand_in_the_corner_shop() -> None:
    found = Categories(least_customers=1).run(corner_shop())
    tastes = {(row["segment"], row["category"]): row["index"] for row in found.profiles.to_pylist()}
    # cho, the only repeat customer, spent 60 of 200 on tea; all together 100 of 700.
    assert tastes["repeat", "tea"] == pytest.approx(100 * (60 / 200) / (100 / 700))
