"""What a person said of a column: `--map "column=table.field"`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zhike.errors import MappingError
from zhike.i18n import LazyText, lazy
from zhike.schema import TABLE_NAMES, standard_table, standard_tables
from zhike.schema.headers import fold_header

_WRITINGS: Mapping[str, dict[str, Any]] = {
    "ymd": {"order": "ymd"},
    "dmy": {"order": "dmy"},
    "mdy": {"order": "mdy"},
    "s": {"unit": "s"},
    "ms": {"unit": "ms"},
    "us": {"unit": "us"},
    "excel": {"unit": "excel"},
    "comma": {"decimal": ","},
    "point": {"decimal": "."},
}
"""What may follow a field after a colon: how its values are written."""


@dataclass(frozen=True, kw_only=True)
class Override:
    """One column as a person said it is.

    Attributes:
        column: Header.
        target: "table.field", or "" to leave the column out.
        options: How its values are written, where that was said too.
    """

    column: str
    target: str
    options: Mapping[str, Any] = field(default_factory=dict)


def read_overrides(
    said: Mapping[str, str] | None, header: tuple[str, ...], name: str
) -> dict[str, Override]:
    """What was said of each column, by header.

    Raises:
        MappingError: A column or field that there is not.
    """
    read = (
        _read(_column(column, header, name), target.strip())
        for column, target in (said or {}).items()
    )
    return {override.column: override for override in read}


def _column(said: str, header: tuple[str, ...], name: str) -> str:
    if said in header:
        return said
    alike = [column for column in header if fold_header(column) == fold_header(said)]
    if len(alike) == 1:
        return alike[0]
    raise MappingError(
        lazy("The column '{column}' is not in {name}.", column=said, name=name),
        hint=_nearest(said, header, lazy("Its columns are: {listed}.", listed=", ".join(header))),
        code="unknown_column",
    )


def _read(column: str, said: str) -> Override:
    target, _, writing = said.partition(":")
    if writing and writing not in _WRITINGS:
        raise MappingError(
            lazy("'{writing}' says nothing of how '{column}' is written.",
                 writing=writing, column=column),
            hint=_nearest(writing, tuple(_WRITINGS), lazy("There are: {listed}.",
                                                          listed=", ".join(_WRITINGS))),
            code="unknown_writing",
        )  # fmt: skip
    return Override(column=column, target=_target(target), options=_WRITINGS.get(writing, {}))


def _target(said: str) -> str:
    if not said:
        return ""
    table, dot, name = said.partition(".")
    if dot and table in TABLE_NAMES and name in standard_table(table):
        return said
    fields = [
        f"{each.name}.{item.name}"
        for each in standard_tables()
        for item in each.fields
        if item.name == said and not item.derived
    ]
    usual = [target for target in fields if target.startswith(("orders.", "order_lines."))]
    if usual or len(fields) == 1:
        return (usual or fields)[0]
    if fields:
        raise MappingError(
            lazy("There are several fields '{field}'.", field=said),
            hint=lazy("Say which one: {listed}.", listed=", ".join(fields)),
            code="ambiguous_field",
        )
    everything = tuple(
        f"{each.name}.{item.name}" for each in standard_tables() for item in each.fields
    )
    bare = tuple(target.split(".")[1] for target in everything)
    raise MappingError(
        lazy("There is no field '{field}'.", field=said),
        hint=_nearest(said, everything if dot else bare, lazy("The tables are: {listed}.",
                                                              listed=", ".join(TABLE_NAMES))),
        code="unknown_field",
    )  # fmt: skip


def _nearest(said: str, known: tuple[str, ...], listed: LazyText) -> LazyText:
    near = difflib.get_close_matches(
        said.lower(), [word.lower() for word in known], n=1, cutoff=0.5
    )
    if not near:
        return listed
    match = next(word for word in known if word.lower() == near[0])
    return lazy("Did you mean '{near}'? {listed}", near=match, listed=listed)
