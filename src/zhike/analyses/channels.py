"""Channels: where the money comes from, who buys in several, and who moves on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.channel_facts import (
    OTHER,
    UNKNOWN,
    channel_members,
    channel_months,
    member_cells,
)
from zhike.analyses.channel_kinds import GROUPS, KINDS
from zhike.analyses.channel_tables import (
    channel_rows,
    combination_rows,
    flows,
    group_rows,
    largest,
    month_columns,
    reach_rows,
)
from zhike.analyses.columns import (
    CUSTOMER_SHARE,
    CUSTOMERS,
    PURCHASES,
    REVENUE,
    REVENUE_SHARE,
    coded,
)
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import METRIC, Analysis, Needs, Shown, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

NOISE = 3
LEAST_PURCHASES = 100
TIMES_REFUNDED = 1.25
NAMES = {OTHER: lazy("Other channels"), UNKNOWN: lazy("No channel named")}
ORDER_VALUE = Column(
    name="average_order_value", label=METRIC["average_order_value"].label, format="amount"
)
BEFORE_REFUNDS = Column(name="revenue", label=lazy("Revenue before refunds"), format="amount")
EACH = Column(
    name="revenue_per_customer", label=lazy("Per customer, before refunds"), format="amount"
)
REACH: dict[str, LazyText] = {
    "once": lazy("Bought once"),
    "one": lazy("Several purchases, one channel"),
    "several": lazy("Several channels"),
}


@dataclass(frozen=True, kw_only=True)
class Channels(Analysis):
    """What each sales channel brings, who buys in more than one, and who changes channel.

    A customer is new in the channel of the first purchase ever, and counts in every channel in
    which they bought. The twelve channels with most revenue are told apart.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Channels().run(corner_shop())
        >>> found.channels.select(["channel", "revenue", "new_customers"]).to_pylist()
        [{'channel': 'online', 'revenue': 630.0, 'new_customers': 3}, \
{'channel': 'counter', 'revenue': 40.0, 'new_customers': 0}]

    References:
        Neslin, S. A. et al. (2006). Challenges and opportunities in multichannel customer
        management. Journal of Service Research 9(2), 95-112.
    """

    name: ClassVar[str] = "channels"
    title: ClassVar[LazyText] = lazy("Channels")
    question: ClassVar[LazyText] = lazy("Which channels bring what, and who uses several?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("channel", "ordered_at", "paid_amount")})

    def run(self, data: Shop) -> ChannelsResult:
        """Money by channel, and each customer's way through them."""
        day = as_of_day(data, self.as_of)
        months = channel_months(data, day)
        names = largest(months)
        members = channel_members(data, day, names)
        cells = member_cells(members)
        channels = channel_rows(months, cells, names)
        return ChannelsResult(
            as_of=day,
            currency=data.currency,
            names=tuple(names),
            members=members,
            channels=channels,
            months=month_columns(months, names),
            groups=group_rows(channels, cells, names),
            reach=reach_rows(cells),
            combinations=combination_rows(cells, names),
            flows=flows(cells),
        )


@dataclass(frozen=True, kw_only=True)
class ChannelsResult:
    """What the analysis of channels found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        names: The channels told apart, the largest first.
        members: Lazy, one row a customer: `first_channel`, `last_channel`, `channels` (how many),
            `mask`, `purchases`, `revenue` (before refunds).
        channels: One row a channel: `channel`, `kind`, `revenue` (net), `revenue_share`,
            `purchases`, `customers`, `new_customers`, `shared_share` (of its customers, those who
            also buy elsewhere), `average_order_value`, `paid_amount`, `refund_rate`,
            `growth_rate` (revenue before refunds of the last twelve full months by the twelve
            before; null without two years).
        months: One row a month, a column a channel: revenue before refunds.
        groups: One row a group: `channel_group` (online, offline, unclear), `customers`,
            `only_customers` (who buy in no other group), `purchases`, `revenue`, `revenue_share`.
        reach: One row a kind of customer (`reach`: once, one, several): `customers`, `purchases`,
            `revenue` (before refunds), and these by customer and by purchase.
        combinations: The ten most frequent sets of channels: likewise by `combination`.
        flows: Repeat customers by `first_channel` and `last_channel`: `customers`.
    """

    as_of: date
    currency: str
    names: tuple[str, ...]
    members: ir.Table
    channels: pa.Table
    months: pa.Table
    groups: pa.Table
    reach: pa.Table
    combinations: pa.Table
    flows: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many channels, the share of the largest, and of customers in several."""
        channels = self.channels.to_pylist()
        reach = {row["reach"]: row for row in self.reach.to_pylist()}
        groups = {row["channel_group"]: row for row in self.groups.to_pylist()}
        repeat = sum(row["customers"] for row in self.flows.to_pylist())
        moved = sum(
            row["customers"]
            for row in self.flows.to_pylist()
            if row["first_channel"] != row["last_channel"]
        )
        several = reach.get("several", {})
        return {
            "channels": float(len(channels)),
            "largest_share": max((row["revenue_share"] or 0 for row in channels), default=None),
            "cross_channel_customers": float(several.get("customers", 0)),
            "cross_channel_share": several.get("customer_share", 0.0) if reach else None,
            "revenue_per_cross_channel_customer": several.get("revenue_per_customer"),
            "revenue_per_one_channel_repeat_customer": reach.get("one", {}).get(
                "revenue_per_customer"
            ),
            "moved_share": moved / repeat if repeat else None,
            "online_share": groups.get("online", {}).get("revenue_share"),
        }

    def blocks(self) -> Iterator[Block]:
        """Money, months, groups, customers of several channels, and the flows."""
        yield Number(
            name="cross_channel_share",
            label=lazy("Customers who buy in several channels"),
            value=self.numbers["cross_channel_share"],
            format="share",
            definition=lazy(
                "Share of identified customers with purchases in two channels or more."
            ),
        )
        if not self.channels.num_rows:
            yield Text(body=lazy("There are no purchases yet."), tone="note")
        yield self._revenue_chart()
        yield self._months_chart()
        if self.channels.num_rows == 1:
            yield Text(
                body=lazy(
                    "Everything was bought in one channel. Add the exports of the others to see "
                    "who uses several."
                ),
                tone="note",
            )
            return
        yield self._groups_table()
        yield self._reach_table()
        if self.combinations.num_rows:
            yield Table(
                name="combinations",
                title=lazy("Channels bought in together"),
                rows=self.combinations,
                columns=(
                    Column(name="combination", label=lazy("Set of channels")),
                    CUSTOMERS,
                    BEFORE_REFUNDS,
                    EACH,
                ),
            )
        if self.flows.num_rows:
            yield self._flows_chart()

    def _revenue_chart(self) -> Chart:
        title = lazy("Net revenue by channel")
        return Chart(
            name="revenue_by_channel",
            title=title,
            option=charts.bar(
                self.channels, "channel", "revenue", format="amount", labels=NAMES,
                name=REVENUE.label,
            ),
            alternative=lazy("Bars: what each channel brings, the largest on top."),
            table=Table(
                name="channels",
                title=title,
                rows=self.channels,
                columns=(
                    coded("channel", lazy("Channel"), NAMES),
                    coded("kind", lazy("Kind of channel"), KINDS),
                    REVENUE,
                    REVENUE_SHARE,
                    PURCHASES,
                    CUSTOMERS,
                    Column(name="new_customers", label=METRIC["new_customers"].label,
                           format="count"),
                    Column(name="shared_share", label=lazy("Also buy elsewhere"), format="share"),
                    ORDER_VALUE,
                    Column(name="refund_rate", label=METRIC["refund_rate"].label, format="share"),
                    Column(name="growth_rate", label=lazy("Growth in a year"), format="share"),
                ),
                note=lazy(
                    "A customer counts in every channel in which they bought, so that customers "
                    "do not add up; new customers do."
                ),
            ),
        )  # fmt: skip

    def _months_chart(self) -> Chart:
        columns = self.months.column_names[1:]
        words = {
            column: NAMES.get(name, name)
            for column, name in zip(columns, [*self.names, OTHER], strict=False)
        }
        title = lazy("Revenue before refunds by channel and month")
        return Chart(
            name="channels_by_month",
            title=title,
            option=charts.stacked_bar(
                self.months, "month", words, format="amount", x_format="month"
            ),
            alternative=lazy("Stacked bars: what each channel brought, month after month."),
            table=Table(
                name="months",
                title=title,
                rows=self.months,
                columns=(
                    Column(name="month", label=lazy("Month"), format="month"),
                    *(
                        Column(name=column, label=_in_channel(name), format="amount")
                        for column, name in words.items()
                    ),
                ),
            ),
        )

    def _groups_table(self) -> Table:
        return Table(
            name="groups",
            title=lazy("Online and offline"),
            rows=self.groups,
            columns=(
                coded("channel_group", lazy("Online or offline"), GROUPS),
                CUSTOMERS,
                Column(name="only_customers", label=lazy("Buy only there"), format="count"),
                PURCHASES,
                REVENUE,
                REVENUE_SHARE,
            ),
            note=lazy("Told from the names of the channels; name them so that they can be told."),
        )

    def _reach_table(self) -> Table:
        return Table(
            name="reach",
            title=lazy("One channel or several"),
            rows=self.reach,
            columns=(
                coded("reach", lazy("Customers who"), REACH),
                CUSTOMERS,
                CUSTOMER_SHARE,
                BEFORE_REFUNDS,
                Column(name="purchases_per_customer", label=METRIC["orders_per_customer"].label,
                       format="number"),
                EACH,
                ORDER_VALUE,
            ),
            note=lazy(
                "Who buys more often has more chances to use a second channel: compare customers "
                "of several channels with those of several purchases, not with everybody."
            ),
        )  # fmt: skip

    def _flows_chart(self) -> Chart:
        title = lazy("From the first channel to the last")
        return Chart(
            name="channel_flows",
            title=title,
            option=charts.sankey(
                self.flows, "first_channel", "last_channel", "customers",
                labels={name: NAMES.get(name, name) for name in (*self.names, OTHER)},
            ),
            alternative=lazy(
                "Flows: in which channel repeat customers began, and where they bought last."
            ),
            table=Table(
                name="flows",
                title=title,
                rows=self.flows,
                columns=(
                    coded("first_channel", lazy("First channel"), NAMES),
                    coded("last_channel", lazy("Last channel"), NAMES),
                    CUSTOMERS,
                ),
                note=lazy("Customers with two purchases or more."),
            ),
        )  # fmt: skip

    def findings(self) -> Iterator[Finding]:
        """What customers of several channels are worth, who moves, and where most comes back."""
        yield from self._about_reach()
        yield from self._about_flows()
        yield from self._about_refunds()

    def _about_reach(self) -> Iterator[Finding]:
        rows = {row["reach"]: row for row in self.reach.to_pylist()}
        if not {"one", "several"} <= rows.keys():
            return
        several, one = rows["several"], rows["one"]
        yield Finding(
            code="channels_several",
            sentence=lazy(
                "{customers} customers buy in several channels and bring {several} each; repeat "
                "customers of one channel bring {one}.",
                customers=Shown(several["customers"], "count"),
                several=Shown(several["revenue_per_customer"], "amount", self.currency),
                one=Shown(one["revenue_per_customer"], "amount", self.currency),
            ),
            customers={"reach": "several"},
        )

    def _about_flows(self) -> Iterator[Finding]:
        gained, lost = dict.fromkeys(self.names, 0), dict.fromkeys(self.names, 0)
        for row in self.flows.to_pylist():
            if row["first_channel"] != row["last_channel"]:
                lost[row["first_channel"]] = lost.get(row["first_channel"], 0) + row["customers"]
                gained[row["last_channel"]] = gained.get(row["last_channel"], 0) + row["customers"]
        net = {name: gained.get(name, 0) - lost.get(name, 0) for name in self.names}
        for name, balance in sorted(net.items(), key=lambda item: (item[1], item[0]))[:1]:
            if -balance <= NOISE * sqrt(gained[name] + lost[name]):
                continue
            yield Finding(
                code="channels_moved_on",
                sentence=lazy(
                    "{channel} wins customers for other channels: {lost} repeat customers began "
                    "there and last bought elsewhere, {gained} came the other way.",
                    channel=NAMES.get(name, name),
                    lost=Shown(lost[name], "count"),
                    gained=Shown(gained[name], "count"),
                ),
                customers={"first_channel": name},
            )

    def _about_refunds(self) -> Iterator[Finding]:
        rows = [row for row in self.channels.to_pylist() if row["refund_rate"] is not None]
        paid = sum(row["paid_amount"] for row in rows)
        if not paid:
            return
        mean = sum(row["refund_rate"] * row["paid_amount"] for row in rows) / paid
        worst = max(rows, key=lambda row: (row["refund_rate"] - mean) * row["paid_amount"])
        above = (worst["refund_rate"] - mean) * worst["paid_amount"]
        if worst["purchases"] < LEAST_PURCHASES or worst["refund_rate"] < TIMES_REFUNDED * mean:
            return
        yield Finding(
            code="channels_refunds",
            sentence=lazy(
                "{share} of what is paid in {channel} comes back, {mean} over all channels: "
                "{amount} more than usual.",
                share=Shown(worst["refund_rate"], "share"),
                channel=NAMES.get(worst["channel"], worst["channel"]),
                mean=Shown(mean, "share"),
                amount=Shown(above, "amount", self.currency),
            ),
            tone="bad",
            amount=above,
            customers={"channel": worst["channel"]},
        )

    def customers(self, **cell: str) -> ir.Table:
        """By `first_channel`, `last_channel`, `reach`, or any purchase in a `channel`."""
        rows = self.members
        channel, reach = cell.pop("channel", None), cell.pop("reach", None)
        if channel is not None:
            shown = [*self.names, OTHER]
            place = shown.index(channel) if channel in shown else len(shown)
            rows = rows.filter((rows.mask // 2**place) % 2 == 1)
        if reach is not None:
            rows = rows.filter(
                {
                    "several": rows.channels > 1,
                    "one": (rows.channels == 1) & (rows.purchases > 1),
                }.get(reach, rows.purchases == 1)
            )
        return customers_of(rows, cell)


def _in_channel(name: str | LazyText) -> LazyText:
    return lazy("{channel}, before refunds", channel=name)
