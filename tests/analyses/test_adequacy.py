"""What the data can answer: counted by hand, and in step with what the analyses need."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from analyses.growth import DAY, Raw, simulated
from zhike.analyses import REGISTRY
from zhike.analyses.adequacy import Adequacy
from zhike.analyses.adequacy_advice import CHECK_ADVICE, CHECKS, ENOUGH, GOALS, STEPS, TABLE_ADVICE
from zhike.catalogue import lacking, shop_from
from zhike.datasets import corner_shop
from zhike.schema import TABLE_NAMES


def test_the_checks_are_what_sql_counts() -> None:
    shop, tables = simulated()
    raw = Raw(tables)
    found = Adequacy(as_of=DAY).run(shop).numbers
    assert found["purchases"] == raw.one("SELECT count(*) FROM bought")
    assert found["identified_share"] == pytest.approx(
        raw.one("SELECT avg((customer_id IS NOT NULL)::INT) FROM bought")
    )
    assert found["history_days"] == raw.one(
        "SELECT max(ordered_on) - min(ordered_on) + 1 FROM bought"
    )
    assert found["customers"] == raw.one("SELECT count(*) FROM firsts")
    assert found["repeat_customers"] == raw.one(
        "SELECT count(*) FROM (SELECT 1 FROM bought WHERE customer_id IS NOT NULL"
        " GROUP BY customer_id HAVING count(*) > 1)"
    )
    assert found["timed_share"] == pytest.approx(
        raw.one(
            "SELECT avg((CAST(ordered_at + INTERVAL 8 HOUR AS TIME) <> TIME '00:00:00')::INT)"
            " FROM orders WHERE ordered_on < {day}"
        )
    )


def test_every_analysis_is_listed_with_what_it_lacks() -> None:
    orders = {"customer_id": ["a"], "ordered_at": ["2024-03-05"], "paid_amount": [9.9]}
    shop = shop_from(orders=pa.table(orders))
    found = Adequacy().run(shop)
    answers = {row["analysis"]: row["is_answerable"] for row in found.questions.to_pylist()}
    assert list(answers) == list(REGISTRY)
    for name in REGISTRY:
        missing = lacking(REGISTRY[name], shop)
        assert answers[name] == ("yes" if missing is None else "no")
        assert found.missing.get(name) == missing
    assert answers["rfm"] == "yes"
    assert answers["returns"] == "no"


def test_orders_without_a_time_of_day_are_told_apart() -> None:
    rows = {
        "customer_id": ["a", "b", "c"],
        "ordered_at": ["2024-03-05", "2024-03-06 10:30:00", "2024-03-07"],
        "paid_amount": [1.0, 2.0, 3.0],
    }
    found = Adequacy(as_of=date(2024, 4, 1)).run(shop_from(orders=pa.table(rows)))
    assert found.numbers["timed_share"] == pytest.approx(1 / 3)
    assert "adequacy_timed_share" in {finding.code for finding in found.findings()}


def test_the_steps_of_a_goal_are_analyses_that_there_are() -> None:
    found = Adequacy(goal="returns").run(corner_shop())
    assert found.advice["analysis"].to_pylist()[0] == "returns"
    assert set(found.advice["analysis"].to_pylist()) <= set(REGISTRY)
    assert set(found.advice["goal"].to_pylist()) == {"returns"}


def test_the_advice_is_complete() -> None:
    assert set(STEPS) == set(GOALS)
    assert set(CHECKS) == set(CHECK_ADVICE) == set(ENOUGH)
    assert set(TABLE_ADVICE) <= set(TABLE_NAMES)


def test_what_is_there_is_counted() -> None:
    rows = {row["table"]: row for row in Adequacy().run(corner_shop()).tables.to_pylist()}
    assert (rows["orders"]["is_there"], rows["orders"]["rows"]) == ("yes", 8)
    assert (rows["leads"]["is_there"], rows["leads"]["rows"]) == ("no", 0)
