"""The command line: `zhike demo`, `init`, `add`, `run`, `show` and the rest."""

from __future__ import annotations

import gc

from zhike import __version__
from zhike.cli.frame import Program
from zhike.i18n import lazy

__all__ = ["main", "program"]

program = Program(
    "zhike",
    lazy(
        "Know your customers, decide, and see whether it worked.\n\n"
        "`zhike demo` shows all of it on a simulated shop. With data of your own: `zhike init`, "
        "`zhike add orders.csv`, `zhike run`, `zhike report`."
    ),
    {
        "demo": "zhike.cli.demo:demo",
        "init": "zhike.cli.project:init",
        "template": "zhike.cli.project:template",
        "add": "zhike.cli.files:add",
        "sources": "zhike.cli.files:sources",
        "remove": "zhike.cli.files:remove",
        "forget": "zhike.cli.files:forget",
        "quality": "zhike.cli.quality:quality",
        "run": "zhike.cli.runs:run",
        "snapshots": "zhike.cli.runs:snapshots",
        "analyses": "zhike.cli.runs:analyses",
        "show": "zhike.cli.showing:show",
        "customers": "zhike.cli.showing:customers",
        "segments": "zhike.cli.segments:segments",
        "predict": "zhike.cli.predicting:predict",
        "why": "zhike.cli.why:why",
        "findings": "zhike.cli.why:findings",
        "serve": "zhike.cli.serving:serve",
        "account": "zhike.cli.accounts:account",
        "audit": "zhike.cli.accounts:audit",
        "report": "zhike.cli.writing_up:report",
        "digest": "zhike.cli.writing_up:digest",
        "review": "zhike.cli.review:review",
        "export": "zhike.cli.exporting:export",
        "edits": "zhike.cli.edits:edits",
        "conflicts": "zhike.cli.edits:conflicts",
        "fields": "zhike.cli.edits:fields",
    },
    version=__version__,
)


def main() -> None:
    """Run the command line and leave with its exit code."""
    # A command makes many small objects and ends: looking for garbage among them every few
    # hundred took a fifth of its time.
    gc.set_threshold(100_000, 20, 20)
    program.main()
