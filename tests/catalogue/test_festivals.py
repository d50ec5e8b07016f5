from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from zhike.catalogue.festivals import (
    FESTIVALS,
    country_of,
    public_holidays,
    same_day_last_year,
    spring_festival,
)
from zhike.datasets.season import SPRING_FESTIVALS

YEARS = range(2017, 2030)


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_the_lunar_new_year_is_that_of_the_almanac() -> None:
    assert [spring_festival(day.year) for day in SPRING_FESTIVALS] == list(SPRING_FESTIVALS)


@pytest.mark.parametrize("year", YEARS)
def test_no_day_of_last_year_is_used_twice_but_for_a_leap_day(year: int) -> None:
    counts = Counter(same_day_last_year(day, lunar=True) for day in _days(year))
    twice = [day for day, count in counts.items() if count > 1]
    assert len(twice) == len(_days(year)) - 365
    assert all(day.year == year - 1 for day in counts)


@pytest.mark.parametrize("year", YEARS)
def test_days_near_the_spring_festival_meet_those_as_far_from_the_last(year: int) -> None:
    here, before = spring_festival(year), spring_festival(year - 1)
    assert here is not None
    assert before is not None
    for gap in range(-19, 20):
        day = here + timedelta(days=gap)
        assert same_day_last_year(day, lunar=True) == before + timedelta(days=gap)


def test_without_the_lunar_year_a_day_meets_its_date() -> None:
    assert same_day_last_year(date(2024, 2, 10), lunar=False) == date(2023, 2, 10)
    assert same_day_last_year(date(2024, 2, 29), lunar=False) == date(2023, 2, 28)
    assert same_day_last_year(date(2024, 6, 18), lunar=True) == date(2023, 6, 18)


def test_a_festival_has_its_days_in_every_year() -> None:
    assert FESTIVALS["double_11"].of(2024) == (date(2024, 11, 5), date(2024, 11, 12))
    assert FESTIVALS["spring_festival"].of(2024) == (date(2024, 2, 9), date(2024, 2, 17))


def test_public_holidays_have_their_names_and_no_moved_days_off() -> None:
    found = list(public_holidays("CN", date(2024, 1, 1), date(2024, 12, 31)))
    national = [item.day for item in found if item.name == "National Day"]
    assert national == [date(2024, 10, 1), date(2024, 10, 2), date(2024, 10, 3)]
    assert date(2024, 10, 7) not in {item.day for item in found}  # moved from a Saturday
    assert list(public_holidays("XX", date(2024, 1, 1), date(2024, 12, 31))) == []


def test_a_country_is_told_from_the_time_zone() -> None:
    assert [country_of(zone) for zone in ("Asia/Shanghai", "Europe/Paris", "UTC")] == [
        "CN", "FR", "",
    ]  # fmt: skip
