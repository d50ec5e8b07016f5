"""A small shop, computed once and served on loopback by the real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from web.asking import Site, serving
from workspace.planting import plant
from zhike.datasets import simulate
from zhike.workspace import Settings, Workspace


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a snapshot; nobody changes it."""
    folder = tmp_path_factory.mktemp("served") / "shop"
    settings = Settings(name="Corner <b>shop</b>", currency="USD", language="en")
    workspace = Workspace.create(folder, settings)
    company = simulate(400, language="en")
    plant(workspace, {name: company.arrow(name) for name in company.tables})
    workspace.run()
    return workspace


@pytest.fixture(scope="session")
def site(shop: Workspace) -> Iterator[Site]:
    """That shop, served."""
    with serving(shop.folder) as site:
        yield site


@pytest.fixture
def own_shop(shop: Workspace, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    folder = tmp_path / "shop"
    shutil.copytree(shop.folder, folder)
    return Workspace.open(folder)
