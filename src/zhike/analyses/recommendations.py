"""Recommendations: what each customer may take next, known or new to her."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.analyses.columns import CUSTOMERS, coded
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
)
from zhike.i18n import LazyText, lazy
from zhike.models.recommendations import Recommender, Trial, Wishes, recommender
from zhike.schema import Shop

WAYS: dict[str, LazyText] = {
    "blend": lazy("All together (used here)"),
    "recent": lazy("What she took of late"),
    "frequent": lazy("What she takes most often"),
    "similar": lazy("What goes with what she took"),
    "popular": lazy("What everybody takes"),
}
MOST_SHOWN = 15
MUCH_BETTER = 1.1


@dataclass(frozen=True, kw_only=True)
class Recommendations(Analysis):
    """Two lists a customer: what to take again, and what would be new to her, each with its reason.

    A blend of what she took of late, takes often, what goes with it and what everybody takes.
    How much each counts is learnt from everybody's second last baskets, and judged by the last.

    Args:
        length: Products in each list.
        rest_days: What was bought within so many days is not recommended again.
        category_cap: Most products of one category in a list; 0 for any number.
        most_customers: Where there are more, those who bought last are learnt from and get lists.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> str(Recommendations().run(corner_shop()).missing)
        'Recommendations need at least 50 customers who came back; there are 2.'

    References:
        Hu, H., He, X., Gao, J. and Zhang, Z.-L. (2020). Modeling personalized item frequency
        information for next-basket recommendation. SIGIR 2020, 1071-1080.
    """

    name: ClassVar[str] = "recommendations"
    title: ClassVar[LazyText] = lazy("Recommendations")
    question: ClassVar[LazyText] = lazy("What may each customer take next?")
    needs: ClassVar[Needs] = Needs(
        columns={
            "orders": ("customer_id", "ordered_at"),
            "order_lines": ("order_id", "product_id"),
        }
    )

    is_tried: ClassVar[bool] = True

    length: Annotated[int, Whole(1, 20), lazy("Products in each list.")] = 5
    rest_days: Annotated[
        int, Whole(0, 365), lazy("What was bought within so many days is not recommended again.")
    ] = 7
    category_cap: Annotated[
        int, Whole(0, 20), lazy("Most products of one category in a list; 0 for any number.")
    ] = 3

    most_customers: Annotated[
        int,
        Whole(50, 10_000_000),
        lazy("Where there are more customers, those who bought last are learnt from."),
    ] = 100_000

    def run(self, data: Shop) -> RecommendationsResult:
        """Every customer's lists, or why there are none."""
        day = as_of_day(data, self.as_of)
        wishes = Wishes(self.length, self.rest_days, self.category_cap, self.most_customers)
        found = recommender(data, day, wishes)
        if isinstance(found, LazyText):
            lists, trial, newcomers = _nobody(self.length), None, list[str]()
        else:
            lists, trial, newcomers = _lists(found), found.trial, found.newcomers
        name = f"recommended_{day:%Y%m%d}_{'_'.join(str(wish) for wish in astuple(wishes))}"
        return RecommendationsResult(
            as_of=day,
            missing=found if isinstance(found, LazyText) else None,
            trial=trial,
            members=data.engine.load(name, lists),
            people=lists.num_rows,
            everybody=int(customer_facts(data, day).count().to_pyarrow().as_py()),
            newcomers=pa.table({"product": pa.array(newcomers, pa.string())}),
            offered=_offered(lists),
            accuracy=_accuracy(trial),
        )


def _lists(found: Recommender) -> pa.Table:
    return pa.Table.from_batches(found.batches())


def _nobody(length: int) -> pa.Table:
    names = [f"{kind}_{at + 1}" for kind in ("repeat", "new", "because") for at in range(length)]
    return pa.table({name: pa.array([], pa.string()) for name in ("customer_id", *names)})


def _offered(lists: pa.Table) -> pa.Table:
    """New products by how many customers have each first on their list."""
    found = lists.filter(pc.is_valid(lists["new_1"])).group_by("new_1")
    rows = found.aggregate([("customer_id", "count")]).rename_columns(["product", "customers"])
    order = [("customers", "descending"), ("product", "ascending")]
    return rows.take(pc.sort_indices(rows, order)[:MOST_SHOWN])


def _accuracy(trial: Trial | None) -> pa.Table:
    ways = {"blend": trial.blend, **trial.alone} if trial else {}
    judged = list(ways.values())
    return pa.table(
        {
            "way": pa.array(list(ways), pa.string()),
            "recall": pa.array([it.recall for it in judged], pa.float64()),
            "new_recall": pa.array([it.new_recall for it in judged], pa.float64()),
            "hit_rate": pa.array([it.hit_rate for it in judged], pa.float64()),
        }
    )


@dataclass(frozen=True, kw_only=True)
class RecommendationsResult:
    """What each customer is recommended.

    Attributes:
        as_of: The day looked back from.
        missing: Why there are none; None where there are.
        trial: How the blend did on the last baskets; None where there is none.
        members: Lazy, one row a customer: `repeat_1` … (taken before), `new_1` … (never taken),
            and `because_1` …: which of her own speaks most for each new one.
        people: How many customers have lists.
        everybody: How many customers have bought.
        newcomers: What is offered to somebody of whom nothing is known: `product`.
        offered: New products by how many customers have them first: `product`, `customers`.
        accuracy: One row a way of recommending: `recall`, `new_recall`, `hit_rate`.
    """

    as_of: date
    missing: LazyText | None
    trial: Trial | None
    members: ir.Table
    people: int
    everybody: int
    newcomers: pa.Table
    offered: pa.Table
    accuracy: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many customers have lists, and how good those are."""
        if self.trial is None:
            return {}
        return {
            "customers": float(self.people),
            "recall": self.trial.blend.recall,
            "new_recall": self.trial.blend.new_recall,
            "hit_rate": self.trial.blend.hit_rate,
        }

    def blocks(self) -> Iterator[Block]:
        """How good the lists are, and what stands on them."""
        if self.missing is not None:
            yield Text(body=self.missing, tone="note")
        if self.trial is None:
            return
        yield Number(
            name="hit_rate",
            label=lazy("Baskets with one of ten recommended"),
            value=self.trial.blend.hit_rate,
            format="share",
            definition=lazy(
                "Share of {baskets} last baskets that held at least one of ten products, "
                "recommended from what was bought before.",
                baskets=self.trial.blend.customers,
            ),
            direction="up",
        )
        if self.people < self.everybody:
            yield Text(
                body=lazy(
                    "Lists are made for the {people} customers who bought last, of {everybody} in "
                    "all, and learnt from them.",
                    people=Shown(self.people, "count"),
                    everybody=Shown(self.everybody, "count"),
                ),
                tone="note",
            )
        yield self._chart()
        yield Table(
            name="offered",
            title=lazy("New to most customers, and first on their lists"),
            rows=self.offered,
            columns=(Column(name="product", label=lazy("Product")), CUSTOMERS),
        )
        yield Table(
            name="newcomers",
            title=lazy("For newcomers"),
            rows=self.newcomers,
            columns=(Column(name="product", label=lazy("Product")),),
            note=lazy("Of whom nothing is known, is offered what everybody takes of late."),
        )

    def _chart(self) -> Chart:
        title = lazy("How well last baskets were foretold")
        return Chart(
            name="recall_by_way",
            title=title,
            option=charts.bar(self.accuracy, "way", "recall", format="share", labels=WAYS),
            alternative=lazy("Bars: share of the last baskets found by each way of recommending."),
            table=Table(
                name="accuracy",
                title=title,
                rows=self.accuracy,
                columns=(
                    coded("way", lazy("Way of recommending"), WAYS),
                    Column(name="recall", label=lazy("Of a basket found"), format="share"),
                    Column(name="new_recall", label=lazy("Of new products found"), format="share"),
                    Column(name="hit_rate", label=lazy("Baskets with a hit"), format="share"),
                ),
                note=lazy(
                    "Ten products are recommended to each customer from what was known before the "
                    "last basket; new products are judged among ten that she never took."
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """Whether recommending to each beats the same list for all."""
        if self.trial is None:
            return
        own, same = self.trial.blend.recall, self.trial.alone["popular"].recall
        if own > MUCH_BETTER * same:
            yield Finding(
                code="recommendations_good",
                sentence=lazy(
                    "Ten products chosen for each customer hold {own} of her next basket; the "
                    "same ten for all hold {same}.",
                    own=Shown(own, "share"),
                    same=Shown(same, "share"),
                ),
                tone="good",
            )
        elif own < same:
            yield Finding(
                code="recommendations_weak",
                sentence=lazy(
                    "Recommendations chosen for each customer did no better than the same list "
                    "for all: offer what everybody takes."
                ),
                tone="bad",
            )

    def accuracy_cards(self) -> Iterator[Card]:
        """How much of the next baskets the lists would have held."""
        if self.trial is None:
            return
        own, same = self.trial.blend, self.trial.alone["popular"]
        better = own.recall > MUCH_BETTER * same.recall
        yield Card(
            of="next_basket",
            model="blend",
            light="green" if better else "yellow" if own.recall >= same.recall else "red",
            customers=own.customers,
            error=1 - own.recall,
            naive_error=1 - same.recall,
            measure="missed",
        )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a cell, such as `new_1="tea"`; all without one."""
        return customers_of(self.members, cell)
