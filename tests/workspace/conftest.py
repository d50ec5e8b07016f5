"""A workspace that already holds a simulated shop, prepared without going through files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workspace.planting import plant
from zhike.datasets import simulate
from zhike.workspace import Settings, Workspace


@pytest.fixture(scope="session")
def planted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted") / "shop"
    workspace = Workspace.create(folder, Settings(name="Corner", currency="USD"))
    company = simulate(300, language="en")
    plant(workspace, {name: company.arrow(name) for name in company.tables})
    return folder


@pytest.fixture
def planted(planted_once: Path, tmp_path: Path) -> Workspace:
    """A workspace with one batch and no snapshot yet."""
    folder = tmp_path / "shop"
    shutil.copytree(planted_once, folder)
    return Workspace.open(folder)
