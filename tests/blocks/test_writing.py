"""Values read the same on every surface."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from zhike.blocks import Column, Format, Number, Table, change_of, write_rows, write_value
from zhike.i18n import LazyText, lazy, use_language

CASES: list[tuple[object, Format, str, str]] = [
    (1204, "count", "1,204", "1,204"),
    (Decimal("1204.5000"), "amount", "¥1,204.50", "¥1,204.50"),
    (-9570018.99, "amount", "-¥9,570,019", "-¥9,570,019"),
    (0.1234, "share", "12.3%", "12.3%"),
    (1, "days", "1 day", "1 天"),
    (31.5, "days", "31.5 days", "31.5 天"),
    (date(2024, 3, 5), "day", "2024-03-05", "2024年3月5日"),
    (datetime(2024, 3, 5, 9, 30), "text", "2024-03-05 09:30", "2024年3月5日 09:30"),  # noqa: DTZ001
    ("2024-03", "month", "2024-03", "2024年3月"),
    (date(2024, 3, 1), "month", "2024-03", "2024年3月"),
    ("2024-03-05", "day", "2024-03-05", "2024年3月5日"),
    (None, "amount", "–", "–"),
    ("SW1", "text", "SW1", "SW1"),
]


@pytest.mark.parametrize(("value", "format", "english", "chinese"), CASES)
def test_a_value_is_written_as_its_format_says(
    value: object, format: Format, english: str, chinese: str
) -> None:
    with use_language("en"):
        assert write_value(value, format, "JPY" if format == "amount" else "") == english
    with use_language("zh"):
        assert write_value(value, format, "CNY" if format == "amount" else "") == chinese


def test_amounts_of_a_column_share_their_decimals() -> None:
    table = Table(
        name="t",
        title=lazy("T"),
        rows=pa.table({"amount": [12_000.0, 3.5]}),
        columns=(Column(name="amount", label=lazy("Amount"), format="amount"),),
    )
    assert write_rows(table, "GBP") == [["£12,000"], ["£4"]]


def test_codes_are_shown_as_their_words() -> None:
    table = Table(
        name="t",
        title=lazy("T"),
        rows=pa.table({"stage": ["lost", "new", None]}),
        columns=(
            Column(
                name="stage",
                label=lazy("Stage"),
                labels={"lost": LazyText.of(en="Lost", zh="流失")},
            ),
        ),
    )
    assert write_rows(table, "GBP", most=2) == [["Lost"], ["new"]]
    assert write_rows(table, "GBP")[-1] == ["–"]


def number(value: float | None, before: float | None, **given: str) -> Number:
    return Number(
        name="n",
        label=lazy("N"),
        value=value,
        format=given.get("format", "count"),  # type: ignore[arg-type]
        definition=lazy("N"),
        comparisons={"previous": before},
        direction=given.get("direction", ""),  # type: ignore[arg-type]
    )


def test_a_change_says_how_far_and_whether_that_is_good() -> None:
    assert change_of(number(110, 100, direction="up"), "previous") == ("+10.0%", "good")
    assert change_of(number(110, 100, direction="down"), "previous") == ("+10.0%", "bad")
    assert change_of(number(90, 100), "previous") == ("−10.0%", "neutral")
    assert change_of(number(100, 100, direction="up"), "previous") == ("0.0%", "neutral")


def test_shares_change_by_points() -> None:
    change = change_of(number(0.32, 0.30, format="share", direction="up"), "previous")
    assert change == ("+2 points", "good")


def test_nothing_to_compare_with_is_no_change() -> None:
    assert change_of(number(None, 1), "previous") is None
    assert change_of(number(1, None), "previous") is None
    assert change_of(number(1, 0), "previous") is None
    assert change_of(number(1, 1), "year_before") is None
