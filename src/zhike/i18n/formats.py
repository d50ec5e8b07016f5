"""Numbers, money, shares and days as a reader of the language expects them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from zhike.i18n.languages import LOCALES

Numeric = int | float | Decimal


def _locale() -> str:
    from zhike.i18n import language

    return LOCALES[language()]


def format_count(value: Numeric) -> str:
    """A whole number with separators: 1,204."""
    from babel.numbers import format_decimal

    return str(format_decimal(round(value), locale=_locale()))


def format_number(value: Numeric, digits: int = 2) -> str:
    """A number with at most `digits` decimals: 3.14."""
    from babel.numbers import format_decimal

    value = _unsigned_nothing(value, digits)
    return str(format_decimal(value, format="#,##0." + "#" * digits, locale=_locale()))


def format_amount(value: Numeric, currency: str, digits: int = 2) -> str:
    """Money with its sign and separators: ¥1,204.50, -£3.00; without a currency no sign."""
    from babel.numbers import format_currency, format_decimal

    plain = "#,##0" + ("." + "0" * digits if digits else "")
    value = _unsigned_nothing(value, digits)
    if not currency:
        return str(format_decimal(value, format=plain, locale=_locale()))
    pattern = f"¤{plain}"
    return str(
        format_currency(value, currency, format=pattern, currency_digits=False, locale=_locale())
    )


def format_share(value: float, digits: int = 1) -> str:
    """A share 0…1 as a percentage: 0.1234 is 12.3%."""
    from babel.numbers import format_percent

    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    value = float(_unsigned_nothing(value, digits + 2))
    return str(format_percent(value, format=pattern, locale=_locale()))


def _unsigned_nothing(value: Numeric, digits: int) -> Numeric:
    """The value; where nothing of it is written, nothing, which has no sign: 0.00, not -0.00."""
    return value if round(value, digits) else 0


def format_day(value: date) -> str:
    """A day: 2024-03-05 in English, 2024年3月5日 in Chinese."""
    if _locale() == "zh_CN":
        return f"{value.year}年{value.month}月{value.day}日"
    return value.isoformat()


def format_instant(value: datetime) -> str:
    """A day with the time to the minute."""
    return f"{format_day(value.date())} {value:%H:%M}"
