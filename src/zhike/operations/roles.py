"""The roles, and what each of them may do: read from `roles.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy

ADMIN = "admin"
PERSONAL = "personal"
"""The permission to see personal data in full."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """What people of one kind may do.

    Attributes:
        name: As commands and the store call it.
        label: What people read.
        may: Its permissions.
    """

    name: str
    label: LazyText
    may: frozenset[str]


@lru_cache(maxsize=1)
def roles() -> Mapping[str, Role]:
    """Every role by its name, from the least rights to the most.

    Examples:
        >>> sorted(roles()["viewer"].may)
        ['account', 'results', 'segments']
    """
    read = _read()
    return {
        name: Role(name=name, label=_both(entry), may=frozenset(entry["may"]))
        for name, entry in read["roles"].items()
    }


@lru_cache(maxsize=1)
def permissions() -> Mapping[str, LazyText]:
    """Every permission and what it allows, in words."""
    return {name: _both(entry) for name, entry in _read()["permissions"].items()}


def role_of(name: str) -> Role:
    """The role of that name.

    Raises:
        ParameterError: There is none.
    """
    known = roles()
    if name not in known:
        raise ParameterError.unknown(lazy("role"), name, known)
    return known[name]


def _both(entry: Mapping[str, Any]) -> LazyText:
    chinese, english = entry["label"]
    return LazyText.of(en=english, zh=chinese)


def _read() -> Mapping[str, Any]:
    source = files("zhike.operations") / "roles.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
