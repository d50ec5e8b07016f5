"""Results of earlier snapshots taken over where nothing that they rest on has changed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

from zhike.analyses.registry import GROUP
from zhike.catalogue import Analysis
from zhike.catalogue.own_metrics import declared_in
from zhike.catalogue.rules import equipment_of
from zhike.schema import Shop
from zhike.workspace.results import jsonable, result_paths
from zhike.workspace.snapshots import Manifest, SnapshotStore


def key_of(analysis: Analysis, shop: Shop, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """A digest of all that a result rests on: the data, the parameters, and the code.

    Args:
        analysis: With its parameters.
        shop: As of its day, in its currency and zone.
        tables: Standard tables as a manifest has them.
    """
    params = {item.name: getattr(analysis, item.name) for item in dataclasses.fields(analysis)}
    said = {
        "analysis": analysis.name,
        "params": jsonable(params),
        "shop": [shop.as_of and shop.as_of.isoformat(), shop.currency, shop.timezone],
        "tables": {name: entry["object"] for name, entry in sorted(tables.items())},
        "segments": _segments(params, shop),
        "metrics": _metrics(analysis, shop),
        "code": code_digest(),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _segments(params: Mapping[str, Any], shop: Shop) -> dict[str, str]:
    """The rules of saved segments, where the analysis is about a segment."""
    return dict(equipment_of(shop).segments) if params.get("segment") else {}


def _metrics(analysis: Analysis, shop: Shop) -> list[str]:
    """The company's own metrics and targets, where the analysis shows every metric."""
    if not analysis.shows_every_metric:
        return []
    said = declared_in(shop)
    return [repr(item) for item in (*said.metrics, *said.targets.values())]


@cache
def code_digest() -> str:
    """Changes whenever a file of this package does, or the version of one that adds analyses."""
    root = Path(str(files("zhike")))
    seen = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".toml", ".mo"}:
            about = path.stat()
            seen.update(f"{path.relative_to(root)} {about.st_size} {about.st_mtime_ns}\n".encode())
    for point in sorted(entry_points(group=GROUP), key=lambda item: item.name):
        added = point.dist.version if point.dist else ""
        seen.update(f"{point.name} {point.value} {added}\n".encode())
    return seen.hexdigest()


class Earlier:
    """The results that earlier snapshots hold.

    Args:
        snapshots: Where they are.
    """

    def __init__(self, snapshots: SnapshotStore) -> None:
        self._snapshots = snapshots
        self._found = dict(_entries(snapshots.all()))

    def take(self, key: str, analysis: str, folder: Path) -> Mapping[str, Any] | None:
        """Copy the result with this key into `folder` and give its entry; None where none is."""
        if key not in self._found:
            return None
        snapshot, entry = self._found[key]
        paths = result_paths(self._snapshots.folder(snapshot) / "results", analysis)
        if entry["status"] == "done":
            if not all(path.exists() for path in paths):
                return None
            for path in paths:
                shutil.copyfile(path, folder / path.name)
        return entry


def _entries(
    manifests: Iterable[Manifest],
) -> Iterable[tuple[str, tuple[str, Mapping[str, Any]]]]:
    for manifest in manifests:
        for entry in manifest.analyses:
            if entry.get("key") and entry["status"] != "failed":
                yield entry["key"], (manifest.id, entry)
