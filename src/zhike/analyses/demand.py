"""Demand: what will be sold in the weeks to come, of what and to whom, and when to order again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import coded
from zhike.analyses.demand_tables import (
    DEMAND_LIGHTS,
    MEASURE_NAMES,
    MODEL_NAMES,
    PARTS,
    SPLITS,
    accuracy_rows,
    cards_of_demand,
    light_of,
    part_rows,
    period_rows,
    product_names,
    rows_of_split,
    stock_rows,
)
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Card,
    Needs,
    Shown,
    Whole,
    as_of_day,
    customer_facts,
    customers_of,
    goods_lines,
)
from zhike.catalogue.addresses import level_of
from zhike.i18n import LazyText, lazy
from zhike.models.demand import NAIVE, OTHERS, SEASONAL_NAIVE, WHOLE, Demand, demand
from zhike.schema import Shop

FAR = 0.1
"""Change of what is expected that is worth a sentence, where the interval leaves it out too."""
EXPECTED = Column(name="expected", label=lazy("Expected"), format="amount")
LOW = Column(name="low", label=lazy("At least (1 in 20 below)"), format="amount")
HIGH = Column(name="high", label=lazy("At most (1 in 20 above)"), format="amount")
BEFORE = Column(name="before", label=lazy("As many days before"), format="amount")
YEAR_BEFORE = Column(name="year_before", label=lazy("The same days a year before"), format="amount")
CHANGE = Column(name="change", label=lazy("Change on the days before"), format="share")
TITLES: dict[str, LazyText] = {
    "segment": lazy("Expected of new and returning customers"),
    "region": lazy("Expected by region"),
    "category": lazy("Expected by category"),
    "product": lazy("Expected by product"),
}

EXPECTED_LABELS: dict[str, LazyText] = {
    "revenue": lazy("Expected net revenue"),
    "orders": lazy("Expected purchases"),
    "units": lazy("Expected units"),
}


@dataclass(frozen=True)
class HalfToOne:
    """A constraint: a probability from a half to nearly one."""

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        return (
            isinstance(value, int | float) and not isinstance(value, bool) and 0.5 <= value <= 0.999
        )

    def words(self) -> LazyText:
        """What is allowed."""
        return lazy("a number from 0.5 to 0.999")


@dataclass(frozen=True, kw_only=True)
class DemandForecast(Analysis):
    """What will be sold within a horizon, with intervals, in parts that add up to the whole.

    The model is the one that did best when tried on earlier days of the same data; how far off it
    was stands beside what the rules of thumb would have said. Weeks are foretold from a year of
    data on, days before. Revenue is split by who buys, region, category and product, purchases by
    who buys and region (one purchase may hold several products), units by all.

    Args:
        horizon_days: How far ahead; a third as far as the data go back at most, and 28 days at
            most where days are foretold.
        top: How many products are named; the rest are together.
        lead_time_days: From ordering goods to having them, where the product does not say.
        service_level: Probability of not running out until they come.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> str(DemandForecast().run(corner_shop()).missing)
        'A forecast of demand needs at least 50 purchases; there are 7.'

    References:
        Hyndman, R. J. and Athanasopoulos, G. (2021). Forecasting: principles and practice, 3rd
        ed., chapters 5, 8 and 11.
    """

    name: ClassVar[str] = "demand"
    title: ClassVar[LazyText] = lazy("Demand to come")
    question: ClassVar[LazyText] = lazy(
        "What will be sold in the weeks to come, and what to stock?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("ordered_at", "paid_amount")})
    is_tried: ClassVar[bool] = True

    horizon_days: Annotated[int, Whole(7, 364), lazy("How many days ahead.")] = 91
    top: Annotated[int, Whole(1, 200), lazy("How many products are named.")] = 20
    lead_time_days: Annotated[
        int, Whole(1, 364), lazy("Days from ordering goods to having them.")
    ] = 14
    service_level: Annotated[
        float, HalfToOne(), lazy("Probability of not running out until new goods come.")
    ] = 0.95

    def run(self, data: Shop) -> DemandResult:
        """What is expected of the whole and of its parts, or why nothing is."""
        day = as_of_day(data, self.as_of)
        found = demand(data, day, self.horizon_days, self.top)
        forecast = None if isinstance(found, LazyText) else found
        units = forecast.measures.get("units") if forecast else None
        money = (
            forecast.measures["revenue"] if forecast and "revenue" in forecast.measures else None
        )
        named = [part for one in (units, money) if one for split, part in one.parts
                 if split == "product" and part != OTHERS]  # fmt: skip
        names, facts = product_names(data, sorted(set(named)))
        return DemandResult(
            shop=data,
            as_of=day,
            currency=data.currency,
            missing=found if isinstance(found, LazyText) else None,
            forecast=forecast,
            periods=period_rows(forecast),
            parts=part_rows(forecast, names),
            accuracy=accuracy_rows(forecast),
            stock=stock_rows(forecast, names, facts, self.lead_time_days, self.service_level),
            service_level=self.service_level,
        )


@dataclass(frozen=True, kw_only=True)
class DemandResult:
    """What the forecast of demand found.

    Attributes:
        shop: What was looked at.
        as_of: The first day to come.
        currency: What amounts are in.
        missing: Why there is no forecast; None where there is one.
        forecast: The forecast; None where there is none.
        periods: One row a period of net revenue: `period` (its first day), `known`, `expected`,
            `low`, `high`.
        parts: One row a part and measure: `split`, `part`, `name`, `measure`, `expected` within
            the horizon with `low` and `high`, `before`, `year_before`, `change`.
        accuracy: One row a measure, split and model that was tried on earlier days: `wape`,
            `mase`, `bias`, `coverage`, `light`.
        stock: One row a named product: `lead_time_days`, `expected_units`, `safety_stock`,
            `reorder_point`, `stock`, `is_due`, `days_left`.
        service_level: Probability of not running out.
    """

    shop: Shop = field(repr=False)
    as_of: date
    currency: str
    missing: LazyText | None
    forecast: Demand | None = field(repr=False)
    periods: pa.Table
    parts: pa.Table
    accuracy: pa.Table
    stock: pa.Table
    service_level: float

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """What is expected of the whole, and how good such forecasts were."""
        if self.forecast is None:
            return {}
        found: dict[str, float | None] = {"days": float(self.forecast.days)}
        for measure, outlook in self.forecast.outlooks.items():
            found[f"expected_{measure}"] = float(outlook.total[0])
            found[f"expected_{measure}_low"] = float(outlook.total_low[0])
            found[f"expected_{measure}_high"] = float(outlook.total_high[0])
            tried = {"": "chosen", "naive_": NAIVE, "seasonal_naive_": SEASONAL_NAIVE}
            for prefix, model in tried.items():
                one = outlook.score(model)
                found[f"{prefix}{measure}_wape"] = one.wape if one else None
            own = outlook.score()
            found[f"{measure}_coverage"] = own.coverage if own else None
        due = self.stock["is_due"].to_pylist()
        found["products_due"] = float(sum(bool(it) for it in due))
        return found

    def blocks(self) -> Iterator[Block]:
        """What is expected, how far to believe it, by whom and of what, and the shelf."""
        found = self.forecast
        if found is None or "revenue" not in found.outlooks:
            if self.missing is not None:
                yield Text(body=self.missing, tone="note")
            return
        yield from self._headlines(found)
        if found.days < found.wanted_days:
            yield Text(
                body=lazy(
                    "The forecast reaches {days} days, not {wanted}: the data are too short for "
                    "more.",
                    days=found.days,
                    wanted=found.wanted_days,
                ),
                tone="note",
            )
        yield self._told(found)
        yield self._fan(found)
        yield self._to_come(found)
        yield self._totals()
        for split, title in TITLES.items():
            rows = rows_of_split(self.parts, split)
            if rows.num_rows:
                yield self._split_table(split, title, rows)
        if self.stock.num_rows:
            yield self._stock_table()
        if self.accuracy.num_rows:
            yield self._accuracy_table()

    def _headlines(self, found: Demand) -> Iterator[Number]:
        for measure, outlook in found.outlooks.items():
            yield Number(
                name=f"expected_{measure}",
                label=EXPECTED_LABELS[measure],
                value=float(outlook.total[0]),
                format="amount" if measure == "revenue" else "count",
                definition=lazy(
                    "Expected within the {days} days from {day} on.",
                    days=found.days,
                    day=Shown(self.as_of, "day"),
                ),
                direction="up",
            )

    def _told(self, found: Demand) -> Text:
        outlook = found.outlooks["revenue"]
        looked, light = outlook.looked, light_of(outlook)
        if looked is None:
            return Text(
                body=lazy(
                    "There is too little past to try the forecast on; nobody knows yet how good "
                    "it is."
                ),
                tone="warning",
            )
        return Text(
            body=lazy(
                "{light}: on {day} it would have said {foretold} for the {days} days to come "
                "({low} to {high}); {came} came.",
                light=DEMAND_LIGHTS[light],
                day=Shown(looked.from_on, "day"),
                days=looked.days,
                foretold=Shown(looked.foretold, "amount", self.currency),
                low=Shown(looked.low, "amount", self.currency),
                high=Shown(looked.high, "amount", self.currency),
                came=Shown(looked.came, "amount", self.currency),
            ),
            tone="plain" if light == "green" else "warning",
        )

    def _fan(self, found: Demand) -> Chart:
        title = lazy("Net revenue, known and expected")
        return Chart(
            name="outlook",
            title=title,
            option=charts.line(
                self.periods,
                "period",
                {
                    "known": lazy("Known"),
                    "expected": EXPECTED.label,
                    "low": lazy("Lower end"),
                    "high": lazy("Upper end"),
                },
                format="amount",
                x_format="day",
                dashed=("low", "high"),
            ),
            alternative=lazy(
                "A line of known revenue, one of what is expected, and the ends between which it "
                "should lie nine times of ten."
            ),
            table=self._periods_table(found, title),
        )

    def _periods_table(self, found: Demand, title: LazyText) -> Table:
        return Table(
            name="outlook",
            title=title,
            rows=self.periods,
            columns=(
                Column(
                    name="period",
                    label=lazy("Week from") if found.width > 1 else lazy("Day"),
                    format="day",
                ),
                Column(name="known", label=lazy("Known"), format="amount"),
                EXPECTED,
                LOW,
                HIGH,
            ),
            note=lazy(
                "Periods end with the last whole day, so that none is cut off. Intervals are "
                "as wide as the errors on earlier days were."
            ),
        )

    def _to_come(self, found: Demand) -> Table:
        """The periods to come alone: what is looked for first where pictures are not seen."""
        table = self._periods_table(found, lazy("Period by period"))
        rows = self.periods.slice(self.periods.num_rows - found.days // found.width)
        columns = tuple(it for it in table.columns if it.name != "known")
        rows = rows.drop_columns(["known"])
        return replace(table, name="to_come", rows=rows, columns=columns, note=None)

    def _totals(self) -> Table:
        kept = [row for row in self.parts.to_pylist() if row["split"] == WHOLE]
        rows = pa.Table.from_pylist(kept, schema=self.parts.schema)
        numbers = (EXPECTED, LOW, HIGH, BEFORE, YEAR_BEFORE)
        return Table(
            name="totals",
            title=lazy("Expected in all"),
            rows=rows.select(["measure", *(one.name for one in numbers), "change"]),
            columns=(
                coded("measure", lazy("What"), MEASURE_NAMES),
                *(Column(name=one.name, label=one.label, format="number") for one in numbers),
                CHANGE,
            ),
        )

    def _split_table(self, split: str, title: LazyText, rows: pa.Table) -> Table:
        counted = [name for name in ("orders", "units") if rows[name].null_count < rows.num_rows]
        label = SPLITS[split]
        return Table(
            name=f"by_{split}",
            title=title,
            rows=rows.select(["name", "expected", "low", "high", "before", "year_before",
                              "change", *counted]),
            columns=(
                Column(name="name", label=label, labels=PARTS),
                EXPECTED,
                LOW,
                HIGH,
                BEFORE,
                YEAR_BEFORE,
                CHANGE,
                *(
                    Column(name=name, label=EXPECTED_LABELS[name], format="count")
                    for name in counted
                ),
            ),
            note=lazy("The parts add up to the whole. Amounts are net revenue."),
        )  # fmt: skip

    def _stock_table(self) -> Table:
        counts: dict[str, LazyText] = {
            "lead_time_days": lazy("Lead time in days"),
            "expected_units": lazy("Units expected until then"),
            "safety_stock": lazy("Safety stock"),
            "reorder_point": lazy("Order again at"),
            "stock": lazy("In stock"),
            "days_left": lazy("Lasts for days"),
        }
        return Table(
            name="stock",
            title=lazy("When to order again"),
            rows=self.stock.select(["name", *counts]),
            columns=(
                Column(name="name", label=SPLITS["product"]),
                *(Column(name=name, label=label, format="count") for name, label in counts.items()),
            ),
            note=lazy(
                "With so many units left when new ones are ordered, the product does not run out "
                "before they come with a probability of {level}.",
                level=Shown(self.service_level, "share"),
            ),
        )

    def _accuracy_table(self) -> Table:
        return Table(
            name="accuracy",
            title=lazy("How good such forecasts were"),
            rows=self.accuracy,
            columns=(
                coded("measure", lazy("What"), MEASURE_NAMES),
                coded("split", lazy("Of"), SPLITS),
                coded("model", lazy("Model"), MODEL_NAMES),
                Column(name="wape", label=lazy("Error by what came (WAPE)"), format="share"),
                Column(name="mase", label=lazy("Scaled error (MASE)"), format="number"),
                Column(name="bias", label=lazy("Foretold too much"), format="share"),
                Column(name="coverage", label=lazy("Within the 90 % interval"), format="share"),
                coded("light", lazy("Light"), DEMAND_LIGHTS),
            ),
            note=lazy(
                "Foretold from up to eight earlier days with what was known then. What is used is "
                "chosen anew each time from what had come by then, and its parts add up."
            ),
        )

    def accuracy_cards(self) -> Iterator[Card]:
        """How the forecast of the whole did on earlier days, a card a measure."""
        if self.forecast is not None:
            yield from cards_of_demand(self.forecast)

    def findings(self) -> Iterator[Finding]:
        """What will change, what to order, and a forecast that cannot be believed."""
        found = self.forecast
        if found is None or "revenue" not in found.outlooks:
            return
        outlook = found.outlooks["revenue"]
        light = light_of(outlook)
        if light == "red":
            yield Finding(
                code="demand_inaccurate",
                sentence=lazy(
                    "The forecast of demand was no better than a rule of thumb when tried on your "
                    "own past: plan with its interval, not with its number."
                ),
                tone="bad",
            )
        elif light != "none":
            yield from self._about_change(found)
        yield from self._about_stock()

    def _about_change(self, found: Demand) -> Iterator[Finding]:
        row = next(it for it in self.parts.to_pylist()
                   if it["split"] == WHOLE and it["measure"] == "revenue")  # fmt: skip
        before, change = row["before"], row["change"]
        if change is None or abs(change) < FAR or row["low"] <= before <= row["high"]:
            return
        facts = {
            "days": found.days,
            "expected": Shown(row["expected"], "amount", self.currency),
            "low": Shown(row["low"], "amount", self.currency),
            "high": Shown(row["high"], "amount", self.currency),
            "change": Shown(abs(change), "share"),
        }
        if change > 0:
            words = lazy("The next {days} days should bring {expected} ({low} to {high}), {change} "
                         "more than as many days before.", **facts)  # fmt: skip
        else:
            words = lazy("The next {days} days should bring {expected} ({low} to {high}), {change} "
                         "less than as many days before.", **facts)  # fmt: skip
        yield Finding(
            code="demand_change",
            sentence=words,
            tone="good" if change > 0 else "bad",
            amount=abs(row["expected"] - before),
        )

    def _about_stock(self) -> Iterator[Finding]:
        due = [row for row in self.stock.to_pylist() if row["is_due"]]
        if not due:
            return
        first = min(due, key=lambda row: (row["days_left"] or 0.0, row["product_id"]))
        yield Finding(
            code="demand_order_again",
            sentence=lazy(
                "{products} of the best-selling products are at or below the stock at which to "
                "order again; first {name}, with {stock} left where {point} are needed.",
                products=Shown(len(due), "count"),
                name=first["name"],
                stock=Shown(first["stock"], "count"),
                point=Shown(first["reorder_point"], "count"),
            ),
            tone="bad",
            customers={"product": first["product_id"]},
        )

    def customers(self, **cell: str) -> ir.Table:
        """Who bought a `product` or `category`, lives in a `region`, or is `segment` new or not.

        "new" are those whose first purchase was within as many days as the forecast reaches.
        """
        facts = customer_facts(self.shop, self.as_of)
        product, category = cell.pop("product", None), cell.pop("category", None)
        lines = goods_lines(self.shop, self.as_of) if product or category else None
        if product or category:
            if lines is None:
                return facts.limit(0)
            chosen = lines.product_id == product if product else lines.category == category
            facts = facts.semi_join(lines.filter(chosen), "customer_id")
        region, level = cell.pop("region", None), level_of(self.shop, "auto")
        if region is not None:
            if not level:
                return facts.limit(0)
            people = self.shop["customers"]
            facts = facts.semi_join(people.filter(people[level] == region), "customer_id")
        days = self.forecast.days if self.forecast else 0
        is_new = facts.first_on >= self.as_of - timedelta(days=days)
        return customers_of(facts.mutate(segment=is_new.ifelse("new", "returning")), cell)
