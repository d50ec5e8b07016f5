"""`show`: what an analysis found, as the run kept it or computed now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zhike.errors import ParameterError, WorkspaceError
from zhike.i18n import lazy

if TYPE_CHECKING:
    from pathlib import Path

    from zhike.catalogue.analysis import Analysis
    from zhike.schema import Shop
    from zhike.workspace.results import StoredResult
    from zhike.workspace.snapshots import SnapshotStore


class Answers:
    """The ways to ask an analysis; `Workspace` is one of these."""

    if TYPE_CHECKING:
        _snapshots: SnapshotStore

        def open_snapshot(self, snapshot: str | None = None) -> Shop: ...  # noqa: D102

    @property
    def published(self) -> str | None:
        """The id of the published snapshot; None before the first run."""
        return self._snapshots.current_id()

    def show(self, analysis: str, **params: Any) -> StoredResult:
        """What an analysis found in the published snapshot.

        The result of the run where the parameters are those of the run, else computed now.
        """
        return self.show_within(None, analysis, params)

    def show_within(
        self, seconds: float | None, analysis: str, params: Mapping[str, Any]
    ) -> StoredResult:
        """The same, stopped where computing takes longer than so many seconds.

        Raises:
            UnavailableError: It took longer.
        """
        from zhike.workspace.results import read_result, stored

        chosen, as_run = self._analysis(analysis, params)
        folder = self._snapshots.folder(self._snapshots.manifest().id)
        kept = read_result(folder / "results", analysis) if as_run else None
        if kept is not None:
            return kept
        shop = self.open_snapshot()
        if seconds is None:
            return stored(chosen, computed(chosen, shop), shop)
        engine: Any = shop.engine  # snapshots are opened by DuckDB
        try:
            with engine.within(seconds):
                return stored(chosen, computed(chosen, shop), shop)
        finally:
            engine.close()

    def write_customers(
        self, path: Path, analysis: str, where: Iterable[str], *, seconds: float
    ) -> int:
        """Write what an analysis of the run says of each customer as CSV; gives how many.

        Args:
            path: Of the file.
            analysis: Such as "rfm".
            where: Conditions such as "segment=champions".
            seconds: Most that it may take.

        Raises:
            ParameterError: A condition is none, or names a column that there is not.
            UnavailableError: It took longer.
        """
        from zhike.reports.tables import list_export, write_csv
        from zhike.workspace.lists import listed

        chosen, _as_run = self._analysis(analysis, {})
        shop = self.open_snapshot()
        engine: Any = shop.engine  # snapshots are opened by DuckDB
        try:
            with engine.within(seconds):
                result = computed(chosen, shop)
                rows = listed(result.customers(), where=where, sort="customer_id")
                return write_csv(list_export(analysis, chosen.title, rows, result.blocks()), path)
        finally:
            engine.close()

    def _analysis(self, name: str, params: Mapping[str, Any]) -> tuple[Analysis, bool]:
        """The analysis with these parameters, and whether the run had the same."""
        from zhike.analyses import REGISTRY
        from zhike.workspace.running import made

        if name not in REGISTRY:
            raise ParameterError.unknown(lazy("analysis"), name, REGISTRY)
        manifest = self._snapshots.manifest()
        configured = manifest.settings["analyses"].get(name, {})
        given = {key: value for key, value in params.items() if value is not None}
        chosen = made(REGISTRY[name], configured | given)
        as_run = made(REGISTRY[name], configured)
        day = given.get("as_of")
        same_day = day is None or day.isoformat() == manifest.as_of
        return chosen, same_day and replace(chosen, as_of=None) == replace(as_run, as_of=None)


def computed(analysis: Analysis, shop: Shop) -> Any:
    """What the analysis finds in the shop.

    Raises:
        WorkspaceError: The data lack what it needs.
    """
    from zhike.catalogue import lacking

    reason = lacking(analysis, shop)
    if reason is not None:
        raise WorkspaceError(reason, code="needs")
    return analysis.run(shop)
