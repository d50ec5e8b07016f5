"""Business time and UTC, by the transitions of the zone. ICU functions would be many times slower.

A local time that a clock passed twice is the earlier one; one that it skipped is read with the
offset before the change: what `zoneinfo` does with fold 0.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

FIRST_YEAR = 1990
"""Nothing earlier is a possible event; see `validate`."""

Change = tuple[datetime, int]
"""From when on, and the offset in seconds from then."""


def to_utc(local: Any, zone: str, last_year: int) -> ir.Value:
    """UTC instants of a zone's local times; offsets are known from 1990 to the last year."""
    first, changes = _changes(zone, last_year)
    local_changes = []
    before = first
    for at, after in changes:
        local_changes.append((at + timedelta(seconds=max(before, after)), after))
        before = after
    return _shifted(local, first, tuple(local_changes), sign=-1)


def to_local(instant: Any, zone: str, last_year: int) -> ir.Value:
    """A zone's local times of UTC instants."""
    first, changes = _changes(zone, last_year)
    return _shifted(instant, first, changes, sign=1)


def _shifted(at: Any, offset: int, changes: tuple[Change, ...], *, sign: int) -> ir.Value:
    """A balanced tree of comparisons with one constant shift at each leaf."""
    if not changes:
        return at + ibis.interval(seconds=sign * offset)
    middle = len(changes) // 2
    change, after = changes[middle]
    return ibis.ifelse(
        at < ibis.literal(change),
        _shifted(at, offset, changes[:middle], sign=sign),
        _shifted(at, after, changes[middle + 1 :], sign=sign),
    )


@lru_cache(maxsize=8)
def _changes(zone: str, last_year: int) -> tuple[int, tuple[Change, ...]]:
    """The first offset, then every change of offset, found by halving each month that has one."""
    place = ZoneInfo(zone)
    at = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    first = before = _offset(at, place)
    changes: list[Change] = []
    while at.year <= last_year:
        later = at + timedelta(days=7)
        after = _offset(later, place)
        if after != before:
            changes.append((_change_between(at, later, place).replace(tzinfo=None), after))
        at, before = later, after
    return first, tuple(changes)


def _change_between(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    old = _offset(before, place)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(middle, place) == old else (before, middle)
    return after


def _offset(at: datetime, place: ZoneInfo) -> int:
    offset = at.astimezone(place).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
