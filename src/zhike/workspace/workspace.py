"""A workspace: a folder with a company's data, what was computed from them, and its settings."""

from __future__ import annotations

import secrets
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.errors import WorkspaceError
from zhike.i18n import LazyText, lazy
from zhike.operations.sight import EVERYTHING, Sight
from zhike.workspace.answering import Answers, computed
from zhike.workspace.durable import remove_tree, room_on_disk, write_durably
from zhike.workspace.equipping import equipped
from zhike.workspace.exporting import Exports
from zhike.workspace.exporting_tables import TableExports
from zhike.workspace.landing import Batch, LandingStore
from zhike.workspace.layout import SETTINGS_FILE, Layout
from zhike.workspace.lock import sole_writer
from zhike.workspace.mappings import Mappings
from zhike.workspace.objects import ObjectStore
from zhike.workspace.review import Reviews
from zhike.workspace.seeing import seen, snapshots_of
from zhike.workspace.segments import Segments
from zhike.workspace.settings import Settings, read_settings, write_settings
from zhike.workspace.snapshots import Manifest
from zhike.workspace.writing_up import WriteUps

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from zhike.operations.records import Records
    from zhike.schema import Shop
    from zhike.workspace.adding import Ask, Progress, Wishes
    from zhike.workspace.editing import Editing
    from zhike.workspace.file_reports import FileReport
    from zhike.workspace.looking import SeenFile
    from zhike.workspace.preparing import Kitchen
    from zhike.workspace.quality import Quality
    from zhike.workspace.taking import WorkbookReport


def _quietly(_what: LazyText, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


class _Edits:
    """`workspace.edits`, imported when somebody asks for it: most commands do not."""

    def __get__(self, workspace: Workspace, _owner: object = None) -> Editing:
        from zhike.workspace.editing import Editing

        return Editing(workspace)


class _Records:
    """`workspace.records`, likewise: they need a database."""

    def __get__(self, workspace: Workspace, _owner: object = None) -> Records:
        from zhike.operations.records import Records

        return Records.of(workspace._layout.operations, workspace.settings.database)


class Workspace(Exports, TableExports, Reviews, WriteUps, Answers):
    """Everything that can be done with a workspace; `create` or `open` gives one.

    Attributes:
        folder: Where it is.
        settings: What its `zhike.toml` says.
        sight: What whoever reads may see of the data.
        mappings: What is remembered about headers; `mappings.forget(name)`.
        edits: What people changed by hand, conflicts, and the company's own fields.
        records: Accounts, sessions, tokens and the audit log.
        segments: The saved segments by name; `segments.save(name, rule)`.
    """

    edits = _Edits()
    records = _Records()

    def __init__(self, folder: Path, sight: Sight = EVERYTHING) -> None:
        self.folder = folder
        self.sight = sight
        self._layout = Layout(folder)
        self.settings = read_settings(self._layout.settings)
        self.mappings = Mappings(self._layout.mappings)
        self._landing = LandingStore(self._layout.landing)
        self._objects = ObjectStore(self._layout.objects)
        self._snapshots = snapshots_of(self._layout, sight)
        self.segments = Segments(self._layout.settings, self.open_snapshot)

    @classmethod
    def create(cls, folder: str | Path, settings: Settings | None = None) -> Workspace:
        """Make a folder a workspace; what else is in it stays.

        Raises:
            WorkspaceError: It is one already.
        """
        layout = Layout(Path(folder).expanduser().absolute())
        if layout.settings.exists():
            raise WorkspaceError(
                lazy("{folder} is a workspace already.", folder=layout.root),
                hint=lazy("Use it as it is, or choose another folder."),
                code="workspace_exists",
            )
        with room_on_disk(_standing(layout.root)):
            for path in layout.folders():
                path.mkdir(parents=True, exist_ok=True)
            layout.salt.parent.mkdir(mode=0o700, exist_ok=True)
            write_durably(layout.salt, secrets.token_hex(32).encode())
            layout.salt.chmod(0o600)
            write_settings(layout.settings, settings or Settings(name=layout.root.name))
        return cls(layout.root)

    @classmethod
    def open(cls, folder: str | Path = ".", *, sight: Sight = EVERYTHING) -> Workspace:
        """The workspace in a folder.

        Args:
            folder: Where it is.
            sight: What whoever reads may see of it.

        Raises:
            WorkspaceError: The folder is none.
        """
        layout = Layout(Path(folder).expanduser().absolute())
        if not layout.settings.is_file() or not layout.salt.is_file():
            raise WorkspaceError(
                lazy("{folder} is not a Zhike workspace.", folder=layout.root),
                hint=lazy(
                    "Make it one with `zhike init`, or name another folder with -C; a workspace "
                    "has a {file}.",
                    file=SETTINGS_FILE,
                ),
                code="no_workspace",
            )
        return cls(layout.root, sight)

    def add(
        self,
        paths: str | Path | Sequence[str | Path],
        *,
        map: Mapping[str, str] | None = None,
        ask: Ask | None = None,
        encoding: str = "",
        by: str = "",
        progress: Progress = _quietly,
    ) -> list[FileReport | WorkbookReport]:
        """Take files in: land them, map their columns, prepare their standard tables.

        A workbook that `export_workbook` wrote is taken back instead: what was changed in it is
        merged with what the data say now.

        Args:
            paths: Files, folders or globs.
            map: Column to "table.field", to overrule what Zhike thinks.
            ask: Called with each question that only a person can answer.
            encoding: Of the files, where their bytes do not tell.
            by: Who edited a workbook; without it the user of the computer.
            progress: Told of each step.

        Raises:
            SourceError: A file cannot be read; nothing was added.
            MappingError: A question is open; nothing was added.
            WorkspaceError: Another process writes here, or the disk is full.
        """
        from zhike.workspace.adding import Wishes

        several = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
        wishes = Wishes(encoding=encoding, columns=map or {})
        return self.take_in(several, wishes, ask=ask, by=by, progress=progress)

    def take_in(
        self,
        paths: Sequence[Path],
        wishes: Wishes,
        *,
        ask: Ask | None = None,
        by: str = "",
        progress: Progress = _quietly,
    ) -> list[FileReport | WorkbookReport]:
        """The same as `add`, with all that people know of the files beforehand."""
        from zhike.workspace.adding import Adding
        from zhike.workspace.taking import Taking, returned_among

        books, is_all = returned_among(paths, wishes.names)
        reports: list[FileReport | WorkbookReport] = []
        with self._writing("add"), self._kitchen() as kitchen:
            taking = Taking(kitchen, self._landing, by)
            reports += [taking.take(book) for book in books.values()]
            if not is_all:
                meant = replace(wishes, aside=books)
                adding = Adding(kitchen, self._landing, self.mappings, progress, meant)
                reports += adding.add(paths, ask)
        self.settings = read_settings(self._layout.settings)
        return reports

    def look(
        self, files: Mapping[Path, str], said: Mapping[str, Mapping[str, str]], folder: Path
    ) -> list[SeenFile]:
        """What files would be taken for; nothing is added.

        Args:
            files: Each with what people call it.
            said: Table to what a person said of its columns.
            folder: Where to work; it goes when this has ended.
        """
        from zhike.workspace.looking import Looking

        engine = self._engine()
        engine.connection.settings["temp_directory"] = str(folder / "spilt")
        try:
            looking = Looking(engine, self._landing, self.mappings, folder)
            return [looking.at(file, name, said) for file, name in files.items()]
        finally:
            engine.close()
            remove_tree(folder)

    def remove(self, batch: str) -> Batch:
        """Take a batch back, by its id or file name; numbers follow at the next run."""
        with self._writing("remove"):
            found = self._landing.find(batch)
            self._landing.remove(found)
            remove_tree(self._layout.prepared / found.id)
            return found

    def sources(self) -> list[Batch]:
        """The batches, in the order in which they were added."""
        return self._landing.batches()

    def quality(self) -> Quality:
        """How complete, valid, consistent and fresh the data are, and what was repaired."""
        from zhike.workspace.quality import quality_of

        return quality_of(self._layout, self._landing.batches())

    def run(self, as_of: date | None = None, *, progress: Progress = _quietly) -> Manifest:
        """Compute everything anew and publish it as a snapshot.

        Args:
            as_of: Day to look back from; without it the day after the last order.
            progress: Told of each step.

        Raises:
            WorkspaceError: There are no data, another process writes here, or the disk is full.
        """
        from zhike.workspace.running import Run

        with self._writing("run"), self._kitchen() as kitchen:
            run = Run(kitchen, self._landing, self._objects, self._snapshots, progress)
            return run.publish(as_of)

    def snapshots(self) -> list[Manifest]:
        """The snapshots that are kept, newest first."""
        return self._snapshots.all()

    def open_snapshot(self, snapshot: str | None = None, *, sight: Sight | None = None) -> Shop:
        """The standard tables of a snapshot, of the published one without an id.

        It stays on disk as long as the shop is used.

        Args:
            snapshot: Its id.
            sight: Whose customers are in it; without it those that this workspace shows.
        """
        from zhike.schema import Shop
        from zhike.workspace.custom_fields import shown_fields

        manifest, mark = self._marked(snapshot)
        engine = self._engine()
        shop = Shop(
            engine=engine,
            tables={
                name: engine.read_parquet([self._objects.path(entry["object"])])
                for name, entry in manifest.tables.items()
            },
            currency=manifest.settings["currency"],
            timezone=manifest.settings["timezone"],
            custom_fields=shown_fields(self.settings.fields),  # as they are called now
            as_of=date.fromisoformat(manifest.as_of),
        )
        # Lazy tables outlive the shop; what they hold on to is the connection.
        weakref.finalize(engine.connection, mark.unlink, missing_ok=True)
        settings = read_settings(self._layout.settings)
        shown = seen(shop, sight if sight is not None else self.sight)
        return equipped(shown, manifest.settings["analyses"], settings)

    def customers(
        self,
        analysis: str | None = None,
        *,
        where: Iterable[str] = (),
        sort: str = "",
        limit: int | None = None,
        segment: str = "",
        **params: Any,
    ) -> ir.Table:
        """One row a customer, as a lazy table: the facts, or what an analysis says of each.

        Args:
            analysis: Such as "rfm"; without it the facts that all analyses share.
            where: Conditions such as "segment=champions" or "monetary>=1000".
            sort: A column; "-monetary" puts the largest first.
            limit: Most rows.
            segment: A saved segment, or a rule such as "recency_days > 90 and city = '上海'".
            **params: Parameters of the analysis.
        """
        from zhike.catalogue import customer_facts
        from zhike.catalogue.rules import segment_members
        from zhike.workspace.lists import listed

        shop = self.open_snapshot()
        if analysis is None:
            rows = customer_facts(shop)
        else:
            rows = computed(self._analysis(analysis, params)[0], shop).customers()
        if segment:
            rows = rows.semi_join(segment_members(shop, segment), "customer_id")
        return listed(rows, where=where, sort=sort, limit=limit)

    def _marked(self, wanted: str | None) -> tuple[Manifest, Path]:
        """The manifest, marked as being read before anybody could sweep it."""
        manifest = self._snapshots.manifest(wanted)
        mark = self._snapshots.mark_read(manifest.id)
        if wanted is None and self._snapshots.current_id() != manifest.id:
            mark.unlink(missing_ok=True)
            return self._marked(None)
        return manifest, mark

    def _engine(self) -> Any:
        from zhike.engines import open_engine

        return open_engine(memory=self.settings.memory)

    @contextmanager
    def _writing(self, work: str) -> Iterator[None]:
        with sole_writer(self._layout, work), room_on_disk(self.folder):
            yield

    @contextmanager
    def _kitchen(self) -> Iterator[Kitchen]:
        from zhike.workspace.preparing import Kitchen

        engine = self._engine()
        # Beside the data rather than in /tmp, which is often a part of memory.
        engine.connection.settings["temp_directory"] = str(self._layout.scratch)
        try:
            yield Kitchen(
                layout=self._layout,
                settings=self.settings,
                salt=self._layout.salt.read_text(encoding="ascii"),
                engine=engine,
            )
        finally:
            engine.close()
            remove_tree(self._layout.scratch)


def _standing(folder: Path) -> Path:
    """The nearest folder above that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())
