from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from analyses.behaviour import DAY, rows
from zhike.analyses.rhythm import Rhythm, RhythmResult
from zhike.catalogue import shop_from
from zhike.datasets import corner_shop

LAST_DAY = DAY - timedelta(days=1)


@pytest.fixture(scope="module")
def found() -> RhythmResult:
    return Rhythm(as_of=DAY).run(rows().shop)


@pytest.fixture(scope="module")
def days() -> dict[str, list[date]]:
    """Distinct purchase days of each customer."""
    return {customer: sorted(set(them)) for customer, them in rows().reference.days.items()}


def _reference(days: dict[str, list[date]], nth: int) -> SurvfuncRight:
    spells = [
        ((them[nth - 1] if len(them) >= nth else LAST_DAY) - them[nth - 2], len(them) >= nth)
        for them in days.values()
        if len(them) >= nth - 1
    ]
    return SurvfuncRight(
        np.array([length.days for length, _ in spells]), np.array([came for _, came in spells])
    )


@pytest.mark.parametrize(("name", "nth"), [("second", 2), ("third", 3)])
def test_the_wait_is_kaplan_meier_over_everybody(
    found: RhythmResult, days: dict[str, list[date]], name: str, nth: int
) -> None:
    wanted = _reference(days, nth)
    for within in (30, 60, 90):
        still = wanted.surv_prob[wanted.surv_times <= within]
        share = 1 - (still[-1] if still.size else 1.0)
        assert found.numbers[f"{name}_within_{within}_days"] == pytest.approx(share)


def test_the_median_is_the_first_day_on_which_half_have_come(
    found: RhythmResult, days: dict[str, list[date]]
) -> None:
    wanted = _reference(days, 3)
    half = wanted.surv_times[wanted.surv_prob <= 0.5 + 1e-12]
    assert found.third.median_days == (half[0] if half.size else None)


def test_the_gaps_are_those_between_purchase_days(
    found: RhythmResult, days: dict[str, list[date]]
) -> None:
    gaps = sorted((b - a).days for them in days.values() for a, b in pairwise(them))
    assert found.median_gap_days == gaps[(len(gaps) + 1) // 2 - 1]
    assert sum(found.gaps["gaps"].to_pylist()) == len(gaps)
    assert found.gaps["gaps"].to_pylist()[0] == sum(gap <= 7 for gap in gaps)


def test_everybodys_rhythm_is_the_mean_and_spread_of_their_gaps(
    found: RhythmResult, days: dict[str, list[date]]
) -> None:
    for row in found.members.to_pyarrow().to_pylist():
        gaps = [(b - a).days for a, b in pairwise(days[row["customer_id"]])]
        assert row["purchase_days"] == len(gaps) + 1
        if gaps:
            assert row["mean_gap_days"] == pytest.approx(np.mean(gaps))
        if len(gaps) > 1:
            spread = np.std(gaps, ddof=1) / np.mean(gaps)
            assert row["gap_spread"] == pytest.approx(spread, abs=1e-6)


def test_who_is_due_is_told_by_their_own_gap(
    found: RhythmResult, days: dict[str, list[date]]
) -> None:
    assert found.lost_after_days is not None

    def pace(them: list[date]) -> str:
        silent = (DAY - them[-1]).days
        if silent > found.lost_after_days:
            return "lost"
        if len(them) == 1:
            return "once"
        ratio = silent / ((them[-1] - them[0]).days / (len(them) - 1))
        return "on_time" if ratio <= 1 else "due" if ratio <= 2 else "overdue"

    wanted = Counter(pace(them) for them in days.values())
    assert {row["pace"]: row["customers"] for row in found.paces.to_pylist()} == wanted
    overdue = found.customers(pace="overdue").count().to_pyarrow().as_py()
    assert overdue == wanted["overdue"]


def test_the_tables_add_up_to_everybody(found: RhythmResult) -> None:
    money = rows().identified.net.sum()
    for table in (found.history, found.regularity, found.paces):
        assert sum(table["customers"].to_pylist()) == found.numbers["customers"]
        assert sum(table["revenue"].to_pylist()) == pytest.approx(money)


def test_by_hand_in_the_corner_shop() -> None:
    # ann comes back after 35 days and again after 125, cho after 251; bob is watched for 346.
    found = Rhythm().run(corner_shop())
    assert found.numbers["second_within_60_days"] == pytest.approx(1 / 3)
    assert found.median_gap_days == 125
    assert found.second.median_days == 251


def test_two_parcels_on_one_day_are_no_rhythm() -> None:
    orders = pa.table(
        {
            "customer_id": ["a", "a", "a"],
            "ordered_at": ["2024-03-05 10:00", "2024-03-05 11:00", "2024-03-15 10:00"],
            "paid_amount": [10.0, 10.0, 10.0],
        }
    )
    found = Rhythm(as_of=date(2024, 6, 1)).run(shop_from(orders=orders))
    assert found.members.to_pyarrow().to_pylist()[0]["purchase_days"] == 2
    assert found.second.median_days == 10
    assert found.third.came == 0


@pytest.mark.slow
def test_households_of_complete_journey_shop_every_few_days(real_data: Path) -> None:
    path = real_data / "complete_journey" / "transactions.parquet"
    baskets = duckdb.sql(
        f"""
        SELECT CAST(basket_id AS VARCHAR) AS order_id,
               CAST(any_value(household_id) AS VARCHAR) AS customer_id,
               CAST(min(transaction_timestamp) AS TIMESTAMP) AS ordered_at,
               sum(sales_value) AS paid_amount
        FROM '{path}' GROUP BY 1 HAVING sum(sales_value) > 0
        """
    ).to_arrow_table()
    wanted = duckdb.sql(
        """
        WITH days AS (SELECT DISTINCT customer_id, CAST(ordered_at AS DATE) AS day FROM baskets),
             gaps AS (SELECT day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
                      FROM days)
        SELECT quantile_disc(gap, 0.5), count(gap) FROM gaps
        """
    ).fetchone()
    found = Rhythm().run(shop_from(orders=baskets))
    assert baskets.num_rows > 10_000
    assert (found.median_gap_days, sum(found.gaps["gaps"].to_pylist())) == wanted
    assert found.numbers["second_within_90_days"] == pytest.approx(0.95, abs=0.02)
