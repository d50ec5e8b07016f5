"""Days that sell differently: public holidays, shopping festivals, and the same day last year."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

from zhike.i18n import LazyText, lazy

CHINA = "CN"
NEAR_SPRING_FESTIVAL = 21
"""Days before and after the first lunar day that are compared by their distance from it."""
DAY = timedelta(days=1)

_SPRING_FESTIVAL = "Chinese New Year (Spring Festival)"
_MOVED = ("Day off", "observed", "substitut")


@dataclass(frozen=True)
class Festival:
    """A stretch of days that comes back every year.

    Attributes:
        name: Code, such as "double_11".
        label: What people read.
        begin: First day in an ordinary year, as (month, day), or days from the first lunar day.
        days: How many.
    """

    name: str
    label: LazyText
    begin: tuple[int, int] | int
    days: int

    def of(self, year: int) -> tuple[date, date] | None:
        """Its first day, and the day after its last, in a year."""
        if isinstance(self.begin, tuple):
            first = date(year, *self.begin)
        else:
            new_year = spring_festival(year)
            if new_year is None:
                return None
            first = new_year + timedelta(days=self.begin)
        return first, first + timedelta(days=self.days)


FESTIVALS: Mapping[str, Festival] = {
    item.name: item
    for item in (
        Festival("before_spring_festival", lazy("Shopping for the Spring Festival"), -21, 20),
        Festival("spring_festival", lazy("Spring Festival"), -1, 8),
        Festival("618", lazy("618, its week"), (6, 12), 7),
        Festival("double_11", lazy("Double 11, its week"), (11, 5), 7),
        Festival("double_12", lazy("Double 12, its week"), (12, 6), 7),
    )
}
"""The festivals of Chinese retail, by code."""


@lru_cache(maxsize=256)
def spring_festival(year: int) -> date | None:
    """The first day of the lunar year; None outside 1949 to 2099.

    Examples:
        >>> spring_festival(2024)
        datetime.date(2024, 2, 10)
    """
    named = _calendar(CHINA, year)
    return min((day for day, name in named if name[0] == _SPRING_FESTIVAL), default=None)


@dataclass(frozen=True)
class Holiday:
    """One public holiday of one year, in both languages where they are known."""

    day: date
    label: LazyText
    name: str


def public_holidays(country: str, first: date, last: date) -> Iterator[Holiday]:
    """The public holidays of a country between two days, both included.

    Days off that were moved from a weekend are left out: they are no festival.

    Args:
        country: ISO code of two letters; of a country that is not known there are none.
        first: First day.
        last: Last day.
    """
    for year in range(first.year, last.year + 1):
        for day, (english, chinese) in _calendar(country, year):
            if first <= day <= last and not any(word in english for word in _MOVED):
                yield Holiday(day, LazyText.of(en=english, zh=chinese), english)


def same_day_last_year(day: date, *, lunar: bool) -> date:
    """The day of the year before that a day is fairly compared with.

    In the first three months every day within three weeks of the lunar new year is compared with
    the day as far from the last one; the other days of those months follow one another in order.
    All other days are compared with the same date. So no day is used twice, and the quarter as a
    whole is compared with itself, but for a leap day.

    Args:
        day: The day.
        lunar: Whether the Spring Festival matters; otherwise it is the same date.

    Examples:
        >>> same_day_last_year(date(2024, 2, 10), lunar=True)
        datetime.date(2023, 1, 22)
        >>> same_day_last_year(date(2024, 11, 11), lunar=True)
        datetime.date(2023, 11, 11)
    """
    if lunar and day.month <= 3:
        found = _first_quarter(day.year).get(day)
        if found is not None:
            return found
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else day - 366 * DAY


@lru_cache(maxsize=64)
def _first_quarter(year: int) -> dict[date, date]:
    here, before = spring_festival(year), spring_festival(year - 1)
    if here is None or before is None:
        return {}
    near = [timedelta(days=n) for n in range(-NEAR_SPRING_FESTIVAL, NEAR_SPRING_FESTIVAL + 1)]
    pairs = {here + gap: before + gap for gap in near if (before + gap).year == year - 1}
    plain = [day for day in _quarter(year) if day not in pairs]
    taken = set(pairs.values())
    rest = [day for day in _quarter(year - 1) if day not in taken]
    rest += rest[-1:] * (len(plain) - len(rest))  # a leap day has no day of its own
    return pairs | dict(zip(plain, rest, strict=False))


def _quarter(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year, 4, 1) - first).days)]


@lru_cache(maxsize=8)
def country_of(timezone: str) -> str:
    """The country of a time zone by the zone database; empty where it does not say.

    Examples:
        >>> country_of("Asia/Shanghai"), country_of("Europe/London"), country_of("UTC")
        ('CN', 'GB', '')
    """
    table = (files("tzdata") / "zoneinfo" / "zone1970.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        codes, _, rest = line.partition("\t")
        if not line.startswith("#") and timezone in rest.split("\t")[1:2]:
            return codes.split(",")[0]
    return ""


@lru_cache(maxsize=512)
def _calendar(country: str, year: int) -> tuple[tuple[date, tuple[str, str]], ...]:
    """Public holidays of a year: day, and its name in English and in Chinese."""
    import holidays

    if country not in holidays.list_supported_countries():
        return ()
    spoken = holidays.list_localized_countries().get(country, [])
    english = next((it for it in ("en_US", "en_GB", "en") if it in spoken), None)
    chinese = "zh_CN" if "zh_CN" in spoken else english
    with warnings.catch_warnings():
        # Years before an official calendar are computed by its rules, which is what we want.
        warnings.simplefilter("ignore")
        named = holidays.country_holidays(country, years=year, language=english)
        translated = holidays.country_holidays(country, years=year, language=chinese)
    return tuple((day, (named[day], translated.get(day, named[day]))) for day in sorted(named))
