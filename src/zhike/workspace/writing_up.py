"""`report` and `digest`: the published snapshot written up for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zhike import i18n
from zhike.errors import ParameterError
from zhike.i18n import LANGUAGES, Language, lazy
from zhike.workspace.durable import room_on_disk, write_durably

if TYPE_CHECKING:
    from zhike.reports import Report
    from zhike.schema import Shop
    from zhike.workspace.settings import Settings
    from zhike.workspace.snapshots import Manifest, SnapshotStore

FORMATS = ("html", "pdf", "md")


class WriteUps:
    """The ways to write a snapshot up; `Workspace` is one of these."""

    if TYPE_CHECKING:
        folder: Path
        settings: Settings
        _snapshots: SnapshotStore

        def _marked(self, wanted: str | None) -> tuple[Manifest, Path]: ...
        def open_snapshot(self, snapshot: str | None = None) -> Shop: ...  # noqa: D102

    def report(
        self,
        path: str | Path | None = None,
        *,
        language: str = "",
        audience: str = "full",
        format: str = "",
    ) -> Path:
        """Write the report of the published snapshot as one file; gives its path.

        Args:
            path: Where; without it `report-<as of>-<language>.html` in the workspace.
            language: "zh" or "en"; without it the workspace's, else the reader's.
            audience: "management" for one page, "full", or "analyst" for all the details too.
            format: "html", "pdf" or "md"; without it as the path ends, else HTML.

        Raises:
            UnavailableError: A PDF is wanted where there is no font with Chinese characters.
        """
        from zhike.workspace.reporting import written_report

        kind = format_of(format, path)
        with self._arranged(language) as (report, manifest):
            name = f"report-{manifest.as_of}-{i18n.language()}"
            name += "" if audience == "full" else f"-{audience}"
            given = Path(path) if path else self.folder / f"{name}.{kind}"
            target = given.expanduser().absolute()
            target.parent.mkdir(parents=True, exist_ok=True)
            with room_on_disk(target.parent):
                write_durably(target, written_report(report, kind, audience))
        return target

    def digest(self, *, language: str = "") -> str:
        """The period in a few lines of Markdown, for mail and chat.

        Args:
            language: "zh" or "en"; without it the workspace's, else the reader's.
        """
        from zhike.reports.digest import digest_of

        with self._arranged(language) as (report, _manifest):
            return digest_of(report)

    def arranged(self, languages: Iterable[Language] = LANGUAGES) -> dict[Language, Report]:
        """The report of the published snapshot in several languages, before anything writes it.

        What stands out is looked for once, and told in each.
        """
        with self._arranging() as (arrange, _manifest):
            return {language: arrange(language) for language in languages}

    @contextmanager
    def _arranged(self, language: str) -> Iterator[tuple[Report, Manifest]]:
        """The report of the published snapshot, held while it is written, in its language."""
        chosen = i18n.parse(language or self.settings.language or i18n.language())
        with self._arranging() as (arrange, manifest), i18n.use_language(chosen):
            yield arrange(chosen), manifest

    @contextmanager
    def _arranging(self) -> Iterator[tuple[Callable[[Language], Report], Manifest]]:
        """What arranges the published snapshot in a language; the snapshot is held meanwhile."""
        manifest, mark = self._marked(None)
        shop = self.open_snapshot(manifest.id) if "orders" in manifest.tables else None
        results = self._snapshots.folder(manifest.id) / "results"

        def arrange(language: Language) -> Report:
            from zhike.workspace.reporting import snapshot_report, with_goal

            with i18n.use_language(language):
                report = snapshot_report(manifest, results)
                if shop is not None:
                    report = _with_insights(report, manifest, results, shop)
                return with_goal(report, self.settings)

        try:
            yield arrange, manifest
        finally:
            if shop is not None:
                shop.engine.close()
            mark.unlink(missing_ok=True)


def _with_insights(report: Report, manifest: Manifest, results: Path, shop: Shop) -> Report:
    """The report with what stands out over all results, and what usually answers it."""
    from zhike.insights import stand_outs
    from zhike.reports.answers import with_stand_outs
    from zhike.workspace.results import read_result

    kept = {item["name"]: read_result(results, item["name"]) for item in manifest.analyses}
    known = {name: result for name, result in kept.items() if result is not None}
    return with_stand_outs(report, stand_outs(known, shop))


def format_of(wanted: str, path: str | Path | None) -> str:
    """The format asked for, else the one that the file's name says, else HTML.

    Raises:
        ParameterError: There is no such format.

    Examples:
        >>> format_of("", "a.pdf"), format_of("", None)
        ('pdf', 'html')
    """
    ending = Path(path).suffix.lstrip(".").lower() if path else ""
    if wanted and wanted not in FORMATS:
        raise ParameterError.unknown(lazy("format"), wanted, FORMATS)
    return wanted or (ending if ending in FORMATS else "html")
