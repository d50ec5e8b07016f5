"""The traits of the members of a segment, without looking for them twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import ibis.expr.types as ir

from zhike.catalogue.purchases import as_of_day
from zhike.catalogue.rules import fields_of, parse_rule, segment_members
from zhike.catalogue.traits import customer_traits
from zhike.schema import Shop

MEASURES = frozenset(
    (
        "frequency", "monetary", "recency_days", "tenure_days", "mean_gap_days", "stage",
        "first_on", "last_on", "orders_last_90_days", "orders_last_365_days",
        "amount_last_365_days", "average_order_value",
    )
)  # fmt: skip
"""Traits that measure how much, how often and when somebody bought: they go together."""


def traits_within(shop: Shop, texts: Iterable[str], as_of: date | None = None) -> frozenset[str]:
    """The traits that segments are made of, which therefore tell nothing new about them.

    A rule about one measure of buying says something about all of them; so does one that asks
    an analysis.
    """
    fields = fields_of(shop, as_of)
    named: set[str] = set()
    for text in texts:
        rule = parse_rule(fields.segments.get(text.strip(), text), fields)
        for item in rule.fields():
            named |= MEASURES if item.provider or item.name in MEASURES else {item.name}
    return frozenset(named)


def segment_traits(
    shop: Shop, text: str, as_of: date | None = None, *, outside: bool = False
) -> ir.Table:
    """The rows of `customer_traits` of whom a rule or a saved segment means.

    A rule that speaks of traits alone is a filter; one that speaks of analyses is looked up
    once and kept.

    Args:
        shop: Where to look.
        text: A rule, or the name of a saved segment.
        as_of: Day to look back from.
        outside: Those whom it does not mean.

    Raises:
        RuleError: It is no rule.
    """
    day = as_of_day(shop, as_of)
    everybody, fields = customer_traits(shop, day), fields_of(shop, day)
    rule = parse_rule(fields.segments.get(text.strip(), text), fields)
    if not any(item.provider for item in rule.fields()):
        met = rule.expression(everybody).fill_null(False)
        return everybody.filter(~met if outside else met)
    listed = segment_members(shop, text, day)
    join = everybody.anti_join if outside else everybody.semi_join
    return shop.engine.materialise(join(listed, "customer_id"))
