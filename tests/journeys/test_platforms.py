"""Every platform's export, traps and defects included, imports to exactly the simulated truth."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from zhike.datasets import (
    PLATFORMS,
    Simulated,
    expected,
    overlapping,
    planted_defects,
    simulate,
    write_export,
)
from zhike.workspace import Workspace

from .exports import add_and_run, differences, imported

pytestmark = pytest.mark.slow
ORDER_PLATFORMS = ("taobao_orders", "jd_orders", "shopify_orders", "plain")


@pytest.fixture(scope="module")
def company() -> Simulated:
    return simulate(customers=300, seed=5, language="zh")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_spoiled_export_imports_to_the_truth_and_accounts_for_every_defect(
    company: Simulated, platform: str, tmp_path: Path
) -> None:
    paths = write_export(company, platform, tmp_path / "exports", defects=True)
    workspace, [report] = add_and_run(tmp_path / "shop", paths)
    assert differences(workspace, expected(company, platform)) == []
    planted = Counter(defect.fate for defect in planted_defects(company, platform))
    fates = report.part.fates
    assert {fate: fates[fate] for fate in ("merged", "rejected", "skipped")} == {
        fate: planted[fate] for fate in ("merged", "rejected", "skipped")
    }
    assert sum(fates.values()) == report.part.rows_read


@pytest.mark.parametrize("platform", ORDER_PLATFORMS)
def test_the_same_file_twice_changes_nothing(
    company: Simulated, platform: str, tmp_path: Path
) -> None:
    paths = write_export(company, platform, tmp_path / "exports")
    workspace, [first] = add_and_run(tmp_path / "shop", paths)
    before = workspace.show("overview", period="all").numbers
    [again] = workspace.add(paths)
    workspace.run()
    assert again.part.fates["unchanged"] == first.part.rows_read == sum(again.part.fates.values())
    assert workspace.show("overview", period="all").numbers == before
    assert len(workspace.sources()) == 1


@pytest.mark.parametrize("platform", ORDER_PLATFORMS)
def test_a_later_export_replaces_orders_and_says_so(
    company: Simulated, platform: str, tmp_path: Path
) -> None:
    overlap = overlapping(company, company.end - timedelta(days=40))
    first = write_export(overlap.first, platform, tmp_path / "first")
    second = write_export(overlap.second, platform, tmp_path / "second")
    workspace, _ = add_and_run(tmp_path / "shop", first)
    assert differences(workspace, expected(overlap.first, platform)) == []

    [later] = workspace.add(second)
    workspace.run()
    assert differences(workspace, expected(overlap.both, platform)) == []
    assert later.part.fates["updated"] > 0
    assert later.part.fates["unchanged"] > 0
    assert later.part.fates["loaded"] > 0


def test_a_batch_taken_back_leaves_no_trace(company: Simulated, tmp_path: Path) -> None:
    overlap = overlapping(company, company.end - timedelta(days=40))
    workspace, _ = add_and_run(
        tmp_path / "shop", write_export(overlap.first, "plain", tmp_path / "first")
    )
    before = {name: rows.num_rows for name, rows in imported(workspace).items()}
    numbers = workspace.show("overview", period="all").numbers
    workspace.add(write_export(overlap.second, "plain", tmp_path / "second"))
    workspace.run()
    workspace.remove(workspace.sources()[-1].id)
    workspace.run()
    assert differences(workspace, expected(overlap.first, "plain")) == []
    assert {name: rows.num_rows for name, rows in imported(workspace).items()} == before
    assert workspace.show("overview", period="all").numbers == numbers


def test_headers_and_lines_of_two_taobao_files_become_one_order(
    company: Simulated, tmp_path: Path
) -> None:
    paths = [
        *write_export(company, "taobao_orders", tmp_path / "exports"),
        *write_export(company, "taobao_lines", tmp_path / "exports"),
    ]
    workspace, _ = add_and_run(tmp_path / "shop", paths)
    assert isinstance(workspace, Workspace)
    assert differences(workspace, expected(company, "taobao_orders")) == []
    lines = expected(company, "taobao_lines")["order_lines"]
    assert imported(workspace)["order_lines"].num_rows == lines.num_rows
