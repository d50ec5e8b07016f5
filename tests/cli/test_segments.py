"""`zhike segments`: define, list, show, use, forget."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Said

pytestmark = pytest.mark.slow  # each is a workspace from file to answer

ORDERS = """order,customer,date,paid
1,ann,2024-01-01,100
2,ann,2024-03-01,50
3,bob,2024-02-01,20
4,cho,2024-04-01,70
"""


def test_a_person_defines_uses_and_forgets_segments(zhike: Said, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    assert zhike("add", tmp_path / "orders.csv")[0] == 0
    assert zhike("run")[0] == 0
    assert zhike("segments") == (0, {"segments": []})
    code, saved = zhike("segments", "add", "big", "净收入 >= 70", "--label", "大客户")
    assert (code, saved["customers"], saved["text"]["en"]) == (0, 2, "monetary >= 70")
    code, saved = zhike("segments", "add", "回头大客", "segment('big') and frequency > 1")
    assert (code, saved["customers"], saved["fields"]) == (0, 1, ["monetary", "frequency"])
    code, listed = zhike("segments")
    assert [(item["name"], item["label"], item["customers"]) for item in listed["segments"]] == [
        ("big", "大客户", 2),
        ("回头大客", "回头大客", 1),
    ]
    code, shown = zhike("segments", "show", "回头大客")
    assert shown["text"]["zh"] == "分群（“big”） 且 购买订单数 > 1"
    for rule in ("big", "monetary >= 70"):
        code, found = zhike("customers", "--segment", rule, "--sort", "-monetary")
        assert [row["monetary"] for row in found["customers"]] == [150.0, 70.0]
    code, refused = zhike("segments", "remove", "big")
    assert (code, refused["error"]["code"]) == (1, "segment_in_use")
    assert zhike("segments", "remove", "回头大客")[0] == 0
    assert zhike("segments", "remove", "big")[0] == 0
    code, unknown = zhike("segments", "show", "big")
    assert (code, unknown["error"]["code"]) == (1, "parameter")


def test_a_wrong_rule_is_pointed_at(zhike: Said, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    zhike("add", tmp_path / "orders.csv")
    zhike("run")
    code, said = zhike("segments", "add", "oops", "monetary > 5 and cty = 'a'")
    assert (code, said["error"]["code"], said["error"]["at"]) == (1, "rule", 18)
    assert "'city'" in said["error"]["hint"]


def test_what_rules_may_speak_of_is_listed(zhike: Said, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    zhike("add", tmp_path / "orders.csv")
    zhike("run")
    _, said = zhike("segments", "fields")
    assert {"recency_days", "city", "stage"} <= {item["name"] for item in said["fields"]}
    assert "rfm" in said["analyses"]
    _, said = zhike("segments", "fields", "rfm")
    assert "champions" in next(
        item["choices"] for item in said["fields"] if item["name"] == "rfm.segment"
    )
