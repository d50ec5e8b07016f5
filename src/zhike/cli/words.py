"""Words for codes that people read."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.i18n import LazyText, lazy

FATES: Mapping[str, LazyText] = {
    "loaded": lazy("loaded"),
    "updated": lazy("updated"),
    "unchanged": lazy("unchanged"),
    "merged": lazy("merged"),
    "rejected": lazy("set aside"),
    "skipped": lazy("skipped"),
}


def fate_label(fate: str) -> str:
    """What became of a record, in words."""
    return str(FATES[fate])


def reason_label(code: str) -> str:
    """Why a record was set aside or skipped, in words."""
    return code.replace("_", " ")
