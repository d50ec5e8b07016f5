"""Concentration: how much of the revenue hangs on how few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import REVENUE, REVENUE_SHARE
from zhike.analyses.concentration_items import (
    SUBJECTS,
    TOPS,
    Spread,
    customer_amounts,
    differs,
    spreads,
)
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import Analysis, Needs, Shown, Whole, as_of_day, customers_of
from zhike.catalogue.windows import Windows
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

NOISE = 3
HEAVY = {"customers": 0.1, "products": 0.2, "channels": 0.5, "regions": 0.5}
"""Share of one item from which its loss would be hard to bear, by subject."""
BANDS: dict[str, LazyText] = {
    "top_1": lazy("Best 1 %"),
    "top_5": lazy("Best 5 %"),
    "top_10": lazy("Best 10 %"),
    "top_20": lazy("Best 20 %"),
    "rest": lazy("The other 80 %"),
}
ITEM = {
    "customers": lazy("Share of customers"),
    "products": lazy("Share of products"),
}
BEFORE = "same period last year"


@dataclass(frozen=True, kw_only=True)
class Concentration(Analysis):
    """How unevenly net revenue is spread over customers, products, channels and regions.

    The window is the last so many days, the comparison the same days a year earlier. Those who
    brought less than nothing count as nothing. The best so many percent are rounded up to whole
    items; equal items make no difference to any number.

    Args:
        window_days: Length of the window.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Concentration().run(corner_shop())
        >>> found.numbers["customers_top_20"], round(found.numbers["customers_hhi"], 3)
        (0.6666666666666666, 0.515)

    References:
        Gini, C. (1912). Variabilità e mutabilità. Cuppini. Hirschman, A. O. (1964). The paternity
        of an index. American Economic Review 54, 761.
    """

    name: ClassVar[str] = "concentration"
    title: ClassVar[LazyText] = lazy("Concentration")
    question: ClassVar[LazyText] = lazy("How much of the revenue hangs on how few?")
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at", "paid_amount")})

    window_days: Annotated[
        int, Whole(28, 365), lazy("Days looked back; compared with the same days a year earlier.")
    ] = 365

    def run(self, data: Shop) -> ConcentrationResult:
        """The spread of each subject, now and a year earlier."""
        day = as_of_day(data, self.as_of)
        found = spreads(data, day, self.window_days)
        return ConcentrationResult(
            shop=data,
            as_of=day,
            currency=data.currency,
            window_days=self.window_days,
            spreads=found,
            measures=_measures(found),
            leaders=_leaders(found, _names(data, found)),
            curves=_curves(found),
        )


@dataclass(frozen=True, kw_only=True)
class ConcentrationResult:
    """How concentrated revenue is.

    Attributes:
        shop: What was looked at.
        as_of: The day looked back from.
        currency: What amounts are in.
        window_days: Length of the window.
        spreads: By subject and window ("now", "before").
        measures: One row a subject: `subject`, `items`, `revenue`, `largest_share`, `top_1` …
            `top_20`, `gini`, `hhi`, `equal_items` (as many equal ones would be as concentrated),
            and `top_20_before`, `gini_before`, `hhi_before`, null without a year before.
        leaders: The ten best of each subject: `subject`, `item`, `label`, `revenue`,
            `revenue_share`, and `share_before` where it was among the ten best then too.
        curves: Lorenz curves of customers and products: `subject`, `item_share`, `revenue_share`.
    """

    shop: Shop = field(repr=False)
    as_of: date
    currency: str
    window_days: int
    spreads: Mapping[tuple[str, str], Spread]
    measures: pa.Table
    leaders: pa.Table
    curves: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """The shares of the best, the Gini coefficient and the HHI of each subject."""
        found: dict[str, float | None] = {}
        for row in self.measures.to_pylist():
            for name in ("gini", "hhi", "largest_share", "top_1", "top_5", "top_10", "top_20"):
                found[f"{row['subject']}_{name}"] = row[name]
        return found

    @property
    def members(self) -> ir.Table:
        """Lazy, one row a customer: `customer_id`, `revenue`, `band` and `best_tenth`."""
        windows = Windows(day=self.as_of, days=self.window_days)
        amounts = customer_amounts(self.shop, windows)
        now = amounts.filter(amounts.span == "now").rename(customer_id="item").drop("span")
        downwards = ibis.window(order_by=[ibis.desc(now.revenue), now.customer_id])
        placed = now.mutate(above=ibis.row_number().over(downwards), number=now.count().over())
        reached = [(100 * placed.above < top * placed.number, f"top_{top}") for top in TOPS]
        best_tenth = (100 * placed.above < 10 * placed.number).ifelse("yes", "no")
        placed = placed.mutate(band=ibis.cases(*reached, else_="rest"), best_tenth=best_tenth)
        return placed.drop("above", "number")

    def blocks(self) -> Iterator[Block]:
        """The share of the best customers, all measures, the curves, and who leads."""
        if not self.measures.num_rows:
            yield Text(
                body=lazy("Nobody brought any revenue in the last {days} days.",
                          days=self.window_days),
                tone="note",
            )  # fmt: skip
            return
        yield from self._number()
        yield self._tops_chart()
        for subject in ("customers", "products"):
            if (subject, "now") in self.spreads:
                yield self._curve_chart(subject)
        yield Table(
            name="leaders",
            title=lazy("Who and what brings most"),
            rows=self.leaders,
            columns=(
                Column(name="subject", label=lazy("Subject"), labels=SUBJECTS),
                Column(name="label", label=lazy("Name")),
                REVENUE,
                REVENUE_SHARE,
                Column(name="share_before", label=lazy("Share a year earlier"), format="share"),
            ),
            note=lazy(
                "The ten best of each subject. A share a year earlier is given for those who were "
                "among the ten best then too."
            ),
        )

    def _number(self) -> Iterator[Number]:
        now, before = (self.spreads.get(("customers", span)) for span in ("now", "before"))
        if now is None:
            return
        yield Number(
            name="customers_top_20",
            label=lazy("Revenue from the best 20 % of customers"),
            value=now.tops[20],
            format="share",
            definition=lazy(
                "Net revenue of the best fifth of the known customers who bought in the last "
                "{days} days, by that of all of them.",
                days=self.window_days,
            ),
            comparisons={BEFORE: before.tops[20]} if before else {},
        )

    def _tops_chart(self) -> Chart:
        title = lazy("What the best bring")
        tops = {f"top_{top}": BANDS[f"top_{top}"] for top in TOPS}
        counted: tuple[tuple[str, LazyText, Format], ...] = (
            ("items", lazy("How many"), "count"),
            ("revenue", REVENUE.label, "amount"),
            ("largest_share", lazy("Share of the largest"), "share"),
            *((name, label, "share") for name, label in tops.items()),
            ("top_20_before", lazy("Best 20 %, a year earlier"), "share"),
            ("gini", lazy("Gini coefficient"), "number"),
            ("gini_before", lazy("Gini a year earlier"), "number"),
            ("hhi_points", lazy("Herfindahl index"), "count"),
            ("hhi_points_before", lazy("Herfindahl a year earlier"), "count"),
            ("equal_items", lazy("As if there were so many equal ones"), "number"),
        )
        return Chart(
            name="tops",
            title=title,
            option=charts.columns(
                self._of_many(), "subject", tops, format="share", labels=SUBJECTS
            ),
            alternative=lazy(
                "Bars: the share of net revenue from the best 1, 5, 10 and 20 percent of "
                "customers and of products."
            ),
            table=Table(
                name="measures",
                title=title,
                rows=_with_points(self.measures),
                columns=(
                    Column(name="subject", label=lazy("Subject"), labels=SUBJECTS),
                    *(Column(name=it, label=label, format=kind) for it, label, kind in counted),
                ),
                note=lazy(
                    "Gini: 0 when all bring the same, 1 when one brings everything. Herfindahl: "
                    "the sum of squared shares, 10,000 when one brings everything; above 2,500 is "
                    "highly concentrated. Percents are "
                    "rounded up to whole items, so that of few channels even the best 1 % is one."
                ),
            ),
        )

    def _of_many(self) -> pa.Table:
        """The subjects of which there are so many that percents of them mean something."""
        return self.measures.filter(pc.is_in(self.measures["subject"], pa.array(list(ITEM))))

    def _curve_chart(self, subject: str) -> Chart:
        rows = self.curves.filter(pc.equal(self.curves["subject"], subject))
        title = {
            "customers": lazy("How revenue is spread over the customers of the window"),
            "products": lazy("How revenue is spread over the products of the window"),
        }[subject]
        return Chart(
            name=f"{subject}_curve",
            title=title,
            option=charts.lorenz(
                rows,
                "item_share",
                "revenue_share",
                names=(ITEM[subject], REVENUE_SHARE.label),
                equality=lazy("If all brought the same"),
            ),
            alternative=lazy(
                "The Lorenz curve: the share of net revenue that the first share of them brings, "
                "the least first."
            ),
            table=Table(
                name=f"{subject}_points",
                title=title,
                rows=rows,
                columns=(
                    Column(name="item_share", label=ITEM[subject], format="share"),
                    Column(name="revenue_share", label=REVENUE_SHARE.label, format="share"),
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """What the best tenth brings, whether it grows, and whose loss would be hard to bear."""
        now, before = (self.spreads.get(("customers", span)) for span in ("now", "before"))
        if now is not None:
            yield self._top_finding(now)
            if before is not None and differs(now, before, 10, NOISE):
                yield self._change_finding(now, before)
        yield from self._risks()

    def _top_finding(self, now: Spread) -> Finding:
        return Finding(
            code="concentration_customers",
            sentence=lazy(
                "The best 10 % of customers ({customers}) brought {share} of the revenue of the "
                "last {days} days, {amount}.",
                customers=Shown(now.top_items(10), "count"),
                share=Shown(now.tops[10], "share"),
                days=self.window_days,
                amount=Shown(now.tops[10] * now.revenue, "amount", self.currency),
            ),
            amount=now.tops[10] * now.revenue,
            customers={"best_tenth": "yes"},
        )

    def _change_finding(self, now: Spread, before: Spread) -> Finding:
        facts = {
            "now": Shown(now.tops[10], "share"),
            "before": Shown(before.tops[10], "share"),
        }
        more = now.tops[10] > before.tops[10]
        if more:
            sentence = lazy(
                "Revenue hangs on fewer customers: the best 10 % bring {now}, {before} a year "
                "earlier.",
                **facts,
            )
        else:
            sentence = lazy(
                "Revenue is spread more widely: the best 10 % of customers bring {now}, {before} "
                "a year earlier.",
                **facts,
            )
        return Finding(
            code="concentration_change",
            sentence=sentence,
            tone="bad" if more else "good",
            amount=abs(now.tops[10] - before.tops[10]) * now.revenue,
        )

    def _risks(self) -> Iterator[Finding]:
        for row in self.leaders.to_pylist():
            subject = row["subject"]
            spread = self.spreads[subject, "now"]
            is_largest = row["item"] == spread.leaders[0][0]
            if not is_largest or row["revenue_share"] < HEAVY[subject] or spread.items < 2:
                continue
            yield Finding(
                code=f"concentration_{subject}_risk",
                sentence=lazy(
                    "Risk ({subject}): {name} alone brings {share} of the revenue, {amount} in "
                    "{days} days.",
                    subject=SUBJECTS[subject],
                    name=row["label"],
                    share=Shown(row["revenue_share"], "share"),
                    amount=Shown(row["revenue"], "amount", self.currency),
                    days=self.window_days,
                ),
                tone="bad",
                amount=row["revenue"],
                customers={"customer_id": row["item"]} if subject == "customers" else {},
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a band, such as `band="top_1"` (not in a smaller one); all without."""
        return customers_of(self.members, cell)


def _measures(found: Mapping[tuple[str, str], Spread]) -> pa.Table:
    subjects = [subject for subject, span in found if span == "now"]
    now = [found[subject, "now"] for subject in subjects]
    before = [found.get((subject, "before")) for subject in subjects]
    columns: dict[str, list[float | None]] = {
        "revenue": [it.revenue for it in now],
        "largest_share": [it.largest_share for it in now],
        **{f"top_{top}": [it.tops[top] for it in now] for top in TOPS},
        "gini": [it.gini for it in now],
        "hhi": [it.hhi for it in now],
        "equal_items": [1 / it.hhi for it in now],
        "top_20_before": [it.tops[20] if it else None for it in before],
        "gini_before": [it.gini if it else None for it in before],
        "hhi_before": [it.hhi if it else None for it in before],
    }
    return pa.table(
        {
            "subject": pa.array(subjects, pa.string()),
            "items": pa.array([it.items for it in now], pa.int64()),
            **{name: pa.array(values, pa.float64()) for name, values in columns.items()},
        }
    )


def _with_points(measures: pa.Table) -> pa.Table:
    """The Herfindahl indexes in points as they are usually quoted, of ten thousand."""
    for name in ("hhi", "hhi_before"):
        points = pc.multiply(measures[name], 10_000.0)
        measures = measures.append_column(name.replace("hhi", "hhi_points"), points)
    return measures


def _names(shop: Shop, found: Mapping[tuple[str, str], Spread]) -> dict[str, str]:
    """What the leading products are called."""
    spread = found.get(("products", "now"))
    if spread is None or "products" not in shop:
        return {}
    products = shop["products"]
    leading = products.filter(products.product_id.isin([item for item, _ in spread.leaders]))
    rows = leading.select("product_id", "name").to_pyarrow().to_pylist()
    return {row["product_id"]: row["name"] for row in rows if row["name"]}


def _leaders(found: Mapping[tuple[str, str], Spread], names: Mapping[str, str]) -> pa.Table:
    rows = []
    for (subject, span), spread in found.items():
        if span != "now":
            continue
        earlier = found.get((subject, "before"))
        shares = {it: amount / earlier.revenue for it, amount in earlier.leaders} if earlier else {}
        for item, amount in spread.leaders:
            label = names.get(item, item) if subject == "products" else item
            share = amount / spread.revenue
            rows.append((subject, item, label, amount, share, shares.get(item)))
    kinds = {
        "subject": pa.string(), "item": pa.string(), "label": pa.string(),
        "revenue": pa.float64(), "revenue_share": pa.float64(), "share_before": pa.float64(),
    }  # fmt: skip
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )


def _curves(found: Mapping[tuple[str, str], Spread]) -> pa.Table:
    rows = [
        (subject, *point)
        for (subject, span), spread in found.items()
        if span == "now" and subject in ITEM
        for point in spread.curve
    ]
    kinds = {"subject": pa.string(), "item_share": pa.float64(), "revenue_share": pa.float64()}
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )
