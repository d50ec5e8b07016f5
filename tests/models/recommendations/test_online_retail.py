"""Next baskets of a real shop: each customer's last one held out, weights from earlier ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from zhike.models.recommendations import Histories, tried, tried_by_day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bought(real_data: Path) -> Histories:
    path = real_data / "online_retail_ii" / "online_retail_II_2009_2010.parquet"
    rows = duckdb.execute(
        'SELECT DISTINCT "Customer ID"::INT::VARCHAR customer, StockCode product,'
        " date_diff('day', InvoiceDate::DATE, DATE '2010-12-10') AS days"
        f" FROM '{path}' WHERE \"Customer ID\" IS NOT NULL AND NOT Invoice LIKE 'C%'"
        " AND Quantity > 0 AND Price > 0 AND regexp_matches(StockCode, '^[0-9]{5}')"
    ).fetchnumpy()
    (customers, who), (products, what) = (
        np.unique(rows[name].astype(str), return_inverse=True) for name in ("customer", "product")
    )
    return Histories.of(who, what, rows["days"], customers, products)


def test_last_baskets_are_foretold_as_well_as_is_asked(bought: Histories) -> None:
    trial = tried(bought)
    assert trial.blend.customers > 2500
    assert trial.blend.recall >= 0.187
    assert trial.blend.new_recall >= 0.05


def test_by_calendar_the_blend_beats_each_of_its_parts(bought: Histories) -> None:
    trial = tried_by_day(bought, 30)
    assert trial.blend.recall > max(it.recall for it in trial.alone.values())
