"""A reading used again for a later file with the same headers."""

from __future__ import annotations

from dataclasses import replace

import ibis.expr.types as ir

from zhike.i18n import lazy
from zhike.preparation.mapping.dates import read_dates
from zhike.preparation.mapping.grains import field_of
from zhike.preparation.mapping.overrides import Override
from zhike.preparation.mapping.profiles import profiles, sample_of
from zhike.preparation.reading import ColumnReading, FileReading
from zhike.schema import Kind
from zhike.schema.headers import fold_header

SAID_CONFIDENCE = 1.0
"""Only what a person said is certain."""


def as_remembered(raw: ir.Table, remembered: FileReading, header: tuple[str, ...]) -> FileReading:
    """The remembered reading for this file; how days are written is read from its own values."""
    by_name = {fold_header(item.column): item for item in remembered.columns}
    why = lazy("As in an earlier file with the same headers.")
    columns = {name: replace(by_name[fold_header(name)], column=name, why=why) for name in header}
    dated = [name for name, item in columns.items() if _holds_days(item)]
    seen = profiles(sample_of(raw), dated) if dated else {}
    for name in dated:
        item = columns[name]
        if seen[name].filled:
            read = read_dates(raw, name, seen[name], hint=item.options.get("order", ""))
            columns[name] = replace(item, options={**item.options, **read.options})
    return replace(remembered, columns=tuple(columns.values()), questions=())


def said_before(remembered: FileReading, header: tuple[str, ...]) -> dict[str, Override]:
    """What a person had said of the columns of the remembered reading."""
    by_name = {fold_header(name): name for name in header}
    return {
        by_name[fold_header(item.column)]: Override(
            column=by_name[fold_header(item.column)], target=item.field or "", options=item.options
        )
        for item in remembered.columns
        if item.confidence == SAID_CONFIDENCE
    }


def _holds_days(item: ColumnReading) -> bool:
    if item.field is None or item.options.get("part", 1) != 1:
        return False
    return field_of(item.field).kind in (Kind.INSTANT, Kind.DAY)
