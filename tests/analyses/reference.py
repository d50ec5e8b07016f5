"""The definitions once more, in pandas and plain loops: slow, and independent of the analyses."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from zhike.catalogue import Period

NET = ["goods", "voucher", "discount"]


class Reference:
    """Purchases, refunds and customers of a shop's tables before a day."""

    def __init__(self, tables: dict[str, pd.DataFrame], day: date) -> None:
        self.day = day
        orders = tables["orders"]
        alive = orders[
            (orders.ordered_on < day)
            & orders.status.isin(["paid", "shipped", "completed", "refunded"])
            & ~orders.is_test
            & ~orders.is_brushing
        ].copy()
        money = ["gross_amount", "discount_amount", "shipping_amount", "paid_amount"]
        alive[money] = alive[money].astype(float)
        alive["net"] = alive.gross_amount - alive.discount_amount
        refunds = tables["refunds"].copy()
        refunds["amount"] = refunds.amount.astype(float)
        refunds = refunds.merge(
            alive[["order_id", "customer_id", "ordered_on", "net", "gross_amount"]],
            on="order_id",
            how="left",
            suffixes=("_own", ""),
        )
        refunds = refunds[refunds.order_id.isna() | refunds.ordered_on.notna()]
        refunds["customer_id"] = refunds.customer_id.fillna(refunds.customer_id_own)
        refunds["on"] = refunds.refunded_on.fillna(refunds.ordered_on)
        refunds = refunds[refunds.on < day]
        back = refunds[refunds.kind.isin(NET)].groupby("order_id").amount.sum()
        alive["back"] = alive.order_id.map(back).fillna(0)
        gone = (alive.net > 0) & (alive.back >= alive.net - 0.005)
        self.purchases = alive[(alive.gross_amount > 0) & ~gone]
        bought = refunds.order_id.isna() | refunds.order_id.isin(self.purchases.order_id)
        self.refunds = refunds[refunds.kind.isin(NET) & bought]
        self.identified = self.purchases[self.purchases.customer_id.notna()]
        self.days = {
            customer: sorted(rows)
            for customer, rows in self.identified.groupby("customer_id").ordered_on
        }  # fmt: skip

    def facts(self) -> pd.DataFrame:
        """One row a customer: recency, frequency, monetary."""
        grouped = self.identified.groupby("customer_id")
        back = self.refunds.groupby("customer_id").amount.sum()
        facts = pd.DataFrame(
            {
                "first_on": grouped.ordered_on.min(),
                "recency": [(self.day - it).days for it in grouped.ordered_on.max()],
                "frequency": grouped.size(),
                "monetary": grouped.net.sum(),
            }
        )
        facts["monetary"] = (facts.monetary - back.reindex(facts.index).fillna(0)).round(4)
        return facts

    def scores(self) -> pd.DataFrame:
        """Scores by counting, for each customer, those who do strictly worse."""
        facts = self.facts()
        better = {
            "recency": -facts.recency,
            "frequency": facts.frequency,
            "monetary": facts.monetary,
        }
        return pd.DataFrame(
            {
                name: [1 + 5 * int((values < value).sum()) // len(values) for value in values]
                for name, values in better.items()
            },
            index=facts.index,
        )

    def stage(self, customer: str, at: date, lost_after: int, loyal_after: int) -> str:
        """Where a customer who has bought by then stands."""
        before = [it for it in self.days[customer] if it < at]
        if (at - before[-1]).days > lost_after:
            return "lost"
        return "first" if len(before) == 1 else "repeat" if len(before) < loyal_after else "loyal"

    def stages(self, at: date, lost_after: int, loyal_after: int) -> dict[str, str]:
        """Where everybody stands who has bought by then."""
        return {
            customer: self.stage(customer, at, lost_after, loyal_after)
            for customer, days in self.days.items()
            if days[0] < at
        }

    def metrics(self, period: Period, lost_after: int) -> dict[str, float]:
        """The metrics of a period, those that can be counted by customer included."""

        def within(days: pd.Series, item: Period) -> pd.Series:
            return (days >= item.from_on) & (days < item.to_on)

        orders = self.purchases[within(self.purchases.ordered_on, period)]
        refunds = self.refunds[within(self.refunds.on, period)]
        known = orders[orders.customer_id.notna()]
        buyers = set(known.customer_id)
        end = min(period.to_on, self.day)
        previous = period.previous()
        before = (
            set(self.identified[within(self.identified.ordered_on, previous)].customer_id)
            if previous
            else set()
        )
        ever = {it: [on for on in days if on < end] for it, days in self.days.items()}
        net = orders.net.sum() - refunds.amount.sum()
        known_net = known.net.sum() - refunds[refunds.customer_id.notna()].amount.sum()
        return {
            "net_revenue": net,
            "orders": len(orders),
            "customers": len(buyers),
            "new_customers": sum(self.days[it][0] >= period.from_on for it in buyers),
            "total_customers": sum(bool(days) for days in ever.values()),
            "active_customers": sum(
                bool(days) and (end - days[-1]).days <= lost_after for days in ever.values()
            ),
            "repeat_rate": np.mean([len(ever[it]) >= 2 for it in buyers]),
            "retention_rate": np.mean([it in buyers for it in before]) if before else np.nan,
            "identified_share": known_net / net,
            "revenue_per_customer": known_net / len(buyers),
        }
