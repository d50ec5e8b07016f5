"""Which languages there are, and which one the environment asks for."""

from __future__ import annotations

import locale
import os
from functools import lru_cache
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LOCALES: dict[Language, str] = {"en": "en", "zh": "zh_CN"}


def parse(tag: str) -> Language:
    """The language that a tag such as `zh_CN.UTF-8`, `zh-Hans` or `en` stands for; else English."""
    return "zh" if tag.strip().lower().startswith(("zh", "chinese")) else "en"


def from_environment() -> Language:
    """`ZHIKE_LANG`, else the locale's language, else English."""
    return _from(
        os.environ.get("ZHIKE_LANG", ""),
        os.environ.get("LC_ALL", ""),
        os.environ.get("LC_MESSAGES", ""),
        os.environ.get("LANG", ""),
    )


@lru_cache(maxsize=32)
def _from(*tags: str) -> Language:
    chosen = next((tag for tag in tags if tag), "") or locale.getlocale()[0] or "en"
    return parse(chosen)
