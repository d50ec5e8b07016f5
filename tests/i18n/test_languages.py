from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest

from zhike.i18n import (
    LazyText,
    format_amount,
    format_count,
    format_day,
    format_number,
    format_share,
    from_environment,
    language,
    lazy,
    parse,
    use_language,
)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("zh_CN.UTF-8", "zh"), ("zh-Hans", "zh"), ("Chinese (Simplified)_China", "zh"), ("fr", "en")],
)
def test_a_tag_is_read_by_how_it_begins(tag: str, expected: str) -> None:
    assert parse(tag) == expected


def test_our_own_variable_comes_before_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("ZHIKE_LANG", "zh")
    assert from_environment() == "zh"


def test_a_thread_keeps_its_own_language() -> None:
    with use_language("zh"), ThreadPoolExecutor(1) as threads:
        assert threads.submit(language).result() == "en"
        assert language() == "zh"


def test_a_lazy_text_is_translated_when_it_is_read() -> None:
    text = lazy("There are: {listed}.", listed="a, b")
    assert str(text) == "There are: a, b."
    with use_language("zh"):
        assert str(text) == "可用的有：a, b。"


@pytest.mark.parametrize(
    "text", [lazy("{message} {hint}", message="a", hint="b"), LazyText.of(en="Orders", zh="订单")]
)
def test_a_lazy_text_survives_pickling(text: LazyText) -> None:
    copy = pickle.loads(pickle.dumps(text))  # noqa: S301 (our own bytes)
    with use_language("zh"):
        assert str(copy) == str(text)


def test_numbers_are_written_as_readers_expect() -> None:
    assert format_count(1204) == "1,204"
    assert format_number(3.14159) == "3.14"
    assert format_amount(Decimal("1204.5"), "CNY") == "CN¥1,204.50"
    assert format_share(0.1234) == "12.3%"
    assert format_day(date(2024, 3, 5)) == "2024-03-05"
    with use_language("zh"):
        assert format_amount(Decimal("-1204.5"), "CNY") == "-¥1,204.50"
        assert format_day(date(2024, 3, 5)) == "2024年3月5日"


def test_what_is_written_as_nothing_has_no_sign() -> None:
    assert format_amount(-0.004, "USD") == "$0.00"
    assert format_amount(Decimal("-0.4"), "", 0) == "0"
    assert (format_number(-0.001), format_share(-0.0004)) == ("0", "0.0%")
    assert format_amount(-0.006, "USD") == "-$0.01"
