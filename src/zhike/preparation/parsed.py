"""One wide table: every record of a file with its fields read, each value once.

Columns: `_row`, `_fate` and `_reason` as landed, `_hash` (of the standardised content),
"table.field" for each field that is fed, and `repair <n>` for each slot (code of the rule that
changed the writing, or "unreadable").
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.preparation.context import Context, Workbench
from zhike.preparation.functions import concat_ws, md5_number_lower
from zhike.preparation.marks import MARK, marks_of
from zhike.preparation.reading import FileReading
from zhike.preparation.rules import combined
from zhike.preparation.slots import FROM_ADDRESS, Slot, slots_of
from zhike.preparation.standardise import reader_of
from zhike.preparation.standardise.choices import MOST_WORDS, lookup_of
from zhike.preparation.standardise.text import MISSING, cleaned
from zhike.preparation.standardise.zones import to_local, to_utc
from zhike.schema import Kind, standard_table
from zhike.schema.vocabulary import fold

KEPT = ("_row", "_fate", "_reason")
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Parsed:
    """A file read.

    Attributes:
        records: The wide table.
        slots: What fed it; the repairs of the n-th are in column `repair <n>`.
    """

    records: ir.Table
    slots: tuple[Slot, ...]

    def __contains__(self, target: object) -> bool:
        return target in self.records.columns

    def get(self, target: str) -> Any:
        """The column of "table.field", or None where the file does not feed it."""
        return self.records[target] if target in self else None

    def repairs_of(self, target: str) -> list[Any]:
        """The repair columns of a field."""
        return [
            self.records[f"repair {n}"]
            for n, slot in enumerate(self.slots)
            if slot.target == target
        ]

    def ruled(self, target: str, rule: str) -> bool:
        """Whether a column feeds the field by that rule."""
        return any(slot.target == target and slot.rule == rule for slot in self.slots)


def parse(raw: ir.Table, reading: FileReading, context: Context, bench: Workbench) -> Parsed:
    """Read every field of every record; nothing is computed yet but the words of choices."""
    slots = slots_of(raw, reading)
    writings = {
        f"t{n}": slot.text if _is_looked_up(slot) else cleaned(slot.text, token=slot.is_token)
        for n, slot in enumerate(slots)
    }
    texts = bench.step(raw.select(*KEPT, **writings, **marks_of(raw, reading)))
    read = bench.step(_read(_with_words(texts, slots), slots))
    values = bench.step(_values(read, slots, context.timezone))
    return Parsed(values.mutate(_hash=_content_hash(values)), tuple(slots))


def _is_looked_up(slot: Slot) -> bool:
    return lookup_of(slot.target, slot.field) is not None


def _with_words(texts: ir.Table, slots: list[Slot]) -> ir.Table:
    """Words of choices looked up: the meaning `w<n>` and the repair `u<n>` beside each."""
    wide = texts
    for n, slot in enumerate(slots):
        lookup = lookup_of(slot.target, slot.field, guessed=slot.rule == FROM_ADDRESS)
        if lookup is None:
            continue
        column = texts[f"t{n}"]
        words = column.as_table().distinct().limit(MOST_WORDS).to_pyarrow().column(0).to_pylist()
        known = [word for word in words if word and fold(word) not in MISSING]
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


def _read(wide: ir.Table, slots: list[Slot]) -> ir.Table:
    """Each slot's typed value `v<n>`, its repair, and for times their instant `z<n>`."""
    columns: dict[str, ir.Value] = {}
    for n, slot in enumerate(slots):
        text: Any = wide[f"t{n}"]
        if f"w{n}" in wide.columns:
            word: Any = wide[f"w{n}"]
            columns[f"v{n}"] = word == "true" if slot.field.kind is Kind.FLAG else word
            columns[f"repair {n}"] = wide[f"u{n}"]
            continue
        read = reader_of(slot.target, slot.field)(text, slot.options)
        there = columns[f"v{n}"] = read.value
        if read.instant is not None:
            columns[f"z{n}"] = read.instant
            there = ibis.coalesce(read.value, read.instant)
        changed = read.repair if read.repair is not None else ibis.null("string")
        unreadable = text.notnull() & there.isnull()
        columns[f"repair {n}"] = ibis.ifelse(unreadable, "unreadable", changed)
    marks = [name for name in wide.columns if name.startswith(MARK)]
    return wide.select(*KEPT, *marks, **columns)


def _values(read: ir.Table, slots: list[Slot], zone: str) -> ir.Table:
    """One column a field: its slots combined, times in UTC with their business day."""
    feeding: dict[str, list[int]] = defaultdict(list)
    for n, slot in enumerate(slots):
        feeding[slot.target].append(n)
    columns: dict[str, Any] = {}
    for target, numbers in feeding.items():
        if slots[numbers[0]].field.kind is Kind.INSTANT:
            times = [_time(read, n, slots[n].options.get("timezone", zone), zone) for n in numbers]
            local = ibis.coalesce(*[local for local, _ in times])
            instant = ibis.coalesce(*[instant for _, instant in times])
            columns |= _instant(target, local, instant, zone)
        else:
            columns[target] = combined([(slots[n], read[f"v{n}"]) for n in numbers])
    for name in (name for name in read.columns if name.startswith(MARK)):
        target = name.removeprefix(MARK)
        said = columns.get(target, ibis.null("boolean"))
        columns[target] = ibis.ifelse(read[name], True, said)
    return read.select(*KEPT, *[f"repair {n}" for n in range(len(slots))], **columns)


def _time(read: ir.Table, n: int, written_in: str, zone: str) -> tuple[Any, Any]:
    """Business-local time and instant of a slot; one of them is null."""
    local, instant = read[f"v{n}"], read[f"z{n}"]
    if written_in == zone:
        return local, instant
    return ibis.null("timestamp(6)"), ibis.coalesce(instant, to_utc(local, written_in))


def _instant(target: str, local: Any, instant: Any, zone: str) -> dict[str, ir.Value]:
    """The UTC instant and, where the schema has one beside it, its business day."""
    columns = {target: ibis.coalesce(instant, to_utc(local, zone))}
    table, name = target.split(".", 1)
    day = f"{name.removesuffix('_at')}_on"
    if name.endswith("_at") and day in standard_table(table):
        columns[f"{table}.{day}"] = ibis.coalesce(local, to_local(instant, zone)).date()
    return columns


def _content_hash(values: ir.Table) -> ir.Value:
    """A number that two records share when every field of them says the same."""
    derived = ("orders.ordered_on", "refunds.refunded_on")
    fields = [
        values[name].cast("string")
        for name in values.columns
        if "." in name and name not in derived
    ]
    return md5_number_lower(concat_ws(_SEPARATOR, *[field.fill_null("") for field in fields]))
