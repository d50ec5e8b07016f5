"""Overview: every metric of a period, beside the period before and the same a year ago."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import REVENUE
from zhike.analyses.overview_months import months_of
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    METRIC,
    Analysis,
    Metric,
    Needs,
    Period,
    PeriodText,
    Shown,
    Whole,
    as_of_day,
    customers_of,
    daily_rows,
    metrics_of,
    purchase_history,
    stage_thresholds,
)
from zhike.catalogue.own_metrics import declared_in
from zhike.catalogue.targets import Target
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

MONTHS_SHOWN = 25
COUNTED = ("orders", "customers", "new_customers")
NOISE = 3
"""Standard deviations of the difference of two counts that vary by chance alone (Poisson)."""
PREVIOUS = "previous period"
LAST_YEAR = "same period last year"
TARGET = "target"


@dataclass(frozen=True, kw_only=True)
class Overview(Analysis):
    """The metrics of a period, each against the previous period and the same period last year.

    Money counts every purchase, identified or not; customer metrics count identified customers.

    Args:
        period: A month, quarter, year, "last-90-days", "2024-01-01..2024-02-01" (without its last
            day) or "all"; empty means the last complete month.
        lost_after_days: Silent for longer is lost, for active customers; None means as the data
            say.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Overview(period="2024").run(corner_shop())
        >>> found.numbers["net_revenue"], found.numbers["customers"]
        (670.0, 3.0)
    """

    name: ClassVar[str] = "overview"
    title: ClassVar[LazyText] = lazy("Overview")
    question: ClassVar[LazyText] = lazy("How is business, and what has changed?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("ordered_at", "paid_amount")})
    shows_every_metric: ClassVar[bool] = True

    period: Annotated[
        str, PeriodText(), lazy("Period to measure; empty means the last complete month.")
    ] = ""
    lost_after_days: Annotated[
        int | None,
        Whole(1, 3650),
        lazy("Days of silence after which a customer is lost; empty takes them from the data."),
    ] = None

    def run(self, data: Shop) -> OverviewResult:
        """The metrics of the three periods, and the months that led there."""
        day = as_of_day(data, self.as_of)
        months = months_of(data, day)
        first_on = _first_day(data, day)
        period = Period.parse(self.period, as_of=day, first_on=first_on)
        compared = {PREVIOUS: period.previous(), LAST_YEAR: period.last_year()}
        periods = {"now": period} | {
            # A time before the first purchase is not a time of no sales.
            name: item
            for name, item in compared.items()
            if item is not None and item.to_on > first_on
        }
        lost = self.lost_after_days or stage_thresholds(data, day).lost_after_days
        return OverviewResult(
            as_of=day,
            currency=data.currency,
            period=period,
            metrics=_side_by_side(
                metrics_of(data, periods, day, lost_after_days=lost), declared_in(data).targets
            ),
            own={metric.name: metric for metric in declared_in(data).metrics},
            months=months,
            buyers=_buyers(data, day, period),
        )


@dataclass(frozen=True, kw_only=True)
class OverviewResult:
    """What the overview found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        period: The period.
        metrics: One row a metric, the company's own last: `metric`, `value`, `previous`,
            `last_year`; null where it cannot be computed or there were no purchases yet. `target`
            and `attained` (how much of it was reached), null without a target.
        own: The company's own metrics by name.
        months: One row a month up to the day: `month`, `revenue`, `orders`, `customers`,
            `new_customers`, `returning_customers`; the last one may not be over.
        buyers: Lazy, one row a customer of the period: `customer_id`, `purchases`, `revenue` before
            refunds, `kind` ("new" or "returning").
    """

    as_of: date
    currency: str
    period: Period
    metrics: pa.Table
    own: Mapping[str, Metric]
    months: pa.Table
    buyers: ir.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Every metric of the catalogue for the period, by name."""
        names, values = (self.metrics[name].to_pylist() for name in ("metric", "value"))
        return dict(zip(names, values, strict=True))

    def blocks(self) -> Iterator[Block]:
        """The metrics, and the months as charts."""
        yield Text(body=self._introduction())
        if self.period.to_on > self.as_of:
            yield Text(
                body=lazy(
                    "This period is not over yet: it is counted up to {day}.",
                    day=Shown(self.as_of, "day"),
                ),
                tone="warning",
            )
        for row in self.metrics.to_pylist():
            metric = self._metric(row["metric"])
            target = {} if row["target"] is None else {TARGET: row["target"]}
            yield Number(
                name=metric.name,
                label=metric.label,
                value=row["value"],
                format=metric.format,
                definition=metric.definition,
                comparisons={PREVIOUS: row["previous"], LAST_YEAR: row["last_year"], **target},
                direction=metric.direction,
            )
        yield from self._charts()

    def _metric(self, name: str) -> Metric:
        return self.own[name] if name in self.own else METRIC[name]

    def _charts(self) -> Iterator[Chart]:
        yield Chart(
            name="revenue_by_month",
            title=lazy("Net revenue by month"),
            option=charts.line(
                self._recent(),
                "month",
                {"revenue": REVENUE.label},
                format="amount",
                x_format="month",
            ),
            alternative=lazy("A line: net revenue month after month."),
            table=self._months_table(),
        )
        parts = {
            "returning_customers": lazy("Returning customers"),
            "new_customers": lazy("New customers"),
        }
        yield Chart(
            name="customers_by_month",
            title=lazy("New and returning customers by month"),
            option=charts.stacked_bar(self._recent(), "month", parts, x_format="month"),
            alternative=lazy("Bars: how many customers of each month were new, how many returned."),
            table=self._months_table(),
        )

    def _introduction(self) -> LazyText:
        share = self.numbers["identified_share"]
        return lazy(
            "{from_on} to {last_on}, seen from {as_of}. {share} of net revenue comes from "
            "customers who are known; the rest is in money and purchases only.",
            from_on=Shown(self.period.from_on, "day"),
            last_on=Shown(self.period.last_on, "day"),
            as_of=Shown(self.as_of, "day"),
            share=Shown(share, "share"),
        )

    def _recent(self) -> pa.Table:
        return self.months.slice(max(self.months.num_rows - MONTHS_SHOWN, 0))

    def _months_table(self) -> Table:
        counts = ("customers", "new_customers", "returning_customers")
        return Table(
            name="months",
            title=lazy("Month by month"),
            rows=self._recent(),
            columns=(
                Column(name="month", label=lazy("Month"), format="month"),
                REVENUE,
                Column(name="orders", label=METRIC["orders"].label, format="count"),
                *(Column(name=it, label=METRIC[it].label, format="count") for it in counts),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """Counts that differ from the previous period by more than chance would make them."""
        for row in self.metrics.to_pylist():
            metric, now, before = self._metric(row["metric"]), row["value"], row["previous"]
            if metric.name not in COUNTED or now is None or before is None:
                continue
            if abs(now - before) <= NOISE * sqrt(now + before):
                continue
            facts = {
                "metric": metric.label,
                "now": Shown(now, metric.format),
                "before": Shown(before, metric.format),
            }
            if now > before:
                sentence = lazy("{metric} rose to {now}, from {before} the period before.", **facts)
            else:
                sentence = lazy("{metric} fell to {now}, from {before} the period before.", **facts)
            yield Finding(
                code=f"overview_{metric.name}",
                sentence=sentence,
                tone="good" if now > before else "bad",
                customers={"kind": "new"} if metric.name == "new_customers" else {},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of the period; `kind="new"` or `kind="returning"` picks some."""
        return customers_of(self.buyers, cell)


def _side_by_side(periods: pa.Table, targets: Mapping[str, Target]) -> pa.Table:
    rows = {row["name"]: row for row in periods.to_pylist()}
    names = [name for name in periods.column_names if name != "name"]
    now = rows.get("now", {})
    wanted = [targets.get(name) for name in names]
    columns = {
        "value": [now.get(name) for name in names],
        "previous": [rows.get(PREVIOUS, {}).get(name) for name in names],
        "last_year": [rows.get(LAST_YEAR, {}).get(name) for name in names],
        "target": [target and target.value for target in wanted],
        "attained": [
            target and target.attained_by(now.get(name))
            for name, target in zip(names, wanted, strict=True)
        ],
    }
    values = {name: pa.array(column, pa.float64()) for name, column in columns.items()}
    return pa.table({"metric": pa.array(names, pa.string()), **values})


def _first_day(shop: Shop, day: date) -> date:
    days = daily_rows(shop, day)
    first: date | None = pc.min(days.filter(pc.greater(days["orders"], 0))["day"]).as_py()
    return first or day


def _buyers(shop: Shop, day: date, period: Period) -> ir.Table:
    history = purchase_history(shop, day)
    inside = history.filter(history.ordered_on >= period.from_on, history.ordered_on < period.to_on)
    buyers = inside.group_by("customer_id").agg(
        purchases=inside.count(), revenue=inside.net_amount.sum(), least=inside.nth.min()
    )
    return buyers.mutate(kind=(buyers.least == 1).ifelse("new", "returning")).drop("least")
