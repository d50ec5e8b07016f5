"""Comparison: two segments side by side, over every trait and what they are worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.analyses.profile_views import contrast_blocks, contrast_findings, customers_with
from zhike.blocks import Block, Column, Finding, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    Shown,
    Trait,
    as_of_day,
    traits_of,
)
from zhike.catalogue.contrasts import Contrast, contrast
from zhike.catalogue.segment_traits import segment_traits, traits_within
from zhike.catalogue.summaries import TraitSummary, summaries_of
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

LEFT, RIGHT = lazy("First segment"), lazy("Second segment")
SIDES = {"left": LEFT, "right": RIGHT}


@dataclass(frozen=True, kw_only=True)
class Comparison(Analysis):
    """Put two segments side by side: their size, their money, and every trait of both.

    Args:
        left: Rule or name of a saved segment.
        right: Rule or name of a saved segment to hold against it.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Comparison(left="frequency >= 2", right="frequency = 1").run(corner_shop())
        >>> found.sizes.select(["side", "customers", "revenue"]).to_pylist()[0]
        {'side': 'left', 'customers': 2, 'revenue': 580.0}
    """

    name: ClassVar[str] = "comparison"
    title: ClassVar[LazyText] = lazy("Two segments side by side")
    question: ClassVar[LazyText] = lazy("How do two groups of customers differ?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    left: Annotated[str, lazy("Rule or name of the first segment.")] = "frequency >= 2"
    right: Annotated[str, lazy("Rule or name of the second segment.")] = "frequency = 1"

    def run(self, data: Shop) -> ComparisonResult:
        """The traits of both."""
        day = as_of_day(data, self.as_of)
        traits = traits_of(data)
        sides = {
            side: segment_traits(data, rule, day)
            for side, rule in (("left", self.left), ("right", self.right))
        }
        left_ids, right_ids = (sides[side].select("customer_id") for side in SIDES)
        both = left_ids.semi_join(right_ids, "customer_id").count().to_pyarrow().as_py()
        laid = ibis.union(*(sides[side].mutate(is_left=side == "left") for side in SIDES))
        left, right = summaries_of(laid, traits, laid.is_left)
        found = contrast(left, right, traits)
        return ComparisonResult(
            as_of=day,
            currency=data.currency,
            rules={"left": self.left, "right": self.right},
            described=traits,
            within=traits_within(data, (self.left, self.right), day),
            members=sides,
            in_both=both,
            sizes=_sizes([(self.left, left), (self.right, right)]),
            traits=found.traits,
            shares=found.shares,
            means=found.means,
        )


@dataclass(frozen=True, kw_only=True)
class ComparisonResult:
    """What the comparison found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        rules: Side to its rule.
        described: The traits looked at.
        within: Those that the segments are made of.
        members: Side to its customers, lazy, with every trait.
        in_both: Customers who are in both.
        sizes: One row a side: `side`, `rule`, `customers`, `purchases`, `revenue`,
            `revenue_per_customer`.
        traits: One row a trait, strongest first: `known_share`, `strength`, `chance`.
        shares: One row a value of a trait, left against right.
        means: One row a number, left against right.
    """

    as_of: date
    currency: str
    rules: Mapping[str, str]
    described: Sequence[Trait]
    within: frozenset[str]
    members: Mapping[str, ir.Table]
    in_both: int
    sizes: pa.Table
    traits: pa.Table
    shares: pa.Table
    means: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Customers and money of both, and how many are in both."""
        numbers: dict[str, float | None] = {"in_both": float(self.in_both)}
        for row in self.sizes.to_pylist():
            numbers |= {f"{row['side']}_customers": float(row["customers"])}
            numbers |= {f"{row['side']}_revenue": row["revenue"]}
        return numbers

    def blocks(self) -> Iterator[Block]:
        """Both sizes, then trait by trait."""
        yield Table(
            name="sizes",
            title=lazy("Both segments"),
            rows=self.sizes,
            columns=(
                Column(name="side", label=lazy("Segment"), labels=SIDES),
                Column(name="rule", label=lazy("Its rule")),
                Column(name="customers", label=lazy("Customers"), format="count"),
                Column(name="purchases", label=lazy("Purchases"), format="count"),
                Column(name="revenue", label=lazy("Net revenue"), format="amount"),
                Column(
                    name="revenue_per_customer",
                    label=lazy("Net revenue per customer"),
                    format="amount",
                ),
            ),
        )
        if self.in_both:
            yield Text(
                body=lazy(
                    "{count} customers are in both segments; they make the two look more alike "
                    "than they are.",
                    count=Shown(self.in_both, "count"),
                ),
                tone="note",
            )
        yield from contrast_blocks(self._contrast, self.described, (LEFT, RIGHT), self.within)

    @property
    def _contrast(self) -> Contrast:
        return Contrast(traits=self.traits, shares=self.shares, means=self.means)

    def findings(self) -> Iterator[Finding]:
        """What each customer brings on either side, and what sets them apart most."""
        left, right = self.sizes.to_pylist()
        if not left["customers"] or not right["customers"]:
            return
        yield Finding(
            code="comparison_worth",
            sentence=lazy(
                "A customer of the first segment has brought {here}, one of the second {there}.",
                here=Shown(left["revenue_per_customer"], "amount", self.currency),
                there=Shown(right["revenue_per_customer"], "amount", self.currency),
            ),
            amount=left["revenue"],
            customers={"side": "left"},
        )
        others = [trait for trait in self.described if trait.name not in self.within]
        yield from contrast_findings(self._contrast, others, LEFT, "comparison", self.currency)

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a side, such as `side="right"`; the left one where none is named.

        Raises:
            ParameterError: There is no such side.
        """
        rest = dict(cell)
        side = rest.pop("side", "left")
        if side not in self.members:
            raise ParameterError.unknown(lazy("side"), side, list(self.members))
        return customers_with(self.members[side], rest)


def _sizes(sides: Sequence[tuple[str, TraitSummary]]) -> pa.Table:
    rows = []
    for side, (rule, found) in zip(SIDES, sides, strict=True):
        bought = found.moments["frequency"]
        rows.append(
            {
                "side": side,
                "rule": rule,
                "customers": found.customers,
                "purchases": round(bought.count * bought.mean),
                "revenue": found.revenue,
                "revenue_per_customer": (
                    found.revenue / found.customers if found.customers else None
                ),
            }
        )
    kinds = {
        "side": pa.string(), "rule": pa.string(), "customers": pa.int64(),
        "purchases": pa.int64(), "revenue": pa.float64(), "revenue_per_customer": pa.float64(),
    }  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))
