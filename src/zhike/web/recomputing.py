"""An analysis computed with other parameters than the run's: one at a time, and not for long."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhike.errors import UnavailableError
from zhike.i18n import language, lazy
from zhike.web.published import Newest
from zhike.workspace.results import StoredResult

SECONDS = 30.0
MOST_WAITING = 4
MOST_KEPT = 64

Key = tuple[str | None, str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Turns:
    """One answer is computed at a time, and few may wait for theirs.

    Attributes:
        turn: Held by who computes.
        places: Of those who compute or wait.
    """

    turn: threading.Lock = field(default_factory=threading.Lock)
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_WAITING)
    )


class Recomputing:
    """Asks analyses with the parameters of a reader, and keeps the last answers.

    Args:
        newest: Where the data are.
        seconds: Most that one answer may take.
        turns: Who may compute, where others share that.
    """

    def __init__(
        self, newest: Newest, seconds: float = SECONDS, *, turns: Turns | None = None
    ) -> None:
        self._newest = newest
        self._seconds = seconds
        self._kept: OrderedDict[Key, StoredResult] = OrderedDict()
        self._turns = turns or Turns()

    def answer(self, analysis: str, params: Mapping[str, Any]) -> StoredResult:
        """What the analysis finds with these parameters.

        Raises:
            ParameterError: A parameter is outside what is allowed.
            WorkspaceError: The data lack what it needs.
            UnavailableError: It took too long, or too many wait already.
        """
        workspace = self._newest.workspace
        named = tuple(sorted((name, str(value)) for name, value in params.items()))
        key = (workspace.published, language(), analysis, named)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        with self._in_turn():
            found = workspace.show_within(self._seconds, analysis, params)
        self._kept[key] = found
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    def write_customers(self, path: Path, analysis: str, where: Sequence[str]) -> None:
        """Write the customers of whom the analysis of the run says that, as CSV.

        Raises:
            ParameterError: It says nothing of the kind.
            UnavailableError: It took too long, or too many wait already.
        """
        with self._in_turn():
            self._newest.workspace.write_customers(path, analysis, where, seconds=self._seconds)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turns.places.acquire(blocking=False):
            raise UnavailableError(
                lazy("Too many answers are being computed at this moment."),
                hint=lazy("Try again in a minute."),
                code="busy",
            )
        try:
            with self._turns.turn:
                yield
        finally:
            self._turns.places.release()
