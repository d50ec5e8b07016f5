"""What drivers and dimensions are called."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.catalogue import STAGES
from zhike.i18n import LazyText, lazy
from zhike.insights.facts import NOBODY
from zhike.insights.sums import ALL, OTHERS

DRIVER_LABELS: dict[str, LazyText] = {
    "customers_new": lazy("New customers came"),
    "customers_reactivated": lazy("Customers came back"),
    "customers_lost": lazy("Customers stayed away"),
    "customers": lazy("Number of customers"),
    "frequency": lazy("Purchases per customer"),
    "basket": lazy("Pieces per purchase"),
    "mix": lazy("Dearer or cheaper products"),
    "price": lazy("Prices of the same products"),
    "discounts": lazy("Vouchers and discounts"),
    "anonymous": lazy("Unknown customers"),
    "refunds": lazy("What came back"),
    "late": lazy("Returns still to come"),
    "days": lazy("Length of the period"),
    "volume": lazy("Number sold"),
}
"""Causes of the driver tree, and drivers of members, in the order in which they are shown."""

DIMENSION_LABELS: dict[str, LazyText] = {
    ALL: lazy("Everything"),
    "channel": lazy("Channel"),
    "category": lazy("Category"),
    "product": lazy("Product"),
    "province": lazy("Province"),
    "city": lazy("City"),
    "customer_kind": lazy("New or returning"),
    "stage": lazy("Stage"),
    "acquired_from": lazy("Acquired from"),
    "weekday": lazy("Weekday"),
}

OF_CUSTOMERS = ("province", "city", "customer_kind", "stage", "acquired_from")
"""Dimensions that say who bought, not what or where."""

WEEKDAYS: dict[str, LazyText] = {
    "0": lazy("Monday"),
    "1": lazy("Tuesday"),
    "2": lazy("Wednesday"),
    "3": lazy("Thursday"),
    "4": lazy("Friday"),
    "5": lazy("Saturday"),
    "6": lazy("Sunday"),
}
KINDS: dict[str, LazyText] = {
    "new": lazy("New customers"),
    "returning": lazy("Returning customers"),
}


def member_label(dimension: str, member: str, products: dict[str, str]) -> LazyText | str:
    """What a member is called: the product's name, the weekday's, the stage's."""
    if member == NOBODY:
        return lazy("unknown") if dimension != ALL else DIMENSION_LABELS[ALL]
    if member == OTHERS:
        return lazy("all others")
    known: dict[str, Mapping[str, LazyText | str]] = {
        "product": products,
        "weekday": WEEKDAYS,
        "stage": STAGES,
        "customer_kind": KINDS,
    }
    return known.get(dimension, {}).get(member, member)


def where_label(dimension: str, member: LazyText | str) -> LazyText:
    """A member with its dimension, as a sentence begins with it."""
    if dimension == ALL:
        return DIMENSION_LABELS[ALL]
    return lazy("{dimension} {member}", dimension=DIMENSION_LABELS[dimension], member=member)
