"""Files that are either wholly there or not there at all, also after a power cut.

Replacing and deleting tolerate files that another program holds open for a moment (Windows).
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zhike.errors import WorkspaceError
from zhike.i18n import lazy

PATIENCE_SECONDS = 5.0
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
ALMOST_NO_BYTES = 256 * 1024


def write_durably(path: Path, content: bytes) -> None:
    """Replace the file's content in one step: readers see the old or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move(draft, path)


def write_json(path: Path, value: object) -> None:
    """Write JSON durably, readable for people."""
    write_durably(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def read_json(path: Path) -> Any:
    """The value in a JSON file."""
    return json.loads(path.read_bytes())


def move(source: Path, target: Path) -> None:
    """Rename in one step and make it last; a file there before is replaced."""
    _patiently(lambda: source.replace(target))
    sync_folder(target.parent)


def sync_file(path: Path) -> None:
    """Make what was written to a file last."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make what was renamed inside a folder last; Windows does so by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def link_or_copy(source: Path, target: Path) -> None:
    """The same content under a second name, without a second copy where the disk allows it."""
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:  # no hard links here (exFAT, some network shares)
        draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
        shutil.copyfile(source, draft)
        sync_file(draft)
        move(draft, target)


def remove_tree(folder: Path) -> bool:
    """Delete a folder or file; False when something in it is still held open.

    It first loses its name, so that a half-deleted folder is never taken for a whole one.
    """
    if not folder.exists():
        return True
    doomed = folder.with_name(f".doomed-{folder.name.lstrip('.')}")
    with suppress(OSError):
        _patiently(lambda: folder.replace(doomed))
    for path in (folder, doomed):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return not (folder.exists() or doomed.exists())


@contextmanager
def room_on_disk(folder: Path) -> Iterator[None]:
    """Turn a full disk, however it shows, into a sentence.

    DuckDB and Arrow report a failed write in classes of their own; what tells a full disk from
    another fault is the operating system's own sentence in it, or how much is left.
    """
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error) as fault:
        if _is_for_want_of_room(fault, folder):
            raise _disk_full(folder) from fault
        raise


def _is_for_want_of_room(fault: Exception, folder: Path) -> bool:
    return (
        getattr(fault, "errno", None) in NO_ROOM
        or any(os.strerror(number) in str(fault) for number in NO_ROOM)
        or shutil.disk_usage(folder).free < ALMOST_NO_BYTES
    )


def _disk_full(folder: Path) -> WorkspaceError:
    return WorkspaceError(
        lazy("The disk of {folder} is full; nothing was changed.", folder=folder),
        hint=lazy("Free some space on it, then do the same again."),
        code="disk_full",
    )


def _patiently(act: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            act()
        except PermissionError:
            if os.name != "nt" or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
