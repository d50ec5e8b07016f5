"""The customers of the published snapshot, made ready beside the pages.

A directory takes seconds to make and an outlook longer: both are made on a thread of their own
when a snapshot is published, and those of the one before are shown until then.
"""

from __future__ import annotations

import logging
import threading
import time

from zhike.errors import UnavailableError, ZhikeError
from zhike.i18n import lazy
from zhike.web.published import Newest
from zhike.workspace.directory import Directory, Outlook

LOG = logging.getLogger("zhike.web")
WAITING_SECONDS = 30.0
LOOK_SECONDS = 0.05


class Crowd:
    """Gives the directory and the outlook of the published snapshot.

    Args:
        newest: Where the data are.
        waiting: Most that a reader waits for the first directory.
        work: Held while much is computed, so that only one thing is.
    """

    def __init__(
        self,
        newest: Newest,
        waiting: float = WAITING_SECONDS,
        *,
        work: threading.Lock | None = None,
    ) -> None:
        self._newest = newest
        self._waiting = waiting
        self._directory: Directory | None = None
        self._outlook: Outlook | None = None
        self._fault: tuple[str, ZhikeError] | None = None
        self._making = threading.Lock()
        self._work = work or threading.Lock()

    @property
    def directory(self) -> Directory:
        """The customers; of the snapshot before, while those of the newest are being made.

        Raises:
            UnavailableError: The first ones take longer than a reader waits.
            ZhikeError: They cannot be made.
        """
        self.prepare()
        ends = time.monotonic() + self._waiting
        while self._directory is None and time.monotonic() < ends:
            if self._fault is not None:
                raise self._fault[1]
            time.sleep(LOOK_SECONDS)
        if self._directory is None:
            raise UnavailableError(
                lazy("The customers are being made ready."),
                hint=lazy("Try again in a minute."),
                code="busy",
            )
        return self._directory

    @property
    def fault(self) -> ZhikeError | None:
        """Why what is shown is not complete; None where it is, or still being made."""
        return self._fault[1] if self._fault is not None else None

    @property
    def outlook(self) -> Outlook | None:
        """What is to be expected of each customer; None while that is being computed."""
        made, shown = self._outlook, self._directory
        same = made is not None and shown is not None and made.snapshot == shown.snapshot
        return made if same else None

    def follow(self) -> None:
        """Make both of a newer snapshot where somebody has looked at customers before."""
        if self._directory is not None:
            self.prepare()

    def prepare(self) -> None:
        """Make both of the published snapshot, unless they are there or under way."""
        wanted = self._newest.workspace.published
        made = self._outlook is not None and self._outlook.snapshot == wanted
        failed = self._fault is not None and self._fault[0] == wanted
        if wanted is None or made or failed or not self._making.acquire(blocking=False):
            return
        threading.Thread(target=self._make, args=(wanted,), name="zhike-crowd", daemon=True).start()

    def _make(self, snapshot: str) -> None:
        try:
            workspace = self._newest.workspace
            with self._work:
                if self._directory is None or self._directory.snapshot != snapshot:
                    self._directory = Directory(workspace, snapshot)
            with self._work:
                self._outlook = Outlook(workspace, snapshot)
            self._fault = None
        except FileNotFoundError:
            pass  # a run swept the snapshot away; the next look makes the newer one
        except ZhikeError as fault:
            self._fault = (snapshot, fault)
        except Exception:
            LOG.exception("The customers of snapshot %s cannot be made ready", snapshot)
            sentence = lazy("Something that should not happen did; it has been written down.")
            self._fault = (snapshot, ZhikeError(sentence, code="unexpected"))
        finally:
            self._making.release()
