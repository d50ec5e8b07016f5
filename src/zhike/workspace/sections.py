"""Sections of a `zhike.toml`, such as `[segments.keen]`, changed where they stand.

Everything else stays as people wrote it, comments included. What a change made is read again
before it is written: a file that is not plain enough to be changed is left alone.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhike.errors import WorkspaceError
from zhike.i18n import lazy
from zhike.workspace.durable import write_durably

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_section(path: Path, table: str, name: str, values: Mapping[str, str] | None) -> None:
    """Set the section `[table.name]` of a file to these texts; None takes it out.

    Raises:
        WorkspaceError: The section is written in a way that only a person can change.
    """
    text = path.read_text(encoding="utf-8-sig")
    wanted = tomllib.loads(text)
    sections = wanted.setdefault(table, {})
    sections.pop(name, None)
    if values is not None:
        sections[name] = dict(values)
    told = changed(text, table, name, values)
    if not _says(told, wanted, table):
        raise WorkspaceError(
            lazy(
                "[{table}.{name}] in {path} cannot be changed.", table=table, name=name, path=path
            ),
            hint=lazy("Change it in a text editor."),
            code="settings_by_hand",
        )
    write_durably(path, told.encode())


def section(table: str, name: str, values: Mapping[str, str]) -> str:
    """A section with texts, empty ones left out.

    Examples:
        >>> print(section("segments", "老客", {"rule": "frequency > 3", "label": ""}), end="")
        [segments."老客"]
        rule = "frequency > 3"
    """
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items() if value]
    return "\n".join([f"[{table}.{_key(name)}]", *lines]) + "\n"


def changed(text: str, table: str, name: str, values: Mapping[str, str] | None) -> str:
    """The text of a file with the section set or taken out."""
    block = "" if values is None else section(table, name, values)
    found = _found(text, table, name)
    if found is None:
        return f"{text.rstrip()}\n\n{block}" if block else text
    return text[: found[0]] + block + text[found[1] :]


def _found(text: str, table: str, name: str) -> tuple[int, int] | None:
    """From where to where the section stands; blank lines and comments after it are not its own."""
    keys = "|".join(re.escape(key) for key in (name, _quoted(name), f"'{name}'"))
    head = re.search(rf"(?m)^[ \t]*\[[ \t]*{table}[ \t]*\.[ \t]*(?:{keys})[ \t]*\][^\n]*\n?", text)
    if head is None:
        return None
    end = head.end()
    for line in re.finditer(r"[^\n]*\n|[^\n]+\Z", text[end:]):
        said = line.group().strip()
        if said.startswith("["):
            break
        if said and not said.startswith("#"):
            end = head.end() + line.end()
    return head.start(), end


def _says(text: str, wanted: Mapping[str, Any], table: str) -> bool:
    """Whether the text means that, empty texts and an empty table aside."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return _plain(said, table) == _plain(wanted, table)


def _plain(values: Mapping[str, Any], table: str) -> dict[str, Any]:
    sections = {
        name: {key: value for key, value in parts.items() if value != ""}
        if isinstance(parts, dict)
        else parts
        for name, parts in values.get(table, {}).items()
    }
    return {**values, table: sections}


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
