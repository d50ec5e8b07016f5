"""The transactional database: opened, brought to the newest tables, read and written.

SQLite in WAL mode, each commit synced to the disk before it is acknowledged; or PostgreSQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DatabaseError, DBAPIError, NoSuchModuleError, OperationalError

from zhike.errors import ParameterError, UnavailableError
from zhike.i18n import lazy

SCRIPTS = "zhike.operations:migrations"
NEWEST, NOTHING = "head", "base"
WAITING_SECONDS = 10
POSTGRES_LOCK = 8_747_001
"""Names the lock that whoever writes to the audit log or migrates holds until the commit."""

Clock = Callable[[], datetime]


def now() -> datetime:
    """This instant, in UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


class Store:
    """The database.

    Args:
        address: The path of a SQLite file, or the URL of a PostgreSQL.
        clock: What time it is.
    """

    def __init__(self, address: str | Path, clock: Clock = now) -> None:
        self.clock = clock
        self._file = address if isinstance(address, Path) else None
        self._engine = _engine(address)
        self._is_ready = False
        self._readying = threading.Lock()

    @property
    def is_there(self) -> bool:
        """Whether anything could be in it: a file that is not there yet holds nothing."""
        return self._file is None or self._file.exists()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the database."""
        self._ready()
        with _told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection that writes all or nothing, one writer after the other."""
        self._ready()
        with self._alone() as connection:
            yield connection

    def migrate(self, target: str = NEWEST) -> None:
        """Bring the tables to a revision, up or down."""
        if self._file is not None:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file.touch(mode=0o600)
        with self._alone() as connection:
            config = Config()
            config.set_main_option("script_location", SCRIPTS)
            config.attributes["connection"] = connection
            down = target == NOTHING
            (command.downgrade if down else command.upgrade)(config, target)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _ready(self) -> None:
        if self._is_ready:
            return
        with self._readying:
            if not self._is_ready:
                self.migrate()
                self._is_ready = True

    @contextmanager
    def _alone(self) -> Iterator[sa.Connection]:
        engine = self._engine.execution_options(zhike_begin="IMMEDIATE")
        with _told(), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRES_LOCK)))
            yield connection


def _engine(address: str | Path) -> sa.Engine:
    if isinstance(address, Path):
        engine = sa.create_engine(f"sqlite:///{address}", connect_args={"timeout": WAITING_SECONDS})
        sa.event.listen(engine, "connect", _on_connect)
        sa.event.listen(engine, "begin", _on_begin)
        return engine
    scheme, separator, rest = address.partition("://")
    if not separator or scheme not in ("postgres", "postgresql"):
        raise ParameterError.out_of_bounds(
            "database", address.split("@")[-1], lazy("an address such as postgresql://host/name")
        )
    try:
        return sa.create_engine(f"postgresql+psycopg://{rest}", pool_pre_ping=True)
    except (ImportError, NoSuchModuleError):
        raise UnavailableError(
            lazy("The settings name a PostgreSQL, and its driver is not installed."),
            hint=lazy("Install it: pip install 'zhike[postgres]'"),
        ) from None


def _on_connect(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # we begin ourselves: the driver would begin too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _on_begin(connection: sa.Connection) -> None:
    how = connection.get_execution_options().get("zhike_begin", "")
    connection.exec_driver_sql(f"BEGIN {how}".strip())


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DatabaseError as fault:
        if not isinstance(fault, OperationalError) and type(fault) is not DatabaseError:
            raise
        raise UnavailableError(
            lazy("The database of accounts does not answer: {fault}.", fault=_sentence(fault)),
            hint=lazy("Look whether it runs, and whether its disk is full."),
            code="store",
        ) from fault


def _sentence(fault: DBAPIError) -> str:
    lines = str(fault.orig).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(fault).__name__
