"""Snapshots: immutable, published by one atomic replacement of a pointer, kept by a policy."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zhike.errors import WorkspaceError
from zhike.i18n import language, lazy
from zhike.workspace.durable import (
    move,
    read_json,
    remove_tree,
    sync_file,
    sync_folder,
    write_durably,
    write_json,
)
from zhike.workspace.layout import Layout
from zhike.workspace.objects import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a snapshot is made of, and how it came about.

    Attributes:
        id: Time of the run and a few random digits; sorts by time.
        as_of: The day from which everything in it looks back.
        created_at: When the run began, in UTC.
        tables: Standard table to `object` (SHA-256), `rows` and `inputs` (what it was made from).
        analyses: One entry an analysis: `name`, `status`, `seconds`, `reason` (by language),
            `reused` (taken over from an earlier snapshot) and `key` (what it rests on).
        inputs: One entry a batch: `id`, `file`, `content_hash`, `rows_read`, `fates`, `reasons`.
        settings: Currency, time zone and parameters of the run.
        versions: Zhike and what it computed with.
        warnings: What a reader should know, as codes with their facts.
        seconds: How long the run took.
        peak_rss_mb: The most memory that the process held.
    """

    id: str
    as_of: str
    created_at: str
    tables: Mapping[str, Mapping[str, Any]]
    analyses: tuple[Mapping[str, Any], ...]
    inputs: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    warnings: tuple[Mapping[str, Any], ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    peak_rss_mb: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """What `run --json` prints, with words in the language of the moment."""
        analyses = [
            {name: value for name, value in item.items() if name != "key"}
            | {"reason": item["reason"].get(language(), "")}
            for item in self.analyses
        ]
        return {
            "snapshot": self.id,
            "as_of": self.as_of,
            "tables": {name: entry["rows"] for name, entry in self.tables.items()},
            "analyses": analyses,
            "warnings": [
                dict(item) | {name: said.get(language(), "") for name, said in _sentences(item)}
                for item in self.warnings
            ],
            "timings": dict(self.timings),
            "seconds": self.seconds,
            "peak_rss_mb": self.peak_rss_mb,
        }


def _sentences(warning: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What a warning says in every language."""
    return ((name, said) for name, said in warning.items() if isinstance(said, Mapping))


class SnapshotStore:
    """The snapshots of a workspace.

    Args:
        layout: The workspace's paths.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def all(self) -> list[Manifest]:
        """Every snapshot, newest first."""
        found = self._layout.snapshots.glob("[!.]*/manifest.json")
        return sorted((_manifest(path) for path in found), key=lambda item: item.id, reverse=True)

    def current_id(self) -> str | None:
        """The published snapshot, if there is one."""
        try:
            return self._layout.current.read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def manifest(self, wanted: str | None = None) -> Manifest:
        """The manifest of a snapshot; of the published one without an id.

        Raises:
            WorkspaceError: There is no such snapshot, or none yet.
        """
        chosen = wanted or self.current_id()
        if chosen is None:
            raise WorkspaceError(
                lazy("Nothing has been computed here yet."),
                hint=lazy("Add files with `zhike add FILE`, then `zhike run`."),
                code="no_snapshot",
            )
        path = self.folder(chosen) / "manifest.json"
        if not path.exists():
            listed = ", ".join(item.id for item in self.all()) or "–"
            raise WorkspaceError(
                lazy("There is no snapshot '{wanted}'.", wanted=chosen),
                hint=lazy("Name one of these: {listed}.", listed=listed),
            )
        return _manifest(path)

    def folder(self, snapshot_id: str) -> Path:
        """Where a snapshot's manifest and results are."""
        return self._layout.snapshots / snapshot_id

    def draft(self) -> Path:
        """A fresh folder for a snapshot that is not yet one."""
        folder = self._layout.snapshots / f".building-{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        return folder

    def publish(self, manifest: Manifest, draft: Path) -> None:
        """Turn a draft into a snapshot, then point at it; each is one step that lasts."""
        for path in draft.rglob("*"):
            if path.is_file():
                sync_file(path)
        write_json(draft / "manifest.json", asdict(manifest))
        sync_folder(draft)
        move(draft, self.folder(manifest.id))
        write_durably(self._layout.current, f"{manifest.id}\n".encode())

    def sweep(self, objects: ObjectStore, keep: int) -> None:
        """Delete what killed runs left, the snapshots beyond `keep`, and objects nobody needs.

        Stays: the published snapshot, and any that a living process is reading. Only whoever
        holds the workspace's lock may sweep.
        """
        self.sweep_drafts()
        needed = {self.current_id(), *self._read_now()}
        remaining = []
        for age, manifest in enumerate(self.all()):
            if age < keep or manifest.id in needed or not remove_tree(self.folder(manifest.id)):
                remaining.append(manifest)
        objects.sweep(entry["object"] for item in remaining for entry in item.tables.values())

    def sweep_drafts(self) -> None:
        """Delete what killed runs left; for whoever holds the workspace's lock."""
        for folder in (self._layout.snapshots, self._layout.landing, self._layout.prepared):
            for path in folder.glob(".*"):
                remove_tree(path)
        remove_tree(self._layout.scratch)

    @contextmanager
    def reading(self, snapshot_id: str) -> Iterator[None]:
        """Keep a snapshot from being swept while somebody reads it."""
        mark = self.mark_read(snapshot_id)
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)

    def mark_read(self, snapshot_id: str) -> Path:
        """Say that this process reads a snapshot; the mark counts while the process lives."""
        folder = self._layout.readers
        mark = folder / f"{snapshot_id}.{os.getpid()}.{secrets.token_hex(4)}"
        try:
            folder.mkdir(exist_ok=True)
            mark.touch()
        except OSError:  # a workspace on a read-only disk: nobody sweeps there either
            return mark
        return mark

    def _read_now(self) -> Iterator[str]:
        import psutil

        for mark in self._layout.readers.glob("*.*.*"):
            snapshot_id, pid, _ = mark.name.rsplit(".", 2)
            if psutil.pid_exists(int(pid)):
                yield snapshot_id
            else:
                mark.unlink(missing_ok=True)


def snapshot_id(now: datetime) -> str:
    """A new snapshot's id: its moment to the millisecond, so that ids sort by time."""
    moment = now.astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}-{secrets.token_hex(2)}"


def _manifest(path: Path) -> Manifest:
    values = read_json(path)
    for name in ("analyses", "inputs", "warnings"):
        values[name] = tuple(values[name])
    return Manifest(**values)
