"""The process that does an errand: `python -m zhike.workspace.errand_work FOLDER ID`."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from zhike.errors import MappingError, ZhikeError
from zhike.i18n import LazyText, lazy, parse, use_language
from zhike.workspace.adding import Wishes
from zhike.workspace.archive import Archive
from zhike.workspace.demonstration import USUAL_CUSTOMERS, write_demonstration
from zhike.workspace.durable import remove_tree
from zhike.workspace.errands import Errand, ErrandFolder, Kind, Progress
from zhike.workspace.layout import Layout
from zhike.workspace.sentences import fault_as_json, sentence
from zhike.workspace.workspace import Workspace

TELL_SECONDS = 0.25
"""Not more often is told how far the work is."""
CALLED_OFF = 130
POLITENESS = 5
"""Pages come before this work on the processor."""


@dataclass
class Work:
    """One errand, being done.

    Args:
        workspace: Whose.
        folder: Where it is told how far the work is.
        errand: What was asked.
    """

    workspace: Workspace
    folder: ErrandFolder
    errand: Errand
    told: Progress = field(default_factory=Progress)
    told_at: float = 0.0

    def done(self) -> None:
        """Do it, and say how it ended."""
        this = psutil.Process()
        self.told = replace(self.folder.progress, pid=this.pid, started=this.create_time())
        self.folder.tell(self.told)
        try:
            snapshot = _KINDS[self.errand.kind](self)
            self._tell(status="done", snapshot=snapshot, ended_at=_now())
        except ZhikeError as fault:
            self._ask_again(fault)
            self._tell(status="failed", fault=fault_as_json(fault), ended_at=_now())
        except Exception:  # noqa: BLE001 - nobody would see it: there is no terminal
            unforeseen = ZhikeError(
                lazy("Something that should not happen did; it has been written down."),
                hint=lazy("The details are in {path}; please send them to us.", path=self._log()),
                code="unexpected",
            )
            self._tell(status="failed", fault=fault_as_json(unforeseen), ended_at=_now())

    def step(self, what: LazyText, done: int, of: int) -> None:
        """Say what is being done now."""
        if time.monotonic() - self.told_at >= TELL_SECONDS or what != self._said:
            self._said = what
            self._tell(step=sentence(what), done=done, of=of)

    _said: LazyText | None = None

    def _tell(self, **said: object) -> None:
        self.told = replace(self.told, **said)  # type: ignore[arg-type]
        self.told_at = time.monotonic()
        self.folder.tell(self.told)

    @property
    def files(self) -> dict[Path, str]:
        """The files that were sent and are wanted, each with its name."""
        return {
            self.folder.file(number): name
            for number, name in enumerate(self.errand.files)
            if number not in self.errand.left_out
        }

    def look(self) -> str:
        """See what the files would be taken for."""
        self._tell(stage="look", step=sentence(lazy("Looking at the files")), done=0, of=0)
        every = {self.folder.file(number): name for number, name in enumerate(self.errand.files)}
        self.folder.show(self.workspace.look(every, self.errand.said, self.folder.path / "landed"))
        return ""

    def add(self) -> str:
        """Take the files in and compute everything."""
        self._tell(stage="add")
        files = self.files
        wishes = Wishes(names=files, tables=self.errand.said)
        self.workspace.take_in(list(files), wishes, by=self.errand.by, progress=self.step)
        snapshot = self.run()
        self.folder.forget_files()
        return snapshot

    def run(self) -> str:
        """Compute everything."""
        self._tell(stage="run", done=0, of=0)
        return self.workspace.run(progress=self.step).id

    def demo(self) -> str:
        """Simulate a shop, take its exports in and compute everything."""
        self._tell(stage="simulate")
        chosen = self.errand.language
        exports = self.folder.path / "exports"
        files = write_demonstration(exports, USUAL_CUSTOMERS, chosen, self.step)
        self._tell(stage="add")
        names = {file: file.name for file in files}
        self.workspace.take_in(files, Wishes(names=names), progress=self.step)
        remove_tree(exports)
        return self.run()

    def report(self) -> str:
        """Make a report or a workbook of the published snapshot."""
        self._tell(stage="report")
        kind, _, spoken = self.errand.wanted.rpartition("-")
        archive = Archive(self.workspace.folder)
        return archive.make(self.workspace, kind, parse(spoken), self.step).name

    def _ask_again(self, fault: ZhikeError) -> None:
        """Where columns cannot be told, look again with what was said, so that it can be mended."""
        if self.errand.kind == "add" and isinstance(fault, MappingError):
            with suppress(ZhikeError):
                told = self.told
                self.look()
                self.told = replace(told, stage="add")

    def _log(self) -> Path:
        path = Layout(self.workspace.folder).root / "zhike.log"
        entry = f"{_now()} errand {self.errand.kind}\n{traceback.format_exc()}\n"
        with suppress(OSError), path.open("a", encoding="utf-8") as log:
            log.write(entry)
        return path


_KINDS: Mapping[Kind, Callable[[Work], str]] = {
    "look": Work.look,
    "add": Work.add,
    "run": Work.run,
    "demo": Work.demo,
    "report": Work.report,
}


def main(root: str, errand_id: str) -> None:
    """Do the errand."""
    threading.Thread(target=_heed, name="zhike-called-off", daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    folder = ErrandFolder(Layout(Path(root)).errands / errand_id)
    errand = folder.errand
    with use_language(errand.language):
        Work(Workspace.open(root), folder, errand).done()


def _heed() -> None:
    """End when whoever asked closes the line, or is gone."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(CALLED_OFF)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    main(*sys.argv[1:])
