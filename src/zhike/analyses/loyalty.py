"""Loyalty: how many come back, for how long they stay, and what makes the loyal different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS, REVENUE, REVENUE_SHARE, coded, shares
from zhike.analyses.profile_views import contrast_blocks, contrast_findings, customers_with
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
from zhike.catalogue.contrasts import Contrast, contrast
from zhike.catalogue.stages import stage_of
from zhike.catalogue.summaries import summaries_of
from zhike.catalogue.traits import own_fields
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

WALLET = "wallet_amount"
"""Own field: what a customer spends in a year on such goods, here and elsewhere."""
FOLLOWS = (
    "frequency", "monetary", "recency_days", "tenure_days", "mean_gap_days", "stage", "first_on",
    "last_on", "orders_last_90_days", "orders_last_365_days", "amount_last_365_days", WALLET,
)  # fmt: skip
"""Traits that follow from being loyal, and would only say it again."""
TENURES = ((90, "90"), (365, "365"), (730, "730"), (1095, "1095"))
TENURE_WORDS: dict[str, LazyText] = {
    "90": lazy("Up to 90 days"),
    "365": lazy("Up to one year"),
    "730": lazy("One to two years"),
    "1095": lazy("Two to three years"),
    "longer": lazy("Longer than three years"),
}
REPEAT_SHARE = Column(name="repeat_share", label=lazy("Bought again"), format="share")
LOYAL_SHARE = Column(name="loyal_share", label=lazy("Loyal"), format="share")


@dataclass(frozen=True, kw_only=True)
class Loyalty(Analysis):
    """Measure loyalty: who buys again, who is loyal, how long they stay, what sets them apart.

    Loyal is who has bought often enough and is not lost, as in the lifecycle. The share of
    wallet is known where the company has the field `wallet_amount`, what a customer spends in
    a year on such goods in all (from a survey, say).

    Args:
        loyal_after: Purchases; None takes the upper quartile of repeat customers, at least
            three.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> numbers = Loyalty().run(corner_shop()).numbers
        >>> numbers["repeat_share"], numbers["loyal"]
        (0.6666666666666666, 1.0)
    """

    name: ClassVar[str] = "loyalty"
    title: ClassVar[LazyText] = lazy("Loyalty")
    question: ClassVar[LazyText] = lazy("How loyal are our customers, and who are the loyal ones?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    loyal_after: Annotated[
        int | None,
        Whole(2, 1000),
        lazy("Purchases that make a customer loyal; empty takes them from the data."),
    ] = None

    def run(self, data: Shop) -> LoyaltyResult:
        """Loyalty by tenure, and the loyal against the other buyers."""
        day = as_of_day(data, self.as_of)
        thresholds = stage_thresholds(data, day, loyal_after=self.loyal_after)
        everybody = customer_traits(data, day)
        buyers = everybody.filter(everybody.frequency.notnull())
        is_loyal = stage_of(buyers.frequency, buyers.recency_days, thresholds) == "loyal"
        traits = [trait for trait in traits_of(data) if trait.name not in FOLLOWS]
        found = contrast(*summaries_of(buyers, traits, is_loyal), traits)
        tenures = _tenures(buyers, is_loyal, has_wallet=WALLET in own_fields(data))
        return LoyaltyResult(
            as_of=day,
            currency=data.currency,
            thresholds=thresholds,
            described=traits,
            members=buyers.filter(is_loyal),
            tenures=tenures,
            wallet_share=_wallet_share(tenures),
            traits=found.traits,
            shares=found.shares,
            means=found.means,
        )


@dataclass(frozen=True, kw_only=True)
class LoyaltyResult:
    """What the loyalty analysis found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        thresholds: When a customer is loyal, and when lost.
        described: The traits looked at.
        members: Lazy, one row a loyal customer, with every trait.
        tenures: One row a length of time since the first purchase: `tenure`, `customers`,
            `customer_share`, `repeaters` (with two or more purchases), `repeat_share`, `loyal`,
            `loyal_share`, `revenue`, `revenue_share`, `loyal_revenue`, `tenure_days` (of all),
            `loyal_tenure_days`, `repeat_revenue`; where the wallet is known `bought_amount` and
            `wallet_amount` of those who have told it.
        wallet_share: What customers of whom it is known bought in the last 365 days, by what
            they spend on such goods in a year; None where nobody says.
        traits: One row a trait, strongest first: `known_share`, `strength`, `chance`.
        shares: One row a value of a trait, loyal against other buyers.
        means: One row a number, loyal against other buyers.
    """

    as_of: date
    currency: str
    thresholds: StageThresholds
    described: Sequence[Trait]
    members: ir.Table
    tenures: pa.Table
    wallet_share: float | None
    traits: pa.Table
    shares: pa.Table
    means: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Repeat share, the loyal and their part in net revenue, tenure, share of wallet."""
        rows = self.tenures.to_pylist()
        sums = {
            name: float(sum(row[name] or 0 for row in rows))
            for name in (
                "customers", "repeaters", "loyal", "revenue", "loyal_revenue", "repeat_revenue",
                "tenure_days", "loyal_tenure_days",
            )
        }  # fmt: skip
        return {
            "customers": sums["customers"],
            "repeat_share": _by(sums["repeaters"], sums["customers"]),
            "repeat_revenue_share": _by(sums["repeat_revenue"], sums["revenue"]),
            "loyal": sums["loyal"],
            "loyal_share": _by(sums["loyal"], sums["customers"]),
            "loyal_revenue": sums["loyal_revenue"],
            "loyal_revenue_share": _by(sums["loyal_revenue"], sums["revenue"]),
            "mean_tenure_days": _by(sums["tenure_days"], sums["customers"]),
            "loyal_tenure_days": _by(sums["loyal_tenure_days"], sums["loyal"]),
            "wallet_share": self.wallet_share,
        }

    def blocks(self) -> Iterator[Block]:
        """The measures, loyalty by tenure, and what sets the loyal apart."""
        yield from self._measures()
        yield Text(
            body=lazy(
                "Loyal is who has {count} purchases or more and is not lost.",
                count=Shown(self.thresholds.loyal_after, "count"),
            )
        )
        title = lazy("Loyalty by time since the first purchase")
        yield Chart(
            name="by_tenure",
            title=title,
            option=charts.columns(
                self.tenures,
                "tenure",
                {"repeat_share": REPEAT_SHARE.label, "loyal_share": LOYAL_SHARE.label},
                format="share",
                labels=TENURE_WORDS,
            ),
            alternative=lazy(
                "Columns: the share of customers who bought again, and who are loyal, by the "
                "time since their first purchase."
            ),
            table=Table(
                name="tenures",
                title=title,
                rows=self.tenures,
                columns=(
                    coded("tenure", lazy("Since the first purchase"), TENURE_WORDS),
                    CUSTOMERS,
                    CUSTOMER_SHARE,
                    REPEAT_SHARE,
                    LOYAL_SHARE,
                    REVENUE,
                    REVENUE_SHARE,
                ),
            ),
        )
        found = Contrast(traits=self.traits, shares=self.shares, means=self.means)
        yield from contrast_blocks(found, self.described, (lazy("Loyal"), lazy("Other buyers")))

    def _measures(self) -> Iterator[Block]:
        numbers = self.numbers
        yield Number(
            name="repeat_share",
            label=lazy("Customers who bought again"),
            value=numbers["repeat_share"],
            format="share",
            definition=lazy("Customers with two or more purchases, of all with one."),
            direction="up",
        )
        yield Number(
            name="loyal_revenue_share",
            label=lazy("Net revenue from the loyal"),
            value=numbers["loyal_revenue_share"],
            format="share",
            definition=lazy("Net revenue of loyal customers, by that of all identified ones."),
            direction="up",
        )
        yield Number(
            name="loyal_tenure_days",
            label=lazy("Mean time since the first purchase of the loyal"),
            value=numbers["loyal_tenure_days"],
            format="days",
            definition=lazy("Days from the first purchase to the day, over loyal customers."),
        )
        yield self._wallet()

    def _wallet(self) -> Block:
        if self.wallet_share is None:
            return Text(
                body=lazy(
                    "The share of wallet is not known: add the field {field} to the customers, "
                    "what they spend in a year on such goods, here and elsewhere.",
                    field=WALLET,
                ),
                tone="note",
            )
        return Number(
            name="wallet_share",
            label=lazy("Share of wallet"),
            value=self.wallet_share,
            format="share",
            definition=lazy(
                "What they bought in the last 365 days, by what they say they spend on such "
                "goods in a year."
            ),
            direction="up",
        )

    def findings(self) -> Iterator[Finding]:
        """What the loyal bring, and what sets them apart most."""
        numbers = self.numbers
        if not numbers["loyal"]:
            return
        yield Finding(
            code="loyalty_revenue",
            sentence=lazy(
                "{count} loyal customers, {share} of all, bring {revenue}, {revenue_share} of net "
                "revenue from identified customers.",
                count=Shown(numbers["loyal"], "count"),
                share=Shown(numbers["loyal_share"], "share"),
                revenue=Shown(numbers["loyal_revenue"], "amount", self.currency),
                revenue_share=Shown(numbers["loyal_revenue_share"], "share"),
            ),
            tone="good",
            amount=numbers["loyal_revenue"],
        )
        found = Contrast(traits=self.traits, shares=self.shares, means=self.means)
        yield from contrast_findings(
            found, self.described, lazy("Loyal customers"), "loyalty", self.currency
        )

    def customers(self, **cell: str) -> ir.Table:
        """The loyal with a value of a trait, such as `channel="app"`; all of them without one."""
        return customers_with(self.members, cell)


def _tenures(buyers: ir.Table, is_loyal: ir.BooleanValue, *, has_wallet: bool) -> pa.Table:
    tenure = ibis.cases(
        *((buyers.tenure_days <= days, code) for days, code in TENURES), else_="longer"
    )
    revenue, days = buyers.monetary.cast("float64"), buyers.tenure_days
    again = buyers.frequency > 1
    rows = buyers.group_by(tenure=tenure).agg(
        customers=buyers.count(),
        repeaters=again.ifelse(1, None).count(),
        loyal=is_loyal.ifelse(1, None).count(),
        revenue=revenue.sum(),
        loyal_revenue=is_loyal.ifelse(revenue, 0.0).sum(),
        repeat_revenue=again.ifelse(revenue, 0.0).sum(),
        tenure_days=days.sum().cast("int64"),
        loyal_tenure_days=is_loyal.ifelse(days, 0).sum().cast("int64"),
        **(_wallet_sums(buyers) if has_wallet else {}),
    )
    found = sorted(
        rows.to_pyarrow().to_pylist(), key=lambda row: list(TENURE_WORDS).index(row["tenure"])
    )
    table = pa.Table.from_pylist(found, schema=rows.schema().to_pyarrow())
    for part, of, name in (
        ("repeaters", "customers", "repeat_share"),
        ("loyal", "customers", "loyal_share"),
    ):
        values = [_by(row[part], row[of]) for row in found]
        table = table.append_column(name, pa.array(values, pa.float64()))
    table = table.append_column("customer_share", shares(table["customers"]))
    return table.append_column("revenue_share", shares(table["revenue"]))


def _wallet_sums(buyers: ir.Table) -> dict[str, ir.Scalar]:
    wallet = buyers[WALLET].cast("float64")
    bought = buyers.amount_last_365_days.cast("float64")
    return {
        "bought_amount": (wallet > 0).ifelse(bought, None).sum(),
        "wallet_amount": (wallet > 0).ifelse(wallet, None).sum(),
    }


def _wallet_share(tenures: pa.Table) -> float | None:
    rows: list[dict[str, Any]] = tenures.to_pylist()
    bought, wallet = (
        sum(row.get(name) or 0.0 for row in rows) for name in ("bought_amount", "wallet_amount")
    )
    return _by(bought, wallet)


def _by(part: float, whole: float) -> float | None:
    return part / whole if whole else None
