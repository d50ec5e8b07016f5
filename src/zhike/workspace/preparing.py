"""From landed records to prepared standard tables and a settled ledger, part by part."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from zhike.engines import Engine
from zhike.preparation import Context, prepare, settle
from zhike.workspace.assembly import Source
from zhike.workspace.durable import move, remove_tree, sync_file
from zhike.workspace.landing import Batch, LandingStore, Part
from zhike.workspace.layout import Layout
from zhike.workspace.objects import sha256
from zhike.workspace.readings import reading_from_json
from zhike.workspace.settings import Settings

PARTS_APART = 1000  # a batch has fewer parts than this


@dataclass(frozen=True, kw_only=True)
class Kitchen:
    """What preparation works with in a workspace.

    Attributes:
        layout: Where things are.
        settings: Currency, zone and rates.
        salt: The secret for surrogate ids.
        engine: Where it is computed.
    """

    layout: Layout
    settings: Settings
    salt: str
    engine: Engine

    @property
    def fingerprint(self) -> str:
        """What prepared tables depend on besides the records and their mapping."""
        from zhike import __version__

        facts = [
            __version__,
            self.settings.timezone,
            self.settings.currency,
            {code: str(rate) for code, rate in self.settings.rates.items()},
            hashlib.sha256(self.salt.encode()).hexdigest(),
        ]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    def context(self, landed_on: str) -> Context:
        """What preparing a batch of that day needs to know."""
        return Context(
            engine=self.engine,
            timezone=self.settings.timezone,
            currency=self.settings.currency,
            landed_on=date.fromisoformat(landed_on),
            salt=self.salt,
            rates={code: float(rate) for code, rate in self.settings.rates.items()},
        )

    def draft(self) -> Path:
        """A fresh folder for prepared tables that nobody is to see yet."""
        folder = self.layout.prepared / f".building-{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        return folder


def prepared_folder(layout: Layout, batch_id: str, part: int) -> Path:
    """Where the prepared tables and the ledger of a part are."""
    return layout.prepared / batch_id / str(part)


def prepared_part(
    kitchen: Kitchen, part: Part, raw: Path, landed_on: str, folder: Path, earlier: Sequence[Path]
) -> Part:
    """Prepare one part into a folder and settle its fates against earlier batches of its feed."""
    folder.mkdir(parents=True, exist_ok=True)
    reading = reading_from_json(part.reading)
    rows = kitchen.engine.read_parquet([raw])
    done = prepare(rows, reading, kitchen.context(landed_on), folder)
    settled = settle(kitchen.engine, folder, earlier)
    for path in folder.glob("*.parquet"):
        sync_file(path)
    return replace(
        part,
        tables=dict(done.counts),
        fates=settled.fates,
        reasons=settled.reasons,
        prepared_with=kitchen.fingerprint,
        hashes={name: sha256(folder / f"{name}.parquet") for name in done.counts},
    )


def earlier_folders(layout: Layout, batches: Sequence[Batch], feed: str, before: int) -> list[Path]:
    """Prepared folders of the same feed in batches before a sequence number, oldest first."""
    return [
        prepared_folder(layout, batch.id, number)
        for batch in batches
        if batch.sequence < before
        for number, part in enumerate(batch.parts)
        if part.feed == feed and part.tables
    ]


def refreshed(kitchen: Kitchen, landing: LandingStore) -> list[Batch]:
    """All batches, prepared anew where settings or Zhike changed since, or a run was killed."""
    layout = kitchen.layout
    known = landing.batches()
    for place, batch in enumerate(known):
        if _is_fresh(kitchen, batch):
            continue
        draft = kitchen.draft()
        parts = []
        for number, part in enumerate(batch.parts):
            if not part.reading["tables"]:
                parts.append(replace(part, prepared_with=kitchen.fingerprint))
                continue
            earlier = earlier_folders(layout, known, part.feed, batch.sequence)
            raw = landing.raw_path(batch.id, number)
            folder = draft / str(number)
            parts.append(prepared_part(kitchen, part, raw, batch.landed_on, folder, earlier))
        remove_tree(layout.prepared / batch.id)
        move(draft, layout.prepared / batch.id)
        known[place] = replace(batch, parts=tuple(parts))
        landing.rewrite(known[place])
    return known


def sources_of(layout: Layout, batches: Sequence[Batch]) -> Iterator[Source]:
    """What each part of each batch contributes to the standard tables."""
    for batch in batches:
        for number, part in enumerate(batch.parts):
            folder = prepared_folder(layout, batch.id, number)
            yield Source(
                sequence=batch.sequence * PARTS_APART + number,
                feed=part.feed,
                grain=part.reading["grain"],
                mapped=_mapped(part.reading),
                tables={
                    name: folder / f"{name}.parquet" for name, rows in part.tables.items() if rows
                },
                hashes=part.hashes,
            )


def _mapped(reading: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(item["field"] for item in reading["columns"] if item["field"])


def _is_fresh(kitchen: Kitchen, batch: Batch) -> bool:
    return all(
        part.prepared_with == kitchen.fingerprint
        and all(
            (prepared_folder(kitchen.layout, batch.id, number) / f"{name}.parquet").exists()
            for name in part.tables
        )
        for number, part in enumerate(batch.parts)
    )
