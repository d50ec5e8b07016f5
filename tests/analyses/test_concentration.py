"""Concentration against plain SQL and NumPy over the raw rows."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses.concentration import Concentration
from zhike.datasets import corner_shop
from zhike.schema import Shop

WINDOWS = {
    "now": (DAY - timedelta(365), DAY),
    "before": (DAY - timedelta(730), DAY - timedelta(365)),
}
QUERIES = {
    "customers": """
        SELECT sum(x) FROM (
          SELECT customer_id i, net x FROM bought
          WHERE customer_id IS NOT NULL AND ordered_on >= '{a}' AND ordered_on < '{b}'
          UNION ALL SELECT customer_id, -amount FROM net_back
          WHERE customer_id IS NOT NULL AND refunded_on >= '{a}' AND refunded_on < '{b}')
        GROUP BY i""",
    "channels": """
        SELECT sum(x) FROM (
          SELECT channel i, net x FROM bought WHERE ordered_on >= '{a}' AND ordered_on < '{b}'
          UNION ALL SELECT channel, -amount FROM net_back
          WHERE refunded_on >= '{a}' AND refunded_on < '{b}')
        WHERE i IS NOT NULL GROUP BY i""",
    "regions": """
        SELECT sum(x) FROM (
          SELECT customer_id, net x FROM bought
          WHERE ordered_on >= '{a}' AND ordered_on < '{b}'
          UNION ALL SELECT customer_id, -amount FROM net_back
          WHERE refunded_on >= '{a}' AND refunded_on < '{b}')
        JOIN customers USING (customer_id) WHERE province IS NOT NULL GROUP BY province""",
    "products": """
        SELECT sum(x) FROM (
          SELECT product_id i, round(l.amount::DOUBLE * net
                   / (SELECT gross_amount FROM orders o WHERE o.order_id = b.order_id)::DOUBLE, 4) x
          FROM bought b JOIN order_lines l USING (order_id)
          WHERE l.kind = 'goods' AND product_id IS NOT NULL
            AND ordered_on >= '{a}' AND ordered_on < '{b}'
          UNION ALL SELECT product_id, -amount FROM net_back
          WHERE product_id IS NOT NULL AND refunded_on >= '{a}' AND refunded_on < '{b}')
        GROUP BY i""",
}


@pytest.fixture(scope="module")
def shop_and_raw() -> tuple[Shop, Raw]:
    shop, tables = simulated()
    return shop, Raw(tables)


@pytest.mark.parametrize("subject", QUERIES)
@pytest.mark.parametrize("span", WINDOWS)
def test_every_measure_is_what_the_sorted_amounts_say(
    shop_and_raw: tuple[Shop, Raw], subject: str, span: str
) -> None:
    shop, raw = shop_and_raw
    found = Concentration(as_of=DAY).run(shop).spreads[subject, span]
    start, end = WINDOWS[span]
    amounts = np.array([row[0] for row in raw.rows(QUERIES[subject].format(a=start, b=end))])
    values = np.sort(np.maximum(amounts, 0))[::-1]
    assert found.items == len(values)
    assert found.revenue == pytest.approx(values.sum(), rel=1e-7)
    differences = np.abs(values[:, None] - values[None, :]).sum()
    assert found.gini == pytest.approx(differences / (2 * len(values) * values.sum()), rel=1e-6)
    assert found.hhi == pytest.approx(((values / values.sum()) ** 2).sum(), rel=1e-6)
    for percent, share in found.tops.items():
        best = int(np.ceil(len(values) * percent / 100))
        assert share == pytest.approx(values[:best].sum() / values.sum(), rel=1e-6)


def test_the_bands_hold_the_best_customers(shop_and_raw: tuple[Shop, Raw]) -> None:
    found = Concentration(as_of=DAY).run(shop_and_raw[0])
    rows = found.customers().to_pyarrow().to_pandas().sort_values("revenue", ascending=False)
    best = rows[rows.band.isin(["top_1", "top_5", "top_10"])]
    spread = found.spreads["customers", "now"]
    assert len(best) == spread.top_items(10)
    assert (rows.best_tenth == "yes").sum() == len(best)
    assert float(best.revenue.sum()) == pytest.approx(spread.tops[10] * spread.revenue)


def test_the_curve_ends_at_everything(shop_and_raw: tuple[Shop, Raw]) -> None:
    found = Concentration(as_of=DAY).run(shop_and_raw[0])
    curve = found.curves.to_pandas().query("subject == 'customers'")
    assert curve.iloc[0].tolist()[1:] == [0, 0]
    assert curve.iloc[-1].tolist()[1:] == pytest.approx([1, 1])
    assert (curve.revenue_share <= curve.item_share + 1e-12).all()
    assert len(curve) <= 101


def test_without_a_year_before_there_is_no_comparison() -> None:
    found = Concentration().run(corner_shop())
    assert found.measures["gini_before"].null_count == found.measures.num_rows
    assert {subject for subject, _ in found.spreads} == {
        "customers", "products", "channels", "regions",
    }  # fmt: skip


def test_one_heavy_customer_is_a_risk_and_is_named() -> None:
    found = Concentration().run(corner_shop())
    risks = {finding.code: finding for finding in found.findings() if finding.tone == "bad"}
    assert risks["concentration_customers_risk"].amount == 420
    assert risks["concentration_customers_risk"].customers == {"customer_id": "ann"}
    assert found.customers(customer_id="ann").count().to_pyarrow().as_py() == 1


def test_a_window_without_purchases_says_so() -> None:
    found = Concentration(as_of=date(2026, 6, 1)).run(corner_shop())
    assert found.measures.num_rows == 0
    assert [type(block).__name__ for block in found.blocks()] == ["Text"]
