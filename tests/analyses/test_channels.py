from __future__ import annotations

import duckdb
import pytest

from analyses.behaviour import DAY, rows
from zhike.analyses.channel_kinds import GROUP_OF, kind_of
from zhike.analyses.channels import Channels, ChannelsResult


@pytest.fixture(scope="module")
def found() -> ChannelsResult:
    return Channels(as_of=DAY).run(rows().shop)


def test_the_money_of_each_channel_is_that_of_its_orders(found: ChannelsResult) -> None:
    bought, refunds = rows().purchases, rows().reference.refunds
    back = refunds.merge(bought[["order_id", "channel"]], on="order_id")
    for row in found.channels.to_pylist():
        own = bought[bought.channel == row["channel"]]
        given_back = back[back.channel == row["channel"]].amount.sum()
        assert row["purchases"] == len(own)
        assert row["revenue"] == pytest.approx(own.net.sum() - given_back)
        assert row["customers"] == own.customer_id.nunique()


def test_the_refund_rate_is_everything_returned_by_everything_paid(found: ChannelsResult) -> None:
    tables = rows().tables
    orders, refunds = tables["orders"], tables["refunds"]  # read by name in the query
    rates = dict(
        duckdb.sql(
            f"""
            WITH accepted AS (
                SELECT * FROM orders
                WHERE ordered_on < DATE '{DAY}' AND NOT is_test AND NOT is_brushing
                  AND status IN ('paid', 'shipped', 'completed', 'refunded')
            ), paid AS (
                SELECT channel, sum(paid_amount) AS amount FROM accepted
                WHERE gross_amount > 0 GROUP BY 1
            ), back AS (
                SELECT channel, sum(amount) AS amount FROM refunds JOIN accepted USING (order_id)
                WHERE coalesce(refunded_on, ordered_on) < DATE '{DAY}' AND kind <> 'test' GROUP BY 1
            )
            SELECT channel, coalesce(back.amount, 0) / paid.amount FROM paid LEFT JOIN back
            USING (channel)
            """
        ).fetchall()
    )
    assert len(orders) > len(refunds)
    for row in found.channels.to_pylist():
        assert row["refund_rate"] == pytest.approx(float(rates[row["channel"]]))


def test_customers_of_several_channels_are_told_from_those_of_one(found: ChannelsResult) -> None:
    grouped = rows().identified.groupby("customer_id")
    used, bought = grouped.channel.nunique(), grouped.size()
    reach = {row["reach"]: row for row in found.reach.to_pylist()}
    assert reach["several"]["customers"] == (used > 1).sum()
    assert reach["one"]["customers"] == ((used == 1) & (bought > 1)).sum()
    assert reach["once"]["customers"] == (bought == 1).sum()
    several = rows().identified[rows().identified.customer_id.isin(used[used > 1].index)]
    assert reach["several"]["revenue"] == pytest.approx(several.net.sum())
    assert found.customers(reach="several").count().to_pyarrow().as_py() == (used > 1).sum()


def test_flows_lead_from_the_first_purchase_to_the_last(found: ChannelsResult) -> None:
    ordered = rows().identified.sort_values("ordered_at", kind="stable")
    grouped = ordered.groupby("customer_id").channel
    ends = grouped.agg(["first", "last", "size"])
    wanted = ends[ends["size"] > 1].groupby(["first", "last"]).size()
    flows = {
        (row["first_channel"], row["last_channel"]): row["customers"]
        for row in found.flows.to_pylist()
    }
    assert flows == wanted.to_dict()
    new = {row["channel"]: row["new_customers"] for row in found.channels.to_pylist()}
    assert {name: count for name, count in new.items() if count} == ends["first"].value_counts(
    ).to_dict()  # fmt: skip


def test_months_add_up_to_each_channel(found: ChannelsResult) -> None:
    recent = rows().purchases
    recent = recent[recent.ordered_on.astype(str) >= found.months["month"][0].as_py() + "-01"]
    assert sum(found.months["channel_0"].to_pylist()) == pytest.approx(
        recent[recent.channel == found.names[0]].net.sum()
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [("天猫旗舰店", "marketplace"), ("微信小程序", "site"), ("抖音直播间", "social"),
     ("徐汇门店", "store"), ("Online Store", "site"), ("Retail", "store"),
     ("amazon.de", "marketplace"),
     ("客服电话", "contact"), ("A7", "unclear"), (None, "unclear")],
)  # fmt: skip
def test_a_kind_is_told_from_the_name(name: str | None, kind: str) -> None:
    assert kind_of(name) == kind
    assert GROUP_OF[kind] in {"online", "offline", "unclear"}
