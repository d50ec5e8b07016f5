"""The data as a person may see them: with their customers alone, and everything computed on those.

What somebody with a narrower reach is shown is never cut from totals of everybody: all analyses of
the run are computed again on the tables of their customers, and kept beside the snapshot.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.errors import WorkspaceError
from zhike.i18n import lazy
from zhike.operations.sight import Sight
from zhike.workspace.durable import move, read_json, remove_tree, write_json
from zhike.workspace.layout import Layout
from zhike.workspace.snapshots import Manifest, SnapshotStore

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from zhike.schema import Shop
    from zhike.workspace.workspace import Workspace

REGIONS = ("country", "province", "city")


def seen(shop: Shop, sight: Sight) -> Shop:
    """The shop with the customers that somebody may see, and what belongs to them."""
    if sight.is_whole:
        return shop
    from zhike.catalogue.rules.members import shop_of

    return shop_of(shop, _members(shop, sight))


def _members(shop: Shop, sight: Sight) -> ir.Table:
    """Those customers; where the data do not say whose they are, nobody."""
    if "customers" not in shop:
        tables = [rows for rows in shop.tables.values() if "customer_id" in rows.columns]
        return tables[0].select("customer_id").filter(False)
    customers = shop["customers"]
    match sight.reach:
        case "own":
            return customers.filter(customers.owner_id.isin(sight.of))
        case "team" if "staff" in shop:
            staff = shop["staff"]
            theirs = staff.filter(staff.team.isin(sight.of)).select(owner_id="staff_id")
            return customers.semi_join(theirs, "owner_id")
        case "region":
            places = [customers[name].isin(sight.of) for name in REGIONS]
            return customers.filter(places[0] | places[1] | places[2])
        case _:
            return customers.filter(False)


class SeenSnapshots(SnapshotStore):
    """The snapshots as somebody may see them: those whose analyses are computed for them.

    Args:
        layout: The workspace's paths.
        sight: What they may see.
    """

    def __init__(self, layout: Layout, sight: Sight) -> None:
        super().__init__(layout)
        self._root = layout.seen
        text = json.dumps([sight.reach, *sight.of], ensure_ascii=False)
        self._name = hashlib.sha256(text.encode()).hexdigest()[:24]

    def folder(self, snapshot_id: str) -> Path:
        """Where what was computed for them is."""
        return self._root / snapshot_id / self._name

    def all(self) -> list[Manifest]:
        """Every snapshot that is computed for them, newest first."""
        found = self._root.glob(f"[!.]*/{self._name}/manifest.json")
        kept = [path for path in found if super(SeenSnapshots, self).folder(_id(path)).is_dir()]
        return [_read(path) for path in sorted(kept, key=_id, reverse=True)]

    def current_id(self) -> str | None:
        """The published one; while that is being computed for them, the newest that is."""
        published = super().current_id()
        if published is None or (self.folder(published) / "manifest.json").exists():
            return published
        return next((item.id for item in self.all()), published)

    def manifest(self, wanted: str | None = None) -> Manifest:
        """The manifest of one that is computed for them.

        Raises:
            WorkspaceError: There is none, or it is not computed yet.
        """
        chosen = wanted or self.current_id()
        if chosen is not None and not (self.folder(chosen) / "manifest.json").exists():
            raise WorkspaceError(
                lazy("This is not computed yet for the customers that you see."),
                hint=lazy("Try again in a minute."),
                code="not_computed",
            )
        return super().manifest(chosen)

    def sweep_seen(self) -> None:
        """Delete what was computed for snapshots that are gone."""
        for folder in self._root.glob("[!.]*"):
            if not super().folder(folder.name).is_dir():
                remove_tree(folder)


def snapshots_of(layout: Layout, sight: Sight) -> SnapshotStore:
    """The snapshots as somebody may see them."""
    return SnapshotStore(layout) if sight.is_whole else SeenSnapshots(layout, sight)


def prepare(whole: Workspace, sight: Sight) -> None:
    """Compute everything of the published snapshot for somebody, unless that was done before.

    Args:
        whole: The workspace, seen in full.
        sight: What they may see; where that is everything the run has computed it.
    """
    published = whole.published
    if sight.is_whole or published is None:
        return
    store = SeenSnapshots(Layout(whole.folder), sight)
    target = store.folder(published)
    if (target / "manifest.json").exists():
        return
    manifest = next((item for item in whole.snapshots() if item.id == published), None)
    if manifest is None:
        raise WorkspaceError(lazy("Another snapshot was published just now."))
    store.sweep_seen()
    draft = target.parent / f".building-{secrets.token_hex(8)}"
    draft.mkdir(parents=True)
    try:
        _compute(whole, sight, manifest, draft)
        with suppress(OSError):  # another process was quicker
            move(draft, target)
    finally:
        remove_tree(draft)


def _compute(whole: Workspace, sight: Sight, manifest: Manifest, draft: Path) -> None:
    shop = whole.open_snapshot(manifest.id, sight=sight)
    results = draft / "results"
    results.mkdir()
    try:
        entries = tuple(_outcomes(shop, manifest, results))
    finally:
        shop.engine.close()
    measures = Layout(whole.folder).snapshots / manifest.id / "results" / "quality.json"
    shutil.copyfile(measures, results / measures.name)
    seen_by_them = replace(manifest, analyses=entries, warnings=(), timings={})
    write_json(draft / "manifest.json", asdict(seen_by_them))


def _outcomes(shop: Shop, manifest: Manifest, results: Path) -> Iterator[Mapping[str, Any]]:
    from zhike.workspace.running import configured_analyses, outcome

    chosen = configured_analyses(manifest.settings["analyses"])
    for name in (item["name"] for item in manifest.analyses):
        status, reason = outcome(chosen[name], shop, results)
        yield {
            "name": name,
            "status": status,
            "seconds": 0.0,
            "reason": reason,
            "reused": False,
            "key": "",
        }


def _id(path: Path) -> str:
    return path.parent.parent.name


def _read(path: Path) -> Manifest:
    values = read_json(path)
    for name in ("analyses", "inputs", "warnings"):
        values[name] = tuple(values[name])
    return Manifest(**values)
