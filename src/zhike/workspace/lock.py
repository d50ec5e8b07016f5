"""One writer at a time; the second is told who is at work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from json import JSONDecodeError
from pathlib import Path

from zhike.errors import WorkspaceError
from zhike.i18n import LazyText, format_instant, lazy
from zhike.workspace.durable import read_json, write_json
from zhike.workspace.layout import Layout


@contextmanager
def sole_writer(layout: Layout, work: str) -> Iterator[None]:
    """Hold the workspace's lock; the operating system lets go of it when the process dies.

    Raises:
        WorkspaceError: Somebody else is writing; says which process, since when.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(layout.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout as busy:
        raise _busy(layout) from busy
    try:
        started_at = datetime.now(UTC).isoformat(timespec="seconds")
        write_json(_holder(layout), {"pid": os.getpid(), "work": work, "started_at": started_at})
        yield
    finally:
        _holder(layout).unlink(missing_ok=True)
        lock.release()


def refuse_second_writer(layout: Layout) -> None:
    """Say who is writing, before anything is begun that would find out later.

    Raises:
        WorkspaceError: Somebody is.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(layout.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout as busy:
        raise _busy(layout) from busy
    lock.release()


def _busy(layout: Layout) -> WorkspaceError:
    hint = lazy("Wait until it has finished, then do the same again.")
    return WorkspaceError(_who(layout), hint=hint, code="busy")


def _who(layout: Layout) -> LazyText:
    with suppress(OSError, JSONDecodeError, KeyError):  # the holder is just coming or going
        holder = read_json(_holder(layout))
        started_at = datetime.fromisoformat(holder["started_at"]).astimezone()
        return lazy(
            "Another `zhike {work}` is at work here: process {pid}, since {started}.",
            work=holder["work"],
            pid=holder["pid"],
            started=format_instant(started_at),
        )
    return lazy("Another Zhike is at work here.")


def _holder(layout: Layout) -> Path:
    """Who holds the lock; beside it, since taking the lock empties the lock file itself."""
    return layout.lock.with_name(".lock.json")
