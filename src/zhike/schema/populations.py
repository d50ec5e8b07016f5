"""How many people live where, from a public census."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from zhike.i18n import LazyText


def province_populations() -> Mapping[str, int]:
    """Inhabitants of each province of mainland China, by its standard name.

    Examples:
        >>> populations = province_populations()
        >>> populations["上海"], sum(populations.values())
        (24870895, 1409778724)
    """
    return _census()[0]


def population_source() -> LazyText:
    """Where the numbers of inhabitants come from."""
    return _census()[1]


@lru_cache(maxsize=1)
def _census() -> tuple[Mapping[str, int], LazyText]:
    text = (files("zhike.schema") / "populations.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    zh, en = found["source"]
    return found["provinces"], LazyText.of(en=en, zh=zh)
