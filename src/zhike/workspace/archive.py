"""Reports and workbooks made in the browser: files of the workspace, named by what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.errors import InputError, ParameterError
from zhike.i18n import LANGUAGES, Language, LazyText, lazy
from zhike.workspace.layout import Layout

if TYPE_CHECKING:
    from zhike.workspace.exporting import Progress
    from zhike.workspace.workspace import Workspace

WORKBOOK = "workbook"
KINDS: Mapping[str, tuple[LazyText, str]] = {
    "management": (lazy("One page for management"), "pdf"),
    "full": (lazy("Full report"), "pdf"),
    "full-page": (lazy("Full report as a web page"), "html"),
    "analyst": (lazy("Report for analysts, with every detail"), "html"),
    WORKBOOK: (lazy("Customer workbook (Excel)"), "xlsx"),
}
"""What can be made: what people call it, and how its file ends."""
NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([a-z-]+)-(zh|en)\.([a-z]+)")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file in the archive.

    Attributes:
        name: Of the file.
        kind: One of `KINDS`.
        language: It is written in.
        as_of: The day that it looks back from.
        made_at: When it was written.
        size: Bytes.
    """

    name: str
    kind: str
    language: Language
    as_of: date
    made_at: datetime
    size: int

    @property
    def title(self) -> LazyText:
        """What people call it."""
        return KINDS[self.kind][0]


class Archive:
    """The files that were made of a workspace's snapshots.

    Making one anew of the same day replaces it.

    Args:
        root: The workspace.
    """

    def __init__(self, root: Path) -> None:
        self._folder = Layout(root).reports

    def all(self) -> list[Made]:
        """Every file, the newest first."""
        found = [self._told(path) for path in self._folder.glob("[0-9]*")]
        several = [made for made in found if made is not None]
        return sorted(several, key=lambda made: made.made_at, reverse=True)

    def file(self, name: str) -> tuple[Made, Path]:
        """A file by its name, which is never taken for a path.

        Raises:
            InputError: There is none.
        """
        path = self._folder / name
        made = self._told(path) if NAME.fullmatch(name) else None
        if made is None:
            raise InputError(lazy("There is no such report any more."), code="no_report")
        return made, path

    def remove(self, name: str) -> None:
        """Remove a file.

        Raises:
            InputError: There is none.
        """
        self.file(name)[1].unlink(missing_ok=True)

    def make(self, workspace: Workspace, kind: str, language: Language, progress: Progress) -> Made:
        """Make one of the published snapshot.

        Raises:
            ParameterError: There is no such kind.
            WorkspaceError: Nothing has been computed, or the disk is full.
            UnavailableError: A PDF needs a font with Chinese characters.
        """
        _, ending = KINDS[known_kind(kind)]
        self._folder.mkdir(mode=0o700, exist_ok=True)
        name = f"{_day_of(workspace)}-{kind}-{language}.{ending}"
        if kind == WORKBOOK:
            workspace.export_workbook(self._folder / name, language=language, progress=progress)
        else:
            progress(lazy("Writing the report"), 0, 1)
            audience = kind.partition("-")[0]
            workspace.report(self._folder / name, language=language, audience=audience)
            progress(lazy("Writing the report"), 1, 1)
        return self.file(name)[0]

    def _told(self, path: Path) -> Made | None:
        parts = NAME.fullmatch(path.name)
        if parts is None or parts[2] not in KINDS:
            return None
        try:
            about = path.stat()
        except FileNotFoundError:
            return None
        return Made(
            name=path.name,
            kind=parts[2],
            language=next(item for item in LANGUAGES if item == parts[3]),
            as_of=date.fromisoformat(parts[1]),
            made_at=datetime.fromtimestamp(about.st_mtime, UTC),
            size=about.st_size,
        )


def known_kind(kind: str) -> str:
    """The kind, where there is such a one.

    Raises:
        ParameterError: There is none.
    """
    if kind not in KINDS:
        raise ParameterError.unknown(lazy("report"), kind, KINDS)
    return kind


def _day_of(workspace: Workspace) -> str:
    """The day of the published snapshot.

    Raises:
        WorkspaceError: Nothing has been computed yet.
    """
    wanted = workspace.published
    found = next((item for item in workspace.snapshots() if item.id == wanted), None)
    if found is None:
        workspace.show("overview")  # says that nothing has been computed yet
    assert found is not None  # noqa: S101
    return found.as_of
