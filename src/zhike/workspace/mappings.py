"""Mappings that were decided once and are used again for the same header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zhike.errors import WorkspaceError
from zhike.i18n import lazy
from zhike.workspace.durable import read_json, write_json


class Mappings:
    """The remembered mappings of a workspace, one file a header signature.

    Args:
        folder: `mappings` of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Each with its `signature`, the `name` of the file it was decided for, and `reading`."""
        for path in sorted(self._folder.glob("*.json")):
            yield read_json(path)

    def recall(self, signature: str) -> Mapping[str, Any] | None:
        """The mapping of a header, as JSON of a `FileReading`, if one is remembered."""
        path = self._path(signature)
        return read_json(path)["reading"] if path.exists() else None

    def remember(self, signature: str, name: str, reading: Mapping[str, Any]) -> None:
        """Use this mapping again for files with the same header."""
        write_json(
            self._path(signature), {"signature": signature, "name": name, "reading": reading}
        )

    def forget(self, wanted: str) -> list[str]:
        """Forget the mapping of a file name or signature; gives the names that it was known by.

        Raises:
            WorkspaceError: None is remembered under that name.
        """
        known = list(self)
        found = [
            item
            for item in known
            if wanted in (item["name"], item["signature"]) or item["signature"].startswith(wanted)
        ]
        if not found:
            listed = ", ".join(item["name"] for item in known) or "–"
            raise WorkspaceError(
                lazy("No mapping is remembered for '{wanted}'.", wanted=wanted),
                hint=lazy("Remembered are: {listed}.", listed=listed),
            )
        for item in found:
            self._path(item["signature"]).unlink()
        return [item["name"] for item in found]

    def _path(self, signature: str) -> Path:
        return self._folder / f"{signature}.json"
