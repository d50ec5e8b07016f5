"""Rhythm: how soon customers buy again, how evenly, and who is late by their own measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from zhike import charts
from zhike.analyses.columns import CUSTOMER_SHARE, CUSTOMERS, coded
from zhike.analyses.rhythm_curve import WITHIN, Wait, curve_points, wait_of
from zhike.analyses.rhythm_facts import PACE, REGULARITY, gap_counts, rhythms, waits
from zhike.analyses.rhythm_tables import GAP_BANDS, PURCHASE_BANDS, by_code, cells_of, gap_bands
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    Shown,
    Whole,
    as_of_day,
    customers_of,
    stage_thresholds,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop
from zhike.stats import quantile_of_counts

HALF = 0.5
CURVES: dict[str, LazyText] = {
    "second": lazy("Second purchase"),
    "second_low": lazy("Second, lower end"),
    "second_high": lazy("Second, upper end"),
    "third": lazy("Third purchase, from the second"),
    "third_low": lazy("Third, lower end"),
    "third_high": lazy("Third, upper end"),
}
BOUGHT = Column(name="revenue", label=lazy("Bought so far"), format="amount")


@dataclass(frozen=True, kw_only=True)
class Rhythm(Analysis):
    """How long customers take to the second and third purchase, and how regular they are.

    Purchases of one day count as one. Customers who have not bought again yet are not counted as
    gone: Kaplan-Meier lets each count for as long as they were watched.

    Args:
        lost_after_days: Silent for longer is lost rather than overdue; None means as the data
            say.
        most_days: How far the curves are drawn.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Rhythm().run(corner_shop())
        >>> found.numbers["second_within_60_days"].__round__(3)
        0.333

    References:
        Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete
        observations. JASA 53, 457-481. Platzer, M. and Reutterer, T. (2016). Ticking away the
        moments: timing regularity helps to better predict customer activity. Marketing Science
        35(5), 779-799.
    """

    name: ClassVar[str] = "rhythm"
    title: ClassVar[LazyText] = lazy("Purchase rhythm")
    question: ClassVar[LazyText] = lazy("How soon do customers buy again, and who is late?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    lost_after_days: Annotated[
        int | None,
        Whole(1, 3650),
        lazy("Days of silence after which a customer is lost; empty takes them from the data."),
    ] = None
    most_days: Annotated[int, Whole(30, 3650), lazy("How many days the curves are drawn.")] = 365

    def run(self, data: Shop) -> RhythmResult:
        """The two waits, the gaps, and everybody's own rhythm."""
        day = as_of_day(data, self.as_of)
        lost = stage_thresholds(data, day, lost_after_days=self.lost_after_days).lost_after_days
        facts = rhythms(data, day, lost)
        counts = waits(facts, day).to_pyarrow()
        second, third = wait_of(counts, 2), wait_of(counts, 3)
        gaps = gap_counts(data, day).to_pyarrow()
        days, number = (np.asarray(gaps[it]).astype(np.int64) for it in ("days", "gaps"))
        cells = cells_of(facts)
        return RhythmResult(
            as_of=day,
            currency=data.currency,
            lost_after_days=lost,
            members=facts,
            second=second,
            third=third,
            median_gap_days=quantile_of_counts(days, number, HALF),
            curve=curve_points({"second": second, "third": third}, self.most_days),
            gaps=gap_bands(days, number),
            history=by_code(cells, "purchase_band", PURCHASE_BANDS),
            regularity=by_code(cells, "regularity", REGULARITY),
            paces=by_code(cells, "pace", PACE),
        )


@dataclass(frozen=True, kw_only=True)
class RhythmResult:
    """What the analysis of rhythm found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        lost_after_days: Silent for longer is lost; None where nobody ever came back.
        members: Lazy, one row a customer: `first_on`, `second_on`, `third_on`, `last_on`,
            `purchase_days`, `purchases`, `bought`, `mean_gap_days`, `gap_spread`, `silent_days`,
            `due_in_days`, `regularity`, `pace`.
        second: The wait for the second purchase day.
        third: The wait from the second to the third.
        median_gap_days: The middle gap between two purchase days of a customer.
        curve: One row every five days: `day`, `second` and `third` (share that has bought
            again), each with `_low` and `_high` (95 %).
        gaps: One row a band: `gap_band`, `gaps`, `gap_share`.
        history: One row a number of purchase days: `purchase_band`, `customers`,
            `customer_share`, `revenue`, `revenue_share` (before refunds), `purchase_value`.
        regularity: The same by `regularity`.
        paces: The same by `pace`; `purchase_value` is what one purchase of each of them is worth.
    """

    as_of: date
    currency: str
    lost_after_days: int | None
    members: ir.Table
    second: Wait
    third: Wait
    median_gap_days: int | None
    curve: pa.Table
    gaps: pa.Table
    history: pa.Table
    regularity: pa.Table
    paces: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """The waits and the gap, and how many are due."""
        late = {row["pace"]: row["customers"] for row in self.paces.to_pylist()}
        found = {
            "customers": float(self.second.customers),
            "median_gap_days": self.median_gap_days,
            "second_median_days": self.second.median_days,
            "second_median_days_of_returning": self.second.median_days_of_returning,
            **{f"second_within_{it}_days": self.second.within(it) for it in WITHIN},
            "third_median_days": self.third.median_days,
            **{f"third_within_{it}_days": self.third.within(it) for it in WITHIN},
            "due_customers": float(late.get("due", 0)),
            "overdue_customers": float(late.get("overdue", 0)),
        }
        return {name: None if it is None else float(it) for name, it in found.items()}

    def blocks(self) -> Iterator[Block]:
        """The waits, their curve, the gaps, and who is due."""
        yield from self._headlines()
        if not self.second.came:
            yield Text(body=lazy("Nobody has bought on a second day yet."), tone="note")
        yield self._curve_chart()
        yield Chart(
            name="gaps",
            title=lazy("Days between two purchases of a customer"),
            option=charts.with_words(
                charts.columns(
                    self.gaps, "gap_band", {"gap_share": GAP_SHARE.label}, format="share"
                ),
                "xAxis",
                GAP_BANDS,
            ),
            alternative=lazy("Bars: how many of the gaps between two purchases are how long."),
            table=Table(
                name="gaps",
                title=lazy("Days between two purchases of a customer"),
                rows=self.gaps,
                columns=(
                    coded("gap_band", lazy("Days"), GAP_BANDS),
                    Column(name="gaps", label=lazy("Gaps"), format="count"),
                    GAP_SHARE,
                ),
            ),
        )  # fmt: skip
        yield self._table(
            "history", lazy("Customers by purchase days"), lazy("Purchase days"), PURCHASE_BANDS
        )
        yield self._table(
            "regularity", lazy("How regularly they buy"), lazy("Regularity"), REGULARITY
        )
        yield self._table("paces", lazy("Who is due"), lazy("Pace"), PACE)

    def _headlines(self) -> Iterator[Number]:
        yield Number(
            name="median_gap_days",
            label=lazy("Median days between purchases"),
            value=self.median_gap_days,
            format="days",
            definition=lazy(
                "Half of the gaps between two purchase days of a customer are no longer."
            ),
        )
        yield Number(
            name="second_within_90_days",
            label=lazy("Second purchase within 90 days"),
            value=self.second.within(90),
            format="share",
            definition=lazy(
                "Share of customers who buy on another day within 90 days of the first; those who "
                "have not had 90 days yet count for as long as they were watched (Kaplan-Meier)."
            ),
            direction="up",
        )
        yield Number(
            name="second_median_days_of_returning",
            label=lazy("Median days to the second purchase"),
            value=self.second.median_days_of_returning,
            format="days",
            definition=lazy(
                "Half of those who ever buy again have done so by then, as far as the data reach."
            ),
            direction="down",
        )
        yield Number(
            name="third_within_90_days",
            label=lazy("Third purchase within 90 days of the second"),
            value=self.third.within(90),
            format="share",
            definition=lazy("Likewise from the second purchase day to the third."),
            direction="up",
        )

    def _curve_chart(self) -> Chart:
        title = lazy("How many have bought again, by days since")
        return Chart(
            name="buying_again",
            title=title,
            option=charts.naming_only(
                charts.line(
                    self.curve,
                    "day",
                    CURVES,
                    format="share",
                    dashed=[name for name in CURVES if "_" in name],
                ),
                [CURVES["second"], CURVES["third"]],
            ),
            alternative=lazy(
                "Two rising lines: the share of customers that has bought a second time, and of "
                "those a third time, by days since the purchase before."
            ),
            table=Table(
                name="curve",
                title=title,
                rows=self.curve,
                columns=(
                    Column(name="day", label=lazy("Days since the purchase before"),
                           format="count"),
                    *(Column(name=name, label=it, format="share") for name, it in CURVES.items()),
                ),
                note=lazy(
                    "Kaplan-Meier; the dashed lines are Greenwood's 95 % band. It ends where "
                    "nobody has been watched for longer."
                ),
            ),
        )  # fmt: skip

    def _table(
        self, name: str, title: LazyText, label: LazyText, words: Mapping[str, LazyText]
    ) -> Table:
        rows: pa.Table = getattr(self, name)
        return Table(
            name=name,
            title=title,
            rows=rows,
            columns=(
                coded(rows.column_names[0], label, words),
                CUSTOMERS,
                CUSTOMER_SHARE,
                BOUGHT,
                Column(
                    name="revenue_share", label=lazy("Share of what was bought"), format="share"
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """How many buy again, and who is past their own rhythm."""
        share = self.second.within(90)
        if share is not None and self.second.came:
            yield Finding(
                code="rhythm_second",
                sentence=lazy(
                    "{share} of customers buy a second time within 90 days; of those who do come "
                    "back, half do within {days}.",
                    share=Shown(share, "share"),
                    days=Shown(self.second.median_days_of_returning, "days"),
                ),
                customers={"pace": "once"},
            )
        overdue = [row for row in self.paces.to_pylist() if row["pace"] == "overdue"]
        if overdue:
            yield Finding(
                code="rhythm_overdue",
                sentence=lazy(
                    "Customers silent for more than twice their own gap, though not lost yet: "
                    "{customers}. One more purchase of each would bring {amount}.",
                    customers=Shown(overdue[0]["customers"], "count"),
                    amount=Shown(overdue[0]["purchase_value"], "amount", self.currency),
                ),
                tone="bad",
                amount=overdue[0]["purchase_value"],
                customers={"pace": "overdue"},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a `pace`, a `regularity` or a number of `purchase_days`."""
        return customers_of(self.members, cell)


GAP_SHARE = Column(name="gap_share", label=lazy("Share of gaps"), format="share")
