"""What each reader is shown: the newest snapshot, answers and customers as they may see them.

People who see the same customers share what was computed for them. Whose request is being answered
is known by the request's context, as its language is; where nobody's is, nothing is shown.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path

from zhike.errors import ZhikeError
from zhike.operations.sight import EVERYTHING, Sight
from zhike.web.crowd import Crowd
from zhike.web.published import Newest
from zhike.web.recomputing import Recomputing, Turns
from zhike.workspace.directory import Directory, Outlook

MOST_KEPT = 6
"""Reaches besides that of everybody whose customers are held ready at once."""

_SIGHT: ContextVar[Sight] = ContextVar("sight")


def show_for(sight: Sight) -> None:
    """Answer the request of the moment as somebody may see it."""
    _SIGHT.set(sight)


@dataclass(frozen=True)
class View:
    """What people of one reach are shown.

    Attributes:
        newest: The published snapshot.
        recomputing: Answers with parameters of their own.
        crowd: Their customers.
    """

    newest: Newest
    recomputing: Recomputing
    crowd: Crowd


@dataclass(frozen=True)
class SeenCrowd:
    """The customers with personal data in full or masked.

    Attributes:
        crowd: The customers.
        sight: Whether in full, and whether parts of names find them.
    """

    crowd: Crowd
    sight: Sight

    @property
    def directory(self) -> Directory:
        """The lists."""
        return self.crowd.directory.shown_to(self.sight)

    @property
    def outlook(self) -> Outlook | None:
        """What is to be expected of each; None while that is being computed."""
        return self.crowd.outlook

    @property
    def fault(self) -> ZhikeError | None:
        """Why what is shown is not complete."""
        return self.crowd.fault


class Views:
    """Gives to each reader what they may see.

    Args:
        folder: The workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._work, self._turns = threading.Lock(), Turns()
        self.whole = self._made(EVERYTHING)
        self._narrow: OrderedDict[Sight, View] = OrderedDict()
        self._choosing = threading.Lock()

    @property
    def current(self) -> View:
        """That of whoever sent the request that is being answered.

        Raises:
            LookupError: No request is being answered, or nobody has looked who sent it.
        """
        sight = replace(_SIGHT.get(), personal=False, by_parts=False)
        if sight.is_whole:
            return self.whole
        with self._choosing:
            view = self._narrow.get(sight) or self._made(sight)
            self._narrow[sight] = view
            self._narrow.move_to_end(sight)
            while len(self._narrow) > MOST_KEPT:
                self._narrow.popitem(last=False)
        return view

    @property
    def crowd(self) -> SeenCrowd:
        """The customers that they may see."""
        return SeenCrowd(self.current.crowd, _SIGHT.get())

    def follow(self) -> None:
        """Read a newer snapshot for everybody who looks at the present one."""
        for view in (self.whole, *self._narrow.copy().values()):
            if view is self.whole or view.newest.has_shown:
                view.newest.get()
            view.crowd.follow()

    def _made(self, sight: Sight) -> View:
        newest = Newest(self._folder, sight, work=self._work)
        return View(newest, Recomputing(newest, turns=self._turns), Crowd(newest, work=self._work))
