"""The last days beside the same days a year earlier: what each customer brought in either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from zhike.catalogue.facts import purchase_history
from zhike.catalogue.purchases import MONEY, as_of_day
from zhike.catalogue.refunds import refund_rows
from zhike.schema import Shop

YEAR_DAYS = 365
LATE_DAYS = 31
"""A history that begins up to a month into the earlier window still counts as covering it."""


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The last so many days, and as many days a year earlier.

    Attributes:
        day: The day after the last one.
        days: Length of a window, at most a year.
    """

    day: date
    days: int = YEAR_DAYS

    @property
    def now_from(self) -> date:
        """First day of the window."""
        return self.day - timedelta(days=self.days)

    @property
    def before_to(self) -> date:
        """The day after the last of the earlier window."""
        return self.day - timedelta(days=YEAR_DAYS)

    @property
    def before_from(self) -> date:
        """First day of the earlier window."""
        return self.before_to - timedelta(days=self.days)

    def of(self, rows: ir.Table, on: ir.DateColumn) -> ir.Table:
        """The rows of either window, with `span`: "now" or "before"."""
        now = on >= self.now_from
        inside = now | ((on >= self.before_from) & (on < self.before_to))
        return rows.mutate(span=now.ifelse("now", "before")).filter(inside & (on < self.day))

    def reaches_back(self, shop: Shop) -> bool:
        """Whether the history covers the earlier window too."""

        def look() -> date | None:
            history = purchase_history(shop, self.day)
            first: date | None = history.ordered_on.min().to_pyarrow().as_py()
            return first

        first_on = shop.remember(("first_purchase_on", self.day), look)
        return first_on is not None and first_on <= self.before_from + timedelta(days=LATE_DAYS)


def customer_windows(shop: Shop, as_of: date | None = None, *, days: int = YEAR_DAYS) -> ir.Table:
    """What each customer bought in the last days and in the same days a year earlier.

    Returns:
        One row a customer with a purchase or refund in either: `customer_id`, `orders`, `revenue`
        (net: less refunds dated in the window), and `orders_before`, `revenue_before`.
    """
    windows = Windows(day=as_of_day(shop, as_of), days=days)
    return shop.remember(("customer_windows", windows), lambda: _customer_windows(shop, windows))


def _customer_windows(shop: Shop, windows: Windows) -> ir.Table:
    history = purchase_history(shop, windows.day)
    bought = windows.of(history, history.ordered_on)
    rows = bought.select("customer_id", "span", orders=ibis.literal(1, "int64"),
                         amount=bought.net_amount.cast(MONEY))  # fmt: skip
    refunds = refund_rows(shop, windows.day)
    if refunds is not None:
        known = refunds.filter(refunds.is_net & refunds.customer_id.notnull())
        back = windows.of(known, known.refunded_on)
        rows = rows.union(
            back.select("customer_id", "span", orders=ibis.literal(0, "int64"),
                        amount=(-back.amount).cast(MONEY))
        )  # fmt: skip
    now = rows.span == "now"
    return shop.engine.materialise(
        rows.group_by("customer_id").agg(
            orders=now.ifelse(rows.orders, 0).sum().cast("int64"),
            revenue=now.ifelse(rows.amount, 0).sum().cast(MONEY),
            orders_before=now.ifelse(0, rows.orders).sum().cast("int64"),
            revenue_before=now.ifelse(0, rows.amount).sum().cast(MONEY),
        )
    )
