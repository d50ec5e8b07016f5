"""What analyses say of each customer, as fields that rules may speak of: `rfm.segment`.

Names are known beforehand; an analysis runs only once a rule speaks of it. Labels and the words
for codes are those of its own tables.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial

import ibis.expr.datatypes as dt

from zhike.blocks import Block, Chart, Column, Format, Table
from zhike.catalogue import Analysis, Result, lacking
from zhike.catalogue.rules import FieldSource, Provided, RuleField
from zhike.catalogue.rules.fields import FieldKind, squeezed
from zhike.catalogue.traits import TRAITS
from zhike.errors import InputError
from zhike.i18n import LazyText, lazy, use_language
from zhike.schema import Shop

LABELS: Mapping[str, LazyText] = {trait.name: trait.label for trait in TRAITS}
"""For columns that the tables of an analysis do not show."""


def field_sources(analyses: Iterable[Analysis]) -> Iterator[FieldSource]:
    """The analyses as sources of fields, none of them run yet.

    Args:
        analyses: With the parameters that they are to run with.
    """
    for analysis in analyses:
        yield FieldSource(analysis.name, analysis.title, partial(_provided, analysis))


def _provided(analysis: Analysis, shop: Shop, as_of: date) -> Provided:
    reason = lacking(analysis, shop)
    if reason is not None:
        raise InputError(reason, code="needs")
    result: Result = dataclasses.replace(analysis, as_of=as_of).run(shop)
    rows = result.customers()
    if "customer_id" not in rows.columns:
        raise InputError(lazy("{title} does not speak of single customers.", title=analysis.title))
    shown = _columns(result.blocks())
    fields = [
        _field(analysis, name, kind, shown.get(name))
        for name, kind in rows.schema().items()
        if name != "customer_id" and _kind(kind) is not None
    ]
    held = {item.holder: item.name.partition(".")[2] for item in fields}
    return Provided(
        tuple(fields),
        rows.select("customer_id", **{holder: rows[name] for holder, name in held.items()}),
    )


def _columns(blocks: Iterable[Block]) -> dict[str, Column]:
    """The columns that the tables show, the first of each name."""
    found: dict[str, Column] = {}
    for block in blocks:
        table = block.table if isinstance(block, Chart) else block
        if isinstance(table, Table):
            for column in table.columns:
                found.setdefault(column.name, column)
    return found


def _field(analysis: Analysis, name: str, kind: dt.DataType, shown: Column | None) -> RuleField:
    label = shown.label if shown else LABELS.get(name, LazyText.of(en=name, zh=name))
    formats: dict[FieldKind, Format] = {"number": "number", "day": "day"}
    field_kind = _kind(kind) or "text"
    return RuleField(
        name=f"{analysis.name}.{name}",
        label=_joined(analysis.title, label),
        kind=field_kind,
        choices=shown.labels if shown and field_kind == "text" else {},
        column=f"{analysis.name}__{name}",
        format=shown.format if shown else formats.get(field_kind, "text"),
        provider=analysis.name,
        also=(f"{analysis.name}.{squeezed(label)}",),
    )


def _kind(kind: dt.DataType) -> FieldKind | None:
    """What rules compare it as; None for what they cannot."""
    kinds: dict[FieldKind, bool] = {
        "flag": kind.is_boolean(),
        "number": kind.is_numeric(),
        "day": kind.is_date() or kind.is_timestamp(),
        "text": kind.is_string(),
    }
    return next((name for name, fits in kinds.items() if fits), None)


def _joined(title: LazyText, label: LazyText) -> LazyText:
    said = {}
    for language in ("en", "zh"):
        with use_language(language):
            said[language] = f"{title}.{label}"
    return LazyText.of(**said)
