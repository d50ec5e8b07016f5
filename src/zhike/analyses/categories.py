"""Categories: what sells, to whom, what grows, and what the same customers buy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.category_facts import (
    OTHER,
    SEGMENTS,
    category_months,
    mask_counts,
    taste_cells,
    taste_members,
    taste_segments,
    tastes,
)
from zhike.analyses.category_tables import category_rows, largest, pair_rows, profile_rows
from zhike.analyses.columns import CUSTOMERS, REVENUE, REVENUE_SHARE, coded
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    STAGES,
    Analysis,
    Calendar,
    Needs,
    Shown,
    Whole,
    as_of_day,
    customer_facts,
    customers_of,
    goods_lines,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

SHOWN = 12
FAR_FROM_USUAL = 1.5
LEAST_SHARE = 0.05
SURE = 4  # standard deviations: the strongest of some hundred pairs is not chance
NAMES = {OTHER: lazy("Other categories")}
CATEGORY = coded("category", lazy("Category"), NAMES)
INDEX = Column(name="index", label=lazy("Index (100: as everybody)"), format="number")


@dataclass(frozen=True, kw_only=True)
class Categories(Analysis):
    """What each category brings, how it grows, who prefers it, and what goes with it.

    Money by category is goods less refunds that name a product; vouchers of whole orders belong
    to no category. Tastes are of identified customers, before refunds.

    Args:
        least_customers: Fewer customers than this give no index and no pair.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Categories(least_customers=1).run(corner_shop())
        >>> found.categories.select(["category", "revenue", "customers"]).to_pylist()
        [{'category': 'ware', 'revenue': 640.0, 'customers': 3}, \
{'category': 'tea', 'revenue': 80.0, 'customers': 3}]

    References:
        Brin, S., Motwani, R., Ullman, J. D. and Tsur, S. (1997). Dynamic itemset counting and
        implication rules for market basket data. SIGMOD 26(2), 255-264 (lift, there "interest").
    """

    name: ClassVar[str] = "categories"
    title: ClassVar[LazyText] = lazy("Categories and tastes")
    question: ClassVar[LazyText] = lazy("What sells to whom, and what goes together?")
    needs: ClassVar[Needs] = Needs(
        columns={
            "orders": ("ordered_at",),
            "order_lines": ("product_id", "amount"),
            "products": ("category",),
        }
    )

    least_customers: Annotated[
        int, Whole(1, 1_000_000), lazy("Fewer customers than this give no index and no pair.")
    ] = 30

    def run(self, data: Shop) -> CategoriesResult:
        """The categories, the tastes of segments, and what is bought by the same customers."""
        day = as_of_day(data, self.as_of)
        goods = goods_lines(data, day)
        if goods is None:
            return _nothing(data, day)
        months = category_months(data, goods, day)
        names = largest(months)
        rows = tastes(data, goods, names)
        members, segments = taste_members(data, rows, names), taste_segments(data, day)
        cells, masks = taste_cells(rows, segments), mask_counts(members)
        this_month = Calendar("month").number(day)
        return CategoriesResult(
            as_of=day,
            currency=data.currency,
            names=tuple(names),
            members=members,
            segments=segments,
            categories=category_rows(months, cells, masks, names, this_month),
            profiles=profile_rows(cells, names, self.least_customers),
            pairs=pair_rows(masks, names, self.least_customers),
            uncategorised_share=_uncategorised(months),
        )


@dataclass(frozen=True, kw_only=True)
class CategoriesResult:
    """What the analysis of categories found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        names: The categories told apart, the largest first.
        members: Lazy, one row a customer with goods in a category: `favourite`, `categories` (how
            many), `favourite_share`, `spent`, `mask`.
        segments: Lazy, one row a customer: `stage`, `tier`.
        categories: One row a category: `category`, `revenue` (less refunds), `revenue_share`,
            `lines`, `quantity`, `customers`, `penetration` (share of customers), `repeat_share`
            (of its customers, who bought it on several days), `favourites` (customers who spend
            most on it), `year_growth_rate` and `quarter_growth_rate` (full months; null where the
            history is too short), `year_change` (money).
        profiles: One row a segment and category: `segment`, `category`, `customers`,
            `revenue_share`, `all_share`, `index`.
        pairs: Two categories and the customers of both: `category`, `with_category`, `customers`,
            `share`, `confidence`, `lift`, `deviations`.
        uncategorised_share: Share of goods whose product has no category.
    """

    as_of: date
    currency: str
    names: tuple[str, ...]
    members: ir.Table
    segments: ir.Table
    categories: pa.Table
    profiles: pa.Table
    pairs: pa.Table
    uncategorised_share: float | None

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many categories, how large the largest, how strong tastes and pairs are."""
        first = self.categories.slice(0, 1).to_pylist()
        pair = self.pairs.slice(0, 1).to_pylist()
        return {
            "categories": float(self.categories.num_rows),
            "largest_share": first[0]["revenue_share"] if first else None,
            "largest_penetration": first[0]["penetration"] if first else None,
            "highest_lift": pair[0]["lift"] if pair else None,
            "uncategorised_share": self.uncategorised_share,
        }

    def blocks(self) -> Iterator[Block]:
        """The mix, the tastes of segments, and the pairs."""
        yield Number(
            name="largest_share",
            label=lazy("Share of the largest category"),
            value=self.numbers["largest_share"],
            format="share",
            definition=lazy("Net revenue from goods of the largest category by that of all."),
        )
        if not self.categories.num_rows:
            yield Text(body=lazy("No goods with a category were sold yet."), tone="note")
        if (self.uncategorised_share or 0) >= LEAST_SHARE:
            yield Text(
                body=lazy(
                    "{share} of goods sold have no category and are left out.",
                    share=Shown(self.uncategorised_share, "share"),
                ),
                tone="warning",
            )
        yield self._mix_chart()
        yield self._taste_chart()
        yield self._pairs_table()

    def _mix_chart(self) -> Chart:
        title = lazy("Net revenue by category")
        return Chart(
            name="revenue_by_category",
            title=title,
            option=charts.bar(
                self.categories.slice(0, SHOWN), "category", "revenue", format="amount",
                labels=NAMES, name=REVENUE.label,
            ),
            alternative=lazy("Bars: what each category brings, the largest on top."),
            table=Table(
                name="categories",
                title=title,
                rows=self.categories,
                columns=(
                    CATEGORY,
                    REVENUE,
                    REVENUE_SHARE,
                    Column(name="quantity", label=lazy("Units"), format="count"),
                    CUSTOMERS,
                    Column(name="penetration", label=lazy("Penetration"), format="share"),
                    Column(name="repeat_share", label=lazy("Buy it again"), format="share"),
                    Column(name="favourites", label=lazy("Favourite of"), format="count"),
                    Column(name="year_growth_rate", label=lazy("Growth in a year"),
                           format="share"),
                    Column(name="quarter_growth_rate", label=lazy("Growth in a quarter"),
                           format="share"),
                ),
                note=lazy(
                    "Penetration is the share of customers who have bought the category; a "
                    "favourite is where a customer spends most. Growth compares full months."
                ),
            ),
        )  # fmt: skip

    def _taste_chart(self) -> Chart:
        title = lazy("Tastes of segments")
        shown = pa.array([*self.names[:SHOWN]], pa.string())
        rows = self.profiles.filter(pc.is_in(self.profiles["category"], shown))
        option = charts.heatmap(rows, "category", "segment", "index", format="number")
        return Chart(
            name="tastes",
            title=title,
            option=charts.with_words(option, "yAxis", SEGMENTS),
            alternative=lazy(
                "Cells: how much more or less of its money each segment spends on a category than "
                "all customers do; 100 is as everybody."
            ),
            table=Table(
                name="profiles",
                title=title,
                rows=self.profiles,
                columns=(
                    coded("segment", lazy("Segment"), SEGMENTS),
                    CATEGORY,
                    CUSTOMERS,
                    Column(name="revenue_share", label=lazy("Share of the segment's money"),
                           format="share"),
                    Column(name="all_share", label=lazy("Share of everybody's money"),
                           format="share"),
                    INDEX,
                ),
                note=lazy(
                    "Lifecycle stages and value tiers; empty where too few customers of the "
                    "segment have bought the category."
                ),
            ),
        )  # fmt: skip

    def _pairs_table(self) -> Table:
        return Table(
            name="pairs",
            title=lazy("Bought by the same customers"),
            rows=self.pairs,
            columns=(
                CATEGORY,
                coded("with_category", lazy("Together with"), NAMES),
                CUSTOMERS,
                Column(name="share", label=lazy("Share of customers"), format="share"),
                Column(name="confidence", label=lazy("Of those who buy the rarer one"),
                       format="share"),
                Column(name="lift", label=lazy("Lift"), format="number"),
            ),
            note=lazy(
                "Lift is how many times as often the same customers buy both as if one had "
                "nothing to do with the other. Frequent buyers buy more of everything, so that "
                "lifts a little above 1 are usual."
            ),
        )  # fmt: skip

    def findings(self) -> Iterator[Finding]:
        """The category that lost or won most, the strongest pair, the most peculiar taste."""
        yield from self._about_growth()
        yield from self._about_pairs()
        yield from self._about_tastes()

    def _about_growth(self) -> Iterator[Finding]:
        rows = [row for row in self.categories.to_pylist() if row["year_growth_rate"] is not None]
        if not rows:
            return
        all_change = sum(row["year_change"] for row in rows)
        before = sum(row["year_change"] / row["year_growth_rate"] for row in rows
                     if row["year_growth_rate"])  # fmt: skip
        usual = all_change / before if before else 0.0
        worst = min(rows, key=lambda row: row["year_change"])
        if worst["year_change"] >= 0:
            return
        yield Finding(
            code="categories_falling",
            sentence=lazy(
                "{category} brought {amount} less in the last twelve months than in the twelve "
                "before ({rate}); all categories together changed by {usual}.",
                category=NAMES.get(worst["category"], worst["category"]),
                amount=Shown(-worst["year_change"], "amount", self.currency),
                rate=Shown(worst["year_growth_rate"], "share"),
                usual=Shown(usual, "share"),
            ),
            tone="bad",
            amount=-worst["year_change"],
            customers={"category": worst["category"]},
        )

    def _about_pairs(self) -> Iterator[Finding]:
        sure = [row for row in self.pairs.to_pylist() if (row["deviations"] or 0) >= SURE]
        if not sure or sure[0]["lift"] < FAR_FROM_USUAL:
            return
        best = sure[0]
        yield Finding(
            code="categories_together",
            sentence=lazy(
                "{customers} customers buy both {one} and {other}, {lift} times as many as chance "
                "would have it.",
                customers=Shown(best["customers"], "count"),
                one=best["category"],
                other=best["with_category"],
                lift=Shown(best["lift"], "number"),
            ),
            customers={"category": best["category"], "with_category": best["with_category"]},
        )

    def _about_tastes(self) -> Iterator[Finding]:
        far = [
            row
            for row in self.profiles.to_pylist()
            if row["segment"] in STAGES  # what tiers buy is dear or cheap by their making
            and (row["index"] or 0) >= 100 * FAR_FROM_USUAL
            and row["revenue_share"] >= LEAST_SHARE
        ]
        if not far:
            return
        most = max(far, key=lambda row: row["index"] * row["revenue_share"])
        yield Finding(
            code="categories_taste",
            sentence=lazy(
                "{segment}: {share} of their money goes to {category}, {usual} of everybody's.",
                segment=SEGMENTS[most["segment"]],
                share=Shown(most["revenue_share"], "share"),
                category=NAMES.get(most["category"], most["category"]),
                usual=Shown(most["all_share"], "share"),
            ),
            customers={"segment": most["segment"], "category": most["category"]},
        )

    def customers(self, **cell: str) -> ir.Table:
        """Who bought a `category` (and `with_category`), of a `segment`, or by `favourite`."""
        rows = self.members
        for key in ("category", "with_category"):
            name = cell.pop(key, None)
            if name is not None:
                shown = [*self.names, OTHER]
                place = shown.index(name) if name in shown else len(shown)
                rows = rows.filter((rows.mask // 2**place) % 2 == 1)
        segment = cell.pop("segment", None)
        if segment is not None:
            found = self.segments
            chosen = found.filter((found.stage == segment) | (found.tier == segment))
            rows = rows.semi_join(chosen, "customer_id")
        return customers_of(rows, cell)


def _uncategorised(months: pa.Table) -> float | None:
    rows = months.to_pylist()
    total = sum(row["lines"] for row in rows)
    without = sum(row["lines"] for row in rows if row["category"] is None)
    return without / total if total else None


def _nothing(shop: Shop, day: date) -> CategoriesResult:
    facts = customer_facts(shop, day)
    months = pa.table({"category": pa.array([], pa.string()), "month": pa.array([], pa.int64())})
    cells = pa.table({"place": pa.array([], pa.int64())})
    return CategoriesResult(
        as_of=day,
        currency=shop.currency,
        names=(),
        members=facts.filter(facts.frequency < 0),
        segments=facts.filter(facts.frequency < 0),
        categories=category_rows(months, cells, cells, [], 0),
        profiles=profile_rows(cells, [], 1),
        pairs=pair_rows(cells, [], 1),
        uncategorised_share=None,
    )
