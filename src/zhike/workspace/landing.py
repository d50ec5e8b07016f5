"""The landing store: every batch as it came, append-only, and what was decided about it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from zhike.errors import WorkspaceError
from zhike.i18n import lazy
from zhike.workspace.durable import move, read_json, remove_tree, sync_file, write_json

FATES = ("loaded", "updated", "unchanged", "merged", "rejected", "skipped")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One raw table of a batch: a file, or one sheet of a workbook, or one member of an archive.

    Attributes:
        name: What people call it: "orders.xlsx › Sheet1".
        encoding: Text encoding that it was read in; empty where there is none.
        header: Column names as landed.
        rows_read: Source records, the header not counted.
        reading: The mapping, as JSON.
        tables: Standard table to number of rows that came out of it.
        fates: Fate to number of records; they sum to `rows_read`.
        reasons: Reason code to number of records rejected, skipped or merged.
        prepared_with: Fingerprint of what preparation depended on besides the records.
        hashes: Standard table to the SHA-256 of its prepared file.
    """

    name: str
    encoding: str
    header: tuple[str, ...]
    rows_read: int
    reading: Mapping[str, Any]
    tables: Mapping[str, int] = field(default_factory=dict)
    fates: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    prepared_with: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> str:
        """Platform code such as "taobao_orders"; empty where none was recognised."""
        return str(self.reading["platform"])

    @property
    def feed(self) -> str:
        """What later batches of the same kind share: platform, grain and header signature."""
        reading = self.reading
        return f"{reading['platform']}:{reading['grain']}:{reading['signature']}"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One file as it was added.

    Attributes:
        id: Time of landing and the beginning of the content hash.
        sequence: Counts up; of two batches the one with the higher number is later.
        file: Name of the file.
        path: Where it was.
        content_hash: SHA-256 of its bytes.
        added_at: When, in UTC.
        landed_on: The business day of it; orders dated later are rejected.
        parts: Its raw tables.
    """

    id: str
    sequence: int
    file: str
    path: str
    content_hash: str
    added_at: datetime
    landed_on: str
    parts: tuple[Part, ...]

    @property
    def rows_read(self) -> int:
        """Source records in it."""
        return sum(part.rows_read for part in self.parts)


class LandingStore:
    """The batches of a workspace, oldest first.

    Args:
        folder: `landing` of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def batches(self) -> list[Batch]:
        """All batches, in the order in which they were added."""
        found = (_batch(path) for path in self._folder.glob("[!.]*/batch.json"))
        return sorted(found, key=lambda batch: batch.sequence)

    def holding(self, content_hash: str) -> Batch | None:
        """The batch that has exactly this content, if it landed before."""
        return next((item for item in self.batches() if item.content_hash == content_hash), None)

    def find(self, wanted: str) -> Batch:
        """The batch of that id, beginning of an id, or file name if only one has it.

        Raises:
            WorkspaceError: None or several answer to it.
        """
        batches = self.batches()
        found = [item for item in batches if item.id == wanted]
        found = found or [item for item in batches if wanted in (item.file, item.path)]
        found = found or [item for item in batches if wanted and item.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(f"{item.id} ({item.file})" for item in found or batches) or "–"
        message = (
            lazy("There is no batch '{wanted}'.", wanted=wanted)
            if not found
            else lazy(
                "'{wanted}' could be any of {count} batches.", wanted=wanted, count=len(found)
            )
        )
        raise WorkspaceError(message, hint=lazy("Name one of these: {listed}.", listed=listed))

    def raw_path(self, batch_id: str, part: int) -> Path:
        """The landed records of a part."""
        return self._folder / batch_id / f"{part}.parquet"

    def draft(self) -> Path:
        """A fresh folder for a batch that is not yet one."""
        folder = self._folder / f".incoming-{secrets.token_hex(8)}"
        folder.mkdir(parents=True)
        return folder

    def keep(self, batch: Batch, draft: Path) -> None:
        """Turn a draft into a batch, in one step."""
        for path in draft.glob("*.parquet"):
            sync_file(path)
        write_json(draft / "batch.json", _as_json(batch))
        move(draft, self._folder / batch.id)

    def rewrite(self, batch: Batch) -> None:
        """Record anew what was decided about a batch; its records stay as they are."""
        write_json(self._folder / batch.id / "batch.json", _as_json(batch))

    def remove(self, batch: Batch) -> None:
        """Take a batch back."""
        remove_tree(self._folder / batch.id)


def batch_id(added_at: datetime, content_hash: str) -> str:
    """Time and content: sorts by time, and tells what it holds."""
    return f"{added_at:%Y%m%dT%H%M%S}-{content_hash[:8]}"


def _as_json(batch: Batch) -> dict[str, Any]:
    return asdict(batch) | {"added_at": batch.added_at.isoformat()}


def _batch(path: Path) -> Batch:
    values = read_json(path)
    parts = tuple(Part(**item | {"header": tuple(item["header"])}) for item in values["parts"])
    added_at = datetime.fromisoformat(values["added_at"])
    return Batch(**values | {"parts": parts, "added_at": added_at})
