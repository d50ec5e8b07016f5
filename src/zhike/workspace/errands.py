"""Errands: long work that the web application has done beside it, in a process of its own.

An errand is a folder: what was asked, the files that were sent, how far the work is. So it can be
looked at from anywhere, survives a reload and the end of whoever asked, and takes the server
neither memory nor turns. The process that works ends when its standard input does: when it is
called off, or when the server is gone, however that ended. What it leaves half done nobody sees,
and the next run sweeps.
"""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from json import JSONDecodeError
from pathlib import Path
from typing import Any, Literal

from zhike.errors import InputError, WorkspaceError
from zhike.i18n import Language, lazy
from zhike.workspace.durable import read_json, remove_tree, write_json
from zhike.workspace.layout import Layout
from zhike.workspace.lock import refuse_second_writer, sole_writer
from zhike.workspace.looking import SeenFile
from zhike.workspace.snapshots import SnapshotStore

Kind = Literal["look", "add", "run", "demo", "report"]
Status = Literal["waiting", "working", "done", "failed", "stopped"]

WRITING: frozenset[Kind] = frozenset({"add", "run", "demo"})
KEPT = timedelta(days=1)
"""How long files wait for whoever sent them; then they go."""
LONGEST_NAME = 120
STOPPING_SECONDS = 5.0
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What was asked.

    Attributes:
        id: Names its folder and its page.
        kind: "look" at files, "add" them and compute, "run" alone, "demo", or "report".
        wanted: Of a report, its kind and language.
        files: What people call the files that were sent, in order.
        said: Table to what a person said of its columns.
        left_out: Numbers of files that a person leaves out.
        by: Who asked.
        language: Of whoever asked.
        asked_at: When, as ISO text in UTC.
    """

    id: str
    kind: Kind
    wanted: str = ""
    files: tuple[str, ...] = ()
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    left_out: tuple[int, ...] = ()
    by: str = ""
    language: Language = "en"
    asked_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an errand is.

    Attributes:
        status: "stopped" where it was called off, or its process ended without a word.
        stage: Which part of it: "simulate", "look", "add" or "run".
        step: What is being done, by language.
        done: Steps that are done.
        of: How many there are; 0 where nobody knows.
        pid: Of the process; 0 before there is one.
        started: When that process began, as the system counts; tells it from a later namesake.
        started_at: As ISO text in UTC.
        ended_at: Empty before the end.
        fault: Why it failed, as JSON; None where it did not.
        snapshot: What was published.
    """

    status: Status = "waiting"
    stage: str = ""
    step: Mapping[str, str] = field(default_factory=dict)
    done: int = 0
    of: int = 0
    pid: int = 0
    started: float = 0.0
    started_at: str = ""
    ended_at: str = ""
    fault: Mapping[str, Any] | None = None
    snapshot: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("done", "failed", "stopped")


@dataclass(frozen=True)
class ErrandFolder:
    """One errand on disk; the process that works and the server both read and write it.

    Attributes:
        path: The folder.
    """

    path: Path

    def file(self, number: int) -> Path:
        """Where a file that was sent is; its own name is never a path."""
        return self.path / "files" / str(number)

    @property
    def errand(self) -> Errand:
        """What was asked."""
        kept = read_json(self.path / "errand.json")
        return Errand(
            **{**kept, "files": tuple(kept["files"]), "left_out": tuple(kept["left_out"])}
        )

    def ask(self, errand: Errand) -> None:
        """Write down what is asked."""
        write_json(self.path / "errand.json", asdict(errand))

    @property
    def progress(self) -> Progress:
        """How far it is."""
        path = self.path / "progress.json"
        return Progress(**read_json(path)) if path.exists() else Progress()

    def tell(self, progress: Progress) -> None:
        """Write down how far it is."""
        write_json(self.path / "progress.json", asdict(progress))

    @property
    def seen(self) -> tuple[SeenFile, ...]:
        """What the files would be taken for; nothing before they were looked at."""
        path = self.path / "seen.json"
        return tuple(map(SeenFile.of, read_json(path))) if path.exists() else ()

    def show(self, seen: Sequence[SeenFile]) -> None:
        """Write down what the files would be taken for."""
        write_json(self.path / "seen.json", [item.as_json() for item in seen])

    def forget_files(self) -> None:
        """Remove the files, and the values of theirs that were shown."""
        remove_tree(self.path / "files")
        (self.path / "seen.json").unlink(missing_ok=True)


class Errands:
    """The errands of a workspace, as the server sees them.

    Args:
        root: The workspace.
    """

    def __init__(self, root: Path) -> None:
        self._layout = Layout(root)
        self._working: dict[str, subprocess.Popen[bytes]] = {}
        self._turn = threading.Lock()

    def fresh(self) -> str:
        """A new errand's id, with its folder; old ones are swept away."""
        self.sweep()
        errand_id = secrets.token_hex(8)
        folder = self._layout.errands / errand_id
        self._layout.errands.mkdir(mode=0o700, exist_ok=True)
        (folder / "files").mkdir(parents=True)
        return errand_id

    def folder(self, errand_id: str) -> ErrandFolder:
        """The folder of an errand.

        Raises:
            InputError: There is no such errand.
        """
        path = self._layout.errands / errand_id
        if not _ID.fullmatch(errand_id) or not path.is_dir():
            raise InputError(lazy("There is no such task any more."), code="no_errand")
        return ErrandFolder(path)

    def begin(self, errand: Errand) -> None:
        """Have an errand done.

        Raises:
            WorkspaceError: Another one, or another program, is writing here.
        """
        folder = self.folder(errand.id)
        with self._turn:
            if not self.progress(errand.id).is_over and errand.id in self._working:
                raise _under_way()
            if errand.kind in WRITING:
                if self.writing() is not None:
                    raise _under_way()
                refuse_second_writer(self._layout)
            folder.ask(replace(errand, asked_at=_now()))
            folder.tell(Progress(status="working", started_at=_now()))
            self._working[errand.id] = _process(self._layout.root, errand.id)

    def progress(self, errand_id: str) -> Progress:
        """How far an errand is; one whose process is gone without a word has been stopped."""
        folder = self.folder(errand_id)
        told = folder.progress
        if told.status != "working" or self._is_alive(errand_id, told):
            return told
        told = folder.progress  # it may have said its last word between the two looks
        if told.status == "working":
            told = replace(told, status="stopped", ended_at=_now())
            folder.tell(told)
        return told

    def all(self) -> list[Errand]:
        """Every errand that is kept, newest first."""
        found = []
        for path in self._layout.errands.glob("*/errand.json"):
            with suppress(OSError, JSONDecodeError):  # it goes just now
                found.append(ErrandFolder(path.parent).errand)
        return sorted(found, key=lambda item: item.asked_at, reverse=True)

    def writing(self) -> str | None:
        """The errand of ours that adds or computes at this moment, if any."""
        for errand in self.all():
            if errand.kind in WRITING and self.progress(errand.id).status == "working":
                return errand.id
        return None

    def awaiting(self) -> list[Errand]:
        """Files that were sent and looked at, and wait for a word, newest first."""
        return [
            errand
            for errand in self.all()
            if errand.files and (self._layout.errands / errand.id / "files").is_dir()
        ]

    def stop(self, errand_id: str) -> None:
        """Call an errand off; what it did so far nobody sees."""
        folder = self.folder(errand_id)
        process = self._working.pop(errand_id, None)
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(STOPPING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        told = folder.progress
        if not told.is_over:
            folder.tell(replace(told, status="stopped", ended_at=_now()))
        remove_tree(folder.path / "landed")
        if folder.errand.kind in WRITING:
            with suppress(WorkspaceError), sole_writer(self._layout, "run"):
                SnapshotStore(self._layout).sweep_drafts()

    def drop(self, errand_id: str) -> None:
        """Call it off and remove everything of it."""
        folder = self.folder(errand_id)
        self.stop(errand_id)
        remove_tree(folder.path)

    def close(self) -> None:
        """Call off whatever is under way."""
        for errand_id in list(self._working):
            with suppress(InputError):
                self.stop(errand_id)

    def sweep(self) -> None:
        """Remove errands that nobody came back to."""
        for path in self._layout.errands.glob("[0-9a-f]*"):
            aged = datetime.now(UTC) - datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if aged > KEPT and path.name not in self._working:
                remove_tree(path)

    def _is_alive(self, errand_id: str, told: Progress) -> bool:
        process = self._working.get(errand_id)
        if process is not None:
            if process.poll() is None:
                return True
            self._working.pop(errand_id, None)
            return False
        import psutil

        with suppress(psutil.Error):  # another server of the same workspace may have begun it
            return bool(told.pid) and psutil.Process(told.pid).create_time() == told.started
        return False


def tidy_name(name: str) -> str:
    r"""What people call a file that a browser sent: no folders, nothing that cannot be printed.

    Examples:
        >>> tidy_name("../../etc/passwd"), tidy_name("C:\\shop\\orders.csv"), tidy_name("a\x00b")
        ('passwd', 'orders.csv', 'ab')
        >>> tidy_name("..")
        'file'
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip()
    if len(kept) > LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"[-LONGEST_NAME:]
    return kept if kept.strip(".") else "file"


def _process(root: Path, errand_id: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "zhike.workspace.errand_work", str(root), errand_id]
    return subprocess.Popen(  # noqa: S603 - our own program, no shell
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the server, which then calls it off
    )


def _under_way() -> WorkspaceError:
    return WorkspaceError(
        lazy("Something is being computed here already."),
        hint=lazy("Wait until it has finished, then do the same again."),
        code="busy",
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
