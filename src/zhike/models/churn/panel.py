"""What was known of each customer on each of several days, and who then stayed away.

Every number of a row is of its own day: sales, refunds and complaints dated before it. All days
are read in one pass, sales joined to the days whose year they fall into.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue.availability import filled_columns
from zhike.models.churn.happenings import complaints, gone_channels, price_rises, refunds_of
from zhike.models.churn.sales import dated_sales, days_before, known_on
from zhike.schema import Shop

YEAR_DAYS = 365
AROUND = 2
"""Who has been silent for so many horizons has left already."""
STANDING = ("gender", "province", "acquired_from")
"""What the customer table says without a date and does not change when somebody leaves."""


@dataclass(frozen=True)
class Asked:
    """Days to look from, and how far ahead.

    Attributes:
        until: The shop's own day: nothing on or after it is known.
        days: Days to look from, none later than `until`.
        horizon_days: How long somebody must stay away to count as having left.
    """

    until: date
    days: tuple[date, ...]
    horizon_days: int


def panel(shop: Shop, asked: Asked) -> ir.Table:
    """One row a customer and day, of those with a purchase in the two horizons before it.

    Returns:
        `customer_id`, `day`; of purchases in the year before the day `recency_days`,
        `gap_ratio` (recency by the mean gap between purchase days; null after only one),
        `purchase_days`, `tenure_days`, `amount`, `pace_ratio` (purchases in the last horizon by
        those in the one before it, each and one half), `discount_drop` (share at a discount
        before the last horizon less that within it); `refunds` (of goods), `complaints` and
        `unanswered` ones (of the last two horizons), `price_rise` (of what the customer buys,
        now against what was paid),
        `lost_channel_share` (of purchases, in channels that have all but closed), where the
        shop has the tables for it; `STANDING` columns that have values; and `left` (1 where
        nothing was bought within the horizon after the day; null where that is not over).
    """
    key = ("churn_panel", asked)
    return shop.remember(key, lambda: shop.engine.materialise(_panel(shop, asked)))


def attributes(rows: ir.Table) -> list[str]:
    """The columns that a model may look at."""
    return [name for name in rows.columns if name not in ("customer_id", "day", "left")]


def _days(shop: Shop, asked: Asked) -> ir.Table:
    days = sorted(asked.days)
    name = f"churn_days_{asked.until:%Y%m%d}_{asked.horizon_days}_{len(days)}_{days[0]:%Y%m%d}"
    return shop.engine.load(name, pa.table({"day": pa.array(days, pa.date32())}))


def _panel(shop: Shop, asked: Asked) -> ir.Table:
    sales, days = dated_sales(shop, asked.until), _days(shop, asked)
    year = _in_the_year(sales, days)
    rows = _rhythm(year, asked.horizon_days)
    # Kept, so that engines know how few they are when all else is held against them.
    rows = shop.engine.materialise(rows.filter(rows.recency_days <= AROUND * asked.horizon_days))
    first = sales.group_by(first_id="customer_id").agg(first_on=sales.ordered_on.min())
    rows = rows.left_join(first, rows.customer_id == first.first_id)
    rows = rows.mutate(tenure_days=rows.day.delta(rows.first_on, unit="day").cast("int64"))
    rows = rows.drop("first_id", "first_on")
    for more in (
        refunds_of(shop, days, asked.until, AROUND * asked.horizon_days),
        complaints(shop, days, AROUND * asked.horizon_days),
        price_rises(shop, sales, days),
        gone_channels(shop, year),
    ):
        if more is not None:
            rows = _beside(rows, shop.engine.materialise(more))
    for name in ("refunds", "complaints", "unanswered"):
        if name in rows.columns:
            rows = rows.mutate(**{name: rows[name].fill_null(0)})
    rows = _standing(shop, rows)
    return _with_outcome(rows, sales, asked)


def _in_the_year(sales: ir.Table, days: ir.Table) -> ir.Table:
    """Each sale beside every day in whose year it was a purchase."""
    return sales.join(
        days,
        [
            sales.ordered_on < days.day,
            sales.ordered_on >= days_before(days.day, YEAR_DAYS),
            sales.undone_on.isnull() | (sales.undone_on >= days.day),
        ],
    )


def _rhythm(year: ir.Table, horizon: int) -> ir.Table:
    recent = year.ordered_on >= days_before(year.day, horizon)
    before = (year.ordered_on < days_before(year.day, horizon)) & (
        year.ordered_on >= days_before(year.day, 2 * horizon)
    )
    counted = year.group_by("customer_id", "day").agg(
        last_on=year.ordered_on.max(),
        begin_on=year.ordered_on.min(),
        purchase_days=year.ordered_on.nunique(),
        amount=year.amount.sum(),
        recent=_times(recent),
        before=_times(before),
        older=_times(~recent),
        recent_discounts=_times(recent & year.is_discounted),
        older_discounts=_times(~recent & year.is_discounted),
    )
    recency = counted.day.delta(counted.last_on, unit="day").cast("int64")
    gap = counted.last_on.delta(counted.begin_on, unit="day") / (
        (counted.purchase_days - 1).nullif(0)
    )
    drop = counted.older_discounts / counted.older.nullif(0) - (
        counted.recent_discounts / counted.recent.nullif(0)
    )
    return counted.select(
        "customer_id",
        "day",
        "amount",
        recency_days=recency,
        gap_ratio=recency / gap.nullif(0),
        purchase_days=counted.purchase_days.cast("int64"),
        pace_ratio=(counted.recent + 0.5) / (counted.before + 0.5),
        discount_drop=drop,
    )


def _times(condition: ir.BooleanValue) -> ir.IntegerScalar:
    return condition.ifelse(1, None).count().cast("int64")


def _beside(rows: ir.Table, more: ir.Table) -> ir.Table:
    more = more.rename(other_id="customer_id", other_day="day")
    joined = rows.left_join(more, [rows.customer_id == more.other_id, rows.day == more.other_day])
    return joined.drop("other_id", "other_day")


def _standing(shop: Shop, rows: ir.Table) -> ir.Table:
    if "customers" not in shop:
        return rows
    filled = filled_columns(shop, "customers")
    names = [name for name in STANDING if filled[name]]
    if not names:
        return rows
    known = shop["customers"].select(*names, known_id="customer_id")
    return rows.left_join(known, rows.customer_id == known.known_id).drop("known_id")


def _with_outcome(rows: ir.Table, sales: ir.Table, asked: Asked) -> ir.Table:
    over = [day for day in asked.days if day + timedelta(days=asked.horizon_days) <= asked.until]
    if not over:
        return rows.mutate(left=ibis.null("int64"))
    pairs = rows.select("customer_id", "day")
    later = sales.rename(buyer_id="customer_id").select("buyer_id", "ordered_on", "undone_on")
    end = ibis.literal(asked.until)
    counts = later.filter(known_on(later, end))
    came = pairs.join(
        counts,
        [
            pairs.customer_id == counts.buyer_id,
            counts.ordered_on >= pairs.day,
            counts.ordered_on < pairs.day + ibis.interval(days=asked.horizon_days),
        ],
    )
    came = came.select(other_id="customer_id", other_day="day").distinct()
    joined = rows.left_join(came, [rows.customer_id == came.other_id, rows.day == came.other_day])
    stayed_away = joined.other_id.isnull().ifelse(1, 0)
    left = joined.day.isin(over).ifelse(stayed_away, None).cast("int64")
    return joined.mutate(left=left).drop("other_id", "other_day")
