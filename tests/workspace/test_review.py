"""A review finds what drifted, what no longer separates, what is off target; and keeps a record."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from zhike.catalogue import StageThresholds
from zhike.catalogue.metrics import METRIC
from zhike.catalogue.targets import Target
from zhike.datasets import corner_shop
from zhike.i18n import use_language
from zhike.schema import Shop
from zhike.workspace import Workspace
from zhike.workspace import review_checks as checks
from zhike.workspace.review_drift import input_drift, stability


def column(filled: int, valid: int | None = None) -> dict[str, object]:
    return {
        "file": "orders.csv", "table": "orders", "column": "channel",
        "rows": 100, "filled": filled, "valid": filled if valid is None else valid,
    }  # fmt: skip


def statuses(found: object) -> list[tuple[str, str]]:
    return [(check.code, check.status) for check in found]  # type: ignore[attr-defined]


def test_a_column_that_lost_its_values_is_bad_and_a_rare_one_is_watched() -> None:
    assert statuses(checks.completeness_checks([column(60)], [column(90)])) == [
        ("filled_less", "bad")
    ]
    assert statuses(checks.completeness_checks([column(30)], [column(32)])) == [
        ("rarely_filled", "watch")
    ]
    assert statuses(checks.completeness_checks([column(90, 50)], [])) == [("often_invalid", "bad")]
    assert statuses(checks.completeness_checks([column(95)], [column(99)])) == []


def test_records_set_aside_are_counted() -> None:
    assert checks.rejection_check(100, 6).status == "bad"
    assert checks.rejection_check(100, 2).status == "good"
    assert checks.rejection_check(0, 0).value == 0


@pytest.mark.parametrize(("index", "status"), [(0.05, "good"), (0.1, "watch"), (0.3, "bad")])
def test_drift_is_judged_by_the_usual_bounds(index: float, status: str) -> None:
    assert checks.drift_check("drift", "orders.channel", "Channel", index).status == status


def test_classes_too_small_or_too_large_are_named() -> None:
    sizes = {"a": 990, "b": 9, "c": 0}
    found = list(checks.class_checks("rfm", "Segments", sizes, {"a": "Best"}))
    assert [(check.code, check.subject) for check in found] == [
        ("dominant", "rfm.a"),
        ("small", "rfm.b"),
    ]
    assert "Best" in str(found[0].sentence)


def test_a_threshold_far_from_what_the_data_say_is_bad() -> None:
    now = StageThresholds(lost_after_days=200, loyal_after=4, returns=100)
    found = checks.threshold_checks({"lost_after_days": 90, "loyal_after": 4}, now)
    assert statuses(found) == [("threshold", "bad"), ("threshold", "good")]
    assert statuses(checks.threshold_checks({}, now)) == []


def test_stages_that_no_longer_separate_are_bad() -> None:
    moves = {
        ("lost", "lost"): 80, ("lost", "repeat"): 20,
        ("loyal", "loyal"): 70, ("loyal", "lost"): 30,
        ("repeat", "repeat"): 90, ("repeat", "lost"): 10,
    }  # fmt: skip
    found = list(checks.separation_checks(moves))
    assert statuses(found) == [("lost_return", "bad"), ("loyal_separates", "bad")]
    assert found[0].value == pytest.approx(0.2)
    assert list(checks.separation_checks({})) == []


def test_metrics_are_held_against_their_targets() -> None:
    targets = {
        "repeat_rate": Target(metric="repeat_rate", at_least=0.5),
        "refund_rate": Target(metric="refund_rate", at_most=0.05),
    }
    found = checks.target_checks(targets, METRIC, {"repeat_rate": 0.4, "refund_rate": 0.01}, "CNY")
    assert statuses(found) == [("target", "bad"), ("target", "good")]
    assert statuses(checks.target_checks({}, METRIC, {}, "CNY")) == [("no_targets", "watch")]


def test_fields_that_nobody_fills_are_named() -> None:
    found = checks.field_checks({"pet": 0, "size": 2, "note": 60}, {"pet": "养宠物"}, 100)
    assert statuses(found) == [("filled", "bad"), ("filled", "watch"), ("filled", "good")]


def test_an_input_that_moved_is_found_and_one_that_did_not_is_not() -> None:
    shop = corner_shop()
    rows = shop["orders"].to_pyarrow()
    moved = rows.set_column(
        rows.column_names.index("channel"), "channel", pa.array(["fair"] * rows.num_rows)
    )
    tables = dict(shop.tables) | {"orders": shop.engine.load("moved", moved)}
    other = Shop(engine=shop.engine, tables=tables, as_of=shop.as_of)
    same = {name: index for name, _label, index in input_drift(shop, shop)}
    assert set(same.values()) == {0.0}
    found = {name: index for name, _label, index in input_drift(other, shop)}
    assert found["orders.channel"] > 0.25
    assert found["orders.paid_amount"] == 0


def test_rare_classes_count_together() -> None:
    before = {str(n): 1.0 for n in range(500)}
    now = {str(n + 1000): 1.0 for n in range(500)}
    assert stability(before, before) == 0
    index = stability(before, now)
    assert index is not None
    assert index > 0


@pytest.mark.slow
def test_a_review_is_kept_by_day_and_compared_with_the_last(planted: Workspace) -> None:
    planted.run(date(2024, 6, 1))
    first = planted.review(on=date(2025, 1, 1))
    assert first.compared_with == ""
    assert first.last_on == ""
    settings = planted.folder / "zhike.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write("\n[targets]\nrepeat_rate = 0.999\n")
    workspace = Workspace.open(planted.folder)
    workspace.run()
    second = workspace.review(on=date(2025, 2, 1))
    assert second.compared_with
    assert second.last_on == "2025-01-01"
    assert "target repeat_rate" in second.new
    assert "no_targets targets" in second.solved
    record = json.loads((Path(planted.folder) / "reviews" / "2025-02-01.json").read_text())
    assert {item["code"] for item in record["checks"]} >= {"drift", "target", "rejected"}
    assert [item.reviewed_on for item in workspace.reviews()] == ["2025-02-01", "2025-01-01"]
    again = workspace.review(on=date(2025, 2, 1))
    assert again.last_on == "2025-01-01"
    with use_language("zh"):
        assert any("目标" in item["sentence"] for item in again.as_json()["checks"])
