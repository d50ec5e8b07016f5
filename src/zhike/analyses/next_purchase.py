"""The next purchase: when each customer buys again, if she does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS, coded, shares
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import Analysis, Card, Needs, Shown, Whole, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.models.clv import Terms, forecast
from zhike.models.next_purchase import Timing, TimingTrial, timing_trial
from zhike.schema import Shop

WINDOWS: dict[str, LazyText] = {
    "soon": lazy("Within 30 days"),
    "later": lazy("In 31 to 90 days"),
    "far": lazy("After 90 days"),
    "unlikely": lazy("Probably not"),
}
SOON_DAYS, LATER_DAYS = 30, 90
LIKELY = 0.5
NARROW, WIDE = 0.8, 0.97
"""Between these shares of those who came must lie within an interval that should hold 0.9."""


@dataclass(frozen=True, kw_only=True)
class NextPurchase(Analysis):
    """On which day each customer is expected again, with an interval.

    From the model of buying that did best on the shop's own past. The day is that of those who
    come within the horizon: as likely before as after. How likely she comes at all stands beside
    it; who probably does not is not given a day to wait for.

    Args:
        horizon_days: How far ahead.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> str(NextPurchase().run(corner_shop()).missing)
        'A forecast needs at least 100 customers; there are 3.'

    References:
        Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting your customers" the easy
        way. Marketing Science 24, 275-284.
    """

    name: ClassVar[str] = "next_purchase"
    title: ClassVar[LazyText] = lazy("Next purchase")
    question: ClassVar[LazyText] = lazy("When will each customer buy again, if at all?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})
    is_tried: ClassVar[bool] = True

    horizon_days: Annotated[int, Whole(7, 1095), lazy("How many days ahead.")] = 365

    def run(self, data: Shop) -> NextPurchaseResult:
        """Every customer's day, or why there is none."""
        day = as_of_day(data, self.as_of)
        found = forecast(data, day, Terms(self.horizon_days))
        if isinstance(found, LazyText):
            members = with_window(data.engine.load("next_of_nobody", _nobody()))
            return NextPurchaseResult(
                as_of=day,
                horizon_days=self.horizon_days,
                missing=found,
                trial=None,
                members=members,
                windows=_by_window(members),
            )
        worth, held = found.worth, found.holdout
        asked = Timing(worth.model, worth.buying.array, worth.rows, self.horizon_days)
        scored = pa.Table.from_batches(asked.batches(found.customers, day))
        name = f"next_purchase_{day:%Y%m%d}_{self.horizon_days}"
        members = with_window(data.engine.load(name, scored))
        return NextPurchaseResult(
            as_of=day,
            horizon_days=self.horizon_days,
            missing=None,
            trial=timing_trial(data, held) if held else None,
            members=members,
            windows=_by_window(members),
        )


def _nobody() -> pa.Table:
    numbers = ("purchase_probability", "next_in_days", "next_in_days_low", "next_in_days_high")
    empty = {name: pa.array([], pa.float64()) for name in numbers}
    return pa.table({"customer_id": pa.array([], pa.string()), **empty})


def with_window(customers: ir.Table) -> ir.Table:
    """Customers with the window in which each is expected."""
    window = ibis.cases(
        (customers.purchase_probability < LIKELY, "unlikely"),
        (customers.next_in_days <= SOON_DAYS, "soon"),
        (customers.next_in_days <= LATER_DAYS, "later"),
        else_="far",
    )
    return customers.mutate(window=window)


def _by_window(members: ir.Table) -> pa.Table:
    found = members.group_by("window").agg(
        customers=members.count(), expected=members.purchase_probability.sum()
    )
    rows = {row["window"]: row for row in found.to_pyarrow().to_pylist()}
    order = [name for name in WINDOWS if name in rows]
    customers = pa.chunked_array(
        [pa.array([rows[name]["customers"] for name in order], pa.int64())]
    )
    expected = pa.array([rows[name]["expected"] for name in order], pa.float64())
    return pa.table(
        {
            "window": pa.array(order, pa.string()),
            "customers": customers,
            "customer_share": shares(customers),
            "expected_buyers": expected,
        }
    )


@dataclass(frozen=True, kw_only=True)
class NextPurchaseResult:
    """When customers come again.

    Attributes:
        as_of: The day looked ahead from.
        horizon_days: How far ahead.
        missing: Why there is no forecast; None where there is one.
        trial: How the same did on the shop's own past; None where that is too short.
        members: Lazy, one row a customer: `purchase_probability`, `next_in_days` with `_low` and
            `_high` (90 %, should she come within the horizon), `next_on`, `window`.
        windows: One row a window: `customers`, `customer_share`, `expected_buyers`.
    """

    as_of: date
    horizon_days: int
    missing: LazyText | None
    trial: TimingTrial | None
    members: ir.Table
    windows: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many are expected soon, and how good the timing was before."""
        if self.missing is not None:
            return {}
        rows = {row["window"]: row for row in self.windows.to_pylist()}
        return {
            "expected_soon": float(rows.get("soon", {}).get("customers", 0)),
            "expected_buyers": float(sum(row["expected_buyers"] for row in rows.values())),
            "trial_coverage": self.trial.coverage if self.trial else None,
            "trial_error_days": self.trial.error_days if self.trial else None,
            "trial_naive_error_days": self.trial.naive_error_days if self.trial else None,
        }

    def blocks(self) -> Iterator[Block]:
        """How many come when, and how far to believe it."""
        if self.missing is not None:
            yield Text(body=self.missing, tone="note")
            return
        yield Number(
            name="expected_soon",
            label=lazy("Customers expected within 30 days"),
            value=self.numbers["expected_soon"],
            format="count",
            definition=lazy(
                "They will probably buy within {days} days, and more likely than not within 30.",
                days=self.horizon_days,
            ),
            direction="up",
        )
        yield self._told()
        title = lazy("When customers are expected")
        yield Chart(
            name="customers_by_window",
            title=title,
            option=charts.bar(self.windows, "window", "customers", format="count", labels=WINDOWS),
            alternative=lazy("Bars: how many customers are expected when."),
            table=Table(
                name="windows",
                title=title,
                rows=self.windows,
                columns=(
                    coded("window", lazy("Next purchase expected"), WINDOWS),
                    CUSTOMERS,
                    CUSTOMER_SHARE,
                    Column(name="expected_buyers", label=lazy("Will buy at all"), format="count"),
                ),
            ),
        )

    def _told(self) -> Text:
        if self.trial is None:
            return Text(body=lazy("There is too little past to try the timing on."), tone="warning")
        good = NARROW <= self.trial.coverage <= WIDE
        return Text(
            body=lazy(
                "Asked {days} days ago, it would have named a day that was off by {error} (a rule "
                "of thumb: {naive}) for half of those who came; {coverage} came within their 90 % "
                "interval.",
                days=self.trial.days,
                error=Shown(self.trial.error_days, "days"),
                naive=Shown(self.trial.naive_error_days, "days"),
                coverage=Shown(self.trial.coverage, "share"),
            ),
            tone="plain" if good else "warning",
        )

    def findings(self) -> Iterator[Finding]:
        """Who is expected soon, and intervals that cannot be believed."""
        if self.missing is not None:
            return
        soon = self.numbers["expected_soon"]
        if soon:
            yield Finding(
                code="next_purchase_soon",
                sentence=lazy(
                    "{customers} customers are expected to buy within 30 days.",
                    customers=Shown(soon, "count"),
                ),
                customers={"window": "soon"},
            )
        if self.trial and not NARROW <= self.trial.coverage <= WIDE:
            yield Finding(
                code="next_purchase_inaccurate",
                sentence=lazy(
                    "The days named for the next purchase held {coverage} of the time where 90 % "
                    "was promised: take them with care.",
                    coverage=Shown(self.trial.coverage, "share"),
                ),
                tone="bad",
            )

    def accuracy_cards(self) -> Iterator[Card]:
        """How well the day was named on the shop's own past."""
        if self.missing is not None:
            return
        tried = self.trial
        if tried is None:
            yield Card(of="next_day", model="timing", light="none")
            return
        true = NARROW <= tried.coverage <= WIDE
        better = tried.error_days < tried.naive_error_days
        yield Card(
            of="next_day",
            model="timing",
            light="green" if true and better else "yellow" if true or better else "red",
            tried_on=self.as_of - timedelta(days=tried.days),
            days=tried.days,
            customers=tried.customers,
            foretold=tried.foretold,
            came=float(tried.came),
            error=tried.error_days,
            naive_error=tried.naive_error_days,
            measure="days",
            coverage=tried.coverage,
        )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a window, such as `window="soon"`; all without one."""
        return customers_of(self.members, cell)
