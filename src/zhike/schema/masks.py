"""Masks: how personal data are shown to those who need not see them in full.

One rule a field, for every surface. A masked value is for recognising, never an identity key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

ADULT_YEARS = 14
"""Persons younger than this are masked wholly."""

HIDDEN = "***"
PHONE_DIGITS = 11
CITY = "^[^市]*市"
DISTRICT = "^([^区县旗]*自治区)?[^区县旗]*([^区县旗小社园校街片厂景]区|县|旗)"
"""Up to the first district or county; 自治区 is a province, 小区 and 园区 are within districts."""


def mask_name(value: ir.StringValue) -> ir.StringValue:
    """The first character and two stars: 王**."""
    return ibis.ifelse(value.length() > 1, value.substr(0, 1) + "**", ibis.literal(HIDDEN))


def mask_phone(value: ir.StringValue) -> ir.StringValue:
    """The first three and last four of a mobile number; of a shorter one the last two."""
    ends = value.right(4)
    return ibis.ifelse(
        value.length() >= PHONE_DIGITS,
        value.substr(0, 3) + "****" + ends,
        ibis.literal("****") + value.right(2),
    )


def mask_email(value: ir.StringValue) -> ir.StringValue:
    """The first character and the domain: a***@example.com."""
    at = value.find("@")
    return ibis.ifelse(
        at > 0,
        value.substr(0, 1) + HIDDEN + value.substr(at, value.length()),
        ibis.literal(HIDDEN),
    )


def mask_address(value: ir.StringValue) -> ir.StringValue:
    """Up to the district, else up to the city; nothing of an address that names neither."""
    district, city = value.re_extract(DISTRICT, 0), value.re_extract(CITY, 0)
    return district.nullif("").coalesce(city.nullif(""), ibis.literal("")) + HIDDEN


def mask_birthday(value: ir.Value) -> ir.StringValue:
    """The year: 1988-**-**."""
    return value.cast("string").substr(0, 4) + "-**-**"


def hide(value: ir.Value) -> ir.StringValue:
    """Nothing but that there is something."""
    return ibis.ifelse(value.notnull(), ibis.literal(HIDDEN), ibis.null("string"))


MASKS: Mapping[str, Callable[[ir.Value], ir.StringValue]] = {
    "people.account": mask_name,
    "people.name": mask_name,
    "people.phone": mask_phone,
    "people.email": mask_email,
    "people.address": mask_address,
    "people.external_ids": hide,
    "customers.birth_on": mask_birthday,
}
"""Field to its mask. What else is personal narrows a person down only together with these."""


def masked(field: str, value: ir.Value, *, is_child: ir.BooleanValue | None = None) -> ir.Value:
    """The value as it may be shown, null where there is none.

    Args:
        field: Such as "people.phone"; a field without a mask is given back as it is.
        value: Its values.
        is_child: Whose values are hidden wholly.

    Examples:
        >>> phone = ibis.memtable({"phone": ["13800001234"]}).phone
        >>> masked("people.phone", phone).to_pyarrow().to_pylist()
        ['138****1234']
    """
    mask = MASKS.get(field)
    if mask is None:
        return value
    shown = mask(value)
    if is_child is not None:
        shown = ibis.ifelse(is_child.fill_null(False), hide(value), shown)
    return ibis.ifelse(value.notnull(), shown, ibis.null("string"))


def is_child(birth_on: ir.DateValue, day: date) -> ir.BooleanValue:
    """Whether somebody born then is younger than fourteen on the day."""
    month_and_day = birth_on.month() * 100 + birth_on.day()
    age = ibis.literal(day.year) - birth_on.year()
    age = age - (month_and_day > day.month * 100 + day.day).ifelse(1, 0)
    return age < ADULT_YEARS
