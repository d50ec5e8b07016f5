"""A run: standard tables over all batches, every analysis, one new snapshot."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from zhike.analyses import REGISTRY
from zhike.catalogue import Analysis, as_of_day, cards_of, earlier_cards, known_cards, lacking
from zhike.catalogue.cards import Cards
from zhike.errors import ParameterError, WorkspaceError, ZhikeError
from zhike.i18n import LANGUAGES, LazyText, lazy, use_language
from zhike.schema import TABLE_NAMES, Shop
from zhike.workspace.assembly import Source, assembled, inputs_of
from zhike.workspace.custom_fields import shown_fields
from zhike.workspace.durable import remove_tree, write_json
from zhike.workspace.editable import CUSTOM_TABLE
from zhike.workspace.equipping import equipped
from zhike.workspace.landing import Batch, LandingStore
from zhike.workspace.memory import peak_rss_mb
from zhike.workspace.objects import ObjectStore
from zhike.workspace.overrides import Overrides, write_rows
from zhike.workspace.preparing import Kitchen, refreshed, sources_of
from zhike.workspace.quality import quality_of
from zhike.workspace.results import read_result, write_result
from zhike.workspace.reuse import Earlier, key_of
from zhike.workspace.snapshots import Manifest, SnapshotStore, snapshot_id

Progress = Callable[[LazyText, int, int], None]
INACCURATE = "_inaccurate"
"""How the code of a finding ends that says not to rely on a forecast."""
COMPUTED_WITH = ("duckdb", "ibis-framework", "numpy", "pyarrow")


@dataclass
class Run:
    """One run, under way.

    Args:
        kitchen: Settings and the engine it computes on.
        landing: The batches.
        objects: Where standard tables are kept.
        snapshots: Where the snapshot is published.
        progress: Told of each step.
        distrusted: Warnings of forecasts that were far off when tried on the past.
    """

    kitchen: Kitchen
    landing: LandingStore
    objects: ObjectStore
    snapshots: SnapshotStore
    progress: Progress
    timings: dict[str, float] = field(default_factory=dict)
    distrusted: list[dict[str, Any]] = field(default_factory=list)

    def publish(self, as_of: date | None = None) -> Manifest:
        """Compute everything and publish it as a new snapshot."""
        began, started_at = time.perf_counter(), datetime.now(UTC)
        self.snapshots.sweep(self.objects, self.kitchen.settings.keep_snapshots)
        draft = self.snapshots.draft()
        try:
            manifest = self._computed(as_of, draft, began, started_at)
            self.snapshots.publish(manifest, draft)
        finally:
            remove_tree(draft)  # of a run that failed; a published one has its own name
        self.snapshots.sweep(self.objects, self.kitchen.settings.keep_snapshots)
        return manifest

    def _computed(
        self, as_of: date | None, draft: Path, began: float, started_at: datetime
    ) -> Manifest:
        with self._timed("preparation"):
            batches = refreshed(self.kitchen, self.landing)
        if not batches:
            raise WorkspaceError(
                lazy("There is nothing to compute yet."),
                hint=lazy("Add files with `zhike add FILE` first."),
                code="no_batches",
            )
        with self._timed("assembly"):
            tables = self._tables(list(sources_of(self.kitchen.layout, batches)), draft)
        shop = self._shop(tables, batches, as_of)
        analyses = list(self._analysed(shop, tables, draft / "results"))
        measures = quality_of(self.kitchen.layout, batches).measures()
        write_json(draft / "results" / "quality.json", measures)
        return Manifest(
            id=snapshot_id(started_at),
            as_of=shop.as_of.isoformat() if shop.as_of else "",
            created_at=started_at.isoformat(timespec="seconds"),
            tables=tables,
            analyses=tuple(analyses),
            inputs=tuple(_input(batch) for batch in batches),
            settings=self._settings(),
            versions={name: version(name) for name in COMPUTED_WITH}
            | {"zhike": _zhike_version(), "python": platform.python_version()},
            warnings=(*_warnings(batches, tables), *self.distrusted),
            timings=self.timings,
            seconds=round(time.perf_counter() - began, 3),
            peak_rss_mb=peak_rss_mb(),
        )

    def _tables(self, sources: Sequence[Source], draft: Path) -> dict[str, dict[str, Any]]:
        """Every standard table as an object; made anew only where its inputs changed."""
        before, overrides = self._made_before(), Overrides.of(self.kitchen)
        found = {}
        names = [
            name
            for name in TABLE_NAMES
            if overrides.touches(name) or any(name in item.tables for item in sources)
        ]
        for done, name in enumerate(names):
            self.progress(lazy("Assembling tables"), done, len(names))
            made_from = _digest(inputs_of(sources, name) + overrides.inputs(sources, name))
            entry = before.get(made_from)
            if entry is None or not self.objects.has(entry["object"]):
                entry = self._made(sources, name, draft, overrides)
            found[name] = dict(entry) | {"inputs": made_from}
        return found | self._custom(overrides, draft)

    def _made(
        self, sources: Sequence[Source], name: str, draft: Path, overrides: Overrides
    ) -> dict[str, Any]:
        engine = self.kitchen.engine
        only = next((source for source in sources if name in source.tables), None)
        rows = assembled(engine, sources, name) if only else None
        if overrides.touches(name):
            told = engine.read_parquet([only.tables[name]]) if only and rows is None else rows
            rows = overrides.over(engine, told, sources, name)
        if rows is None and only:
            digest = self.objects.keep(only.tables[name], only.hashes[name])
        else:
            file = draft / f"{name}.parquet"
            engine.connection.to_parquet(rows, file, compression="zstd")
            digest = self.objects.keep(file)
            file.unlink()
        return self._entry(digest)

    def _custom(self, overrides: Overrides, draft: Path) -> dict[str, dict[str, Any]]:
        """The company's own fields, where there are any with values."""
        rows = overrides.custom_table()
        if rows is None:
            return {}
        file = draft / f"{CUSTOM_TABLE}.parquet"
        write_rows(rows, file)
        digest = self.objects.keep(file)
        file.unlink()
        return {CUSTOM_TABLE: self._entry(digest) | {"inputs": f"edits:{digest}"}}

    def _entry(self, digest: str) -> dict[str, Any]:
        path = self.objects.path(digest)
        count = pq.read_metadata(path).num_rows
        return {"object": digest, "rows": count, "bytes": path.stat().st_size}

    def _made_before(self) -> dict[str, Mapping[str, Any]]:
        entries = (entry for item in self.snapshots.all() for entry in item.tables.values())
        return {entry["inputs"]: entry for entry in entries}

    def _shop(
        self, tables: Mapping[str, Mapping[str, Any]], batches: Sequence[Batch], as_of: date | None
    ) -> Shop:
        engine, settings = self.kitchen.engine, self.kitchen.settings
        opened = {
            name: engine.read_parquet([self.objects.path(entry["object"])])
            for name, entry in tables.items()
        }
        landed_on = max(date.fromisoformat(batch.landed_on) for batch in batches)
        shop = Shop(
            engine=engine,
            tables=opened,
            currency=settings.currency,
            timezone=settings.timezone,
            custom_fields=shown_fields(settings.fields),
            as_of=as_of or _default_day(opened, landed_on),
        )
        return equipped(shop, settings.analyses, settings)

    def _analysed(
        self, shop: Shop, tables: Mapping[str, Mapping[str, Any]], folder: Path
    ) -> Iterator[dict[str, Any]]:
        folder.mkdir()
        earlier = Earlier(self.snapshots)
        chosen = configured_analyses(self.kitchen.settings.analyses)
        cards = self._cards(shop, chosen)
        for done, (name, analysis) in enumerate(chosen.items()):
            self.progress(lazy("Computing {title}", title=analysis.title), done, len(chosen))
            began = time.perf_counter()
            key = "" if analysis.reads_cards else key_of(analysis, shop, tables)
            kept = earlier.take(key, name, folder)
            if kept is None:
                status, reason = outcome(analysis, shop, folder)
            else:
                status, reason = kept["status"], kept["reason"]
            if status == "done":
                self.distrusted += _distrusted(folder, name)
            if analysis.is_tried:
                cards[name] = cards_of(read_result(folder, name))
            yield {
                "name": name,
                "status": status,
                "seconds": round(time.perf_counter() - began, 3),
                "reason": reason,
                "reused": kept is not None,
                "key": key,
            }
        self.progress(lazy("Publishing"), len(chosen), len(chosen))

    def _cards(self, shop: Shop, chosen: Mapping[str, Analysis]) -> Cards:
        """Where the cards of this run go, those of the last one being put beside them."""
        last = self.snapshots.current_id()
        if last is not None:
            folder = self.snapshots.folder(last) / "results"
            tried = [name for name, analysis in chosen.items() if analysis.is_tried]
            earlier_cards(shop).update({it: cards_of(read_result(folder, it)) for it in tried})
        return known_cards(shop, as_of_day(shop))

    def _settings(self) -> dict[str, Any]:
        settings = self.kitchen.settings
        return {
            "name": settings.name,
            "currency": settings.currency,
            "timezone": settings.timezone,
            "analyses": {name: dict(values) for name, values in settings.analyses.items()},
            "fields": {name: dict(values) for name, values in settings.fields.items()},
        }

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.timings[step] = round(time.perf_counter() - began, 3)


def configured_analyses(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Analysis]:
    """Every analysis with the parameters that the settings give it, in the order of running.

    Raises:
        ParameterError: The settings name an analysis or parameter that there is not.
    """
    for name in settings.keys() - REGISTRY.keys():
        raise ParameterError.unknown(lazy("analysis"), name, REGISTRY)
    found = {name: made(kind, settings.get(name, {})) for name, kind in REGISTRY.items()}
    return dict(sorted(found.items(), key=lambda item: item[1].reads_cards))


def made(kind: type[Analysis], values: Mapping[str, Any]) -> Analysis:
    """An analysis with these parameters.

    Raises:
        ParameterError: It has no such parameter, or a value is outside what is allowed.
    """
    known = {item.name for item in fields(kind)}
    for name in values.keys() - known:
        raise ParameterError.unknown(lazy("parameter"), name, known)
    given: dict[str, Any] = {
        name: tuple(item) if isinstance(item, list) else item for name, item in values.items()
    }
    return kind(**given)


def as_run(manifest: Manifest) -> dict[str, Analysis]:
    """The analyses of a snapshot that gave an answer, with the parameters of its run."""
    configured: Mapping[str, Mapping[str, Any]] = manifest.settings["analyses"]
    done = {item["name"] for item in manifest.analyses if item["status"] == "done"}
    return {
        name: made(REGISTRY[name], configured.get(name, {})) for name in REGISTRY if name in done
    }


def outcome(analysis: Analysis, shop: Shop, folder: Path) -> tuple[str, dict[str, str]]:
    """Run an analysis and keep its result; gives how that went, and why not, by language."""
    missing = lacking(analysis, shop)
    if missing is not None:
        return "skipped", _in_every_language(missing)
    try:
        result = analysis.run(shop)
        write_result(folder, analysis, result, shop)
    except ZhikeError as fault:
        return "failed", _in_every_language(fault)
    return "done", {}


def _distrusted(folder: Path, name: str) -> list[dict[str, Any]]:
    """The warning of a forecast that was far off, in every language; none where it was not."""
    sentences = {}
    for chosen in LANGUAGES:
        with use_language(chosen):
            result = read_result(folder, name)
        for finding in result.findings() if result is not None else ():
            if finding.code == f"{name}{INACCURATE}":
                sentences[chosen] = str(finding.sentence)
    return [{"code": "inaccurate", "analysis": name, "sentence": sentences}] if sentences else []


def _in_every_language(text: object) -> dict[str, str]:
    said: dict[str, str] = {}
    for chosen in LANGUAGES:
        with use_language(chosen):
            said[chosen] = str(text)
    return said


def _default_day(tables: Mapping[str, Any], landed_on: date) -> date:
    """The day after the last order, never later than the day after landing."""
    last = tables["orders"].ordered_on.max().to_pyarrow().as_py() if "orders" in tables else None
    return min(last or landed_on, landed_on) + timedelta(days=1)


def _warnings(
    batches: Sequence[Batch], tables: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    for batch in batches:
        rejected = sum(part.fates.get("rejected", 0) for part in batch.parts)
        if rejected:
            yield {"code": "rejected", "file": batch.file, "count": rejected}
    if "orders" not in tables:
        yield {"code": "no_orders"}


def _input(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "file": batch.file,
        "content_hash": batch.content_hash,
        "rows_read": batch.rows_read,
        "added_at": batch.added_at.isoformat(timespec="seconds"),
        "platform": next((part.platform for part in batch.parts if part.platform), ""),
        "parts": [
            {"name": part.name, "fates": dict(part.fates), "reasons": dict(part.reasons)}
            for part in batch.parts
        ],
    }


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _zhike_version() -> str:
    from zhike import __version__

    return __version__
