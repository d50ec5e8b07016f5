"""The published snapshot as pages show it: read once, and replaced when a run publishes another.

Whoever asks while another snapshot is being read gets the one before. Nobody waits but the very
first reader.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from zhike.errors import UnavailableError, WorkspaceError, ZhikeError
from zhike.i18n import Language, language, lazy
from zhike.operations.sight import EVERYTHING, Sight
from zhike.reports import Report
from zhike.workspace import Manifest, Workspace
from zhike.workspace.seeing import prepare

LOG = logging.getLogger("zhike.web")
WAITING_SECONDS = 5.0
LOOK_SECONDS = 0.05
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
        sight: What whoever reads may see. What is not seen in full is computed beside, and the
            first reader waits for it no longer than that.
        work: Held while much is computed, so that only one thing is.
        waiting: Most that a first reader waits.
    """

    def __init__(
        self,
        folder: Path,
        sight: Sight = EVERYTHING,
        *,
        work: threading.Lock | None = None,
        waiting: float = WAITING_SECONDS,
    ) -> None:
        self._folder = folder
        self._sight = sight
        self._whole = Workspace.open(folder)
        self.workspace = Workspace.open(folder, sight=sight)
        self._shown: Published | None = None
        self._reading = threading.Lock()
        self._work = work or threading.Lock()
        self._waiting = waiting
        self._fault: tuple[str, ZhikeError] | None = None

    @property
    def has_shown(self) -> bool:
        """Whether anybody has been shown anything yet."""
        return self._shown is not None

    def get(self) -> Published | None:
        """The newest one that has been read; None before the first run."""
        wanted = self._whole.published
        shown = self._shown
        if wanted is None or (shown is not None and shown.manifest.id == wanted):
            return shown
        if shown is None and self._sight.is_whole:
            self.read()
        elif not self._reading.locked():
            threading.Thread(target=self._read_beside, name="zhike-snapshot", daemon=True).start()
        return self._shown or self._awaited(wanted)

    def _awaited(self, wanted: str) -> Published:
        """The first one, once it has been computed for whoever sees a part."""
        ends = time.monotonic() + self._waiting
        while self._shown is None and time.monotonic() < ends:
            if self._fault is not None and self._fault[0] == wanted:
                raise self._fault[1]
            time.sleep(LOOK_SECONDS)
        if self._shown is None:
            raise UnavailableError(
                lazy("Everything is being computed for the customers that you see."),
                hint=lazy("Try again in a minute."),
                code="busy",
            )
        return self._shown

    def read(self) -> None:
        """Read the published snapshot, unless that is the one shown already."""
        with self._reading:
            for attempt in range(ATTEMPTS):
                wanted = self._whole.published
                if self._shown is not None and self._shown.manifest.id == wanted:
                    return
                try:
                    self._prepare()
                    self.workspace, self._shown = _opened(self._folder, self._sight)
                except (WorkspaceError, FileNotFoundError):
                    if attempt == ATTEMPTS - 1:
                        raise

    def _prepare(self) -> None:
        if not self._sight.is_whole:
            with self._work:
                prepare(self._whole, self._sight)

    def _read_beside(self) -> None:
        wanted = self._whole.published or ""
        try:
            self.read()
        except (WorkspaceError, FileNotFoundError):
            pass  # the one before stays; the next asks again
        except ZhikeError as fault:
            self._fault = (wanted, fault)
        except Exception:
            LOG.exception("Snapshot %s cannot be computed for those who see a part", wanted)
            sentence = lazy("Something that should not happen did; it has been written down.")
            self._fault = (wanted, ZhikeError(sentence, code="unexpected"))


def _opened(folder: Path, sight: Sight) -> tuple[Workspace, Published]:
    """The workspace anew, for its settings may have changed too, and what is published there.

    Raises:
        WorkspaceError: A run published another snapshot meanwhile.
    """
    workspace = Workspace.open(folder, sight=sight)
    reports = workspace.arranged()
    wanted = {report.about.snapshot for report in reports.values()}
    manifest = next((item for item in workspace.snapshots() if {item.id} == wanted), None)
    if manifest is None:
        raise WorkspaceError(lazy("Another snapshot was published just now."))
    rejected = tuple(
        {name: item[name] for name in ("file", "row", "reason")}
        for item in (workspace.quality().rejected if sight.is_whole else ())
    )
    return workspace, Published(manifest=manifest, reports=reports, rejected=rejected)
