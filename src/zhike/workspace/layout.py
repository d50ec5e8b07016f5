"""Where things are in a workspace folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SETTINGS_FILE = "zhike.toml"
FORMAT_VERSION = 1


class _Within:
    """A path inside a workspace."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, layout: Layout, _owner: object = None) -> Path:
        return layout.root / self._name


@dataclass(frozen=True)
class Layout:
    """The paths of a workspace.

    Folders whose name begins with a dot are unfinished work; a run sweeps them.

    Attributes:
        root: The workspace folder.
    """

    root: Path

    edits = _Within("edits.jsonl")
    """What people changed by hand, one line an edit; readable by the owner alone."""

    errands = _Within("errands")
    """One folder an errand of the web application: files that were sent, and how far it is."""

    exports = _Within("exports")
    """One file a workbook that was written: what it showed of each customer."""

    reports = _Within("reports")
    """Reports and workbooks that were made in the browser; readable by the owner alone."""

    operations = _Within("private/operations.sqlite")
    """Accounts, sessions and the audit log, where the settings name no other database."""

    seen = _Within("seen")
    """One folder a snapshot and reach: what was computed for people who see a part; can go."""

    reviews = _Within("reviews")
    """One file a review, named by its day."""

    @property
    def settings(self) -> Path:
        """What people may edit."""
        return self.root / SETTINGS_FILE

    @property
    def salt(self) -> Path:
        """The secret that surrogate customer ids are made with, readable by the owner alone."""
        return self.root / "private" / "salt"

    @property
    def landing(self) -> Path:
        """One folder a batch: the records as they came, and what was decided about them."""
        return self.root / "landing"

    @property
    def prepared(self) -> Path:
        """One folder a batch: its standard tables and ledger; can be made again from landing."""
        return self.root / "prepared"

    @property
    def objects(self) -> Path:
        """Parquet files named by the SHA-256 of their bytes, shared by snapshots."""
        return self.root / "objects"

    @property
    def snapshots(self) -> Path:
        """One folder a snapshot: its manifest and results."""
        return self.root / "snapshots"

    @property
    def readers(self) -> Path:
        """One small file a reader that has a snapshot open."""
        return self.root / "readers"

    @property
    def mappings(self) -> Path:
        """One file a header signature: the mapping to use again."""
        return self.root / "mappings"

    @property
    def current(self) -> Path:
        """The pointer: the id of the published snapshot."""
        return self.root / "current"

    @property
    def scratch(self) -> Path:
        """Where the engine spills what does not fit in memory."""
        return self.root / ".scratch"

    @property
    def lock(self) -> Path:
        """Held by whoever writes."""
        return self.root / ".lock"

    def folders(self) -> tuple[Path, ...]:
        """The folders that a workspace always has."""
        return (self.landing, self.prepared, self.objects, self.snapshots, self.mappings)
