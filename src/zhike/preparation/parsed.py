"""One wide table: every record of a file with its fields read, each value once.

Columns: `_row`, `_fate` and `_reason` as landed, `_hash` (of the standardised content),
"table.field" for each field that is fed, and `repair <n>` for slots whose writing was odd (code of
the rule that changed it, or "unreadable").
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.context import Context, Workbench
from zhike.preparation.functions import concat_ws, md5_number_lower
from zhike.preparation.marks import MARK, marks_of
from zhike.preparation.reading import FileReading
from zhike.preparation.rules import combined
from zhike.preparation.slots import Slot, slots_of
from zhike.preparation.standardise.zones import to_local, to_utc
from zhike.preparation.survey import Way, ways_of
from zhike.preparation.values import read_closely, read_plain, repair_column
from zhike.schema import Kind, standard_table

KEPT = ("_row", "_fate", "_reason")
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Parsed:
    """A file read.

    Attributes:
        records: The wide table.
        slots: What fed it; the repairs of the n-th, if any, are in column `repair <n>`.
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
            self.records[repair_column(n)]
            for n, slot in enumerate(self.slots)
            if slot.target == target and repair_column(n) in self.records.columns
        ]

    def ruled(self, target: str, rule: str) -> bool:
        """Whether a column feeds the field by that rule."""
        return any(slot.target == target and slot.rule == rule for slot in self.slots)


def parse(raw: ir.Table, reading: FileReading, context: Context, bench: Workbench) -> Parsed:
    """Read every field of every record; only what is odd or a word is computed at once."""
    slots = slots_of(raw, reading)
    writings = bench.step(
        raw.select(
            *KEPT,
            **{f"s{n}": slot.writing for n, slot in enumerate(slots)},
            **marks_of(raw, reading),
        )
    )
    usable = writings.filter(writings._fate.isnull())
    ways = ways_of(usable, slots)
    wide = writings
    for group in _repeating(slots, ways):
        wide = _with_distinct(wide, usable, {n: slots[n] for n in group}, bench)
    at_rows = {n: slots[n] for n, way in enumerate(ways) if way in (Way.ROWS, Way.WORDS)}
    plain = {n: slots[n] for n, way in enumerate(ways) if way is Way.PLAIN}
    wide = read_closely(wide, at_rows, bench)
    read = bench.step(wide.mutate(**read_plain(wide, plain)))
    values = bench.step(_values(read, slots, context))
    return Parsed(values.mutate(_hash=_content_hash(values)), tuple(slots))


def _repeating(slots: list[Slot], ways: list[Way]) -> list[list[int]]:
    """Slots that are read once a distinct value, together where they read the same writing."""
    groups: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for n, (slot, way) in enumerate(zip(slots, ways, strict=True)):
        if way is Way.DISTINCT:
            groups[slot.column, slot.rule == "part"].append(n)
    return list(groups.values())


def _with_distinct(
    wide: ir.Table, usable: ir.Table, slots: dict[int, Slot], bench: Workbench
) -> ir.Table:
    """The values of slots with one writing, read once a distinct value and joined back."""
    first, *others = slots
    distinct = bench.keep(usable.select(f"s{first}").distinct())
    distinct = bench.step(distinct.mutate(**{f"s{n}": distinct[f"s{first}"] for n in others}))
    read = read_closely(distinct, slots, bench)
    values = [name for name in read.columns if name not in {f"s{n}" for n in slots}]
    kept = bench.keep(read.select(*values, **{f"from{first}": read[f"s{first}"]}))
    return wide.left_join(kept, [(f"s{first}", f"from{first}")])


def _values(read: ir.Table, slots: list[Slot], context: Context) -> ir.Table:
    """One column a field: its slots combined, times in UTC with their business day."""
    feeding: dict[str, list[int]] = defaultdict(list)
    for n, slot in enumerate(slots):
        feeding[slot.target].append(n)
    columns: dict[str, Any] = {}
    for target, numbers in feeding.items():
        if slots[numbers[0]].field.kind is Kind.INSTANT:
            columns |= _instant(read, target, {n: slots[n] for n in numbers}, context)
        else:
            columns[target] = combined([(slots[n], read[f"v{n}"]) for n in numbers])
    for name in (name for name in read.columns if name.startswith(MARK)):
        target = name.removeprefix(MARK)
        columns[target] = ibis.ifelse(read[name], True, columns.get(target, False))
    repairs = [name for name in read.columns if name.startswith(repair_column(0)[:-1])]
    return read.select(*KEPT, *repairs, **columns)


def _instant(
    read: ir.Table, target: str, slots: dict[int, Slot], context: Context
) -> dict[str, ir.Value]:
    """The UTC instant and, where the schema has one beside it, its business day."""
    home, last = context.timezone, context.landed_on.year + 1
    here, instants = [], []
    for n, slot in slots.items():
        local, zone = read[f"v{n}"], slot.options.get("timezone", home)
        if f"z{n}" in read.columns:
            instants.append(read[f"z{n}"])
        if zone == home:
            here.append(local)
        else:
            instants.append(to_utc(local, zone, last))
    local = ibis.coalesce(*here) if here else None
    instant = ibis.coalesce(*instants) if instants else None
    utc = [instant] if instant is not None else []
    days = [] if local is None else [local]
    if local is not None:
        utc.append(to_utc(local, home, last))
    columns: dict[str, ir.Value] = {target: ibis.coalesce(*utc)}
    table, name = target.split(".", 1)
    day = business_day_of(name)
    if day in standard_table(table):
        if instant is not None:
            days.append(to_local(instant, home, last))
        columns[f"{table}.{day}"] = ibis.coalesce(*days).date()
    return columns


def business_day_of(name: str) -> str:
    """The field with the business day of an instant, where a table has one.

    Examples:
        >>> business_day_of("ordered_at"), business_day_of("at")
        ('ordered_on', 'on')
    """
    return "on" if name == "at" else f"{name.removesuffix('_at')}_on"


def _content_hash(values: ir.Table) -> ir.Value:
    """A number that two records share when every field of them says the same."""
    fields = [values[name].cast("string") for name in values.columns if _is_said(name)]
    return md5_number_lower(concat_ws(_SEPARATOR, *[field.fill_null("") for field in fields]))


def _is_said(name: str) -> bool:
    """Whether a column is a field that the file itself says."""
    if "." not in name:
        return False
    table, field = name.split(".", 1)
    return not standard_table(table)[field].derived
