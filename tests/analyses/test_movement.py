"""Who moved between two days, by plain loops."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd
import pytest

from analyses.segment_shop import DAY, known, reference, shop
from zhike.analyses.movement import Movement
from zhike.analyses.rfm import RFM
from zhike.catalogue import stage_thresholds
from zhike.datasets import corner_shop

SINCE = date(2025, 1, 15)


def _moves(result: object) -> dict[tuple[str, str], int]:
    rows = result.moves.to_pylist()  # type: ignore[attr-defined]
    return {(row["before"], row["after"]): row["customers"] for row in rows}


def test_the_corner_shop_by_hand() -> None:
    # cho's second purchase on 11 November makes her repeat; the others stay where they are.
    result = Movement(by="stage", since=date(2024, 11, 1)).run(corner_shop())
    assert _moves(result) == {
        ("potential", "potential"): 1,
        ("first", "repeat"): 1,
        ("loyal", "loyal"): 1,
        ("lost", "lost"): 1,
    }
    assert result.customers(before="first").to_pyarrow()["customer_id"].to_pylist() == ["cho"]


def test_stages_move_as_plain_loops_say() -> None:
    result = Movement(as_of=DAY, by="stage", since=SINCE).run(shop())
    thresholds = stage_thresholds(shop(), DAY)
    lost_after, loyal_after = thresholds.lost_after_days or 0, thresholds.loyal_after
    before = reference().stages(SINCE, lost_after, loyal_after)
    after = known().stage
    registered = known().registered_at + pd.Timedelta(hours=8)
    wanted: Counter[tuple[str, str]] = Counter()
    for customer in known().index:
        was_known = registered[customer] < pd.Timestamp(SINCE)
        first = before.get(customer, "potential" if was_known else "absent")
        wanted[first, after[customer]] += 1
    assert _moves(result) == dict(wanted)
    rows = {row["class"]: row for row in result.balance.to_pylist()}
    for row in rows.values():
        assert row["before"] - row["left"] + row["joined"] == row["after"]


def test_the_second_day_is_that_of_the_rfm_analysis() -> None:
    result = Movement(as_of=DAY, by="rfm", since=SINCE).run(shop())
    rfm = RFM(as_of=DAY).run(shop()).segments.to_pylist()
    assert {row["class"]: row["after"] for row in result.balance.to_pylist() if row["after"]} == {
        row["segment"]: row["customers"] for row in rfm
    }
    assert result.numbers["customers"] == sum(row["customers"] for row in rfm)
    assert _there_before(result) == _bought_before()


def test_value_counts_who_was_there() -> None:
    result = Movement(as_of=DAY, by="value", since=SINCE).run(shop())
    assert result.numbers["customers"] == known().monetary.count()
    assert _there_before(result) == _bought_before()
    whole = sum(row["revenue"] for row in result.moves.to_pylist())
    assert whole == pytest.approx(known().monetary.sum())


def _there_before(result: object) -> int:
    return sum(count for (before, _), count in _moves(result).items() if before != "absent")


def _bought_before() -> int:
    """Customers with a purchase before the first day that still stands on the second."""
    return sum(days[0] < SINCE for days in reference().days.values())


def test_a_move_leads_to_its_customers() -> None:
    result = Movement(as_of=DAY, since=SINCE).run(shop())
    for row in result.moves.to_pylist():
        members = result.customers(before=row["before"], after=row["after"])
        assert members.count().to_pyarrow().as_py() == row["customers"]
    for finding in result.findings():
        assert finding.amount is not None
