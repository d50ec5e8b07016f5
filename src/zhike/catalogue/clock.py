"""The time of day in business hours, for columns of instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from zhike.schema import Shop

DAY_SECONDS = 86_400
QUARTERS = 96
MARGIN = timedelta(days=2)


def second_of_day(
    shop: Shop, instants: ir.TimestampValue, first: date, last: date
) -> ir.IntegerValue:
    """How many seconds of the business day have passed at each instant, 0 to 86,399.

    The zone's changes of the clock between the two days are written out as comparisons, so that
    no engine converts a zone.

    Args:
        shop: Whose business time it is.
        instants: UTC, without zone, from `first` to `last`.
        first: Business day of the earliest instant.
        last: Business day of the latest.
    """
    seconds = (
        instants.hour().cast("int64") * 3600
        + instants.minute().cast("int64") * 60
        + instants.second().cast("int64")
    )
    changes = _changes(shop.timezone, first - MARGIN, last + MARGIN)
    ahead: ir.IntegerValue = ibis.literal(changes[0][1], "int64")
    for at, offset in changes[1:]:
        ahead = (instants >= ibis.literal(at)).ifelse(ibis.literal(offset, "int64"), ahead)
    return (seconds + ahead + DAY_SECONDS) % DAY_SECONDS


@lru_cache(maxsize=32)
def _changes(timezone: str, first: date, last: date) -> list[tuple[datetime, int]]:
    """When the zone's offset changed between two days, and the seconds it is ahead from then on."""
    zone = ZoneInfo(timezone)
    midnight = datetime.combine(first, time(), UTC)
    changes = [(midnight.replace(tzinfo=None), _ahead(zone, midnight))]
    for number in range((last - first).days):
        begin = midnight + timedelta(days=number)
        if _ahead(zone, begin + timedelta(days=1)) == changes[-1][1]:
            continue
        for quarter in range(1, QUARTERS + 1):
            at = begin + timedelta(minutes=15 * quarter)
            if (ahead := _ahead(zone, at)) != changes[-1][1]:
                changes.append((at.replace(tzinfo=None), ahead))
    return changes


def _ahead(zone: ZoneInfo, at: datetime) -> int:
    return int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())
