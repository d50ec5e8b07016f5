"""Why a metric changed: exactly split, with the causes that chance does not explain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, get_args

import ibis.expr.types as ir
import pyarrow as pa

from zhike.catalogue import (
    Analysis,
    Needs,
    OneOf,
    Period,
    PeriodText,
    as_of_day,
)
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.insights.causes import Believed, Cause, believed_causes
from zhike.insights.evidence import MetricName, Scope, chance_of
from zhike.insights.explanation import Explanation
from zhike.insights.facts import fact_rows
from zhike.insights.sides import Against, Sides
from zhike.insights.tree import driver_tree, flows_of, members_split
from zhike.schema import Shop

METRICS_EXPLAINED: tuple[MetricName, ...] = get_args(MetricName)


@dataclass(frozen=True, kw_only=True)
class Why(Analysis):
    """Why a metric differs from the period before or the same period last year.

    Args:
        metric: What is explained: net_revenue, orders or customers.
        period: A month, quarter, year, "last-90-days" or "2024-01-01..2024-02-01"; empty means
            the last complete month.
        against: "previous" or "last_year".

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Why(period="2024-02").run(corner_shop())
        >>> found.numbers["before"], found.numbers["after"]
        (150.0, 180.0)
    """

    name: ClassVar[str] = "why"
    title: ClassVar[LazyText] = lazy("Why it changed")
    question: ClassVar[LazyText] = lazy("Why did it change, and is it more than chance?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("ordered_at", "paid_amount")})

    metric: Annotated[str, OneOf(METRICS_EXPLAINED), lazy("What is to be explained.")] = (
        "net_revenue"
    )
    period: Annotated[
        str, PeriodText(), lazy("Period to measure; empty means the last complete month.")
    ] = ""
    against: Annotated[str, OneOf(get_args(Against)), lazy("What the period is compared with.")] = (
        "previous"
    )

    def run(self, data: Shop) -> Explanation:
        """The change, split and explained."""
        metric: MetricName = self.metric  # type: ignore[assignment]
        against: Against = self.against  # type: ignore[assignment]
        return explain(data, metric=metric, period=self.period, against=against, as_of=self.as_of)


def explain(
    shop: Shop,
    *,
    metric: MetricName = "net_revenue",
    period: str | Period = "",
    against: Against = "previous",
    as_of: date | None = None,
) -> Explanation:
    """Why a metric differs between a period and the one before it, or the same of last year.

    The parts sum to the change exactly; a cause is named only where chance does not explain it.

    Args:
        shop: Where to look.
        metric: "net_revenue", "orders" or "customers".
        period: As `Why` takes it, or a `Period`.
        against: "previous" or "last_year".
        as_of: Day to look back from.

    Raises:
        ParameterError: The period has nothing before it, or is none.
    """
    day = as_of_day(shop, as_of)
    first_on = _first_day(shop, day)
    if isinstance(period, str):
        period = Period.parse(period, as_of=day, first_on=first_on)
    sides = Sides.of_periods(period, against, day, first_on)
    return _explained(shop, metric, sides, against)


def explain_segments(
    shop: Shop,
    one: ir.Table,
    other: ir.Table,
    *,
    metric: MetricName = "net_revenue",
    period: str | Period = "",
    as_of: date | None = None,
) -> Explanation:
    """Why two sets of customers differ in a metric over one period.

    Args:
        shop: Where to look.
        one: The customers explained: a table with `customer_id`.
        other: The customers that they are compared with, likewise.
        metric: "net_revenue", "orders" or "customers".
        period: As `explain` takes it.
        as_of: Day to look back from.

    Raises:
        ParameterError: The period is none.
    """
    day = as_of_day(shop, as_of)
    if isinstance(period, str):
        period = Period.parse(period, as_of=day, first_on=_first_day(shop, day))
    return _explained(shop, metric, Sides.of_segments(period, one, other, day), "segment")


def _explained(shop: Shop, metric: MetricName, sides: Sides, against: str) -> Explanation:
    if metric not in METRICS_EXPLAINED:
        raise ParameterError.unknown(lazy("metric"), metric, METRICS_EXPLAINED)
    key = ("insight_facts", sides.periods, sides.as_of)
    facts = (
        shop.remember(key, lambda: fact_rows(shop, sides))
        if sides.members is None
        else fact_rows(shop, sides)
    )
    scope = Scope(sides, metric, "order_lines" in shop)
    found = believed_causes(facts, scope)
    return Explanation(
        as_of=sides.as_of,
        currency=shop.currency,
        metric=metric,
        period=sides.periods[0],
        compared=sides.periods[1],
        against=against,
        drivers=_drivers(driver_tree(found.sums, scope, flows_of(shop, sides))),
        members=_members(found, scope),
        causes=_causes(found.causes),
        noise=_noise(found),
        chance=chance_of(found.sums, scope),
        judged=found.judged,
        pairs=len(sides.pairs) - 1,
        products=_product_names(shop, found),
        facts=facts,
    )


def _first_day(shop: Shop, day: date) -> date:
    orders = shop["orders"]
    first: date | None = orders.ordered_on.min().to_pyarrow().as_py()
    return min(first or day, day)


def _drivers(tree: dict[str, float]) -> pa.Table:
    return pa.table(
        {
            "driver": pa.array(list(tree), pa.string()),
            "amount": pa.array(list(tree.values()), pa.float64()),
        }
    )


def _members(found: Believed, scope: Scope) -> pa.Table:
    split = members_split(found.sums, scope)
    names = found.sums.members
    return pa.table(
        {
            "dimension": pa.array([dimension for dimension, _ in names], pa.string()),
            "member": pa.array([member for _, member in names], pa.string()),
            "change": pa.array(split["after"] - split["before"], pa.float64()),
            **{name: pa.array(values, pa.float64()) for name, values in split.items()},
        }
    )


def _causes(causes: tuple[Cause, ...]) -> pa.Table:
    kinds = {"dimension": pa.string(), "member": pa.string(), "driver": pa.string()}
    names = [*kinds, "before", "after", "change", "amount", "z", "p"]
    return pa.table(
        {
            name: pa.array(
                [getattr(cause, name) for cause in causes], kinds.get(name, pa.float64())
            )
            for name in names
        }
    )


def _noise(found: Believed) -> pa.Table:
    return pa.table(
        {
            "driver": pa.array(list(found.factors), pa.string()),
            "factor": pa.array(list(found.factors.values()), pa.float64()),
        }
    )


def _product_names(shop: Shop, found: Believed) -> dict[str, str]:
    """Names of the products told apart."""
    told = [member for dimension, member in found.sums.members if dimension == "product"]
    if "products" not in shop or not told:
        return {}
    products = shop["products"]
    rows = products.filter(products.product_id.isin(told)).select("product_id", "name")
    found_names = rows.to_pyarrow().to_pylist()
    return {row["product_id"]: row["name"] for row in found_names if row["name"]}
