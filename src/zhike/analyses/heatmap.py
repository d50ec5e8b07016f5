"""Heat map: when customers buy, by weekday and hour, and what sells in which month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import PURCHASES, coded
from zhike.analyses.heatmap_cells import (
    MONTHS,
    UNTIMED_SHARE,
    items_of,
    slots_of,
    untimed_share,
    visits,
    week_of,
    weekdays_of,
)
from zhike.analyses.weekdays import WEEKDAY, WEEKDAYS
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import Analysis, Needs, OneOf, Shown, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

NOISE = 4
"""Standard deviations by which a count must exceed its mean to stand out (Poisson): the largest
of 168 counts reaches three by chance alone."""
LEAST_PURCHASES = 10
HOT = 1.5
LEAST_LINES = 30
EVENING = 18

PURCHASE_SHARE = Column(name="purchase_share", label=lazy("Share of purchases"), format="share")
BEFORE_REFUNDS = Column(name="revenue", label=lazy("Revenue before refunds"), format="amount")
MONTH = Column(name="month", label=lazy("Month"), format="month")


@dataclass(frozen=True, kw_only=True)
class Heatmap(Analysis):
    """When purchases are made, in the business time zone, and what sells in which month.

    Where exports hold a day without a time, every order seems placed at midnight: then only
    weekdays are shown. Money is what purchases were worth when made, before refunds.

    Args:
        by: What the months are split by: "category" (products where there is none) or "product".

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Heatmap().run(corner_shop())
        >>> found.numbers["weekend_share"].__round__(3)
        0.143
    """

    name: ClassVar[str] = "heatmap"
    title: ClassVar[LazyText] = lazy("Purchase heat map")
    question: ClassVar[LazyText] = lazy("When do customers buy, and what sells in which month?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("ordered_at", "paid_amount")})

    by: Annotated[str, OneOf(("category", "product")), lazy("What the months are split by.")] = (
        "category"
    )

    def run(self, data: Shop) -> HeatmapResult:
        """The hours of the week, and the goods of the last months."""
        day = as_of_day(data, self.as_of)
        rows = visits(data, day)
        slots = slots_of(rows)
        items = items_of(data, day, self.by)
        return HeatmapResult(
            as_of=day,
            currency=data.currency,
            by=items.by,
            untimed_share=untimed_share(slots),
            visits=rows,
            lines=items.lines,
            weekdays=weekdays_of(slots),
            hours=week_of(slots),
            items=items.months,
            item_names=items.names,
        )


@dataclass(frozen=True, kw_only=True)
class HeatmapResult:
    """What the heat map found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        by: What `item` is: "category" or "product".
        untimed_share: Share of purchases at midnight sharp.
        visits: Lazy, one row a purchase: `customer_id`, `net_amount`, `weekday`, `hour`, `month`.
        lines: Lazy, the goods lines behind `items`, with `item`; None without order lines.
        weekdays: One row a weekday (1 Monday): `weekday`, `purchases`, `purchase_share`,
            `revenue`, `revenue_share`.
        hours: One row an hour of the week, 168: the same by `weekday` and `hour`, and `index`
            (100: a mean hour); no rows where the time of day is not known.
        items: One row an item and month, at most 12 x 13: `item`, `month`, `lines`, `revenue`,
            `month_share` (of the month's goods), `times_mean` (by the item's mean month).
        item_names: What to call each item.
    """

    as_of: date
    currency: str
    by: str
    untimed_share: float
    visits: ir.Table = field(repr=False)
    lines: ir.Table | None = field(repr=False)
    weekdays: pa.Table
    hours: pa.Table
    items: pa.Table
    item_names: Mapping[str, LazyText]

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Shares of the weekend, the evening and the busiest hour; how many bear no time."""
        weekend = self._share(self.weekdays, pc.greater_equal(self.weekdays["weekday"], 6))
        evening = self._share(self.hours, pc.greater_equal(self.hours["hour"], EVENING))
        busiest = pc.max(self.hours["purchase_share"]).as_py()
        return {
            "purchases": float(pc.sum(self.weekdays["purchases"]).as_py() or 0),
            "weekend_share": weekend,
            "evening_share": evening,
            "busiest_hour_share": busiest,
            "untimed_share": self.untimed_share if self.weekdays.num_rows else None,
        }

    @staticmethod
    def _share(rows: pa.Table, mask: pa.ChunkedArray) -> float | None:
        share: float | None = pc.sum(rows.filter(mask)["purchase_share"]).as_py()
        return share

    def blocks(self) -> Iterator[Block]:
        """The week, its days, and the months of the goods."""
        yield Number(
            name="weekend_share",
            label=lazy("Purchases at the weekend"),
            value=self.numbers["weekend_share"],
            format="share",
            definition=lazy(
                "Share of purchases on Saturday and Sunday; two days of seven are 28.6%."
            ),
        )
        yield from self._about_time()
        if self.hours.num_rows:
            yield self._hours_chart()
        yield Chart(
            name="weekdays",
            title=lazy("Purchases by weekday"),
            option=charts.columns(
                self.weekdays,
                "weekday",
                {
                    "purchase_share": PURCHASE_SHARE.label,
                    "revenue_share": lazy("Share of revenue before refunds"),
                },
                format="share",
                labels=WEEKDAYS,
            ),
            alternative=lazy("Bars: how purchases and revenue spread over the days of the week."),
            table=Table(
                name="weekdays",
                title=lazy("Purchases by weekday"),
                rows=self.weekdays,
                columns=(WEEKDAY, *_shared_columns()),
            ),
        )
        if self.items.num_rows:
            yield self._items_chart()

    def _about_time(self) -> Iterator[Text]:
        share = self.untimed_share
        if not self.weekdays.num_rows:
            yield Text(body=lazy("There are no purchases yet."), tone="note")
        elif not self.hours.num_rows:
            yield Text(
                body=lazy(
                    "Every order is dated at midnight sharp, so the export holds days without a "
                    "time: the hours cannot be shown. Export the full order time to see them."
                ),
                tone="warning",
            )
        elif share > UNTIMED_SHARE:
            yield Text(
                body=lazy(
                    "{share} of purchases are dated at midnight sharp; they bear no time and are "
                    "left out of the hours.",
                    share=Shown(share, "share"),
                ),
                tone="warning",
            )

    def _hours_chart(self) -> Chart:
        title = lazy("Purchases by weekday and hour")
        rows = self.hours.sort_by([("hour", "ascending"), ("weekday", "ascending")])
        option = charts.heatmap(rows, "weekday", "hour", "index", format="count")
        return Chart(
            name="hours",
            title=title,
            option=charts.with_words(option, "xAxis", WEEKDAYS),
            alternative=lazy("Cells: how busy each hour of the week is; 100 is a mean hour."),
            table=Table(
                name="hours",
                title=title,
                rows=self.hours,
                columns=(
                    WEEKDAY,
                    Column(name="hour", label=lazy("Hour"), format="count"),
                    *_shared_columns(),
                    Column(name="index", label=lazy("Index (100: a mean hour)"), format="count"),
                ),
                note=lazy("Business time; hour 20 is from 20:00 until 21:00."),
            ),
        )

    def _items_chart(self) -> Chart:
        is_category = self.by == "category"
        title = lazy("Categories by month") if is_category else lazy("Products by month")
        option = charts.heatmap(self.items, "month", "item", "month_share", format="share")
        return Chart(
            name="items",
            title=title,
            option=charts.with_words(
                charts.with_words(option, "yAxis", self.item_names), "xAxis", format="month"
            ),
            alternative=lazy("Cells: what share of each month's goods the best sellers bring."),
            table=Table(
                name="items",
                title=title,
                rows=self.items,
                columns=(
                    coded("item", lazy("Category or product"), self.item_names),
                    MONTH,
                    Column(name="lines", label=lazy("Order lines"), format="count"),
                    Column(name="revenue", label=lazy("Goods sold"), format="amount"),
                    Column(name="month_share", label=lazy("Share of the month"), format="share"),
                    Column(name="times_mean", label=lazy("Times the mean month"), format="number"),
                ),
                note=lazy(
                    "The twelve best sellers of the last thirteen months that have ended, before "
                    "vouchers of whole orders and before refunds."
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """The hottest hour and the hottest month of a product, where they are not chance."""
        yield from self._hot_hour()
        yield from self._hot_item()

    def _hot_hour(self) -> Iterator[Finding]:
        if not self.hours.num_rows:
            return
        rows = self.hours.to_pylist()
        hot = max(rows, key=lambda row: row["purchases"])
        mean = sum(row["purchases"] for row in rows) / len(rows)
        if hot["purchases"] < max(mean + NOISE * sqrt(mean), LEAST_PURCHASES):
            return
        yield Finding(
            code="heatmap_hot_hour",
            sentence=lazy(
                "The busiest hour of the week is {weekday} from {hour}:00: {share} of purchases, "
                "{times} times a mean hour.",
                weekday=WEEKDAYS[str(hot["weekday"])],
                hour=hot["hour"],
                share=Shown(hot["purchase_share"], "share"),
                times=Shown(hot["purchases"] / mean, "number"),
            ),
            customers={"weekday": str(hot["weekday"]), "hour": str(hot["hour"])},
        )

    def _hot_item(self) -> Iterator[Finding]:
        hot = [
            row
            for row in self.items.to_pylist()
            if (row["times_mean"] or 0) >= HOT and row["lines"] >= LEAST_LINES
        ]
        if not hot:
            return
        most = max(hot, key=lambda row: row["revenue"] * (1 - 1 / row["times_mean"]))
        above = most["revenue"] * (1 - 1 / most["times_mean"])
        yield Finding(
            code="heatmap_hot_item",
            sentence=lazy(
                "{item} sold {times} times its mean month in {month}: {amount} above it.",
                item=self.item_names.get(most["item"], most["item"]),
                times=Shown(most["times_mean"], "number"),
                month=Shown(most["month"], "month"),
                amount=Shown(above, "amount", self.currency),
            ),
            amount=above,
            customers={"item": most["item"], "month": most["month"]},
        )

    def customers(self, **cell: str) -> ir.Table:
        """Who bought in a `weekday`, `hour` or `month`, or an `item` in a `month`."""
        if "item" in cell and self.lines is not None:
            lines = self.lines.mutate(net_amount=self.lines.amount)
            month = MONTHS.text_of(lines.ordered_on)
            rows = customers_of(lines.mutate(month=month), cell)
        else:
            rows = customers_of(self.visits, cell)
        known = rows.filter(rows.customer_id.notnull())
        return known.group_by("customer_id").agg(
            purchases=known.count(), revenue=known.net_amount.sum()
        )


def _shared_columns() -> tuple[Column, ...]:
    share = Column(
        name="revenue_share", label=lazy("Share of revenue before refunds"), format="share"
    )
    return (PURCHASES, PURCHASE_SHARE, BEFORE_REFUNDS, share)
