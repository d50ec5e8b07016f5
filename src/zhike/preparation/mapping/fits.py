"""Whether a column's values can be what its header says, and what values say on their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zhike.preparation.mapping.grains import field_of
from zhike.preparation.mapping.profiles import Profile
from zhike.schema import Kind

EMPTY_FIT = 0.6
"""How far an empty column is trusted: its header is all there is."""


def fit(target: str, profile: Profile) -> float:
    """How well the values suit "table.field": 0 (cannot be) to 1.

    Examples:
        >>> dates = Profile(rows=10, filled=10, distinct=9, shares={"date": 1.0})
        >>> fit("orders.ordered_at", dates), fit("orders.paid_amount", dates)
        (1.0, 0.0)
    """
    if not profile.filled:
        return EMPTY_FIT
    special = _SPECIAL.get(target)
    if special is not None:
        return special(profile)
    return _BY_KIND[field_of(target).kind](profile)


def _instant(profile: Profile) -> float:
    return profile.share("date", "compact_date", "epoch", "serial", "month")


def _number(profile: Profile) -> float:
    return profile.share("number")


def _money(profile: Profile) -> float:
    if profile.share("compact_date") > 0.9 and profile.distinct > 1:
        return 0.1
    long_codes = profile.share("integer") > 0.98 and profile.length >= 9
    return 0.2 if long_codes else profile.share("number")


def _discount(profile: Profile) -> float:
    """A share such as 0.2 or 20 % is no amount."""
    rate = profile.high is not None and 0 < profile.high <= 1 and profile.share("integer") < 1
    return 0.1 if rate or profile.share("percent") > 0.5 else _money(profile)


def _identifier(profile: Profile) -> float:
    if profile.share("date") > 0.3 or _is_measured(profile):
        return 0.1
    return 0.35 if profile.share("words") > 0.6 else 1.0


def _is_measured(profile: Profile) -> bool:
    """Numbers with cents, which no number of a thing has ("13085.0" is an id all the same)."""
    fractions = profile.share("number") - profile.share("integer")
    return fractions > 0.3 or (profile.share("money_mark") > 0.5)


def _order_id(profile: Profile) -> float:
    if profile.distinct < min(5, profile.filled) or profile.share("email") > 0.3:
        return 0.2
    return _identifier(profile)


def _customer_id(profile: Profile) -> float:
    if profile.share("email") > 0.5:
        return 0.2
    if profile.share("masked") > 0.5:
        return 0.1
    named = profile.share("code") < 0.3 and profile.share("letters") > 0.7
    return 0.4 if named else _identifier(profile)


def _product_id(profile: Profile) -> float:
    titled = profile.share("words") > 0.6 or (profile.share("chinese") > 0.7 and profile.length > 6)
    return 0.5 if titled else _identifier(profile)


def _account(profile: Profile) -> float:
    if profile.share("date") > 0.3 or _is_measured(profile):
        return 0.0
    return 1.0


def _phone(profile: Profile) -> float:
    digits = profile.share("integer") if 7 <= profile.length <= 15 else 0.0
    return max(profile.share("mobile") + profile.share("masked"), profile.share("phone"), digits)


def _email(profile: Profile) -> float:
    return profile.share("email")


def _text(profile: Profile) -> float:
    if profile.share("date", "compact_date") > 0.8:
        return 0.1
    return 1.0


def _named(profile: Profile) -> float:
    if profile.share("date") > 0.3 or profile.share("email") > 0.5:
        return 0.1
    return max(0.15, profile.share("letters", "masked"))


def _person(profile: Profile) -> float:
    few = profile.distinct <= 12 and profile.distinct_share < 0.02
    return 0.1 if few else _named(profile)


def _place(profile: Profile) -> float:
    if profile.share("date", "email") > 0.3 or profile.length > 30:
        return 0.1
    return max(0.3, profile.share("letters"))


def _address(profile: Profile) -> float:
    return 0.2 if profile.length < 5 else max(0.3, profile.share("letters", "masked"))


def _status(profile: Profile) -> float:
    if profile.share("date") > 0.3 or profile.distinct > 200:
        return 0.1
    return 0.6 + 0.4 * profile.share("status") if profile.share("number") < 0.9 else 0.4


def _choice(profile: Profile) -> float:
    return 0.2 if profile.share("date") > 0.3 or profile.distinct > 200 else 0.9


def _flag(profile: Profile) -> float:
    return 1.0 if profile.distinct <= 6 else 0.1


def _word(profile: Profile) -> float:
    return 0.1 if profile.share("number") > 0.9 and profile.distinct > 12 else _text(profile)


def _currency(profile: Profile) -> float:
    return 1.0 if profile.length <= 4 and profile.share("number") < 0.2 else 0.1


_BY_KIND: Mapping[Kind, Callable[[Profile], float]] = {
    Kind.ID: _identifier,
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.FLAG: _flag,
    Kind.INSTANT: _instant,
    Kind.DAY: _instant,
}

_SPECIAL: Mapping[str, Callable[[Profile], float]] = {
    "orders.order_id": _order_id,
    "orders.customer_id": _customer_id,
    "customers.customer_id": _customer_id,
    "refunds.customer_id": _customer_id,
    "order_lines.product_id": _product_id,
    "orders.status": _status,
    "orders.currency": _currency,
    "orders.payment": _word,
    "orders.discount_amount": _discount,
    "order_lines.discount_amount": _discount,
    "orders.coupon": _word,
    "orders.channel": _word,
    "people.account": _account,
    "people.phone": _phone,
    "people.email": _email,
    "people.name": _person,
    "people.address": _address,
    "products.name": _named,
    "customers.country": _place,
    "customers.province": _place,
    "customers.city": _place,
}
