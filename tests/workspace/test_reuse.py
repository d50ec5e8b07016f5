"""A run takes over the results whose data, parameters and code are those of an earlier one."""

from __future__ import annotations

from datetime import date

import pytest

from zhike.workspace import Workspace, reuse


def reused(workspace: Workspace, as_of: date | None = None) -> dict[str, bool]:
    """Of every analysis but the one that compares with the run before, which no run may skip."""
    taken = {item["name"]: item["reused"] for item in workspace.run(as_of).analyses}
    assert not taken.pop("accuracy")
    return taken


def test_a_second_run_on_the_same_data_computes_nothing_again(planted: Workspace) -> None:
    assert not any(reused(planted).values())
    before = planted.show("rfm").as_json()
    assert all(reused(planted).values())
    assert planted.show("rfm").as_json() == before


def test_another_day_is_computed_anew(planted: Workspace) -> None:
    planted.run()
    assert not any(reused(planted, date(2025, 1, 1)).values())


def test_only_the_analysis_with_another_parameter_is_computed_anew(planted: Workspace) -> None:
    planted.run()
    with (planted.folder / "zhike.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[analyses.cohorts]\nunit = "quarter"\n')
    found = reused(Workspace.open(planted.folder))
    assert [name for name, kept in found.items() if not kept] == ["cohorts"]


def test_other_code_computes_anew(planted: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.run()
    monkeypatch.setattr(reuse, "code_digest", lambda: "of another version")
    assert not any(reused(planted).values())


def test_a_result_that_was_lost_is_computed_anew(planted: Workspace) -> None:
    first = planted.run()
    results = planted.folder / "snapshots" / first.id / "results"
    (results / "abc.zh.json").unlink()
    found = reused(planted)
    assert [name for name, kept in found.items() if not kept] == ["abc"]
