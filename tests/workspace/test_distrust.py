"""A model that foretells nothing is shown red, and the run says so."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from workspace.planting import plant
from zhike.blocks import Table, Text
from zhike.cli import program
from zhike.datasets import simulate
from zhike.i18n import use_language
from zhike.workspace import Settings, Workspace

pytestmark = pytest.mark.slow

HOLDOUT = import_module("zhike.models.clv.holdout")
LEAVING = import_module("zhike.models.churn.leaving")


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    company = simulate(2500, language="en")
    return {name: company.arrow(name) for name in company.tables}


@pytest.fixture
def workspace(tmp_path: Path, tables: dict[str, Any]) -> Workspace:
    settings = Settings(name="Shuffled", currency="USD", language="en")
    workspace = Workspace.create(tmp_path / "shop", settings)
    plant(workspace, tables)
    return workspace


def shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who buys and who leaves becomes anybody."""
    chance = np.random.default_rng(5)
    cells, left = HOLDOUT._cells, LEAVING._left

    def anybody(*args: Any) -> Any:
        rows, futures, usual = cells(*args)
        times = np.repeat(futures.y, futures.n)
        chance.shuffle(times)
        at = np.repeat(futures.at, futures.n)
        one = np.ones(len(at), np.int64)
        return rows, replace(futures, at=at, y=times, n=one), usual

    monkeypatch.setattr(HOLDOUT, "_cells", anybody)
    monkeypatch.setattr(LEAVING, "_left", lambda rows: chance.permutation(left(rows)))


def lights(workspace: Workspace, name: str) -> list[str]:
    blocks = workspace.show(name).blocks()
    cards = [it.rows for it in blocks if isinstance(it, Table) and "light" in it.rows.column_names]
    return [light for rows in cards for light in rows["light"].to_pylist()]


def test_a_model_with_shuffled_targets_is_red_and_the_run_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shuffled(monkeypatch)
    said = CliRunner().invoke(program, ["-C", str(workspace.folder), "--lang", "en", "run"])
    assert said.exit_code == 0, said.output
    manifest = workspace.snapshots()[0]
    warned = {item["analysis"] for item in manifest.warnings if item["code"] == "inaccurate"}
    assert {"clv", "churn"} <= warned
    for name in ("clv", "churn"):
        assert "red" in lights(workspace, name)
        assert "green" not in lights(workspace, name)
    assert "Warning, Customer lifetime value: The forecast was far off" in said.output
    with use_language("zh"):
        sentences = [item.get("sentence", "") for item in manifest.as_json()["warnings"]]
    assert any("请不要依赖它" in text for text in sentences)
    card = {row["of"]: row for row in workspace.show("accuracy").tables["cards"].to_pylist()}
    assert card["purchases"]["light"] == card["leaving"]["light"] == "red"
    asked = CliRunner().invoke(program, ["-C", str(workspace.folder), "--lang", "en", "show",
                                         "accuracy"])  # fmt: skip
    assert "Do not rely on it" in asked.output
    workspace.report(workspace.folder / "report.html")
    page = (workspace.folder / "report.html").read_text("utf-8")
    assert "Do not rely on it" in page


def test_of_a_sound_model_the_run_says_nothing(workspace: Workspace) -> None:
    manifest = workspace.run()
    assert [item for item in manifest.warnings if item["code"] == "inaccurate"] == []
    assert "red" not in lights(workspace, "clv")
    card = workspace.show("accuracy")
    told = [str(block.body) for block in card.blocks() if isinstance(block, Text)]
    assert any(text.startswith("Purchases of each customer: ") for text in told)
    assert set(card.tables["cards"]["of"].to_pylist()) >= {"purchases", "leaving", "next_day"}
    assert set(card.tables["cards"]["drift"].to_pylist()) == {None}


def test_a_later_run_says_how_the_error_has_moved_without_trying_anything_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.run()
    monkeypatch.setattr(HOLDOUT, "_judged", None)  # whoever tried again would fail
    workspace.run()
    rows = workspace.show("accuracy").tables["cards"].to_pylist()
    assert rows
    drifts = {row["of"]: row["drift"] for row in rows if row["error"]}
    assert set(drifts.values()) == {0.0}
    assert all(row["light"] == row["light_before"] for row in rows)
