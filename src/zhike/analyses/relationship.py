"""Relationship: who is close, who cools down, who is about to leave, by each customer's rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS, REVENUE, coded
from zhike.analyses.relationship_facts import (
    LEVELS,
    levels_of,
    relationships,
    returns_of,
    rhythm_of,
)
from zhike.blocks import Block, Chart, Column, Finding, Table, Text
from zhike.catalogue import Analysis, Ascending, Needs, Shown, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

COMES_BACK = 0.8
"""Where more silences than this end by themselves, they are no bad news yet."""
YEARLY = Column(name="yearly_amount", label=lazy("Bought in 365 days"), format="amount")
ADVICE: dict[str, LazyText] = {
    "close": lazy("Keep them: thank them, let them be the first to see what is new."),
    "cooling": lazy("Remind them now, without a discount: what they usually buy, what fits it."),
    "at_risk": lazy("Reach out in person, with a reason to come back; ask what was wrong."),
    "lost": lazy("One last offer, then spend the money on others."),
    "unknown": lazy("Make the second purchase easy."),
}


@dataclass(frozen=True, kw_only=True)
class Relationship(Analysis):
    """Hold each customer's silence against the gap between purchases that is usual for her.

    A month of silence means nothing from somebody who buys twice a year, and much from somebody
    who buys every week. The usual gap is the mean of the customer's gaps between purchase days
    and one more gap as long as the shop's mean: who has few gaps leans on the shop. Who is at
    risk and silent for longer than the lifecycle allows is lost.

    Args:
        cuts: Silence by usual gap, from which a customer is cooling, and at risk.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Relationship().run(corner_shop())
        >>> found.levels.select(["level", "customers"]).to_pylist()[:2]
        [{'level': 'close', 'customers': 1}, {'level': 'cooling', 'customers': 1}]
    """

    name: ClassVar[str] = "relationship"
    title: ClassVar[LazyText] = lazy("Relationship strength")
    question: ClassVar[LazyText] = lazy("Who is close to us, who is cooling, who is at risk?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    cuts: Annotated[
        tuple[float, ...],
        Ascending(2),
        lazy("Silence by usual gap from which a customer is cooling, and at risk."),
    ] = (1.5, 2.5)

    def run(self, data: Shop) -> RelationshipResult:
        """Every customer's usual gap and silence, and what past silences came to."""
        day = as_of_day(data, self.as_of)
        rhythm = rhythm_of(data, day)
        members = relationships(data, day, rhythm, self.cuts)
        return RelationshipResult(
            as_of=day,
            currency=data.currency,
            cuts=self.cuts,
            typical_gap_days=rhythm.typical_gap_days,
            members=members,
            levels=levels_of(members),
            returns=returns_of(rhythm, members, self.cuts),
        )


@dataclass(frozen=True, kw_only=True)
class RelationshipResult:
    """What the relationship analysis found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        cuts: Silence by usual gap from which a customer is cooling, and at risk.
        typical_gap_days: The shop's mean gap between purchase days; None where nobody came back.
        members: Lazy, one row a buyer: `customer_id`, `level`, `silence` (days since the last
            purchase by the usual gap), `usual_gap_days`, `recency_days`, `frequency`,
            `monetary`, `amount_last_365_days`.
        levels: One row a level that occurs: `customers`, `customer_share`, `revenue`,
            `yearly_amount` (bought in the last 365 days), `mean_recency_days`,
            `mean_gap_days`.
        returns: One row a cut: `level`, `silences` that got so long, `came_back` (ended in a
            purchase), `return_share`.
    """

    as_of: date
    currency: str
    cuts: tuple[float, ...]
    typical_gap_days: float | None
    members: ir.Table
    levels: pa.Table
    returns: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Customers and yearly money by level."""
        rows = {row["level"]: row for row in self.levels.to_pylist()}
        shares = {row["level"]: row["return_share"] for row in self.returns.to_pylist()}
        counts = {name: float(rows[name]["customers"]) if name in rows else 0.0 for name in LEVELS}
        return {
            **counts,
            "cooling_amount": rows.get("cooling", {}).get("yearly_amount", 0.0),
            "at_risk_amount": rows.get("at_risk", {}).get("yearly_amount", 0.0),
            "at_risk_return_share": shares.get("at_risk"),
            "typical_gap_days": self.typical_gap_days,
        }

    def blocks(self) -> Iterator[Block]:
        """The levels, the money in them, and what silences of this length came to."""
        yield Text(body=self._words())
        table = self._levels_table()
        yield Chart(
            name="customers_by_level",
            title=lazy("Customers by relationship"),
            option=charts.bar(self.levels, "level", "customers", labels=LEVELS),
            alternative=lazy("Bars: how many customers are close, cooling, at risk and lost."),
            table=table,
        )
        yield Chart(
            name="amount_by_level",
            title=lazy("What they bought in the last 365 days"),
            option=charts.bar(
                self.levels, "level", "yearly_amount", format="amount", labels=LEVELS
            ),
            alternative=lazy("Bars: the money of the last 365 days behind each level."),
            table=table,
        )
        yield Table(
            name="returns",
            title=lazy("What silences of this length came to"),
            rows=self.returns,
            columns=(
                coded("level", lazy("Silent as long as"), LEVELS),
                Column(name="silences", label=lazy("Silences so far"), format="count"),
                Column(name="came_back", label=lazy("Ended in a purchase"), format="count"),
                Column(name="return_share", label=lazy("Share that came back"), format="share"),
            ),
            note=lazy(
                "Every gap between purchases that got so long, held against the customer's other "
                "gaps, and the silences still going on, which may yet end."
            ),
        )

    def _words(self) -> LazyText:
        if self.typical_gap_days is None:
            return lazy("Nobody has come back yet, so that no silence is unusual.")
        return lazy(
            "Silence is measured by each customer's own usual gap; the shop's mean gap is {days}. "
            "Cooling from {cooling} times it, at risk from {risk} times.",
            days=Shown(self.typical_gap_days, "days"),
            cooling=Shown(self.cuts[0], "number"),
            risk=Shown(self.cuts[1], "number"),
        )

    def _levels_table(self) -> Table:
        return Table(
            name="levels",
            title=lazy("Customers by relationship"),
            rows=self.levels,
            columns=(
                coded("level", lazy("Relationship"), LEVELS),
                CUSTOMERS,
                CUSTOMER_SHARE,
                REVENUE,
                YEARLY,
                Column(name="mean_recency_days", label=lazy("Mean silence, days"), format="days"),
                Column(name="mean_gap_days", label=lazy("Mean usual gap, days"), format="days"),
                coded("level", lazy("What to do"), ADVICE),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """Those at risk and those cooling, with their money."""
        rows = {row["level"]: row for row in self.levels.to_pylist()}
        shares = {row["level"]: row["return_share"] for row in self.returns.to_pylist()}
        for level, cut in zip(("cooling", "at_risk"), self.cuts, strict=True):
            if level not in rows:
                continue
            row = rows[level]
            yield Finding(
                code=f"relationship_{level}",
                sentence=lazy(
                    "{count} customers have been silent for more than {cut} times their usual gap "
                    "and bought for {amount} in the last 365 days; of silences that long, {share} "
                    "ended in a purchase.",
                    count=Shown(row["customers"], "count"),
                    cut=Shown(cut, "number"),
                    amount=Shown(row["yearly_amount"], "amount", self.currency),
                    share=Shown(shares.get(level), "share"),
                ),
                tone="neutral" if (shares.get(level) or 0.0) > COMES_BACK else "bad",
                amount=row["yearly_amount"],
                customers={"level": level},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a level, such as `level="at_risk"`, most money first; all without."""
        return customers_of(self.members, cell).order_by(ibis.desc("amount_last_365_days"))
