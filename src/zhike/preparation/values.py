"""Writings turned into values: for each slot `v<n>`, for times `z<n>` beside it, and its repair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.preparation.context import Workbench
from zhike.preparation.slots import FROM_ADDRESS, Slot
from zhike.preparation.standardise.choices import MOST_WORDS, lookup_of
from zhike.preparation.standardise.text import MISSING, cleaned
from zhike.schema import Kind
from zhike.schema.vocabulary import fold

Numbered = Mapping[int, Slot]


def repair_column(n: int) -> str:
    """Where the repairs of the n-th slot stand."""
    return f"repair {n}"


def read_plain(writings: ir.Table, slots: Numbered) -> dict[str, ir.Value]:
    """Values that stand as they are; only a day can still be impossible."""
    columns: dict[str, ir.Value] = {}
    for n, slot in slots.items():
        writing: Any = writings[f"s{n}"]
        value: Any = slot.reading.cast(writing)
        columns[f"v{n}"] = value
        if slot.field.kind in (Kind.INSTANT, Kind.DAY):
            impossible = writing.notnull() & value.isnull()
            columns[repair_column(n)] = ibis.ifelse(impossible, "unreadable", None)
    return columns


def read_closely(writings: ir.Table, slots: Numbered, bench: Workbench) -> ir.Table:
    """The table of writings with the value columns of odd slots added."""
    if not slots:
        return writings
    texts = writings.mutate(
        **{f"t{n}": _text(writings[f"s{n}"], slot) for n, slot in slots.items()}
    )
    # Words are looked for before they are read: what was cut out is then not cut out twice.
    is_cut = any(slot.cut is not None and slot.is_choice for slot in slots.values())
    texts = bench.keep(texts) if is_cut else bench.step(texts)
    wide = _with_forms(_with_words(texts, slots), slots, bench)
    columns: dict[str, ir.Value] = {}
    for n, slot in slots.items():
        columns |= _word(wide, n, slot) if slot.is_choice else _value(wide, n, slot)
    return bench.step(wide.select(*writings.columns, **columns))


def _text(writing: ir.Value, slot: Slot) -> ir.Value:
    part = slot.cut(writing) if slot.cut is not None else writing
    return part if slot.is_choice else cleaned(part, token=slot.is_token)


def _with_forms(wide: ir.Table, slots: Numbered, bench: Workbench) -> ir.Table:
    """The form `f<n>` of writings that are read in stages."""
    staged = {n: slot.reading.stages for n, slot in slots.items() if not slot.is_choice}
    for stage in range(max((len(stages) for stages in staged.values()), default=0)):
        forms = {
            f"f{n}": stages[stage](wide[f"f{n}" if stage else f"t{n}"])
            for n, stages in staged.items()
            if stage < len(stages)
        }
        wide = bench.step(wide.mutate(**forms))
    return wide


def _value(wide: ir.Table, n: int, slot: Slot) -> dict[str, ir.Value]:
    text: Any = wide[f"t{n}"]
    form = wide[f"f{n}"] if slot.reading.stages else text
    read = slot.reading.read(form, slot.options)
    columns, there = {f"v{n}": read.value}, read.value
    if read.instant is not None:
        columns[f"z{n}"] = read.instant
        there = ibis.coalesce(read.value, read.instant)
    changed = read.repair if read.repair is not None else ibis.null("string")
    unreadable = text.notnull() & there.isnull()
    return columns | {repair_column(n): ibis.ifelse(unreadable, "unreadable", changed)}


def _word(wide: ir.Table, n: int, slot: Slot) -> dict[str, ir.Value]:
    word: Any = wide[f"w{n}"]
    value = word == "true" if slot.field.kind is Kind.FLAG else word
    return {f"v{n}": value, repair_column(n): wide[f"u{n}"]}


def _with_words(texts: ir.Table, slots: Numbered) -> ir.Table:
    """Words of choices looked up: the meaning `w<n>` and the repair `u<n>` beside each."""
    wide = texts
    for n, slot in slots.items():
        guessed = slot.rule == FROM_ADDRESS
        lookup = lookup_of(slot.target, slot.field, guessed=guessed) if slot.is_choice else None
        if lookup is None:
            continue
        words = texts[f"t{n}"].as_table().distinct().limit(MOST_WORDS).to_pyarrow()
        known = [word for word in words.column(0).to_pylist() if word and fold(word) not in MISSING]
        meanings = [lookup(word) for word in known]
        table = pa.table(
            {
                f"word{n}": pa.array(known, pa.string()),
                f"w{n}": pa.array([meaning.value for meaning in meanings], pa.string()),
                f"u{n}": pa.array([meaning.repair or None for meaning in meanings], pa.string()),
            }
        )
        wide = wide.left_join(ibis.memtable(table), [(f"t{n}", f"word{n}")])
    return wide
