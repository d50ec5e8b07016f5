"""What the page draws with is pinned, comes from nowhere in particular, and is built in."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path


def test_the_lockfile_pins_content_and_names_no_registry(checkout: Path) -> None:
    locked = json.loads((checkout / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in locked["packages"].items() if name}
    assert "node_modules/echarts" in packages
    assert all("integrity" in entry for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_versions_are_asked_for_exactly(checkout: Path) -> None:
    wanted = json.loads((checkout / "assets" / "package.json").read_text(encoding="utf-8"))
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)


def test_the_library_is_built_in_with_its_licences() -> None:
    vendor = files("zhike.reports") / "assets" / "vendor"
    assert (vendor / "charts.js").read_text(encoding="utf-8").startswith("/* Apache ECharts")
    assert "Apache License" in (vendor / "LICENCES.txt").read_text(encoding="utf-8")
