"""Profile: who the customers of a segment are, against all the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import coded
from zhike.analyses.profile_views import (
    TOP_VALUES,
    contrast_blocks,
    contrast_findings,
    customers_with,
    trait_column,
    words_of_values,
)
from zhike.blocks import Block, Chart, Column, Finding, Number, Table
from zhike.catalogue import (
    Analysis,
    Needs,
    Shown,
    Trait,
    as_of_day,
    customer_traits,
    traits_of,
)
from zhike.catalogue.contrasts import Contrast, contrast
from zhike.catalogue.segment_traits import segment_traits, traits_within
from zhike.catalogue.summaries import TraitSummary, summary_of, summary_of_all
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

ALL = lazy("All customers")
SEGMENT = lazy("The segment")
OTHERS = lazy("The others")
CHARTED = ("gender", "level", "province", "country", "acquired_from", "channel", "category")


@dataclass(frozen=True, kw_only=True)
class Profile(Analysis):
    """Describe customers by every trait that is known of them.

    Without a segment, everybody who is known. With one, its members against the others: every
    share and mean of both, and which differences are larger than chance and large enough to
    matter. Traits that the segment is defined by stand out by themselves.

    Args:
        segment: Rule ("stage = 'lost'") or name of a saved segment; empty describes everybody.
        outside: Describe those outside the segment.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Profile().run(corner_shop())
        >>> found.shares.select(["trait", "value", "customers"]).to_pylist()[0]
        {'trait': 'gender', 'value': 'female', 'customers': 2}

    References:
        Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
        Royal Statistical Society B 57(1), 289-300.
    """

    name: ClassVar[str] = "profile"
    title: ClassVar[LazyText] = lazy("Customer profile")
    question: ClassVar[LazyText] = lazy("Who are our customers, and what sets a segment apart?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    segment: Annotated[
        str, lazy("Rule or name of a saved segment; empty describes all customers.")
    ] = ""
    outside: Annotated[bool, lazy("Describe those outside the segment.")] = False

    def run(self, data: Shop) -> ProfileResult:
        """The traits of the segment, and of the others."""
        day = as_of_day(data, self.as_of)
        if not self.segment:
            return _profiled(data, customer_traits(data, day), day, "")
        members = segment_traits(data, self.segment, day, outside=self.outside)
        within = traits_within(data, [self.segment], day)
        return replace(_profiled(data, members, day, self.segment), within=within)


def profile_of(
    shop: Shop, members: ir.Table, as_of: date | None = None, name: str = "members"
) -> ProfileResult:
    """The profile of any customers: those of a rule, or of a cell of any result.

    Args:
        shop: The shop.
        members: With `customer_id`; other columns are not looked at.
        as_of: Day to look back from.
        name: What the members are called.
    """
    day = as_of_day(shop, as_of)
    everybody, listed = customer_traits(shop, day), members.select("customer_id")
    inside = shop.engine.materialise(everybody.semi_join(listed, "customer_id"))
    return _profiled(shop, inside, day, name)


def _profiled(shop: Shop, inside: ir.Table, day: date, name: str) -> ProfileResult:
    """The profile of a part of the customer traits; without a name that part is everybody."""
    traits, whole = traits_of(shop), summary_of_all(shop, day)
    group = summary_of(inside, traits) if name else whole
    found = contrast(group, whole.without(group), traits)
    return ProfileResult(
        as_of=day,
        currency=shop.currency,
        segment=name,
        described=traits,
        group=group,
        whole=whole,
        members=inside,
        traits=found.traits,
        shares=found.shares,
        means=found.means,
    )


@dataclass(frozen=True, kw_only=True)
class ProfileResult:
    """What the profile found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        segment: The rule or name; empty for everybody.
        described: The traits looked at.
        within: Those that the segment is made of.
        group: The segment in numbers.
        whole: Everybody in numbers.
        members: Lazy, one row a customer of the segment, with every trait.
        traits: One row a trait, strongest first: `known_share`, `strength`, `chance`.
        shares: One row a value of a trait: `customers`, `share`, `others_share`, `all_share`,
            `index`, `effect` (Cohen's h), `chance` (corrected), `stands_out`.
        means: One row a number: the same with means, `effect` is Cohen's d.
    """

    as_of: date
    currency: str
    segment: str
    described: Sequence[Trait]
    group: TraitSummary
    whole: TraitSummary
    members: ir.Table
    traits: pa.Table
    shares: pa.Table
    means: pa.Table
    within: frozenset[str] = frozenset()

    @property
    def _contrast(self) -> Contrast:
        return Contrast(traits=self.traits, shares=self.shares, means=self.means)

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Customers and net revenue of the segment, and their shares of the whole."""
        group, whole = self.group, self.whole
        return {
            "customers": float(group.customers),
            "customer_share": group.customers / whole.customers if whole.customers else None,
            "revenue": group.revenue,
            "revenue_share": group.revenue / whole.revenue if whole.revenue else None,
        }

    def blocks(self) -> Iterator[Block]:
        """How many they are and what they bring, then what they are like."""
        yield Number(
            name="customers",
            label=lazy("Customers in the segment") if self.segment else lazy("Customers known"),
            value=self.numbers["customers"],
            format="count",
            definition=lazy("Everybody with a purchase, and who is known without one."),
        )
        yield Number(
            name="revenue",
            label=lazy("Net revenue so far"),
            value=self.numbers["revenue"],
            format="amount",
            definition=lazy("Their purchases less refunds, from the beginning to the day."),
        )
        if self.segment:
            names = (SEGMENT, OTHERS)
            yield from contrast_blocks(self._contrast, self.described, names, self.within)
        else:
            yield from self._portrait()

    def _portrait(self) -> Iterator[Block]:
        for trait in self.described:
            rows = self.shares.filter(pc.equal(self.shares["trait"], trait.name))
            if trait.name in CHARTED and rows.num_rows > 1:
                yield self._shares_chart(trait, rows.slice(0, TOP_VALUES))
        yield Table(
            name="shares",
            title=lazy("Who our customers are"),
            rows=self.shares,
            columns=(
                trait_column(self.described),
                coded("value", lazy("Value of the trait"), words_of_values(self.described)),
                Column(name="customers", label=lazy("Customers"), format="count"),
                Column(name="share", label=ALL, format="share"),
            ),
        )
        yield Table(
            name="means",
            title=lazy("The average customer"),
            rows=self.means,
            columns=(
                trait_column(self.described),
                Column(name="customers", label=lazy("Customers"), format="count"),
                Column(name="mean", label=ALL, format="number"),
            ),
        )

    def _shares_chart(self, trait: Trait, rows: pa.Table) -> Chart:
        title = lazy("Customers by {trait}", trait=trait.label)
        return Chart(
            name=f"by_{trait.name}",
            title=title,
            option=charts.bar(rows, "value", "share", format="share", labels=trait.labels),
            alternative=lazy(
                "Bars: the share of customers with each value of {trait}.", trait=trait.label
            ),
            table=Table(
                name=f"by_{trait.name}",
                title=title,
                rows=rows,
                columns=(
                    coded("value", trait.label, trait.labels),
                    Column(name="customers", label=lazy("Customers"), format="count"),
                    Column(name="share", label=ALL, format="share"),
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """What the segment brings, and what sets it apart most."""
        if not self.segment or not self.group.customers:
            return
        numbers = self.numbers
        yield Finding(
            code="profile_size",
            sentence=lazy(
                "The segment has {customers} customers, {share} of all; they have brought "
                "{revenue}, {revenue_share} of net revenue.",
                customers=Shown(numbers["customers"], "count"),
                share=Shown(numbers["customer_share"], "share"),
                revenue=Shown(numbers["revenue"], "amount", self.currency),
                revenue_share=Shown(numbers["revenue_share"], "share"),
            ),
            amount=numbers["revenue"],
        )
        others = [trait for trait in self.described if trait.name not in self.within]
        yield from contrast_findings(self._contrast, others, SEGMENT, "profile", self.currency)

    def customers(self, **cell: str) -> ir.Table:
        """The members with a value of a trait, such as `city="上海市"`; all without one."""
        return customers_with(self.members, cell)
