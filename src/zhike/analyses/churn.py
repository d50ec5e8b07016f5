"""Churn: who is about to leave, why, and how much money goes with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.analyses.churn_tables import (
    AT_RISK,
    by_band,
    by_reason,
    card_of,
    no_members,
    told_of,
    with_words,
    words_of_rows,
)
from zhike.analyses.churn_views import accuracy_table, bands_chart, met_table, reasons_chart
from zhike.analyses.churn_words import HIGH, REASONS, card_rows, light_of, with_band
from zhike.blocks import Block, Column, Finding, Number, Table, Text
from zhike.catalogue import Analysis, Card, Needs, Shown, Whole, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.models.churn import Leaving, leaving
from zhike.models.churn.panel import YEAR_DAYS
from zhike.models.churn.reasons import met
from zhike.schema import Shop, standard_table

LISTED = 20


@dataclass(frozen=True, kw_only=True)
class Churn(Analysis):
    """Who will buy nothing within a horizon, and what speaks for it.

    Looked at are customers with a purchase in the two horizons before the day; who has been
    silent for longer has left already. The model of silence is used unless a model that also
    knows of complaints, refunds, prices and channels foretold the last horizon better.

    Args:
        horizon_days: Who buys nothing for so long counts as having left.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> str(Churn().run(corner_shop()).missing)
        'To learn who leaves takes at least 200 customers; there are 3.'

    References:
        Lundberg, S. M. and Lee, S.-I. (2017). A unified approach to interpreting model
        predictions. NeurIPS 30.
    """

    name: ClassVar[str] = "churn"
    title: ClassVar[LazyText] = lazy("Customers about to leave")
    question: ClassVar[LazyText] = lazy(
        "Who is about to leave, why, and how much money goes with them?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})
    is_tried: ClassVar[bool] = True

    horizon_days: Annotated[
        int, Whole(7, 365), lazy("Who buys nothing for so many days counts as having left.")
    ] = 90

    def run(self, data: Shop) -> ChurnResult:
        """Every customer's risk with its reasons, or why there is none."""
        day = as_of_day(data, self.as_of)
        found = leaving(data, day, self.horizon_days)
        if isinstance(found, LazyText):
            return ChurnResult.declined(data, day, found)
        members = _members(data, found)
        return ChurnResult(
            as_of=day,
            currency=data.currency,
            horizon_days=self.horizon_days,
            missing=None,
            found=found,
            members=members,
            bands=by_band(members),
            reasons=by_reason(members),
            warned=_warned(members),
            met=met(
                found.curves,
                found.learned,
                found.learned["left"].cast(pa.float64()).to_numpy(),
                found.reasons,
            ),
            accuracy=card_rows(found.tried),
        )


def _members(data: Shop, found: Leaving) -> ir.Table:
    batches = list(found.batches())
    scored = pa.Table.from_batches(batches) if batches else no_members()
    rows = data.engine.load(f"churn_{found.as_of:%Y%m%d}_{found.horizon_days}", scored)
    seen_days = max(min(YEAR_DAYS, found.history_days), 1)
    usual = rows.amount * (found.horizon_days / seen_days)
    return with_band(rows.mutate(amount_at_risk=rows.leaving_probability * usual))


def _warned(members: ir.Table) -> pa.Table:
    """The customers with most money at risk among those at high risk."""
    high = members.filter(members.band == "high")
    order = [ibis.desc("amount_at_risk"), "customer_id"]
    return with_words(high.order_by(order).limit(LISTED).to_pyarrow())


@dataclass(frozen=True, kw_only=True)
class ChurnResult:
    """What the analysis of leaving found.

    Attributes:
        as_of: The day looked ahead from.
        currency: What amounts are in.
        horizon_days: Who buys nothing for so long counts as having left.
        missing: Why there is no answer; None where there is one.
        found: The fitted view; None where there is none.
        members: Lazy, one row a customer looked at: `leaving_probability`, `band`, `amount`
            (bought in a year), `amount_at_risk`, and `reason_1` to `reason_3`, each with `_value`
            and `_odds` (times by which it raises the odds of leaving).
        bands: One row a band: `customers`, `customer_share`, `expected_leaving`,
            `amount_at_risk`.
        reasons: One row a first reason among those at high or raised risk: `customers`,
            `customer_share`, `amount_at_risk`.
        warned: The customers at high risk with most money at risk, and their reasons.
        met: One row a reason: of the past customers whom it concerned, how many left, beside how
            many would have by everything else about them.
        accuracy: One row a model that was tried on the past.
    """

    as_of: date
    currency: str
    horizon_days: int
    missing: LazyText | None
    found: Leaving | None
    members: ir.Table
    bands: pa.Table
    reasons: pa.Table
    warned: pa.Table
    met: pa.Table
    accuracy: pa.Table

    @classmethod
    def declined(cls, data: Shop, day: date, missing: LazyText) -> ChurnResult:
        """The result where there is too little to go by."""
        rows = data.engine.load("churn_of_nobody", no_members())
        members = with_band(rows.mutate(amount_at_risk=rows.leaving_probability))
        nothing = {"reason": pa.array([], pa.string()), "left_rate": pa.array([], pa.float64())}
        return cls(
            as_of=day,
            currency=data.currency,
            horizon_days=0,
            missing=missing,
            found=None,
            members=members,
            bands=by_band(members),
            reasons=by_reason(members),
            warned=_warned(members),
            met=pa.table(nothing),
            accuracy=card_rows({}),
        )

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many are at risk, the money that goes with them, and how good the model was."""
        if self.found is None:
            return {}
        rows = {row["band"]: row for row in self.bands.to_pylist()}
        tried = self.found.tried.get(self.found.chosen)
        return {
            "customers": float(sum(row["customers"] for row in rows.values())),
            "expected_leaving": float(sum(row["expected_leaving"] for row in rows.values())),
            "high_risk_customers": float(rows.get("high", {}).get("customers", 0)),
            "amount_at_risk": float(
                sum(rows[it]["amount_at_risk"] for it in AT_RISK if it in rows)
            ),
            "holdout_auc": tried.auc if tried else None,
            "holdout_brier": tried.brier if tried else None,
            "holdout_calibration_error": tried.calibration.error if tried else None,
        }

    def blocks(self) -> Iterator[Block]:
        """Who is at risk and why, how far to believe it, and what it does not say."""
        if self.found is None:
            if self.missing is not None:
                yield Text(body=self.missing, tone="note")
            return
        yield from self._headlines()
        yield told_of(self.found)
        yield bands_chart(self.bands)
        if self.reasons.num_rows:
            yield reasons_chart(self.reasons, REASONS)
        yield self._list()
        yield met_table(self.met, REASONS)
        yield accuracy_table(self.accuracy)

    def _headlines(self) -> Iterator[Number]:
        yield Number(
            name="amount_at_risk",
            label=lazy("Money at risk"),
            value=self.numbers["amount_at_risk"],
            format="amount",
            definition=lazy(
                "What customers at high or raised risk usually buy in {days} days, times the "
                "probability that they leave.",
                days=self.horizon_days,
            ),
            direction="down",
        )
        yield Number(
            name="high_risk_customers",
            label=lazy("Customers at high risk"),
            value=self.numbers["high_risk_customers"],
            format="count",
            definition=lazy(
                "Customers who will buy nothing within {days} days with a probability of {share} "
                "or more; who has been silent for twice as long has left already.",
                days=self.horizon_days,
                share=Shown(HIGH, "share"),
            ),
            direction="down",
        )

    def _list(self) -> Table:
        return Table(
            name="warned",
            title=lazy("Warning list: most money at risk first"),
            rows=self.warned,
            columns=(
                Column(name="customer_id", label=standard_table("customers")["customer_id"].label),
                Column(
                    name="leaving_probability", label=lazy("Probability of leaving"), format="share"
                ),
                Column(name="amount_at_risk", label=lazy("Money at risk"), format="amount"),
                Column(name="reason_1", label=lazy("First reason"), labels=REASONS),
                Column(
                    name="said",
                    label=lazy("What speaks for it"),
                    labels=words_of_rows(self.warned, self.currency),
                ),
            ),
            note=lazy(
                "What happened to a customer is named before its signs: who was driven away falls "
                "silent, and silence explains nothing."
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """Money at high risk, what drives it, and a model that cannot be believed."""
        if self.found is None:
            return
        for row in self.bands.to_pylist():
            if row["band"] == "high" and row["customers"]:
                yield Finding(
                    code="churn_high_risk",
                    sentence=lazy(
                        "{customers} customers will probably buy nothing within {days} days; "
                        "{amount} of usual purchases goes with them.",
                        customers=Shown(row["customers"], "count"),
                        days=self.horizon_days,
                        amount=Shown(row["amount_at_risk"], "amount", self.currency),
                    ),
                    tone="bad",
                    amount=row["amount_at_risk"],
                    customers={"band": "high"},
                )
        yield from self._causes()
        if light_of(self.found.tried.get(self.found.chosen)) == "red":
            yield Finding(
                code="churn_inaccurate",
                sentence=lazy("Who leaves was foretold badly on your own past: do not rely on it."),
                tone="bad",
            )

    def _causes(self) -> Iterator[Finding]:
        """What happened to customers, and that more of them left than of others alike."""
        money = {row["reason"]: row for row in self.reasons.to_pylist()}
        for row in self.met.to_pylist():
            if row["rank"] != "happening" or row["reason"] not in money:
                continue
            now = money[row["reason"]]
            yield Finding(
                code=f"churn_{row['reason']}",
                sentence=lazy(
                    "{reason}: {rate} of the customers concerned left, where {other} of customers "
                    "alike would have; {customers} at risk now have it as their first reason.",
                    reason=REASONS[row["reason"]],
                    rate=Shown(row["left_rate"], "share"),
                    other=Shown(row["expected_rate"], "share"),
                    customers=Shown(now["customers"], "count"),
                ),
                tone="bad",
                amount=now["amount_at_risk"],
                customers={"reason_1": row["reason"]},
            )

    def accuracy_cards(self) -> Iterator[Card]:
        """How the model that is used did on customers that it had not seen."""
        if self.found is not None:
            yield card_of(self.found)

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a cell, such as `band="high"`; all looked at without one."""
        return customers_of(self.members, cell)
