from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.catalogue import Period
from zhike.catalogue.calendar import Calendar
from zhike.errors import ParameterError

DAY = date(2024, 3, 15)


@pytest.mark.parametrize(
    ("text", "from_on", "to_on", "previous", "last_year"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1), "2024-01", "2023-02"),
        ("2024-01", date(2024, 1, 1), date(2024, 2, 1), "2023-12", "2023-01"),
        ("2024-Q1", date(2024, 1, 1), date(2024, 4, 1), "2023-Q4", "2023-Q1"),
        ("2024q4", date(2024, 10, 1), date(2025, 1, 1), "2024-Q3", "2023-Q4"),
        ("2024", date(2024, 1, 1), date(2025, 1, 1), "2023", "2023"),
        ("last-15-days", date(2024, 2, 29), DAY, "2024-02-14..2024-02-29",
         "2023-02-28..2023-03-15"),
        ("2024-01-01..2024-01-08", date(2024, 1, 1), date(2024, 1, 8),
         "2023-12-25..2024-01-01", "2023-01-01..2023-01-08"),
        ("2024-spring-festival", date(2024, 2, 9), date(2024, 2, 17), "2024-02-01..2024-02-09",
         "2023-spring-festival"),
        ("2024-Double-11", date(2024, 11, 5), date(2024, 11, 12), "2024-10-29..2024-11-05",
         "2023-double-11"),
        ("2024-618", date(2024, 6, 12), date(2024, 6, 19), "2024-06-05..2024-06-12", "2023-618"),
        ("", date(2024, 2, 1), date(2024, 3, 1), "2024-01", "2023-02"),
    ],
)  # fmt: skip
def test_a_period_is_read_with_what_comes_before(
    text: str, from_on: date, to_on: date, previous: str, last_year: str
) -> None:
    period = Period.parse(text, as_of=DAY)
    assert (period.from_on, period.to_on) == (from_on, to_on)
    assert (str(period.previous()), str(period.last_year())) == (previous, last_year)


def test_the_whole_time_runs_from_the_first_order_and_has_nothing_before() -> None:
    period = Period.parse("all", as_of=DAY, first_on=date(2020, 1, 1))
    assert (period.from_on, period.to_on) == (date(2020, 1, 1), DAY)
    assert period.previous() is None
    assert period.last_year() is None


@pytest.mark.parametrize(
    "text",
    [
        "2024-13",
        "last-0-days",
        "2024-02-02..2024-02-01",
        "2024-02-30..2024-03-01",
        "now",
        "0000",
        "2024-easter",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="period is"):
        Period.parse(text, as_of=DAY)


def test_a_festival_is_compared_with_the_same_festival_wherever_the_moon_puts_it() -> None:
    period = Period.parse("2025-spring-festival", as_of=DAY)
    before = period.last_year()
    assert before is not None
    assert (period.from_on, before.from_on) == (date(2025, 1, 28), date(2024, 2, 9))
    assert str(period.label) == "Spring Festival 2025"
    assert Period.parse(str(period), as_of=DAY) == period


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_the_default_is_the_last_month_that_had_ended(day: date) -> None:
    period = Period.last_month(as_of=day)
    assert period.to_on <= day
    assert (day - period.to_on).days < 31


@given(st.sampled_from(["week", "month", "quarter"]), st.dates(date(1971, 1, 1), date(2090, 1, 1)))
def test_a_previous_period_ends_where_the_next_begins(unit: str, day: date) -> None:
    period = Period.parse(f"{day:%Y-%m}", as_of=day)
    before = period.previous()
    assert before is not None
    assert before.to_on == period.from_on
    calendar = Calendar(unit)
    assert calendar.number(before.from_on) <= calendar.number(day)


@pytest.mark.parametrize("unit", ["week", "month", "quarter"])
def test_a_column_of_days_is_read_as_one_day_is(unit: str) -> None:
    calendar = Calendar(unit)
    days = [date(1999, 12, 31) + timedelta(days=37 * place) for place in range(300)]
    table = ibis.memtable(pa.table({"day": days}))
    rows = table.select(
        "day", number=calendar.number_of(table.day), text=calendar.text_of(table.day)
    )
    for row in rows.to_pyarrow().to_pylist():
        assert row["number"] == calendar.number(row["day"])
        assert row["text"] == calendar.text(row["number"])
