"""`zhike demo`: everything on a simulated shop, from its exports to its report."""

from __future__ import annotations

import json
import shlex
import shutil
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhike.cli.answers import Answer
from zhike.cli.frame import State, command, option
from zhike.cli.progress import watched
from zhike.errors import WorkspaceError
from zhike.i18n import Language, LazyText, format_count, format_number, language, lazy

if TYPE_CHECKING:
    from zhike.workspace import Manifest, Workspace

NAMES: dict[Language, str] = {"zh": "知客演示店", "en": "Zhike demo shop"}
MARK = "demo.json"


@command(
    "demo",
    lazy("Simulate a shop, take in its exports, compute everything and write the report."),
    option(
        "--customers",
        lazy("How many customers the shop has."),
        type=click.IntRange(100, 10_000_000),
        default=20_000,
        show_default=True,
    ),
    option("--folder", lazy("Where to put it; else `demo` here."), type=Path, default=None),
)
def demo(state: State, customers: int, folder: Path | None) -> Answer:
    """Make the demo and say in one line where to look."""
    from zhike.workspace.demonstration import write_demonstration

    began = time.perf_counter()
    chosen = state.folder / (folder or "demo")
    with watched() as progress:
        workspace = _workspace(chosen.absolute(), customers)
        files = write_demonstration(workspace.folder / "exports", customers, language(), progress)
        reports = workspace.add(files, progress=progress)
        manifest = workspace.run(progress=progress)
        progress(lazy("Writing the report"), 0, 0)
        written = workspace.report(workspace.folder / "report.html", language=language())
    return Answer(
        data={
            "folder": str(workspace.folder),
            "report": str(written),
            "files": [report.as_json() for report in reports],
            "run": manifest.as_json(),
            "seconds": round(time.perf_counter() - began, 1),
        },
        shown=[
            _done(manifest, time.perf_counter() - began),
            lazy("Open everything as pages: zhike -C {folder} serve", folder=_named(chosen)),
            _look(written),
        ],
    )


def _workspace(folder: Path, customers: int) -> Workspace:
    """A fresh workspace, or the one that an equal demo made before."""
    from zhike import __version__
    from zhike.workspace import Settings, Workspace

    wanted = {"customers": customers, "language": language(), "version": __version__}
    mark = folder / MARK
    if mark.exists():
        if json.loads(mark.read_text(encoding="utf-8")) == wanted:
            return Workspace.open(folder)
        shutil.rmtree(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise WorkspaceError(
            lazy("{folder} holds something else.", folder=folder),
            hint=lazy("Name another folder with --folder."),
            code="folder_taken",
        )
    settings = Settings(name=NAMES[language()], language=language(), **_company_settings())
    workspace = Workspace.create(folder, settings)
    mark.write_text(json.dumps(wanted), encoding="utf-8")
    return workspace


def _company_settings() -> dict[str, Any]:
    from zhike.datasets import simulate

    company = simulate(100, language=language())
    return {"currency": company.currency, "timezone": company.timezone}


def _done(manifest: Manifest, seconds: float) -> LazyText:
    rows = {name: entry["rows"] for name, entry in manifest.tables.items()}
    answered = sum(item["status"] == "done" for item in manifest.analyses)
    return lazy(
        "{orders} orders with {lines} lines, {answered} analyses as of {day}, {seconds} seconds.",
        orders=format_count(rows.get("orders", 0)),
        lines=format_count(rows.get("order_lines", 0)),
        answered=answered,
        day=date.fromisoformat(manifest.as_of),
        seconds=format_number(seconds, 1),
    )


def _named(folder: Path) -> str:
    """The folder as one would type it."""
    here = Path.cwd()
    shown = folder.absolute()
    return shlex.quote(str(shown.relative_to(here) if shown.is_relative_to(here) else shown))


def _look(report: Path) -> LazyText:
    return lazy("Open the report in a browser: {path}", path=report)
