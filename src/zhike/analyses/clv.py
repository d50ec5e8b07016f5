"""Customer lifetime value: what each customer will buy within a horizon, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.accuracy_card import CARD, LIGHTS, card_of, card_rows, light_of, told_of
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS, coded, shares
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Card,
    Needs,
    OneOf,
    Share,
    Shown,
    Whole,
    as_of_day,
    customers_of,
)
from zhike.i18n import LazyText, lazy
from zhike.models.clv import BUYING, MENDED, Forecast, Terms, forecast
from zhike.schema import Shop

CHANCES: dict[str, LazyText] = {
    "likely": lazy("Likely to buy"),
    "open": lazy("May buy"),
    "unlikely": lazy("Unlikely to buy"),
}
LIKELY, UNLIKELY = 0.5, 0.15
MODELS: dict[str, LazyText] = {
    "pareto_nbd": lazy("Pareto/NBD"),
    "mbg_nbd": lazy("MBG/NBD"),
    "bg_nbd": lazy("BG/NBD"),
    MENDED: lazy("The chosen one, its chances mended by earlier days"),
}
PURCHASES = Column(name="expected_purchases", label=lazy("Expected purchases"), format="number")
VALUE = Column(name="clv", label=lazy("Expected value"), format="amount")
VALUE_SHARE = Column(name="clv_share", label=lazy("Share of expected value"), format="share")


@dataclass(frozen=True, kw_only=True)
class CLV(Analysis):
    """What each customer will be worth, from how often and how recently she bought.

    No contract says who is still a customer, so that a model weighs silence against each one's own
    rhythm. The one is used that did best on the shop's own past; how far off it was is shown
    beside every number.

    Args:
        horizon_days: How far ahead.
        model: "auto" takes the one that did best before.
        discount_rate: A year, of money that comes later.
        margin_rate: Share of net revenue that is kept; 1 counts revenue.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> str(CLV().run(corner_shop()).missing)
        'A forecast needs at least 100 customers; there are 3.'

    References:
        Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). RFM and CLV: using iso-value curves
        for customer base analysis. Journal of Marketing Research 42, 415-430.
    """

    name: ClassVar[str] = "clv"
    title: ClassVar[LazyText] = lazy("Customer lifetime value")
    question: ClassVar[LazyText] = lazy(
        "What will each customer buy in the time to come, and how sure is that?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})
    is_tried: ClassVar[bool] = True

    horizon_days: Annotated[int, Whole(1, 1095), lazy("How many days ahead.")] = 365
    model: Annotated[
        str,
        OneOf(("auto", *BUYING)),
        lazy("Model of when people buy; auto takes the one that did best before."),
    ] = "auto"
    discount_rate: Annotated[float, Share(), lazy("Discount a year on money that comes later.")] = (
        0.1
    )
    margin_rate: Annotated[float, Share(), lazy("Share of net revenue that is kept.")] = 1.0

    def run(self, data: Shop) -> CLVResult:
        """Every customer's expectation, or why there is none."""
        day = as_of_day(data, self.as_of)
        terms = Terms(
            self.horizon_days,
            "" if self.model == "auto" else self.model,
            self.discount_rate,
            self.margin_rate,
        )
        found = forecast(data, day, terms)
        if isinstance(found, LazyText):
            return CLVResult.declined(data, day, found)
        scored = pa.Table.from_batches(found.worth.batches(found.customers))
        members = with_chance(data.engine.load(f"clv_{day:%Y%m%d}_{terms.days}", scored))
        return CLVResult(
            as_of=day,
            currency=data.currency,
            horizon_days=terms.days,
            missing=None,
            forecast=found,
            members=members,
            chances=_by_chance(members),
            accuracy=card_rows(found),
        )


def with_chance(customers: ir.Table) -> ir.Table:
    """Customers with the band that their probability of buying falls into."""
    chance = ibis.cases(
        (customers.purchase_probability >= LIKELY, "likely"),
        (customers.purchase_probability >= UNLIKELY, "open"),
        else_="unlikely",
    )
    return customers.mutate(chance=chance)


def _by_chance(members: ir.Table) -> pa.Table:
    sums = {name: members[name].sum().cast("float64") for name in ("expected_purchases", "clv")}
    found = members.group_by("chance").agg(customers=members.count(), **sums).to_pyarrow()
    rows = {row["chance"]: row for row in found.to_pylist()}
    order = [name for name in CHANCES if name in rows]
    customers = pa.chunked_array(
        [pa.array([rows[name]["customers"] for name in order], pa.int64())]
    )
    value = pa.chunked_array([pa.array([rows[name]["clv"] for name in order], pa.float64())])
    return pa.table(
        {
            "chance": pa.array(order, pa.string()),
            "customers": customers,
            "customer_share": shares(customers),
            "expected_purchases": [rows[name]["expected_purchases"] for name in order],
            "clv": value,
            "clv_share": shares(value),
        }
    )


@dataclass(frozen=True, kw_only=True)
class CLVResult:
    """What the analysis of value found.

    Attributes:
        as_of: The day looked ahead from.
        currency: What amounts are in.
        horizon_days: How far ahead.
        missing: Why there is no forecast; None where there is one.
        forecast: The fitted view; None where there is none.
        members: Lazy, one row a customer: `p_alive`, `purchase_probability`, `expected_purchases`,
            `expected_spend`, `clv`, each with `_low` and `_high`, and `chance`.
        chances: One row a band of the probability of buying: `chance`, `customers`,
            `customer_share`, `expected_purchases`, `clv`, `clv_share`.
        accuracy: The accuracy card, one row a model that was tried on the past.
    """

    as_of: date
    currency: str
    horizon_days: int
    missing: LazyText | None
    forecast: Forecast | None
    members: ir.Table
    chances: pa.Table
    accuracy: pa.Table

    @classmethod
    def declined(cls, data: Shop, day: date, missing: LazyText) -> CLVResult:
        """The result where there is too little to go by."""
        nobody = {"customer_id": pa.array([], pa.string())}
        numbers = ("purchase_probability", "expected_purchases", "clv")
        empty = pa.table(nobody | {name: pa.array([], pa.float64()) for name in numbers})
        members = with_chance(data.engine.load("clv_of_nobody", empty))
        return cls(
            as_of=day,
            currency=data.currency,
            horizon_days=0,
            missing=missing,
            forecast=None,
            members=members,
            chances=_by_chance(members),
            accuracy=card_rows(None),
        )

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """The sums of what is expected, and how good the model was before."""
        if self.forecast is None:
            return {}
        rows = {row["chance"]: row for row in self.chances.to_pylist()}
        held = self.forecast.holdout
        return {
            "customers": float(sum(row["customers"] for row in rows.values())),
            "expected_purchases": float(sum(row["expected_purchases"] for row in rows.values())),
            "clv": float(sum(row["clv"] for row in rows.values())),
            "likely_customers": float(rows.get("likely", {}).get("customers", 0)),
            "holdout_error": held.error if held else None,
            "holdout_auc": held.auc if held else None,
            "holdout_brier": held.brier if held else None,
        }

    def blocks(self) -> Iterator[Block]:
        """What is expected, of whom, and how far to believe it."""
        if self.forecast is None:
            if self.missing is not None:
                yield Text(body=self.missing, tone="note")
            return
        yield from self._headlines()
        yield told_of(self.forecast)
        yield self._chart()
        yield Table(
            name="accuracy",
            title=lazy("Accuracy card: the models tried on your own past"),
            rows=self.accuracy,
            columns=(
                coded("model", lazy("Model"), MODELS),
                *CARD,
                coded("light", lazy("Light"), LIGHTS),
            ),
            note=lazy(
                "Each model was fitted with what was known {days} days before, and judged by what "
                "came since.",
                days=self._tried_days,
            ),
        )
        if self.forecast.spend_is_dependent:
            yield Text(
                body=lazy(
                    "Who buys often spends differently here (rank correlation {correlation}), so "
                    "that expected amounts of frequent buyers are less sure.",
                    correlation=Shown(self.forecast.spend_dependence, "number"),
                ),
                tone="note",
            )

    @property
    def _tried_days(self) -> int:
        held = self.forecast.holdout if self.forecast else None
        return held.days if held else 0

    def _headlines(self) -> Iterator[Number]:
        yield Number(
            name="clv",
            label=lazy("Expected value of all customers"),
            value=self.numbers["clv"],
            format="amount",
            definition=lazy(
                "What today's customers are expected to bring within {days} days, discounted.",
                days=self.horizon_days,
            ),
            direction="up",
        )
        yield Number(
            name="expected_purchases",
            label=lazy("Expected purchases"),
            value=self.numbers["expected_purchases"],
            format="count",
            definition=lazy(
                "Days with a purchase that today's customers are expected to have within {days} "
                "days.",
                days=self.horizon_days,
            ),
            direction="up",
        )
        yield Number(
            name="likely_customers",
            label=lazy("Customers likely to buy"),
            value=self.numbers["likely_customers"],
            format="count",
            definition=lazy("Customers who will buy with a probability of a half or more."),
            direction="up",
        )

    def _chart(self) -> Chart:
        title = lazy("Expected value by how likely customers are to buy")
        return Chart(
            name="value_by_chance",
            title=title,
            option=charts.bar(self.chances, "chance", "clv", format="amount", labels=CHANCES),
            alternative=lazy("Bars: the value expected of customers who are likely to buy or not."),
            table=Table(
                name="chances",
                title=title,
                rows=self.chances,
                columns=(
                    coded("chance", lazy("Probability of buying"), CHANCES),
                    CUSTOMERS,
                    CUSTOMER_SHARE,
                    PURCHASES,
                    VALUE,
                    VALUE_SHARE,
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """How much of the value hangs on whom, and a model that cannot be believed."""
        if self.forecast is None:
            return
        rows = {row["chance"]: row for row in self.chances.to_pylist()}
        if "likely" in rows and rows["likely"]["clv_share"] is not None:
            yield Finding(
                code="clv_likely",
                sentence=lazy(
                    "{customers} customers are likely to buy within {days} days; {share} of the "
                    "expected value comes from them.",
                    customers=Shown(rows["likely"]["customers"], "count"),
                    days=self.horizon_days,
                    share=Shown(rows["likely"]["clv_share"], "share"),
                ),
                amount=rows["likely"]["clv"],
                customers={"chance": "likely"},
            )
        if light_of(self.forecast.holdout) == "red":
            yield Finding(
                code="clv_inaccurate",
                sentence=lazy(
                    "The forecast was far off when tried on your own past: do not rely on it."
                ),
                tone="bad",
            )

    def accuracy_cards(self) -> Iterator[Card]:
        """How the model that is used did on the shop's own past."""
        if self.forecast is not None:
            yield card_of(self.forecast)

    def customers(self, **cell: str) -> ir.Table:
        """The customers in a band, such as `chance="likely"`; all without one."""
        return customers_of(self.members, cell)
