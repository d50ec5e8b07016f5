"""The same analyses as a careful analyst writes them in pandas: `NAMES FOLDER AS_OF`.

Vectorised throughout, only the columns needed are read, decimals become floats on reading, and
what several analyses share is computed once, as ours is.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import report

FULFILLED = ["paid", "shipped", "completed", "refunded"]
NET_KINDS = ["goods", "voucher", "discount"]
ZONE = "Asia/Shanghai"
FOREVER = pd.Timestamp.max.normalize()


def read(folder: Path, name: str, columns: list[str]) -> pd.DataFrame:
    table = pq.read_table(folder / f"{name}.parquet", columns=columns)
    schema = pa.schema(
        [(f.name, pa.float64()) if pa.types.is_decimal(f.type) else f for f in table.schema]
    )
    return table.cast(schema).to_pandas(date_as_object=False)


class Frames:
    """The shop, and what the analyses share."""

    def __init__(self, folder: Path, as_of: date) -> None:
        self.folder = folder
        self.day = pd.Timestamp(as_of)

    @cached_property
    def orders(self) -> pd.DataFrame:
        amounts = ["gross", "discount", "shipping", "fee", "adjustment", "paid"]
        names = ["order_id", "customer_id", "ordered_on", "paid_at", "closed_at", "status"]
        flags = ["is_test", "is_brushing"]
        orders = read(
            self.folder, "orders", [*names, *flags, *(f"{name}_amount" for name in amounts)]
        )
        orders["goods_amount"] = orders.gross_amount - orders.discount_amount
        return orders[orders.ordered_on < self.day]

    @cached_property
    def accepted(self) -> pd.DataFrame:
        orders = self.orders
        midnight = self.day.tz_localize(ZONE).tz_convert("UTC").tz_localize(None)
        closed_later = (
            (orders.status == "closed")
            & (orders.closed_at >= midnight)
            & (orders.paid_at < midnight)
        )
        fulfilled = orders.status.isin(FULFILLED) | closed_later
        return orders[fulfilled & ~orders.is_test & ~orders.is_brushing]

    @cached_property
    def refunds(self) -> pd.DataFrame:
        names = ["order_id", "customer_id", "product_id", "kind", "amount", "refunded_on"]
        refunds = read(self.folder, "refunds", names)
        known = self.accepted[
            ["order_id", "customer_id", "ordered_on", "gross_amount", "goods_amount"]
        ].rename(columns={"customer_id": "buyer_id"})
        refunds = refunds.merge(known, on="order_id", how="left")
        refunds = refunds[refunds.order_id.isna() | refunds.ordered_on.notna()].copy()
        refunds["refunded_on"] = refunds.refunded_on.fillna(refunds.ordered_on)
        refunds["customer_id"] = refunds.buyer_id.fillna(refunds.customer_id)
        refunds = refunds[refunds.refunded_on < self.day].copy()
        net_part = refunds.amount.where(refunds.kind.isin(NET_KINDS), 0.0)
        given_back = net_part.groupby(refunds.order_id).transform("sum")
        refunds["order_refunded"] = (
            refunds.order_id.notna()
            & (refunds.goods_amount > 0)
            & (given_back >= refunds.goods_amount - 0.005)
        )
        of_purchase = refunds.order_id.isna() | (
            (refunds.gross_amount > 0) & ~refunds.order_refunded
        )
        refunds["is_net"] = refunds.kind.isin(NET_KINDS) & of_purchase
        return refunds

    @cached_property
    def purchases(self) -> pd.DataFrame:
        gone = self.refunds.order_id[self.refunds.order_refunded].unique()
        accepted = self.accepted
        return accepted[(accepted.gross_amount > 0) & ~accepted.order_id.isin(gone)]

    @cached_property
    def history(self) -> pd.DataFrame:
        columns = ["customer_id", "ordered_on", "goods_amount"]
        known = self.purchases.loc[self.purchases.customer_id.notna(), columns]
        known = known.sort_values(["customer_id", "ordered_on"])
        of_customer = known.groupby("customer_id", sort=False).ordered_on
        return known.assign(
            previous_on=of_customer.shift(1),
            next_on=of_customer.shift(-1),
            nth=of_customer.cumcount() + 1,
            first_on=of_customer.transform("first"),
        )

    @cached_property
    def facts(self) -> pd.DataFrame:
        facts = self.history.groupby("customer_id").agg(
            first_on=("ordered_on", "first"),
            last_on=("ordered_on", "last"),
            frequency=("ordered_on", "size"),
            monetary=("goods_amount", "sum"),
        )
        back = self.refunds[self.refunds.is_net].groupby("customer_id").amount.sum()
        # Rounded, or floating-point noise would tell equal customers apart.
        facts["monetary"] = facts.monetary.sub(back, fill_value=0).reindex(facts.index).round(4)
        facts["recency_days"] = (self.day - facts.last_on).dt.days
        return facts

    @cached_property
    def prospects(self) -> pd.DataFrame:
        customers = read(self.folder, "customers", ["customer_id", "registered_at"])
        local = customers.registered_at.dt.tz_localize("UTC").dt.tz_convert(ZONE)
        customers["known_on"] = local.dt.tz_localize(None).dt.normalize()
        customers["known_on"] = customers.known_on.fillna(pd.Timestamp("1970-01-01"))
        orders = self.orders
        unbought = orders[
            orders.customer_id.notna()
            & (~orders.status.isin(FULFILLED) | (orders.gross_amount <= 0))
        ]
        back = self.refunds[self.refunds.order_refunded & self.refunds.customer_id.notna()]
        signs = pd.concat(
            [
                customers.loc[customers.known_on < self.day, ["customer_id", "known_on"]],
                unbought[["customer_id", "ordered_on"]].set_axis(
                    ["customer_id", "known_on"], axis=1
                ),
                back[["customer_id", "refunded_on"]].set_axis(["customer_id", "known_on"], axis=1),
            ]
        )
        known = signs.groupby("customer_id").known_on.min().to_frame()
        known["first_on"] = self.facts.first_on.reindex(known.index)
        return known[known.first_on.isna() | (known.known_on < known.first_on)]

    @cached_property
    def thresholds(self) -> tuple[int, int]:
        """Days after which silence is loss, and purchases that make loyal."""
        spells = self.history
        spells = spells[spells.next_on.isna() | (spells.next_on > spells.ordered_on)]
        last_day = self.day - pd.Timedelta(days=1)
        silence = (spells.next_on.fillna(last_day) - spells.ordered_on).dt.days
        counts = pd.crosstab(silence, spells.next_on.notna())
        at_risk = counts.sum(axis=1)[::-1].cumsum()[::-1]
        ended = counts[True]
        survival = (1 - ended / at_risk)[ended > 0].cumprod()
        least = min(30, int(np.ceil(0.05 * len(spells))))
        happened = 1 - survival[at_risk[ended > 0] >= least]
        lost_after = int(happened.index[(happened >= 0.9 * happened.iloc[-1] - 1e-12).argmax()])
        repeaters = self.facts.frequency[self.facts.frequency > 1]
        loyal = int(np.quantile(repeaters, 0.75, method="inverted_cdf"))
        return lost_after, max(loyal, 3)


def rfm(frames: Frames) -> dict[str, Any]:
    facts = frames.facts
    worse = {
        "R": facts.recency_days.rank(method="min", ascending=False),
        "F": facts.frequency.rank(method="min"),
        "M": facts.monetary.rank(method="min"),
    }
    scores = pd.DataFrame({k: 1 + 5 * (v.astype(int) - 1) // len(facts) for k, v in worse.items()})
    cells = scores.groupby(["R", "F", "M"]).size()
    return {"".join(map(str, key)): int(n) for key, n in cells.items()}


def stage(frames: Frames, nth: pd.Series, silent_days: pd.Series) -> np.ndarray:
    lost_after, loyal_after = frames.thresholds
    return np.select(
        [silent_days > lost_after, nth == 1, nth < loyal_after],
        ["lost", "first", "repeat"],
        "loyal",
    )


def stages_on(frames: Frames, at: pd.Timestamp) -> pd.Series:
    """The stage of every customer known before a day."""
    history, known = frames.history, frames.prospects
    last = (history.ordered_on < at) & (history.next_on.isna() | (history.next_on >= at))
    rows = history[last]
    bought = pd.Series(
        stage(frames, rows.nth, (at - rows.ordered_on).dt.days), index=rows.customer_id
    )
    waiting = known.index[(known.known_on < at) & (known.first_on.isna() | (known.first_on >= at))]
    return pd.concat([bought, pd.Series("potential", index=waiting)])


def lifecycle(frames: Frames) -> dict[str, Any]:
    first = frames.history.ordered_on.min().to_period("M").to_timestamp()
    ends = pd.date_range(first, frames.day, freq="MS")[1:]
    months = {f"{end - pd.Timedelta(days=1):%Y-%m}": stages_on(frames, end) for end in ends}
    now = stages_on(frames, frames.day)
    until = frames.day.to_period("M").to_timestamp()
    since = until - pd.DateOffset(months=1)
    moved = pd.concat({"a": stages_on(frames, since), "b": stages_on(frames, until)}, axis=1)
    moved = moved[moved.b.notna()].fillna("new").groupby(["a", "b"]).size()
    return {
        "now": now.value_counts().to_dict(),
        "months": {month: rows.value_counts().to_dict() for month, rows in months.items()},
        "moved": {f"{a}>{b}": int(n) for (a, b), n in moved.items()},
    }


def concentration(revenue: pd.Series) -> dict[str, Any]:
    """Items in each class, and the Gini coefficient; equal items are in one class."""
    earned = revenue.clip(lower=0).sort_values()
    up_to = earned.cumsum()
    whole = earned.sum()
    above = (whole - up_to.groupby(earned).transform("max")).reindex(revenue.index)
    earns = revenue > 0
    classes = np.select(
        [earns & (above < 0.7 * whole), earns & (above < 0.9 * whole)], ["A", "B"], "C"
    )
    n = len(earned)
    gini = float(((2 * np.arange(1, n + 1) - n - 1) * earned).sum() / (n * whole))
    return {"gini": gini, **pd.Series(classes).value_counts().to_dict()}


def abc(frames: Frames) -> dict[str, Any]:
    lines = read(frames.folder, "order_lines", ["order_id", "product_id", "kind", "amount"])
    goods = lines[(lines.kind == "goods") & lines.product_id.notna()]
    goods = goods.merge(frames.purchases[["order_id"]], on="order_id")
    back = frames.refunds[frames.refunds.is_net & frames.refunds.product_id.notna()]
    sold = goods.groupby("product_id").amount.sum()
    sold = sold.sub(back.groupby("product_id").amount.sum(), fill_value=0).round(4)
    return {"customers": concentration(frames.facts.monetary), "products": concentration(sold)}


def metrics(frames: Frames, begin: pd.Timestamp, end: pd.Timestamp) -> dict[str, float]:
    """The metrics of a calendar month."""

    def inside(days: pd.Series) -> pd.Series:
        return (days >= begin) & (days < end)

    before = begin - pd.DateOffset(months=1)
    accepted, refunds = frames.accepted, frames.refunds
    accepted = accepted[inside(accepted.ordered_on)]
    bought = frames.purchases[inside(frames.purchases.ordered_on)]
    known = bought[bought.customer_id.notna()]
    refunds = refunds[inside(refunds.refunded_on)]
    net_back = refunds[refunds.is_net]
    net = bought.goods_amount.sum() - net_back.amount.sum()
    known_back = net_back.amount[net_back.customer_id.notna()].sum()
    known_net = known.goods_amount.sum() - known_back
    by_kind = refunds.groupby("kind").amount.sum()
    history = frames.history[frames.history.ordered_on < end]
    last = history[history.next_on.isna() | (history.next_on >= end)]
    silent = (end - last.ordered_on).dt.days
    here = inside(last.ordered_on)
    customers, new = int(here.sum()), int((inside(history.ordered_on) & (history.nth == 1)).sum())
    earlier = history.loc[history.ordered_on.between(before, begin, "left"), ["customer_id"]]
    earlier = earlier.drop_duplicates()
    # A merge: isin of strings is several times slower.
    retained = len(earlier.merge(last.loc[here, ["customer_id"]])) / len(earlier)
    return {
        "net_revenue": net,
        "orders": len(bought),
        "average_order_value": net / len(bought),
        "customers": customers,
        "new_customers": new,
        "returning_customers": customers - new,
        "total_customers": len(last),
        "active_customers": int((silent <= frames.thresholds[0]).sum()),
        "orders_per_customer": len(known) / customers,
        "revenue_per_customer": known_net / customers,
        "repeat_rate": float((last.nth[here] > 1).mean()),
        "retention_rate": retained,
        "churn_rate": 1 - retained,
        "refund_rate": refunds.amount[refunds.kind != "test"].sum()
        / accepted.paid_amount[accepted.gross_amount > 0].sum(),
        "identified_share": known_net / net,
        "shipping_amount": accepted.shipping_amount.sum() - by_kind.get("shipping", 0.0),
        "fee_amount": accepted.fee_amount.sum() - by_kind.get("fee", 0.0),
        "adjustment_amount": accepted.adjustment_amount.sum()
        - by_kind.reindex(["adjustment", "sample"]).sum(),
    }


def overview(frames: Frames) -> dict[str, Any]:
    end = frames.day.to_period("M").to_timestamp()
    begins = {"value": 1, "previous": 2, "last_year": 13}
    months = {
        name: metrics(frames, end - pd.DateOffset(months=n), end - pd.DateOffset(months=n - 1))
        for name, n in begins.items()
    }
    bought, history, back = frames.purchases, frames.history, frames.refunds
    back = back[back.is_net]
    revenue = bought.groupby(bought.ordered_on.dt.to_period("M")).goods_amount.sum()
    given_back = back.groupby(back.refunded_on.dt.to_period("M")).amount.sum()
    month = history.ordered_on.dt.to_period("M")
    people = history.customer_id.groupby(month).nunique()
    new = (history.nth == 1).groupby(month).sum()
    table = pd.DataFrame(
        {
            "revenue": revenue.sub(given_back, fill_value=0),
            "customers": people,
            "new_customers": new,
        }
    )
    table.index = table.index.astype(str)
    return {"metrics": months, "months": table.to_dict("index")}


def month_number(days: pd.Series) -> pd.Series:
    return days.dt.year * 12 + days.dt.month - 1


def cohorts(frames: Frames) -> dict[str, Any]:
    history = frames.history
    visits = pd.DataFrame(
        {
            "customer_id": history.customer_id,
            "cohort": month_number(history.first_on),
            "month": month_number(history.ordered_on),
            "revenue": history.goods_amount,
        }
    )
    back = frames.refunds.loc[frames.refunds.is_net, ["customer_id", "refunded_on", "amount"]]
    back = back.merge(frames.facts[["first_on"]], left_on="customer_id", right_index=True)
    returns = pd.DataFrame(
        {
            "cohort": month_number(back.first_on),
            "month": month_number(back.refunded_on),
            "revenue": -back.amount,
        }
    )
    returns["month"] = returns[["cohort", "month"]].max(axis=1)
    cells = visits.groupby(["cohort", "month"]).agg(
        customers=("customer_id", "nunique"), revenue=("revenue", "sum")
    )
    given_back = returns.groupby(["cohort", "month"]).revenue.sum()
    cells["revenue"] = cells.revenue.add(given_back, fill_value=0)
    cells["customers"] = cells.customers.fillna(0)
    size = cells.customers[cells.index.get_level_values(0) == cells.index.get_level_values(1)]
    size = size.droplevel(1)
    wide = cells.revenue.unstack(fill_value=0).cumsum(axis=1)
    table = cells.assign(
        retention=cells.customers.div(size, level=0),
        worth=wide.stack().reindex(cells.index).div(size, level=0),
    ).reset_index()
    return {
        f"{row.cohort // 12}-{row.cohort % 12 + 1:02}+{row.month - row.cohort}": [
            row.customers,
            row.revenue,
            row.retention,
            row.worth,
        ]
        for row in table.itertuples()
    }


ANALYSES = {
    "overview": overview,
    "rfm": rfm,
    "abc": abc,
    "lifecycle": lifecycle,
    "cohorts": cohorts,
}


def main(names: list[str], folder: Path, as_of: date) -> None:
    def work() -> Any:
        frames = Frames(folder, as_of)
        answers = {name: ANALYSES[name](frames) for name in names}
        return lambda: answers

    report(work)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
