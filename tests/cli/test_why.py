"""`zhike why` and `zhike findings` through the real command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Said
from zhike.datasets import simulate, write_export


@pytest.mark.slow
def test_why_and_findings_answer_for_programs(zhike: Said, tmp_path: Path) -> None:
    (file,) = write_export(simulate(100, language="zh"), "taobao_orders", tmp_path / "导出")
    assert zhike("add", file)[0] == 0
    assert zhike("run")[0] == 0
    code, why = zhike("why", "--metric", "orders", "--period", "2025-03")
    assert code == 0
    assert why["analysis"] == "why"
    assert why["params"]["metric"] == "orders"
    numbers = why["numbers"]
    drivers = sum(row["amount"] for row in why["tables"]["drivers"])
    assert drivers == pytest.approx(numbers["after"] - numbers["before"])
    code, told = zhike("findings", "--limit", "3")
    assert code == 0
    assert len(told["findings"]) <= 3
    amounts = [abs(item["amount"]) for item in told["findings"]]
    assert amounts == sorted(amounts, reverse=True)
    assert all(item["kind"] in ("risk", "opportunity") for item in told["findings"])


def test_a_wrong_metric_is_refused_with_the_choices(zhike: Said) -> None:
    code, told = zhike("why", "--metric", "profit")
    assert code != 0
    assert "net_revenue" in str(told["error"])
