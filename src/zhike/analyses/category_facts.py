"""What each customer buys, category by category, and what each category brings."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import (
    STAGES,
    Calendar,
    customer_facts,
    refund_rows,
    stage_thresholds,
)
from zhike.catalogue.stages import stage_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

MONTHS = Calendar("month")
MOST_CATEGORIES = 30
OTHER = "other"
"""Categories beyond the thirty largest, together."""
STEP = 64  # more than there are places, so that a place fits beside an amount
TOP_SHARE, UPPER_SHARE = 0.8, 0.5

TIERS: dict[str, LazyText] = {
    "top": lazy("Top fifth by value"),
    "upper": lazy("Next three tenths"),
    "lower": lazy("Lower half"),
}
SEGMENTS: dict[str, LazyText] = {
    **{stage: label for stage, label in STAGES.items() if stage != "potential"},
    **TIERS,
}
"""Lifecycle stages of buyers, then value tiers."""


def category_months(shop: Shop, goods: ir.Table, day: date) -> pa.Table:
    """Goods by category and month, less refunds that name a product.

    Returns:
        One row a category and month: `category`, `month` (number), `lines`, `quantity`, `revenue`.
    """
    sold = goods.group_by("category", month=MONTHS.number_of(goods.ordered_on)).agg(
        lines=goods.count(),
        quantity=goods.quantity.sum(),
        revenue=goods.amount.sum().cast("float64"),
    )
    refunds = refund_rows(shop, day)
    if refunds is not None and "products" in shop:
        sold = sold.union(_refunded(shop, refunds))
    totals = sold.group_by("category", "month").agg(
        lines=sold["lines"].sum().cast("int64"),
        quantity=sold.quantity.sum(),
        revenue=sold.revenue.sum(),
    )
    return totals.order_by("category", "month").to_pyarrow()


def tastes(shop: Shop, goods: ir.Table, names: list[str]) -> ir.Table:
    """What identified customers bought of each category.

    Args:
        shop: Where to look.
        goods: Its goods lines.
        names: The categories told apart, the largest first; all others are together.

    Returns:
        One row a customer and category: `customer_id`, `place` (in `names`, after them the
        others), `revenue` (before refunds), `is_repeat` (bought on several days).
    """
    known = goods.filter(goods.customer_id.notnull(), goods.category.notnull())
    place = ibis.cases(
        *((known.category == name, ibis.literal(at, "int64")) for at, name in enumerate(names)),
        (known.category.isnull(), ibis.literal(len(names), "int64")),
        else_=ibis.literal(len(names), "int64"),
    )
    rows = known.select(
        "customer_id", "ordered_on", place=place, amount=known.amount.cast("float64")
    )
    grouped = rows.group_by("customer_id", "place").agg(
        revenue=rows.amount.sum(),
        first_on=rows.ordered_on.min(),
        last_on=rows.ordered_on.max(),
    )
    grouped = grouped.mutate(is_repeat=grouped.last_on > grouped.first_on)
    return shop.engine.materialise(grouped.drop("first_on", "last_on"))


def taste_members(shop: Shop, rows: ir.Table, names: list[str]) -> ir.Table:
    """Each customer's favourite and how many categories they know.

    The favourite is where most was spent; of equals the category that sells more.

    Returns:
        One row a customer with goods in a category: `customer_id`, `favourite`, `categories`,
        `favourite_share` (of what was spent; null for the others), `spent`, `mask`
        (bit i set: bought category i).
    """
    power = ibis.cases(
        *((rows.place == at, ibis.literal(2**at, "int64")) for at in range(len(names))),
        (rows.place.isnull(), ibis.literal(2 ** len(names), "int64")),
        else_=ibis.literal(2 ** len(names), "int64"),
    )
    # The amount in cents and the place in one number: the largest is the favourite, of equals
    # the one with the smallest place. The others together are no category, and only a last resort.
    cents = ibis.greatest((rows.revenue * 100).round().cast("int64"), 0)
    rank = (rows.place == len(names)).ifelse(-1, cents * STEP + (STEP - 1 - rows.place))
    ranked = rows.mutate(power=power, rank=rank)
    found = ranked.group_by("customer_id").agg(
        best=ranked["rank"].max(),
        categories=ranked.count(),
        spent=ranked.revenue.sum(),
        mask=ranked.power.sum().cast("int64"),
    )
    place = (STEP - 1) - found.best % STEP
    favourite = ibis.cases(
        (found.best < 0, OTHER),
        *((place == at, name) for at, name in enumerate(names)),
        else_=OTHER,
    )
    most = (found.best - found.best % STEP).cast("float64") / (100 * STEP)
    share = (found.best < 0).ifelse(None, most) / found.spent.nullif(0.0)
    found = found.mutate(favourite=favourite, favourite_share=share)
    return shop.engine.materialise(found.drop("best"))


def taste_cells(rows: ir.Table, segments: ir.Table) -> pa.Table:
    """Customers and money by category, stage and tier.

    Returns:
        One row a place, stage and tier: `place`, `stage`, `tier`, `customers`,
        `repeat_customers`, `revenue`.
    """
    who = segments.rename(buyer_id="customer_id")
    joined = rows.inner_join(who, rows.customer_id == who.buyer_id)
    return (
        joined.group_by("place", "stage", "tier")
        .agg(
            customers=joined.count(),
            repeat_customers=joined.is_repeat.ifelse(1, 0).sum().cast("int64"),
            revenue=joined.revenue.sum(),
        )
        .to_pyarrow()
    )


def mask_counts(members: ir.Table) -> pa.Table:
    """How many customers have bought which set of categories: `mask`, `favourite`, `customers`."""
    counts = members.group_by("mask", "favourite").agg(customers=members.count())
    return counts.to_pyarrow()


def _refunded(shop: Shop, refunds: ir.Table) -> ir.Table:
    products = shop["products"].select(named_id="product_id", named="category")
    back = refunds.filter(refunds.is_net & refunds.product_id.notnull())
    joined = back.inner_join(products, back.product_id == products.named_id)
    return joined.group_by(category=joined.named, month=MONTHS.number_of(joined.refunded_on)).agg(
        lines=ibis.literal(0, "int64"),
        quantity=ibis.literal(0.0),
        revenue=(-joined.amount.sum()).cast("float64"),
    )


def taste_segments(shop: Shop, day: date) -> ir.Table:
    """The lifecycle stage and the value tier of each customer: `customer_id`, `stage`, `tier`."""
    facts = customer_facts(shop, day)
    money = facts.monetary.cast("float64")
    cuts = (
        facts.agg(top=money.quantile(TOP_SHARE), upper=money.quantile(UPPER_SHARE))
        .to_pyarrow()
        .to_pylist()[0]
    )
    tier = ibis.cases(
        (money >= (cuts["top"] or 0.0), "top"),
        (money >= (cuts["upper"] or 0.0), "upper"),
        else_="lower",
    )
    stage = stage_of(facts.frequency, facts.recency_days, stage_thresholds(shop, day))
    return facts.select("customer_id", stage=stage, tier=tier)
