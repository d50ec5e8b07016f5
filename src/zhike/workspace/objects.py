"""Parquet files named by their content: a table that did not change is shared, not copied."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from zhike.workspace.durable import link_or_copy, sync_file, sync_folder

CHUNK_BYTES = 8 * 1024 * 1024


class ObjectStore:
    """The content-addressed files of a workspace.

    Args:
        folder: `objects` of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Where the object of that SHA-256 is."""
        return self._folder / f"{digest}.parquet"

    def has(self, digest: str) -> bool:
        """Whether it is there."""
        return self.path(digest).exists()

    def keep(self, file: Path, digest: str = "") -> str:
        """Keep a finished file, by a hard link where the disk allows it; gives its SHA-256."""
        digest = digest or sha256(file)
        if not self.has(digest):
            sync_file(file)
            link_or_copy(file, self.path(digest))
            sync_folder(self._folder)
        return digest

    def sweep(self, needed: Iterable[str]) -> None:
        """Delete what nobody needs; a file that is held open goes at the next sweep."""
        wanted = set(needed)
        for path in self._folder.iterdir():
            if path.stem not in wanted:
                try:
                    path.unlink()
                except PermissionError:
                    continue


def sha256(file: Path) -> str:
    """The SHA-256 of a file's bytes, in constant memory."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
