"""Lost traits: which customers are lost more often than others, and what they had brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import coded
from zhike.analyses.profile_views import (
    BARS,
    FINDINGS,
    INDEX,
    SURE,
    customers_with,
    means_table,
    trait_column,
    words_of_values,
)
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    Shown,
    StageThresholds,
    Trait,
    Whole,
    as_of_day,
    customer_traits,
    stage_thresholds,
    traits_of,
)
from zhike.catalogue.contrasts import contrast
from zhike.catalogue.summaries import TraitSummary, summaries_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

FOLLOWS = (
    "recency_days", "last_on", "first_on", "tenure_days", "stage", "orders_last_90_days",
    "orders_last_365_days", "amount_last_365_days",
)  # fmt: skip
"""Traits that follow from being lost, and would only say it again."""
LOST_RATE = Column(name="lost_rate", label=lazy("Share lost"), format="share")
COLUMNS = {
    "trait": pa.string(), "value": pa.string(), "customers": pa.int64(), "lost": pa.int64(),
    "lost_rate": pa.float64(), "index": pa.float64(), "excess": pa.float64(),
    "amount": pa.float64(), "effect": pa.float64(), "chance": pa.float64(),
    "stands_out": pa.bool_(),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LostTraits(Analysis):
    """Find what is more frequent among the lost than among those who stay.

    Looked at are customers who have had the time to be lost: their first purchase lies longer
    back than the silence that makes one lost. Who began yesterday cannot be lost, and would
    make every new channel look good.

    Args:
        lost_after_days: None takes the day by which 90 % of those who ever come back have come
            back.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = LostTraits(lost_after_days=190).run(corner_shop())
        >>> found.numbers["customers"], found.numbers["lost"]
        (3.0, 2.0)
    """

    name: ClassVar[str] = "lost_traits"
    title: ClassVar[LazyText] = lazy("Traits of the lost")
    question: ClassVar[LazyText] = lazy("Which customers do we lose more often than others?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    lost_after_days: Annotated[
        int | None,
        Whole(1, 3650),
        lazy("Days of silence after which a customer is lost; empty takes them from the data."),
    ] = None

    def run(self, data: Shop) -> LostTraitsResult:
        """The share lost by every trait."""
        day = as_of_day(data, self.as_of)
        thresholds = stage_thresholds(data, day, lost_after_days=self.lost_after_days)
        limit = thresholds.lost_after_days
        everybody = customer_traits(data, day)
        # Where nobody ever came back nobody is called lost, and there is nothing to look at.
        old = everybody.filter(everybody.tenure_days > (10**6 if limit is None else limit))
        is_lost = old.recency_days > (10**6 if limit is None else limit)
        traits = [trait for trait in traits_of(data) if trait.name not in FOLLOWS]
        group, others = summaries_of(old, traits, is_lost)
        found = contrast(group, others, traits)
        return LostTraitsResult(
            as_of=day,
            currency=data.currency,
            thresholds=thresholds,
            described=traits,
            lost=group,
            stayed=others,
            members=old.filter(is_lost),
            rates=_rates(found.shares, group, others),
            means=found.means,
            traits=found.traits,
        )


@dataclass(frozen=True, kw_only=True)
class LostTraitsResult:
    """What was found about the lost.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        thresholds: When a customer is lost.
        described: The traits looked at.
        lost: The lost in numbers.
        stayed: Those who stay in numbers.
        members: Lazy, one row a lost customer, with every trait.
        rates: One row a value of a trait: `customers` who have it, `lost` of them, `lost_rate`,
            `index` (100 x that by the share lost of all), `excess` (lost beyond the share of
            all), `amount` (what as many of the lost with it had brought), `effect` (Cohen's h),
            `chance` (corrected), `stands_out`.
        means: One row a number, lost against those who stay.
        traits: One row a trait, strongest first: `known_share`, `strength`, `chance`.
    """

    as_of: date
    currency: str
    thresholds: StageThresholds
    described: Sequence[Trait]
    lost: TraitSummary
    stayed: TraitSummary
    members: ir.Table
    rates: pa.Table
    means: pa.Table
    traits: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Customers who could be lost, those who are, and what they had brought."""
        customers = self.lost.customers + self.stayed.customers
        return {
            "customers": float(customers),
            "lost": float(self.lost.customers),
            "lost_rate": self.lost.customers / customers if customers else None,
            "lost_amount": self.lost.revenue,
        }

    def blocks(self) -> Iterator[Block]:
        """How many are lost, where more than elsewhere, and what the lost are like."""
        yield Text(body=self._words())
        yield Number(
            name="lost_rate",
            label=lazy("Lost of those who could be"),
            value=self.numbers["lost_rate"],
            format="share",
            definition=lazy(
                "Customers silent for longer than the threshold, of those whose first purchase "
                "lies longer back than it."
            ),
            direction="down",
        )
        yield Number(
            name="lost_amount",
            label=lazy("What the lost had brought"),
            value=self.numbers["lost_amount"],
            format="amount",
            definition=lazy("Net revenue of lost customers, from the beginning."),
        )
        if self._high():
            yield self._chart()
        yield self._table()
        yield means_table(self.means, self.described, (lazy("Lost"), lazy("Staying")))

    def _words(self) -> LazyText:
        days = self.thresholds.lost_after_days
        if days is None:
            return lazy(
                "Nobody has come back yet, so that nothing tells when a customer is lost. Give "
                "lost_after_days to decide it yourself."
            )
        return lazy(
            "Lost is who has been silent for more than {days}. Customers who began later than "
            "that are left out: they have not had the time to be lost.",
            days=Shown(days, "days"),
        )

    def _high(self) -> list[dict[str, Any]]:
        """Values with more lost than elsewhere, beyond chance; most money first."""
        rows = [row for row in self.rates.to_pylist() if row["stands_out"] and row["excess"] > 0]
        return sorted(rows, key=lambda row: (-row["amount"], row["trait"], row["value"]))

    def _chart(self) -> Chart:
        shown = self._high()[:BARS]
        traits = {trait.name: trait for trait in self.described}
        codes = {
            f"{row['trait']}={row['value']}": lazy(
                "{trait}: {value}",
                trait=traits[row["trait"]].label,
                value=traits[row["trait"]].labels.get(row["value"], row["value"]),
            )
            for row in shown
        }
        bars = pa.table(
            {"row": list(codes), "lost_rate": pa.array([it["lost_rate"] for it in shown])}
        )
        title = lazy("Where more are lost than elsewhere")
        return Chart(
            name="high_rates",
            title=title,
            option=charts.bar(bars, "row", "lost_rate", format="share", labels=codes),
            alternative=lazy(
                "Bars: the share lost of customers with each trait, where it stands out; of all "
                "it is {share}.",
                share=Shown(self.numbers["lost_rate"], "share"),
            ),
            table=Table(
                name="high_rates",
                title=title,
                rows=bars,
                columns=(coded("row", lazy("Trait"), codes), LOST_RATE),
            ),
        )

    def _table(self) -> Table:
        return Table(
            name="rates",
            title=lazy("Share lost, trait by trait"),
            rows=self.rates,
            columns=(
                trait_column(self.described),
                coded("value", lazy("Value of the trait"), words_of_values(self.described)),
                Column(name="customers", label=lazy("Customers"), format="count"),
                Column(name="lost", label=lazy("Of them lost"), format="count"),
                LOST_RATE,
                INDEX,
                Column(name="excess", label=lazy("Lost beyond the average"), format="number"),
                Column(name="amount", label=lazy("What these had brought"), format="amount"),
                SURE,
            ),
            note=lazy(
                "That more are lost does not say why. Look first where the money is, and ask "
                "whether something else explains it."
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """Where most money went with those lost beyond the average."""
        traits = {trait.name: trait for trait in self.described}
        for row in self._high()[:FINDINGS]:
            trait = traits[row["trait"]]
            yield Finding(
                code=f"lost_traits_{trait.name}",
                sentence=lazy(
                    "Of customers whose {trait} is {value}, {rate} are lost, against {all} of "
                    "all: {excess} more than at the average, who had brought {amount}.",
                    trait=trait.label,
                    value=trait.labels.get(row["value"], row["value"]),
                    rate=Shown(row["lost_rate"], "share"),
                    all=Shown(self.numbers["lost_rate"], "share"),
                    excess=Shown(round(row["excess"]), "count"),
                    amount=Shown(row["amount"], "amount", self.currency),
                ),
                tone="bad",
                amount=row["amount"],
                customers={trait.name: row["value"]},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The lost with a value of a trait, such as `channel="app"`; all lost without one."""
        return customers_with(self.members, cell)


def _rates(shares: pa.Table, lost: TraitSummary, stayed: TraitSummary) -> pa.Table:
    whole = lost.customers + stayed.customers
    overall = lost.customers / whole if whole else 0.0
    rows = []
    for row in shares.filter(pc.is_valid(shares["value"])).to_pylist():
        gone, here = (it.counted(row["trait"], row["value"]) for it in (lost, stayed))
        if gone is None or here is None:
            continue
        customers = gone.customers + here.customers
        excess = gone.customers - overall * customers
        each = gone.revenue / gone.customers if gone.customers else 0.0
        rate = gone.customers / customers
        rows.append(
            row
            | {
                "customers": customers,
                "lost": gone.customers,
                "lost_rate": rate,
                "index": 100 * rate / overall if overall else None,
                "excess": excess,
                "amount": excess * each + 0.0,  # no minus before a zero
            }
        )
    return pa.table(
        {name: pa.array([row[name] for row in rows], kind) for name, kind in COLUMNS.items()}
    )
