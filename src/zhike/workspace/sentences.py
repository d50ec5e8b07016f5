"""Sentences kept for readers to come: as JSON, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhike.errors import ZhikeError
from zhike.i18n import LANGUAGES, LazyText, use_language

Sentence = Mapping[str, str]
"""Language to text."""


def sentence(text: object) -> dict[str, str]:
    """A text in every language.

    Examples:
        >>> from zhike.i18n import lazy
        >>> sentence(lazy("Nothing has been added yet."))["en"]
        'Nothing has been added yet.'
    """
    said: dict[str, str] = {}
    for chosen in LANGUAGES:
        with use_language(chosen):
            said[chosen] = str(text)
    return said


def told(said: Sentence) -> LazyText:
    """The text again, to be read in the language of the moment."""
    return LazyText.of(en=said["en"], zh=said["zh"])


def fault_as_json(fault: ZhikeError) -> dict[str, Any]:
    """A fault in every language."""
    return {
        "code": fault.code,
        "message": sentence(fault.message),
        "hint": sentence(fault.hint),
    }


def fault_of(kept: Mapping[str, Any]) -> ZhikeError:
    """The fault again."""
    return ZhikeError(told(kept["message"]), hint=told(kept["hint"]), code=kept["code"])
