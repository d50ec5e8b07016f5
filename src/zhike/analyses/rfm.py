"""RFM: who bought lately, who buys often, who spends most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import CUSTOMERS, REVENUE, TOTALS, coded, totals_by
from zhike.analyses.rfm_names import ADVICE, DIMENSIONS, SEGMENTS, TYPES, segment_of
from zhike.analyses.rfm_scores import (
    MEASURES,
    cells_of,
    grid_of,
    labelled,
    means_of,
    named,
    rank_cuts,
    scored,
    type_above,
)
from zhike.blocks import Block, Chart, Column, Finding, Number, Table
from zhike.catalogue import (
    Analysis,
    Ascending,
    Needs,
    Shown,
    as_of_day,
    customer_facts,
    customers_of,
)
from zhike.catalogue.ladder import Cut, monetary_ladder
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop


@dataclass(frozen=True, kw_only=True)
class RFM(Analysis):
    """Score customers 1 (worst) to 5 (best) on recency, frequency and monetary value.

    By rank, a score is `1 + 5 * (customers strictly worse) // customers`: equal customers get
    equal scores, so that no score depends on row order, engine or threads. With cut points of
    your own, a score is one more than the cuts that a customer reaches.

    Args:
        recency_cuts: Four numbers of days; within the smallest scores 5. None means by rank.
        frequency_cuts: Four numbers of purchases; from the largest on scores 5.
        monetary_cuts: Four amounts of net revenue; from the largest on scores 5.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> RFM().run(corner_shop()).segments.column("segment").to_pylist()
        ['potential_loyalists', 'at_risk', 'lost']

    References:
        Hughes, A. M. (1994). Strategic Database Marketing. Probus.
    """

    name: ClassVar[str] = "rfm"
    title: ClassVar[LazyText] = lazy("RFM segments")
    question: ClassVar[LazyText] = lazy("Which customers are best, and which are slipping away?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at", "paid_amount")})

    recency_cuts: Annotated[
        tuple[float, ...] | None,
        Ascending(4),
        lazy("Days since the last purchase that part the recency scores; empty ranks."),
    ] = None
    frequency_cuts: Annotated[
        tuple[float, ...] | None,
        Ascending(4),
        lazy("Numbers of purchases that part the frequency scores; empty ranks."),
    ] = None
    monetary_cuts: Annotated[
        tuple[float, ...] | None,
        Ascending(4),
        lazy("Amounts of net revenue that part the monetary scores; empty ranks."),
    ] = None

    def run(self, data: Shop) -> RFMResult:
        """Every customer's scores, segment and type."""
        day = as_of_day(data, self.as_of)
        facts = customer_facts(data, day)
        cuts = rank_cuts(facts, monetary_ladder(data, day)) | self._given_cuts()
        scores = scored(facts, cuts)
        cells = cells_of(scores)
        means = means_of(cells)
        return RFMResult(
            as_of=day,
            currency=data.currency,
            scores=named(scores, means),
            segments=totals_by(labelled(cells, "segment", segment_of), "segment", SEGMENTS),
            types=totals_by(labelled(cells, "type", type_above(means)), "type", TYPES),
            grid=grid_of(cells),
            thresholds=_thresholds(cuts),
        )

    def _given_cuts(self) -> dict[str, tuple[Cut, ...]]:
        given = {name: getattr(self, f"{name}_cuts") for name in MEASURES}
        return {
            name: tuple(Decimal(str(cut)) for cut in cuts)
            for name, cuts in given.items()
            if cuts is not None
        }


@dataclass(frozen=True, kw_only=True)
class RFMResult:
    """What RFM found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        scores: Lazy, one row a customer: the customer facts, the three scores, `segment`, `type`.
        segments: One row a segment that occurs: `customers`, `purchases`, `revenue`, and the
            shares of customers and revenue.
        types: One row an eight-part type that occurs, the same.
        grid: One row a pair of recency and frequency score, at most 25: `customers`, `revenue`.
        thresholds: One row a dimension and score: the value from which that score is given.
    """

    as_of: date
    currency: str
    scores: ir.Table
    segments: pa.Table
    types: pa.Table
    grid: pa.Table
    thresholds: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many customers were scored, their net revenue, and what the extremes bring."""
        share = {row["segment"]: row["revenue_share"] for row in self.segments.to_pylist()}
        return {
            "customers": float(pc.sum(self.segments["customers"]).as_py() or 0),
            "revenue": pc.sum(self.segments["revenue"]).as_py() or 0.0,
            "champions_revenue_share": share.get("champions", 0.0),
            "at_risk_revenue_share": share.get("at_risk", 0.0),
        }

    def blocks(self) -> Iterator[Block]:
        """The segments, the eight types, the grid, and what each score takes."""
        yield Number(
            name="customers",
            label=lazy("Customers scored"),
            value=self.numbers["customers"],
            format="count",
            definition=lazy("Identified customers with a purchase before the day."),
        )
        yield Chart(
            name="revenue_by_segment",
            title=lazy("Net revenue by segment"),
            option=charts.bar(
                self.segments, "segment", "revenue", format="amount", labels=SEGMENTS
            ),
            alternative=lazy("Bars: the net revenue of each RFM segment, best segment first."),
            table=self._segments_table(),
        )
        yield Table(
            name="types",
            title=lazy("The eight customer types"),
            rows=self.types,
            columns=(coded("type", lazy("Type"), TYPES), *TOTALS),
            note=lazy(
                "A score is high when it is above the mean score of all customers; recency, "
                "frequency and monetary value, each high or low, make eight types."
            ),
        )
        yield self._grid_chart()
        yield self._thresholds_table()

    def _segments_table(self) -> Table:
        return Table(
            name="segments",
            title=lazy("Customers and revenue by segment"),
            rows=self.segments,
            columns=(
                coded("segment", lazy("Segment"), SEGMENTS),
                *TOTALS,
                coded("segment", lazy("What to do"), ADVICE),
            ),
        )

    def _grid_chart(self) -> Chart:
        scores = (lazy("Recency score"), lazy("Frequency score"))
        table = Table(
            name="grid",
            title=lazy("Customers by recency and frequency score"),
            rows=self.grid,
            columns=(
                Column(name="recency_score", label=scores[0], format="score"),
                Column(name="frequency_score", label=scores[1], format="score"),
                CUSTOMERS,
                REVENUE,
            ),
        )
        return Chart(
            name="recency_frequency",
            title=table.title,
            option=charts.grid(
                self.grid, "recency_score", "frequency_score", "customers", names=scores
            ),
            alternative=lazy("Cells: how many customers have each pair of scores."),
            table=table,
        )

    def _thresholds_table(self) -> Table:
        return Table(
            name="thresholds",
            title=lazy("What each score takes"),
            rows=self.thresholds,
            columns=(
                coded("dimension", lazy("Dimension"), DIMENSIONS),
                Column(name="score", label=lazy("Score"), format="score"),
                Column(name="reached_at", label=lazy("Given from"), format="number"),
            ),
            note=lazy(
                "Recency counts days and is better when smaller; frequency counts purchases; "
                "monetary is net revenue. By rank, a score is one more than five times the share "
                "of customers who do strictly worse, rounded down; equal customers get equal "
                "scores."
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """What the best customers bring, and what stands to be lost."""
        rows = {row["segment"]: row for row in self.segments.to_pylist()}
        for name in ("champions", "at_risk", "cant_lose"):
            if name not in rows:
                continue
            row = rows[name]
            yield Finding(
                code=f"rfm_{name}",
                sentence=lazy(
                    "{segment}: {customers} customers, {share} of all, bring {revenue}, "
                    "{revenue_share} of net revenue.",
                    segment=SEGMENTS[name],
                    customers=Shown(row["customers"], "count"),
                    share=Shown(row["customer_share"], "share"),
                    revenue=Shown(row["revenue"], "amount", self.currency),
                    revenue_share=Shown(row["revenue_share"], "share"),
                ),
                tone="good" if name == "champions" else "bad",
                amount=row["revenue"],
                customers={"segment": name},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a cell, such as `segment="at_risk"`; all without one."""
        return customers_of(self.scores, cell)


def _thresholds(cuts: Mapping[str, tuple[Cut, ...]]) -> pa.Table:
    ordered = {name: sorted(values, reverse=name == "recency") for name, values in cuts.items()}
    rows = [
        (name, score, float(value))
        for name, values in ordered.items()
        for score, value in enumerate(values, start=2)
    ]
    kinds = {"dimension": pa.string(), "score": pa.int64(), "reached_at": pa.float64()}
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )
