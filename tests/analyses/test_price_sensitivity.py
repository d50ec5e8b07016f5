from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pandas as pd
import pytest

from analyses.behaviour import DAY, rows
from zhike.analyses.price_sensitivity import PriceSensitivity, PriceSensitivityResult
from zhike.datasets import corner_shop, simulate


@pytest.fixture(scope="module")
def found() -> PriceSensitivityResult:
    return PriceSensitivity(as_of=DAY).run(rows().shop)


def _priced(purchases: pd.DataFrame) -> pd.DataFrame:
    off = purchases.discount_amount.astype(float)
    return purchases.assign(off=off, depth=off / purchases.gross_amount.astype(float))


def _class_of(reduced: pd.Series) -> str:
    if len(reduced) == 1:
        return "once_reduced" if reduced.iloc[0] else "once_full"
    if not reduced.any():
        return "never"
    if reduced.all():
        return "only"
    return "sometimes" if reduced.mean() < 0.5 else "mostly"


def test_purchases_fall_into_bands_by_their_depth(found: PriceSensitivityResult) -> None:
    priced = _priced(rows().purchases)
    bins = [-1.0, 0.0, 0.1, 0.2, 0.3, 0.5, 9.0]
    bands = pd.cut(priced.depth, bins, right=False, labels=["", "1", "10", "20", "30", "50"])
    bands = bands.astype(str).where(priced.off > 0, "0")
    wanted = priced.groupby(bands)
    for row in found.bands.to_pylist():
        own = wanted.get_group(row["band"])
        assert row["purchases"] == len(own)
        assert row["off_amount"] == pytest.approx(own.off.sum())
        assert row["revenue"] == pytest.approx(own.net.sum())
    assert sum(found.bands["purchases"].to_pylist()) == len(priced)
    assert found.numbers["reduced_purchase_share"] == pytest.approx((priced.off > 0).mean())
    depth = priced.off.sum() / priced.gross_amount.astype(float).sum()
    assert found.numbers["mean_depth"] == pytest.approx(depth)


def test_everybody_is_in_the_class_of_their_purchases(found: PriceSensitivityResult) -> None:
    priced = _priced(rows().identified)
    wanted = (priced.off > 0).groupby(priced.customer_id).apply(_class_of)
    members = found.members.to_pyarrow().to_pandas().set_index("customer_id")
    assert members.price_class.to_dict() == wanted.to_dict()
    counts = {row["price_class"]: row["customers"] for row in found.classes.to_pylist()}
    assert counts == Counter(wanted)
    assert sum(found.classes["off_amount"].to_pylist()) == pytest.approx(priced.off.sum())


def test_by_chance_shares_out_the_same_customers(found: PriceSensitivityResult) -> None:
    # The simulated customers are offered discounts alike, so that chance explains the classes.
    by_chance = found.classes["by_chance"].to_pylist()
    assert sum(by_chance) == pytest.approx(found.members.count().to_pyarrow().as_py(), abs=1e-2)
    frequency = rows().identified.groupby("customer_id").size()
    share = (_priced(rows().identified).off > 0).mean()
    never = ((1 - share) ** frequency[frequency > 1]).sum()
    classes = {row["price_class"]: row for row in found.classes.to_pylist()}
    assert classes["never"]["by_chance"] == pytest.approx(never, abs=1e-3)


def test_first_purchases_are_compared_among_those_who_had_the_time(
    found: PriceSensitivityResult,
) -> None:
    priced = _priced(rows().identified).sort_values("ordered_at", kind="stable")
    grouped = priced.groupby("customer_id")
    first = grouped.first()
    grown = first[first.ordered_on < DAY - timedelta(days=180)]
    again = grouped.size()[grown.index] > 1
    for row in found.first_prices.to_pylist():
        own = (grown.off > 0) == (row["first_price"] == "reduced")
        assert row["customers"] == own.sum()
        assert row["repeat_share"] == pytest.approx(again[own].mean())


def test_margins_are_goods_after_vouchers_less_their_cost(found: PriceSensitivityResult) -> None:
    goods = rows().goods()
    reduced = goods.discount_amount_y.astype(float) > 0
    net = goods.amount * goods.net / goods.gross_amount.astype(float)
    cost = goods.unit_cost * goods.quantity
    for row in found.margins.to_pylist():
        own = reduced == (row["price"] == "reduced")
        assert row["revenue"] == pytest.approx(net[own].sum(), abs=0.01)
        known = own & cost.notna()
        margin = 1 - cost[known].sum() / net[known].sum()
        assert row["margin_rate"] == pytest.approx(margin, abs=1e-5)


def test_deep_discounts_and_many_purchases_come_together(found: PriceSensitivityResult) -> None:
    assert found.response.num_rows == 0  # too few purchases a week to tell
    found = PriceSensitivity(as_of=DAY).run(simulate(3000, seed=11).shop())
    assert found.response_unit == "week"
    index = found.response["purchase_index"].to_pylist()
    assert len(index) == 5
    assert index[-1] > index[0]  # planted: festivals bring both
    assert found.response["depth"].to_pylist() == sorted(found.response["depth"].to_pylist())


def test_by_hand_in_the_corner_shop() -> None:
    found = PriceSensitivity().run(corner_shop())
    members = {row["customer_id"]: row for row in found.members.to_pyarrow().to_pylist()}
    assert (members["ann"]["reduced_purchases"], members["ann"]["purchases"]) == (1, 3)
    assert members["cho"]["depth"] == pytest.approx(20 / 200)
    assert found.numbers["mean_depth"] == pytest.approx(50 / 740)
