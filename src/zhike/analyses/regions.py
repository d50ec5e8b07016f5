"""Regions: where customers live, what they bring, and where there is more to win."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import CUSTOMERS, PER_CUSTOMER, PURCHASES, REVENUE, REVENUE_SHARE
from zhike.analyses.region_potential import (
    LEVELS,
    Potential,
    potential_of,
    region_sums,
    residents,
)
from zhike.blocks import Block, Chart, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import Analysis, Needs, OneOf, Shown, as_of_day, customer_facts, customers_of
from zhike.catalogue.addresses import level_of
from zhike.catalogue.windows import Windows
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop, standard_table
from zhike.schema.populations import population_source

REGIONS_SHOWN = 20
NAMED = 3
LEAST_SHARE = 0.01
"""Share of all revenue from which an unused potential is worth a sentence."""


@dataclass(frozen=True, kw_only=True)
class Regions(Analysis):
    """Customers and net revenue of the last 365 days by where customers live.

    *Unused potential* of a region is what it would bring more if its customers spent as much as
    those of the usual region (the median one, weighted by customers), and, for provinces of
    mainland China, if it had as many customers by inhabitants as the usual province. Both are
    drawn towards the whole first, so that a handful of customers is no opportunity. Customers
    without an address are left out.

    Args:
        level: "country", "province", "city", or "auto": province, country or city, the first that
            tells customers apart.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> Regions().run(corner_shop()).regions.select(["region", "customers", "revenue"]).to_pylist()
        [{'region': '上海市', 'customers': 2, 'revenue': 470.0}, {'region': '苏州市', 'customers': 1, 'revenue': 160.0}, {'region': '杭州市', 'customers': 0, 'revenue': 0.0}]

    References:
        Efron, B. and Morris, C. (1975). Data analysis using Stein's estimator and its
        generalizations. JASA 70, 311-319.
    """  # noqa: E501

    name: ClassVar[str] = "regions"
    title: ClassVar[LazyText] = lazy("Regions")
    question: ClassVar[LazyText] = lazy("Where do customers live, and where is more to win?")
    needs: ClassVar[Needs] = Needs(
        columns={"orders": ("customer_id", "ordered_at", "paid_amount")},
        any_of={"customers": LEVELS},
    )

    level: Annotated[
        str, OneOf(("auto", *LEVELS)), lazy("Country, province or city; auto takes what is there.")
    ] = "auto"

    def run(self, data: Shop) -> RegionsResult:
        """Every region with what it brings and could bring."""
        day = as_of_day(data, self.as_of)
        level = level_of(data, self.level)
        rows = residents(data, day, level) if level else _nobody(data, day)
        covered = Windows(day=day).reaches_back(data)
        found = potential_of(region_sums(rows), level, has_year_before=covered)
        return RegionsResult(
            as_of=day,
            currency=data.currency,
            level=level,
            residents=rows,
            potential=found,
            regions=found.rows,
        )


@dataclass(frozen=True, kw_only=True)
class RegionsResult:
    """What was found about regions.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        level: "country", "province" or "city"; empty without addresses.
        residents: Lazy, one row a customer with a region: `customer_id`, `region`, `first_on`, and
            of the last year `orders`, `revenue`.
        potential: The regions with what is usual among them.
        regions: One row a region, most revenue first: `region`, `known` customers, `buyers` (ever),
            `penetration` (buyers by known), of the last 365 days `customers`, `orders`, `revenue`,
            `revenue_share`, `change` against the year before, `revenue_per_customer` and
            `expected_per_customer` (drawn towards the whole), `spend_potential`; for provinces of
            the census `inhabitants`, `per_inhabitants` (buyers by 100 000), the same drawn towards
            the whole, `missing_customers`, `reach_potential`.
    """

    as_of: date
    currency: str
    level: str
    residents: ir.Table = field(repr=False)
    potential: Potential = field(repr=False)
    regions: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many regions, the share of the largest, and all potential."""
        shares = self.regions["revenue_share"].to_pylist()
        return {
            "regions": float(self.regions.num_rows),
            "largest_share": shares[0] if shares else None,
            "usual_revenue_per_customer": self.potential.usual_spend,
            "usual_per_inhabitants": self.potential.usual_reach,
            "spend_potential": pc.sum(self.regions["spend_potential"]).as_py() or 0.0,
            "reach_potential": pc.sum(self.regions["reach_potential"]).as_py(),
        }

    def blocks(self) -> Iterator[Block]:
        """Revenue and potential by region."""
        if not self.regions.num_rows:
            yield Text(body=lazy("No customer has an address yet."), tone="note")
            return
        yield Number(
            name="usual_revenue_per_customer",
            label=lazy("A customer of the usual region brings"),
            value=self.potential.usual_spend,
            format="amount",
            definition=lazy(
                "Net revenue of the last 365 days per customer who bought in them, in the region "
                "below which half of the customers live."
            ),
        )
        yield Chart(
            name="revenue_by_region",
            title=lazy("Net revenue by region, last 365 days"),
            option=charts.bar(
                self.regions.slice(0, REGIONS_SHOWN), "region", "revenue", format="amount"
            ),
            alternative=lazy("Bars: the net revenue of each region, the largest first."),
            table=self._regions_table(),
        )
        if self.numbers["spend_potential"]:
            yield self._potential_chart("spend_potential")
        else:
            yield Text(
                body=lazy("In no region do customers bring less than usual beyond chance."),
                tone="note",
            )
        if self.potential.usual_reach is not None:
            yield self._potential_chart("reach_potential")

    def _regions_table(self) -> Table:
        place = standard_table("customers")[self.level].label
        counted: tuple[tuple[str, LazyText, Format], ...] = (
            ("known", lazy("Known customers"), "count"),
            ("buyers", lazy("Of those, have bought"), "count"),
            ("penetration", lazy("Share that has bought"), "share"),
            (CUSTOMERS.name, lazy("Customers of the year"), "count"),
            (PURCHASES.name, PURCHASES.label, "count"),
            ("revenue", REVENUE.label, "amount"),
            ("revenue_share", REVENUE_SHARE.label, "share"),
            ("change", lazy("Change against the year before"), "share"),
            ("revenue_per_customer", PER_CUSTOMER.label, "amount"),
            ("expected_per_customer", lazy("To be expected of a customer"), "amount"),
            ("spend_potential", POTENTIALS["spend_potential"], "amount"),
        )
        names = {PURCHASES.name: "orders"}
        return Table(
            name="regions",
            title=lazy("Regions"),
            rows=self.regions,
            columns=(
                Column(name="region", label=place),
                *(
                    Column(name=names.get(it, it), label=label, format=kind)
                    for it, label, kind in counted
                ),
            ),
            note=lazy(
                "What is to be expected of a customer is the region's own mean, drawn towards that "
                "of all regions the more the fewer customers it has."
            ),
        )

    def _potential_chart(self, name: str) -> Chart:
        order = pc.sort_indices(self.regions, sort_keys=[(name, "descending")])
        rows = self.regions.take(order)
        rows = rows.filter(pc.fill_null(pc.greater(rows[name], 0), False)).slice(0, REGIONS_SHOWN)
        title = POTENTIALS[name]
        return Chart(
            name=name,
            title=title,
            option=charts.bar(rows, "region", name, format="amount"),
            alternative=lazy("Bars: what each region could bring more in a year, most first."),
            table=Table(
                name=f"{name}_rows",
                title=title,
                rows=rows,
                columns=(
                    Column(name="region", label=standard_table("customers")[self.level].label),
                    *_POTENTIAL_COLUMNS[name],
                    Column(name=name, label=title, format="amount"),
                ),
                note=NOTES[name] if name == "spend_potential" else self._census_note(),
            ),
        )

    def _census_note(self) -> LazyText:
        return lazy(
            "Missing customers: inhabitants times what the usual province has more by inhabitants. "
            "Inhabitants: {source}.",
            source=population_source(),
        )

    def findings(self) -> Iterator[Finding]:
        """The largest region, and the largest unused potentials."""
        rows = self.regions.to_pylist()
        if len(rows) < 2 or not rows[0]["revenue_share"]:
            return
        yield Finding(
            code="regions_largest",
            sentence=lazy(
                "{region} brings most: {revenue} in the last 365 days, {share} of the revenue with "
                "a known place.",
                region=rows[0]["region"],
                revenue=self._money(rows[0]["revenue"]),
                share=Shown(rows[0]["revenue_share"], "share"),
            ),
            amount=rows[0]["revenue"],
            customers={"region": rows[0]["region"]},
        )
        whole = sum(row["revenue"] for row in rows)
        yield from self._spend_findings(whole)
        yield from self._reach_findings(whole)

    def _best(self, name: str, whole: float) -> list[dict[str, object]]:
        rows = [row for row in self.regions.to_pylist() if (row[name] or 0) > LEAST_SHARE * whole]
        return sorted(rows, key=lambda row: -row[name])[:NAMED]

    def _spend_findings(self, whole: float) -> Iterator[Finding]:
        for row in self._best("spend_potential", whole):
            yield Finding(
                code="regions_spend_potential",
                sentence=lazy(
                    "A customer in {region} brings {own}, {usual} where it is usual: with "
                    "{customers} customers an unused potential of {amount} a year.",
                    region=row["region"],
                    own=self._money(row["revenue_per_customer"]),
                    usual=self._money(self.potential.usual_spend),
                    customers=Shown(row["customers"], "count"),
                    amount=self._money(row["spend_potential"]),
                ),
                amount=float(str(row["spend_potential"])),
                customers={"region": str(row["region"])},
            )

    def _reach_findings(self, whole: float) -> Iterator[Finding]:
        for row in self._best("reach_potential", whole):
            yield Finding(
                code="regions_reach_potential",
                sentence=lazy(
                    "{region} has {own} customers of 100 000 inhabitants, {usual} are usual: "
                    "{missing} customers are missing, worth {amount} a year.",
                    region=row["region"],
                    own=Shown(row["per_inhabitants"], "number"),
                    usual=Shown(self.potential.usual_reach, "number"),
                    missing=Shown(row["missing_customers"], "count"),
                    amount=self._money(row["reach_potential"]),
                ),
                amount=float(str(row["reach_potential"])),
                customers={"region": str(row["region"])},
            )

    def _money(self, amount: object) -> Shown:
        return Shown(amount, "amount", self.currency)

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a region, such as `region="上海"`; all with a region without one."""
        return customers_of(self.residents, cell)


POTENTIALS: dict[str, LazyText] = {
    "spend_potential": lazy("Unused potential of the customers there are"),
    "reach_potential": lazy("Unused potential of customers not won yet"),
}
NOTES: dict[str, LazyText] = {
    "spend_potential": lazy(
        "Customers times what those of the usual region bring more; the own mean is drawn towards "
        "the whole first, so that few customers make no potential."
    ),
}
_POTENTIAL_COLUMNS = {
    "spend_potential": (
        CUSTOMERS,
        PER_CUSTOMER,
        Column(
            name="expected_per_customer",
            label=lazy("To be expected of a customer"),
            format="amount",
        ),
    ),
    "reach_potential": (
        Column(name="inhabitants", label=lazy("Inhabitants"), format="count"),
        Column(
            name="per_inhabitants", label=lazy("Customers by 100 000 inhabitants"), format="number"
        ),
        Column(name="missing_customers", label=lazy("Missing customers"), format="count"),
    ),
}


def _nobody(shop: Shop, day: date) -> ir.Table:
    facts = customer_facts(shop, day).limit(0)
    return facts.select(
        "customer_id",
        "first_on",
        region="customer_id",
        orders="frequency",
        revenue="monetary",
        orders_before="frequency",
        revenue_before="monetary",
    ).select(
        "customer_id", "region", "first_on", "orders", "revenue", "orders_before", "revenue_before"
    )
