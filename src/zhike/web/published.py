"""The published snapshot as pages show it: read once, and replaced when a run publishes another.

Whoever asks while another snapshot is being read gets the one before. Nobody waits but the very
first reader.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zhike.errors import WorkspaceError
from zhike.i18n import LANGUAGES, Language, language, lazy
from zhike.reports import Report
from zhike.workspace import Manifest, Workspace

ATTEMPTS = 3
"""A run may sweep a snapshot away while it is being read for the first time."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """One snapshot, and everything that pages say of it.

    Attributes:
        manifest: What it is made of.
        reports: What it found, arranged, by language.
        rejected: Records that were set aside: `file`, `row`, `reason`. Their text stays out: it
            holds personal data, and nobody has signed in.
    """

    manifest: Manifest
    reports: Mapping[Language, Report]
    rejected: tuple[Mapping[str, Any], ...]

    @property
    def report(self) -> Report:
        """What it found, in the language of the moment."""
        return self.reports[language()]

    @property
    def age_days(self) -> int:
        """Business days since the last day that it knows of."""
        today = datetime.now(UTC).astimezone(ZoneInfo(self.manifest.settings["timezone"])).date()
        return max((today - date.fromisoformat(self.manifest.as_of)).days, 0)


class Newest:
    """Gives the snapshot that is published, of a workspace.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.workspace = Workspace.open(folder)
        self._shown: Published | None = None
        self._reading = threading.Lock()

    def get(self) -> Published | None:
        """The newest one that has been read; None before the first run."""
        wanted = self.workspace.published
        shown = self._shown
        if wanted is None or (shown is not None and shown.manifest.id == wanted):
            return shown
        if shown is None:
            self.read()
        elif not self._reading.locked():
            threading.Thread(target=self._read_beside, name="zhike-snapshot").start()
        return self._shown

    def read(self) -> None:
        """Read the published snapshot, unless that is the one shown already."""
        with self._reading:
            for attempt in range(ATTEMPTS):
                wanted = self.workspace.published
                if self._shown is not None and self._shown.manifest.id == wanted:
                    return
                try:
                    self.workspace, self._shown = _opened(self._folder)
                except (WorkspaceError, FileNotFoundError):
                    if attempt == ATTEMPTS - 1:
                        raise

    def _read_beside(self) -> None:
        with suppress(
            WorkspaceError, FileNotFoundError
        ):  # the one before stays; the next asks again
            self.read()


def _opened(folder: Path) -> tuple[Workspace, Published]:
    """The workspace anew, for its settings may have changed too, and what is published there.

    Raises:
        WorkspaceError: A run published another snapshot meanwhile.
    """
    workspace = Workspace.open(folder)
    reports = {item: workspace.arranged(language=item) for item in LANGUAGES}
    wanted = {report.about.snapshot for report in reports.values()}
    manifest = next((item for item in workspace.snapshots() if {item.id} == wanted), None)
    if manifest is None:
        raise WorkspaceError(lazy("Another snapshot was published just now."))
    rejected = tuple(
        {name: item[name] for name in ("file", "row", "reason")}
        for item in workspace.quality().rejected
    )
    return workspace, Published(manifest=manifest, reports=reports, rejected=rejected)
