"""New and returning customers against plain SQL over the raw rows."""

from __future__ import annotations

from datetime import date

import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses.new_returning import NewReturning
from zhike.analyses.new_returning_parts import Part, effects
from zhike.catalogue import Period, metrics_of
from zhike.datasets import corner_shop
from zhike.schema import Shop

MONTHLY = """
SELECT strftime(m, '%Y-%m'), kind, sum(customers), sum(orders), sum(revenue) FROM (
  SELECT date_trunc('month', b.ordered_on) m,
         CASE WHEN date_trunc('month', first_on) = date_trunc('month', b.ordered_on)
              THEN 'new' ELSE 'returning' END kind,
         count(DISTINCT customer_id) customers, count(*) orders, sum(net) revenue
  FROM bought b JOIN firsts USING (customer_id) GROUP BY 1, 2
  UNION ALL
  SELECT date_trunc('month', refunded_on),
         CASE WHEN date_trunc('month', first_on) >= date_trunc('month', refunded_on)
              THEN 'new' ELSE 'returning' END,
         0, 0, -sum(amount)
  FROM net_back JOIN firsts USING (customer_id) GROUP BY 1, 2
  UNION ALL
  SELECT date_trunc('month', ordered_on), 'anonymous', 0, count(*), sum(net)
  FROM bought WHERE customer_id IS NULL GROUP BY 1
  UNION ALL
  SELECT date_trunc('month', refunded_on), 'anonymous', 0, 0, -sum(amount)
  FROM net_back WHERE customer_id IS NULL GROUP BY 1
) GROUP BY 1, 2
"""


@pytest.fixture(scope="module")
def shop_and_raw() -> tuple[Shop, Raw]:
    shop, tables = simulated()
    return shop, Raw(tables)


def test_every_month_and_kind_is_what_sql_counts(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, raw = shop_and_raw
    found = {row["period"]: row for row in NewReturning(as_of=DAY).run(shop).periods.to_pylist()}
    wanted = raw.rows(MONTHLY)
    assert len(wanted) > 60
    for month, kind, customers, orders, revenue in wanted:
        row = found[month]
        assert row[f"{kind}_revenue"] == pytest.approx(revenue, abs=1e-6)
        assert row[f"{kind}_orders"] == orders
        if kind != "anonymous":
            assert row[f"{kind}_customers"] == customers


def test_the_kinds_add_up_to_net_revenue(shop_and_raw: tuple[Shop, Raw]) -> None:
    shop, _ = shop_and_raw
    for row in NewReturning(as_of=DAY, unit="quarter").run(shop).periods.to_pylist():
        period = Period.parse(row["period"], as_of=DAY)
        metrics = metrics_of(shop, {"it": period}, DAY).to_pylist()[0]
        assert row["revenue"] == pytest.approx(metrics["net_revenue"], abs=1e-6)
        assert row["new_customers"] == metrics["new_customers"]
        assert row["returning_customers"] == metrics["returning_customers"]


@pytest.mark.parametrize("against", ["previous", "last_year"])
def test_the_drivers_add_up_to_the_change(shop_and_raw: tuple[Shop, Raw], against: str) -> None:
    found = NewReturning(as_of=DAY, against=against).run(shop_and_raw[0])
    assert found.period == "2025-02"
    assert found.compared_with == {"previous": "2025-01", "last_year": "2024-02"}[against]
    change = found.numbers["change"]
    assert sum(found.growth["amount"].to_pylist()) == pytest.approx(change, abs=1e-9)
    months = {row["period"]: row["revenue"] for row in found.periods.to_pylist()}
    assert change == pytest.approx(months[found.period] - months[found.compared_with], abs=1e-3)


def test_effects_are_averaged_over_the_orders_of_change() -> None:
    before, after = (
        Part(customers=2, orders=4, revenue=40),
        Part(customers=4, orders=12, revenue=60),
    )
    # 2 x 2 x 10 becomes 4 x 3 x 5; redone on paper from the six orders.
    split = effects(before, after)
    assert sum(split) == pytest.approx(20)
    by_hand = (
        (2 * 2 * 10 + 2 * 3 * 10 / 2 + 2 * 2 * 5 / 2 + 2 * 3 * 5) / 3,
        (2 * 1 * 10 + 4 * 1 * 10 / 2 + 2 * 1 * 5 / 2 + 4 * 1 * 5) / 3,
        (2 * 2 * -5 + 4 * 2 * -5 / 2 + 2 * 3 * -5 / 2 + 4 * 3 * -5) / 3,
    )
    assert split == pytest.approx(by_hand)


def test_a_kind_that_was_not_there_is_all_customers() -> None:
    split = effects(Part(), Part(customers=3, orders=4, revenue=100))
    assert split == pytest.approx([100, 0, 0])


def test_customers_of_a_month_and_kind_are_given_back(shop_and_raw: tuple[Shop, Raw]) -> None:
    found = NewReturning(as_of=DAY).run(shop_and_raw[0])
    for row in found.periods.to_pylist()[-4:]:
        for kind in ("new", "returning"):
            rows = found.customers(kind=kind, period=row["period"])
            assert rows.count().to_pyarrow().as_py() == row[f"{kind}_customers"]


def test_noise_is_not_spoken_of() -> None:
    found = NewReturning(unit="quarter", against="previous").run(corner_shop())
    assert "new_returning_growth" not in {finding.code for finding in found.findings()}


def test_a_shop_younger_than_a_month_is_shown_as_it_stands() -> None:
    found = NewReturning(as_of=date(2024, 1, 25)).run(corner_shop())
    assert found.period == "2024-01"
    assert found.compared_with == ""
    assert found.numbers["new_revenue"] == 150
