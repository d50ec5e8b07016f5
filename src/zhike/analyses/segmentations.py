"""Segmentations: the usual ways of parting customers, each where the data allow it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import (
    CUSTOMER_SHARE,
    CUSTOMERS,
    PER_CUSTOMER,
    PURCHASES,
    REVENUE,
    REVENUE_SHARE,
)
from zhike.analyses.profile_views import customers_with
from zhike.analyses.segmentation_kinds import (
    KINDS,
    UNKNOWN,
    Segmentation,
    segmentations_of,
    sums_of,
)
from zhike.blocks import Block, Chart, Column, Finding, Table, Text
from zhike.catalogue import Analysis, Needs, OneOf, Shown, as_of_day, customer_traits
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

MISSING: dict[str, LazyText] = {
    "demographic": lazy("Demographic segments need gender, birthday or age in the customer table."),
    "geographic": lazy("Geographic segments need province, city or country in the customer table."),
    "psychographic": lazy("Psychographic segments need tags in the customer table."),
    "need": lazy("Segments by need want order lines, and products with a category."),
}
TITLES: dict[str, LazyText] = {
    "behavioural": lazy("Behavioural: by how often they buy"),
    "lifecycle": lazy("Lifecycle: by where they stand"),
    "value": lazy("Value: by what they have brought"),
    "demographic": lazy("Demographic: by gender and age"),
    "geographic": lazy("Geographic: by where they live"),
    "need": lazy("Need: by favourite category"),
    "psychographic": lazy("Psychographic: by tags"),
}
MEANS = (
    Column(name="average_order_value", label=lazy("Average order value"), format="amount"),
    Column(name="repeat_share", label=lazy("Bought again"), format="share"),
    Column(name="mean_recency_days", label=lazy("Mean silence, days"), format="days"),
)


@dataclass(frozen=True, kw_only=True)
class Segmentations(Analysis):
    """Part all known customers in the ways that textbooks know, and show what each part brings.

    Behavioural (by purchases, prospects included), lifecycle, value (by rank of net revenue),
    demographic (gender and age), geographic, need (favourite category) and psychographic
    (tags; a customer with several is in several).

    Args:
        by: One way; "all" shows every way that the data allow.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Segmentations(by="behavioural").run(corner_shop())
        >>> found.segments.select(["segment", "customers"]).to_pylist()[:2]
        [{'segment': 'prospects', 'customers': 1}, {'segment': '1', 'customers': 1}]

    References:
        Kotler, P., Keller, K. L. (2016). Marketing Management, 15th edition, chapter 9. Pearson.
    """

    name: ClassVar[str] = "segmentations"
    title: ClassVar[LazyText] = lazy("Ready-made segments")
    question: ClassVar[LazyText] = lazy(
        "Into which groups do our customers fall, and what do they bring?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})

    by: Annotated[
        str, OneOf(("all", *KINDS)), lazy("Way of parting the customers; all shows every way.")
    ] = "all"

    def run(self, data: Shop) -> SegmentationsResult:
        """Sizes and money of every segment."""
        day = as_of_day(data, self.as_of)
        wanted = KINDS if self.by == "all" else (self.by,)
        found = segmentations_of(data, day, wanted)
        return SegmentationsResult(
            as_of=day,
            currency=data.currency,
            wanted=wanted,
            found=found,
            everybody=customer_traits(data, day),
            segments=sums_of(found),
        )


@dataclass(frozen=True, kw_only=True)
class SegmentationsResult:
    """What the segmentations found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        wanted: The ways asked for.
        found: Those that the data allow.
        everybody: Lazy, one row a known customer, with every trait.
        segments: One row a way and segment: `by`, `segment`, `customers`, `customer_share`,
            `purchases`, `revenue`, `revenue_share`, `revenue_per_customer`,
            `average_order_value`, `repeat_share` (of buyers), `mean_recency_days`. Shares are of
            all known customers; those of tags add up to more than all.
    """

    as_of: date
    currency: str
    wanted: tuple[str, ...]
    found: Mapping[str, Segmentation]
    everybody: ir.Table
    segments: pa.Table

    def _rows(self, by: str) -> pa.Table:
        return self.segments.filter(pc.equal(self.segments["by"], by))

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many segments each way has."""
        return {by: float(self._rows(by).num_rows) for by in self.found}

    def blocks(self) -> Iterator[Block]:
        """Each way: its money as bars, with the table; what is missing for the others."""
        for by in self.wanted:
            if by not in self.found:
                yield Text(body=MISSING[by], tone="note")
                continue
            rows, labels = self._rows(by), self.found[by].labels
            yield Chart(
                name=by,
                title=TITLES[by],
                option=charts.bar(rows, "segment", "revenue", format="amount", labels=labels),
                alternative=lazy("Bars: the net revenue of each segment."),
                table=Table(
                    name=by,
                    title=TITLES[by],
                    rows=rows,
                    columns=(
                        Column(name="segment", label=lazy("Segment"), labels=labels),
                        CUSTOMERS,
                        CUSTOMER_SHARE,
                        PURCHASES,
                        REVENUE,
                        REVENUE_SHARE,
                        PER_CUSTOMER,
                        *MEANS,
                    ),
                ),
            )

    def findings(self) -> Iterator[Finding]:
        """The segment of each way that brings most beyond its share of customers."""
        for by in ("demographic", "geographic", "need", "psychographic"):
            rows = self._rows(by).to_pylist()
            known = [row for row in rows if row["revenue"] > 0 and UNKNOWN not in row["segment"]]
            if len(known) < 2:
                continue
            row = max(known, key=lambda row: row["revenue_share"] - row["customer_share"])
            yield Finding(
                code=f"segmentations_{by}",
                sentence=lazy(
                    "{way}: {segment}, {share} of customers, bring {revenue_share} of net "
                    "revenue, {each} each.",
                    way=TITLES[by],
                    segment=self.found[by].labels.get(row["segment"], row["segment"]),
                    share=Shown(row["customer_share"], "share"),
                    revenue_share=Shown(row["revenue_share"], "share"),
                    each=Shown(row["revenue_per_customer"], "amount", self.currency),
                ),
                amount=row["revenue"],
                customers={"by": by, "segment": row["segment"]},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a segment, such as `by="need", segment="tea"`; all without one.

        Raises:
            ParameterError: The data do not allow this way of parting.
        """
        rest = dict(cell)
        if not rest:
            return self.everybody
        by = rest.pop("by", next(iter(self.found), ""))
        if by not in self.found:
            raise ParameterError.unknown(lazy("way of parting"), by, list(self.found))
        way = self.found[by]
        if way.several and rest.get("segment", UNKNOWN) != UNKNOWN:
            rest["tags"] = rest.pop("segment")
        return customers_with(way.members, rest)
