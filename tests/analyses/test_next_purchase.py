"""The next purchase on the simulated shop: sums, intervals, and what came since."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from analyses.growth import simulated
from zhike.analyses.next_purchase import NextPurchase
from zhike.models.clv import Terms, forecast
from zhike.schema import Shop

DAY = date(2025, 7, 1)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulated(2500)[0]


def test_windows_add_up_to_the_customers(shop: Shop) -> None:
    found = NextPurchase(as_of=DAY).run(shop)
    rows = found.members.to_pandas()
    assert found.missing is None
    assert rows.drop(columns="customer_id").notna().all(axis=None)
    assert sum(found.windows["customers"].to_pylist()) == len(rows)
    assert (rows.next_in_days_low <= rows.next_in_days).all()
    assert (rows.next_in_days <= rows.next_in_days_high).all()
    assert rows.next_on.map(lambda it: it.date() if hasattr(it, "date") else it).min() >= DAY


def test_the_trial_tells_how_many_came(shop: Shop) -> None:
    found = NextPurchase(as_of=DAY).run(shop)
    seen = forecast(shop, DAY, Terms(365))
    held = seen.holdout  # type: ignore[union-attr]
    assert held is not None
    assert found.trial is not None
    orders = shop["orders"]
    late = orders.filter(orders.ordered_on >= held.day, orders.ordered_on < DAY)
    buyers = late.customer_id.nunique().to_pyarrow().as_py()
    assert held.day + timedelta(days=held.days) == DAY
    assert 0 < found.trial.came <= min(buyers, found.trial.customers)
    assert 0.8 <= found.trial.coverage <= 1
