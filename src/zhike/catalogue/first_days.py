"""How each customer began: the first day of buying, what it brought, and the next such day."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from zhike.catalogue.facts import purchase_history
from zhike.catalogue.purchases import MONEY, as_of_day
from zhike.schema import Shop


def first_days(shop: Shop, as_of: date | None = None) -> ir.Table:
    """The first two days on which each customer bought, computed once a run.

    Purchases of one day are in no order among themselves, so that the first purchase is all of the
    first day, and the second one is on a later day.

    Returns:
        One row a customer with a purchase before the day: `customer_id`, `first_on`,
        `first_amount` (goods less discounts of that day) and `second_on` (null: none yet).
    """
    day = as_of_day(shop, as_of)
    return shop.remember(("first_days", day), lambda: _first_days(shop, day))


def _first_days(shop: Shop, day: date) -> ir.Table:
    history = purchase_history(shop, day)
    on_first = history.ordered_on == history.first_on
    return shop.engine.materialise(
        history.group_by("customer_id").agg(
            first_on=history.first_on.min(),
            first_amount=on_first.ifelse(history.net_amount, 0).sum().cast(MONEY),
            second_on=on_first.ifelse(None, history.ordered_on).min(),
        )
    )
