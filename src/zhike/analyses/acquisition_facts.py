"""Where each customer came from, and what the engine sums up about every source."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import Calendar, customer_facts, purchase_history, refund_rows
from zhike.catalogue.availability import filled_columns
from zhike.catalogue.behaviour import customer_behaviour
from zhike.catalogue.first_days import first_days
from zhike.catalogue.purchases import MONEY
from zhike.schema import Shop

MONTH_DAYS = 30
MONTHS = 12
UNKNOWN = ""
"""The source of those of whom nobody says where they came from."""


def basis_of(shop: Shop, wanted: str) -> str:
    """What a source is: "source" (as the customer table says) or "channel" (first bought in)."""
    if wanted != "auto":
        return wanted
    told = "customers" in shop and filled_columns(shop, "customers")["acquired_from"]
    return "source" if told else "channel"


def newcomers(shop: Shop, day: date, basis: str) -> ir.Table:
    """One row a customer with a purchase, computed once a run.

    Returns:
        `customer_id`, `source`, `first_on`, `first_amount` (goods less discounts of the first
        day), `second_on` (the next day with a purchase; null: none yet).
    """
    return shop.remember(("newcomers", day, basis), lambda: _newcomers(shop, day, basis))


def _newcomers(shop: Shop, day: date, basis: str) -> ir.Table:
    began = first_days(shop, day)
    sources = _sources(shop, day, basis)
    both = began.left_join(sources, began.customer_id == sources.came_id)
    return shop.engine.materialise(
        both.select(
            "customer_id",
            "first_on",
            "first_amount",
            "second_on",
            source=both.source.fill_null(UNKNOWN),
        )
    )


def _sources(shop: Shop, day: date, basis: str) -> ir.Table:
    if basis == "channel":
        return customer_behaviour(shop, day).select(came_id="customer_id", source="first_channel")
    if "customers" not in shop:
        return customer_facts(shop, day).select(came_id="customer_id", source=ibis.null("string"))
    return shop["customers"].select(came_id="customer_id", source="acquired_from")


def source_sums(members: ir.Table, day: date, within_days: int) -> pa.Table:
    """Customers, first amounts and seconds of each source.

    Returns:
        One row a source: `source`, `customers`, `recent` (of the last 365 days), `first_amount`,
        and of those whose `within_days` are over `ripe`, of them `seconds`.
    """
    age = ibis.literal(day).delta(members.first_on, unit="day")
    wait = members.second_on.delta(members.first_on, unit="day")
    ripe = age > within_days
    came_back = (wait <= within_days).fill_null(False)
    sums = members.group_by("source").agg(
        customers=members.count().cast("int64"),
        recent=(age <= 365).ifelse(1, 0).sum().cast("int64"),
        first_amount=members.first_amount.sum().cast("float64"),
        ripe=ripe.ifelse(1, 0).sum().cast("int64"),
        seconds=(ripe & came_back).ifelse(1, 0).sum().cast("int64"),
    )
    return sums.to_pyarrow().sort_by([("customers", "descending"), ("source", "ascending")])


def waits(members: ir.Table, day: date, within_days: int) -> pa.Table:
    """How long newcomers waited for the second purchase, or have been waiting, by source.

    Returns:
        One row a source and number of days up to `within_days` + 1: `source`, `days`, `came_back`
        (0 or 1), `customers`. Who waited longer is counted as still waiting then.
    """
    last_day = ibis.literal(day).delta(members.first_on, unit="day") - 1
    wait = members.second_on.delta(members.first_on, unit="day")
    came_back = (wait <= within_days).fill_null(False)
    days = came_back.ifelse(wait, ibis.least(last_day, within_days + 1)).cast("int64")
    counted = members.group_by(
        "source", days=days, came_back=came_back.ifelse(1, 0).cast("int64")
    ).agg(customers=members.count().cast("int64"))
    return counted.to_pyarrow()


def months_of_sources(members: ir.Table) -> pa.Table:
    """New customers by source and month: `source`, `month` (as people write it), `customers`."""
    calendar = Calendar("month")
    counted = members.group_by("source", month=calendar.text_of(members.first_on)).agg(
        customers=members.count().cast("int64")
    )
    return counted.to_pyarrow().sort_by([("month", "ascending"), ("source", "ascending")])


def revenue_by_age(shop: Shop, day: date, members: ir.Table) -> pa.Table:
    """Net revenue of each source by how old the customer was, in months of thirty days.

    Returns:
        One row a source, `watched` (whole months since the first purchase, at most 12) and `age`
        (month after the first purchase in which it fell, from 0): `source`, `watched`, `age`,
        `customers` (who began, in age 0 only), `revenue`.
    """
    history = purchase_history(shop, day)
    rows = history.select(
        "customer_id",
        on="ordered_on",
        amount=history.net_amount.cast(MONEY),
        began=(history.nth == 1).ifelse(1, 0).cast("int64"),
    )
    refunds = refund_rows(shop, day)
    if refunds is not None:
        back = refunds.filter(refunds.is_net & refunds.customer_id.notnull())
        rows = rows.union(
            back.select(
                "customer_id",
                on="refunded_on",
                amount=(-back.amount).cast(MONEY),
                began=ibis.literal(0, "int64"),
            )
        )
    came = members.select("source", "first_on", came_id="customer_id")
    both = rows.inner_join(came, rows.customer_id == came.came_id)
    age = ibis.greatest(both.on.delta(both.first_on, unit="day"), 0) // MONTH_DAYS
    watched = ibis.literal(day).delta(both.first_on, unit="day") // MONTH_DAYS
    sums = both.group_by(
        "source",
        watched=ibis.least(watched, MONTHS).cast("int64"),
        age=ibis.least(age, MONTHS).cast("int64"),
    ).agg(customers=both.began.sum().cast("int64"), revenue=both.amount.sum().cast("float64"))
    return sums.to_pyarrow()


def spend_by_source(shop: Shop, day: date) -> dict[str, float]:
    """What was spent in the last 365 days on each channel, by its name as it is compared."""
    if "spend" not in shop:
        return {}
    spend = shop["spend"]
    age = ibis.literal(day).delta(spend.day, unit="day")
    recent = spend.filter(age > 0, age <= 365, spend.channel.notnull())
    rows = recent.group_by("channel").agg(cost=recent.cost.sum().cast("float64")).to_pyarrow()
    found: dict[str, float] = {}
    for row in sorted(rows.to_pylist(), key=lambda row: row["channel"]):
        name = folded(row["channel"])
        found[name] = found.get(name, 0.0) + row["cost"]
    return found


def folded(name: str) -> str:
    """A source or channel as it is compared: case and blanks do not matter."""
    return "".join(name.lower().split())


def funnel_of(shop: Shop, day: date, members: ir.Table) -> pa.Table:
    """Leads before the day, and how far they came.

    Returns:
        One row a source of leads: `source`, `leads`, `customers` (that became one), `first` (who
        bought), `second` (who bought on a second day); no row without leads.
    """
    names = ("leads", "customers", "first", "second")
    if "leads" not in shop:
        return pa.table(
            {
                "source": pa.array([], pa.string()),
                **{name: pa.array([], pa.int64()) for name in names},
            }
        )
    leads = shop["leads"]
    created = leads.filter(leads.created_on < day)
    bought = members.select("first_on", "second_on", came_id="customer_id")
    both = created.left_join(bought, created.customer_id == bought.came_id)
    rows = both.select(
        "customer_id", "first_on", "second_on", source=both.source.fill_null(UNKNOWN)
    )
    return (
        rows.group_by("source")
        .agg(
            leads=rows.count().cast("int64"),
            customers=rows.customer_id.count().cast("int64"),
            first=rows.first_on.count().cast("int64"),
            second=rows.second_on.count().cast("int64"),
        )
        .to_pyarrow()
        .sort_by([("leads", "descending"), ("source", "ascending")])
    )
