"""Seasonality: trend, weekdays, months, festivals, and growth that compares like with like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import REVENUE, coded
from zhike.analyses.seasonality_effects import (
    YEAR,
    Special,
    festival_rows,
    growth_rows,
    holiday_rows,
    month_rows,
    special_days,
    weekday_rows,
)
from zhike.analyses.seasonality_series import daily_of, parts_of, series_of
from zhike.analyses.weekdays import WEEKDAY, WEEKDAYS
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    OneOf,
    Shown,
    as_of_day,
    customer_facts,
    customers_of,
    purchase_history,
)
from zhike.catalogue.festivals import CHINA, FESTIVALS, country_of
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

STRONG = 0.6
FAR = 10  # points of an index that are worth a sentence
INDEX = Column(name="index", label=lazy("Index (100: the mean)"), format="number")
LIFT = Column(name="lift", label=lazy("Above the usual"), format="share")
USUAL = Column(name="usual", label=lazy("Usual"), format="amount")
LABELS = {name: festival.label for name, festival in FESTIVALS.items()}
MONTH_NAMES: dict[str, LazyText] = {
    "1": lazy("January"), "2": lazy("February"), "3": lazy("March"), "4": lazy("April"),
    "5": lazy("May"), "6": lazy("June"), "7": lazy("July"), "8": lazy("August"),
    "9": lazy("September"), "10": lazy("October"), "11": lazy("November"),
    "12": lazy("December"),
}  # fmt: skip


@dataclass(frozen=True)
class CountryCode:
    """A constraint: a country by the two letters of its ISO code, or nothing."""

    def allows(self, value: object) -> bool:
        """Whether the value is allowed."""
        return isinstance(value, str) and bool(re.fullmatch(r"([A-Z]{2})?", value))

    def words(self) -> LazyText:
        """What is allowed."""
        return lazy("two capital letters such as CN, or empty")


@dataclass(frozen=True, kw_only=True)
class Seasonality(Analysis):
    """What of net revenue is trend, what comes back every week or year, and what festivals add.

    Days without a sale count as zero. Periods that are not over are left out. In China the days
    around the Spring Festival are compared with the same lunar days of the year before.

    Args:
        unit: What is decomposed: "day" (weeks come back), "week" or "month" (years come back);
            "auto" takes months where there are two years of them, else days.
        country: Whose holidays, by ISO code; empty takes the country of the business time zone.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Seasonality(unit="day").run(corner_shop())
        >>> found.components.num_rows
        357

    References:
        Cleveland, R. B. et al. (1990). STL: a seasonal-trend decomposition procedure based on
        loess. Journal of Official Statistics 6(1), 3-73. Hyndman, R. J. and Athanasopoulos, G.
        (2021). Forecasting: principles and practice, 3rd ed., sections 3.6 and 4.3.
    """

    name: ClassVar[str] = "seasonality"
    title: ClassVar[LazyText] = lazy("Trend and seasonality")
    question: ClassVar[LazyText] = lazy("Is business growing, and what is only the season?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("ordered_at", "paid_amount")})

    unit: Annotated[str, OneOf(("auto", "day", "week", "month")), lazy("What is decomposed.")] = (
        "auto"
    )
    country: Annotated[
        str, CountryCode(), lazy("Whose public holidays; empty follows the time zone.")
    ] = ""

    def run(self, data: Shop) -> SeasonalityResult:
        """The parts of revenue, the effects of the calendar, and growth."""
        day = as_of_day(data, self.as_of)
        country = self.country or country_of(data.timezone)
        daily = daily_of(data, day)
        parts = parts_of(daily)
        special = special_days(daily, country, lunar=country == CHINA)
        months, series = series_of(daily, "month"), series_of(daily, self.unit)
        return SeasonalityResult(
            shop=data,
            as_of=day,
            currency=data.currency,
            unit=series.unit,
            country=country,
            special=special,
            components=series.rows(),
            trend_strength=None if series.parts is None else series.parts.trend_strength,
            season_strength=None if series.parts is None else series.parts.season_strength,
            weekday_strength=None if parts is None else parts.season_strength,
            weekdays=weekday_rows(daily, parts, special),
            months=month_rows(months),
            festivals=festival_rows(daily, parts, special),
            holidays=holiday_rows(daily, parts, special),
            growth=growth_rows(daily, months, special),
            year_growth_rate=_year_growth(months.revenue.tolist()),
        )


@dataclass(frozen=True, kw_only=True)
class SeasonalityResult:
    """What the analysis of seasons found.

    Attributes:
        shop: What was looked at.
        as_of: The day looked back from.
        currency: What amounts are in.
        unit: "day", "week" or "month".
        country: Whose holidays; empty where nobody knows.
        special: The days of festivals and holidays.
        components: One row a period: `period`, `revenue`, `trend`, `season`, `remainder`.
        trend_strength: Hyndman's F_T, 0 to 1; None with less than two cycles.
        season_strength: Hyndman's F_S, likewise.
        weekday_strength: F_S of the week in daily revenue; None with less than four weeks.
        weekdays: One row a weekday: `weekday`, `days`, `index`, `low`, `high`.
        months: One row a calendar month: `month_of_year`, `years`, `index`.
        festivals: One row a festival and year: `festival`, `year`, `from_on`, `last_on`,
            `revenue`, `usual`, `lift`, `growth_rate`.
        holidays: One row a public holiday: `holiday`, `days`, `revenue`, `usual`, `lift`.
        growth: One row a month: `month`, `revenue`, `last_year`, `growth_rate`,
            `aligned_last_year`, `aligned_growth_rate`.
        year_growth_rate: The last twelve whole months by the twelve before, less one.
    """

    shop: Shop = field(repr=False)
    as_of: date
    currency: str
    unit: str
    country: str
    special: Special = field(repr=False)
    components: pa.Table
    trend_strength: float | None
    season_strength: float | None
    weekday_strength: float | None
    weekdays: pa.Table
    months: pa.Table
    festivals: pa.Table
    holidays: pa.Table
    growth: pa.Table
    year_growth_rate: float | None

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """Strengths and growth."""
        last = self.growth.slice(max(self.growth.num_rows - 1, 0)).to_pylist()
        return {
            "year_growth_rate": self.year_growth_rate,
            "month_growth_rate": last[0]["growth_rate"] if last else None,
            "aligned_month_growth_rate": last[0]["aligned_growth_rate"] if last else None,
            "trend_strength": self.trend_strength,
            "season_strength": self.season_strength,
            "weekday_strength": self.weekday_strength,
        }

    def blocks(self) -> Iterator[Block]:
        """Growth, the parts, weekdays, months, festivals and holidays."""
        yield from self._headlines()
        if self.trend_strength is None:
            yield Text(
                body=lazy(
                    "There are not two whole cycles yet, so trend and season cannot be told apart: "
                    "days need four weeks with a sale on at least every other day, weeks and "
                    "months two years."
                ),
                tone="note",
            )
        yield self._components_chart()
        yield self._growth_table()
        if self.weekdays.num_rows:
            yield self._weekdays_chart()
        if self.months.num_rows:
            yield self._months_chart()
        if self.festivals.num_rows:
            yield self._festivals_table()
        if self.holidays.num_rows:
            yield self._holidays_table()

    def _headlines(self) -> Iterator[Number]:
        yield Number(
            name="year_growth_rate",
            label=lazy("Growth in a year"),
            value=self.year_growth_rate,
            format="share",
            definition=lazy("Net revenue of the last twelve whole months by the twelve before."),
            direction="up",
        )
        yield Number(
            name="trend_strength",
            label=lazy("Strength of the trend"),
            value=self.trend_strength,
            format="number",
            definition=lazy("0: none; 1: what is not season is nothing but trend (Hyndman's F_T)."),
        )
        yield Number(
            name="season_strength",
            label=lazy("Strength of the season"),
            value=self.season_strength,
            format="number",
            definition=lazy("0: none; 1: what is not trend is nothing but season (Hyndman's F_S)."),
        )

    def _components_chart(self) -> Chart:
        title = lazy("Net revenue and its trend")
        format: Format = "month" if self.unit == "month" else "day"
        return Chart(
            name="components",
            title=title,
            option=charts.line(
                self.components,
                "period",
                {"trend": lazy("Trend"), "revenue": REVENUE.label},
                format="amount",
                x_format=format,
                dashed=("revenue",),
            ),
            alternative=lazy("Two lines: net revenue, and the slow movement beneath it."),
            table=Table(
                name="components",
                title=title,
                rows=self.components,
                columns=(
                    Column(name="period", label=lazy("Period"), format=format),
                    REVENUE,
                    Column(name="trend", label=lazy("Trend"), format="amount"),
                    Column(name="season", label=lazy("Season"), format="amount"),
                    Column(name="remainder", label=lazy("Remainder"), format="amount"),
                ),
                note=lazy("Trend, season and remainder add up to net revenue (STL)."),
            ),
        )

    def _growth_table(self) -> Table:
        return Table(
            name="growth",
            title=lazy("Months beside the year before"),
            rows=self.growth,
            columns=(
                Column(name="month", label=lazy("Month"), format="month"),
                REVENUE,
                Column(name="last_year", label=lazy("A year before"), format="amount"),
                Column(name="growth_rate", label=lazy("Growth"), format="share"),
                Column(
                    name="aligned_last_year",
                    label=lazy("A year before, aligned by festival"),
                    format="amount",
                ),
                Column(
                    name="aligned_growth_rate",
                    label=lazy("Growth, aligned by festival"),
                    format="share",
                ),
            ),
            note=lazy(
                "Aligned: days within three weeks of the Spring Festival are compared with the "
                "days as far from the last one. Other months are the same in both."
            ),
        )

    def _weekdays_chart(self) -> Chart:
        title = lazy("Weekdays")
        return Chart(
            name="weekdays",
            title=title,
            option=charts.columns(
                self.weekdays, "weekday", {"index": INDEX.label}, format="number", labels=WEEKDAYS
            ),
            alternative=lazy("Bars: what each weekday brings by the mean day, 100."),
            table=Table(
                name="weekdays",
                title=title,
                rows=self.weekdays,
                columns=(
                    WEEKDAY,
                    Column(name="days", label=lazy("Plain days"), format="count"),
                    INDEX,
                    Column(name="low", label=lazy("Lower end"), format="number"),
                    Column(name="high", label=lazy("Upper end"), format="number"),
                ),
                note=lazy("Without festivals and public holidays; 95 % intervals."),
            ),
        )

    def _months_chart(self) -> Chart:
        title = lazy("Months of the year")
        return Chart(
            name="months",
            title=title,
            option=charts.columns(
                self.months, "month_of_year", {"index": INDEX.label}, format="number",
                labels=MONTH_NAMES,
            ),
            alternative=lazy("Bars: what each month of the year brings by the mean month, 100."),
            table=Table(
                name="months",
                title=title,
                rows=self.months,
                columns=(
                    coded("month_of_year", lazy("Month"), MONTH_NAMES),
                    Column(name="years", label=lazy("Years"), format="count"),
                    INDEX,
                ),
                note=lazy("Each month by the mean of the twelve months around it."),
            ),
        )  # fmt: skip

    def _festivals_table(self) -> Table:
        return Table(
            name="festivals",
            title=lazy("Festivals, year by year"),
            rows=self.festivals,
            columns=(
                coded("festival", lazy("Festival"), LABELS),
                Column(name="from_on", label=lazy("First day"), format="day"),
                Column(name="last_on", label=lazy("Last day"), format="day"),
                REVENUE,
                USUAL,
                LIFT,
                Column(name="growth_rate", label=lazy("Against the one before"), format="share"),
            ),
            note=lazy("Usual is what trend and weekdays alone would have brought."),
        )

    def _holidays_table(self) -> Table:
        return Table(
            name="holidays",
            title=lazy("Public holidays"),
            rows=self.holidays,
            columns=(
                coded("holiday", lazy("Holiday"), self.special.labels),
                Column(name="days", label=lazy("Days"), format="count"),
                REVENUE,
                USUAL,
                LIFT,
            ),
            note=lazy("Days off that were moved from a weekend are not in it."),
        )

    def findings(self) -> Iterator[Finding]:
        """Growth, the festival that brings most, the month and the weekday far from the mean."""
        yield from self._about_growth()
        yield from self._about_festivals()
        yield from self._about_calendar()

    def _about_growth(self) -> Iterator[Finding]:
        rate = self.year_growth_rate
        if rate is None:
            return
        rows = self.growth.slice(max(self.growth.num_rows - YEAR, 0))
        revenue = pc.sum(rows["revenue"]).as_py()
        facts = {
            "revenue": Shown(revenue, "amount", self.currency),
            "rate": Shown(abs(rate), "share"),
        }
        if rate >= 0:
            words = lazy("The last twelve months brought {revenue}, {rate} more than the twelve "
                         "before.", **facts)  # fmt: skip
        else:
            words = lazy("The last twelve months brought {revenue}, {rate} less than the twelve "
                         "before.", **facts)  # fmt: skip
        yield Finding(
            code="seasonality_growth",
            sentence=words,
            tone="good" if rate >= 0 else "bad",
            amount=abs(revenue - revenue / (1 + rate)) if rate > -1 else None,
        )

    def _about_festivals(self) -> Iterator[Finding]:
        rows = [row for row in self.festivals.to_pylist() if row["lift"] is not None]
        if not rows:
            return
        best = max(rows, key=lambda row: row["revenue"] - row["usual"])
        more = best["revenue"] - best["usual"]
        if more <= 0:
            return
        yield Finding(
            code="seasonality_festival",
            sentence=lazy(
                "{festival} {year} brought {amount} more than those days usually would "
                "({rate} above).",
                festival=LABELS[best["festival"]],
                year=best["year"],
                amount=Shown(more, "amount", self.currency),
                rate=Shown(best["lift"], "share"),
            ),
            tone="good",
            amount=more,
            customers={"festival": best["festival"]},
        )

    def _about_calendar(self) -> Iterator[Finding]:
        if (self.season_strength or 0) >= STRONG and self.months.num_rows:
            best = max(self.months.to_pylist(), key=lambda row: row["index"])
            least = min(self.months.to_pylist(), key=lambda row: row["index"])
            yield Finding(
                code="seasonality_months",
                sentence=lazy(
                    "{best} is the strongest month ({high} of a mean one), {least} the weakest "
                    "({low}).",
                    best=MONTH_NAMES[str(best["month_of_year"])],
                    high=Shown(best["index"] / 100, "share"),
                    least=MONTH_NAMES[str(least["month_of_year"])],
                    low=Shown(least["index"] / 100, "share"),
                ),
                customers={"month_of_year": str(best["month_of_year"])},
            )
        far = [row for row in self.weekdays.to_pylist() if row["low"] > 100 + FAR]
        if far:
            best = max(far, key=lambda row: row["index"])
            yield Finding(
                code="seasonality_weekday",
                sentence=lazy(
                    "{weekday} is the strongest day of the week: {index} of a mean day.",
                    weekday=WEEKDAYS[str(best["weekday"])],
                    index=Shown(best["index"] / 100, "share"),
                ),
                customers={"weekday": str(best["weekday"])},
            )

    def customers(self, **cell: str) -> ir.Table:
        """Who bought on a `weekday`, in a `month_of_year`, at a `festival` or a `holiday`."""
        if not cell:
            return customer_facts(self.shop, self.as_of)
        history = purchase_history(self.shop, self.as_of)
        day = history.ordered_on
        rows = history.mutate(
            weekday=(day.day_of_week.index() + 1).cast("int64"), month_of_year=day.month()
        )
        festival, holiday = cell.pop("festival", None), cell.pop("holiday", None)
        if festival is not None:
            found = self.festivals.filter(pc.equal(self.festivals["festival"], festival))
            spans = [(row["from_on"], row["last_on"]) for row in found.to_pylist()]
            inside = [day.between(first, last) for first, last in spans]
            rows = rows.filter(reduce(or_, inside, ibis.literal(False)))
        if holiday is not None:
            rows = rows.filter(day.isin(self.special.holidays.get(holiday, [self.as_of])))
        chosen = customers_of(rows, cell)
        return chosen.group_by("customer_id").agg(
            purchases=chosen.count(), revenue=chosen.net_amount.sum()
        )


def _year_growth(months: list[float]) -> float | None:
    last, before = sum(months[-YEAR:]), sum(months[-2 * YEAR : -YEAR])
    return last / before - 1 if len(months) >= 2 * YEAR and before > 0 else None
