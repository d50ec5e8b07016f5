"""Progress on the error stream, where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from zhike.i18n import LazyText

if TYPE_CHECKING:
    from rich.progress import Progress


class Watched:
    """Progress as somebody sees it; call it with what is done now, how many steps, of how many.

    Args:
        bar: What shows it; None where nobody watches.
    """

    def __init__(self, bar: Progress | None = None) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None) if bar else None

    def __call__(self, what: LazyText, done: int, of: int) -> None:
        """Show what is done now."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=str(what), completed=done, total=of or None)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the terminal free, such as for a question."""
        if self._bar is not None:
            self._bar.stop()
        try:
            yield
        finally:
            if self._bar is not None:
                self._bar.start()


@contextmanager
def watched() -> Iterator[Watched]:
    """A progress bar on a terminal; nothing in a pipe or a log."""
    if not sys.stderr.isatty():
        yield Watched()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        yield Watched(bar)
