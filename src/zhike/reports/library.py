"""What is built into the package for drawing: the charting library and our own assets."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from zhike.errors import UnavailableError
from zhike.i18n import lazy


@lru_cache(maxsize=1)
def charting_library() -> str:
    """The source of the charting library.

    Raises:
        UnavailableError: It was not built in.
    """
    try:
        return asset("vendor/charts.js")
    except FileNotFoundError:
        raise UnavailableError(
            lazy("The charting library was not built into this installation."),
            hint=lazy("Install it again with a network: `uv sync --reinstall-package zhike`."),
            code="assets",
        ) from None


def asset(name: str) -> str:
    """The text of an asset."""
    return (files("zhike.reports") / "assets" / name).read_text(encoding="utf-8")
