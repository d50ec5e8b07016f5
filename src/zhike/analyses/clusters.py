"""Clusters: groups that the customers' buying itself shows, beyond any rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from zhike import charts
from zhike.analyses.cluster_words import MEANS, TRIED, group_names
from zhike.analyses.columns import TOTALS, coded, totals_by
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import Analysis, Card, Needs, Shown, Whole, as_of_day, customers_of
from zhike.i18n import LazyText, lazy
from zhike.models.clusters import MEASURES, Choice, Grouping, buyers, grouped, streamed
from zhike.schema import Shop

EVERYBODY: dict[str, LazyText] = {"all": lazy("All customers")}
MUCH_MORE = 1.5
"""A group that brings so many times its share of customers in revenue is told of."""


@dataclass(frozen=True, kw_only=True)
class Clusters(Analysis):
    """Part customers into the groups that their buying shows: k-means, and how many by trial.

    Two to ten groups are tried. A number is taken for natural only where its groups are found
    again in resampled customers and are further apart than those of a cloud without groups;
    where none is, it says so. Who people are plays no part, only how they buy. The groups do not
    depend on row order or engine, and those worth most a customer come first.

    Args:
        groups: How many groups; 0 (or 1, which parts nobody) lets the data say.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> str(Clusters().run(corner_shop()).missing)
        'Groups need at least 100 customers who bought; there are 3.'

    References:
        Lloyd, S. P. (1982). Least squares quantization in PCM. IEEE Transactions on Information
        Theory 28, 129-137. Rousseeuw, P. J. (1987). Silhouettes. Journal of Computational and
        Applied Mathematics 20, 53-65. Hennig, C. (2007). Cluster-wise assessment of cluster
        stability. Computational Statistics & Data Analysis 52, 258-271.
    """

    name: ClassVar[str] = "clusters"
    title: ClassVar[LazyText] = lazy("Natural groups")
    question: ClassVar[LazyText] = lazy(
        "Which natural groups of customers are there, beyond rules?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at", "paid_amount")})
    is_tried: ClassVar[bool] = True

    groups: Annotated[int, Whole(0, 10), lazy("How many groups; 0 lets the data say.")] = 0

    def run(self, data: Shop) -> ClustersResult:
        """Everybody's group and what sets it apart, or why there are none."""
        day = as_of_day(data, self.as_of)
        customers = buyers(data, day)
        wanted = self.groups if self.groups > 1 else 0
        found = grouped(streamed(customers), MEASURES, wanted)
        missing = found if isinstance(found, LazyText) else None
        fitted = None if isinstance(found, LazyText) else found
        labels = data.engine.load(f"clusters_{day:%Y%m%d}_{wanted}", _labels(fitted))
        members = labels.inner_join(customers, "customer_id").select(
            "customer_id", "group", *MEASURES, "monetary"
        )
        names = group_names(fitted.measures, fitted.differences) if fitted else {}
        return ClustersResult(
            as_of=day,
            currency=data.currency,
            missing=missing,
            choice=fitted.choice if fitted else None,
            is_given=bool(wanted),
            names=names,
            members=members,
            segments=_segments(members, names),
            profile=_profile(members, names),
            trials=_trials(fitted.choice if fitted else None),
        )


def _labels(found: Grouping | None) -> pa.Table:
    if found is not None:
        return found.labels
    return pa.table({name: pa.array([], pa.string()) for name in ("customer_id", "group")})


def _segments(members: ir.Table, names: Mapping[str, LazyText]) -> pa.Table:
    """One row a group: customers, purchases and revenue, with their shares."""
    cells = members.group_by("group").agg(
        customers=members.count(),
        purchases=members.frequency.sum().cast("int64"),
        revenue=members.monetary.sum().cast("float64"),
    )
    return totals_by(cells.to_pyarrow(), "group", names)


def _profile(members: ir.Table, names: Mapping[str, LazyText]) -> pa.Table:
    """The means of each group, and last those of everybody."""
    means = {column.name: members[column.name].cast("float64").mean() for column in MEANS}
    rows = members.group_by("group").agg(**means).to_pyarrow().to_pylist() if names else []
    rows.sort(key=lambda row: int(row["group"]))
    rows += [{"group": "all", **members.agg(**means).to_pyarrow().to_pylist()[0]}] if names else []
    kinds = {"group": pa.string()} | {column.name: pa.float64() for column in MEANS}
    return pa.table(
        {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    )


def _trials(choice: Choice | None) -> pa.Table:
    trials = choice.trials if choice else ()
    return pa.table(
        {
            "groups": pa.array([it.groups for it in trials], pa.int64()),
            "silhouette": pa.array([it.silhouette for it in trials], pa.float64()),
            "cloud": pa.array([it.cloud for it in trials], pa.float64()),
            "stability": pa.array([it.stability for it in trials], pa.float64()),
        }
    )


@dataclass(frozen=True, kw_only=True)
class ClustersResult:
    """The groups that were found.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        missing: Why there are none; None where there are.
        choice: The number of groups, and why; None where there are none.
        is_given: Whether the number was asked for.
        names: Code of each group to its name, by what sets it apart.
        members: Lazy, one row a customer: `group` ("1" is worth most a customer), what customers
            are grouped by, and `monetary`.
        segments: One row a group: customers, purchases, revenue and their shares.
        profile: One row a group, then one of everybody (`all`): means.
        trials: One row a number of groups: `silhouette`, `cloud` (the same where there are no
            groups) and `stability`.
    """

    as_of: date
    currency: str
    missing: LazyText | None
    choice: Choice | None
    is_given: bool
    names: Mapping[str, LazyText]
    members: ir.Table
    segments: pa.Table
    profile: pa.Table
    trials: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many groups, how far apart and how stable; natural is 1 where the data show them."""
        if self.choice is None:
            return {}
        return {
            "groups": float(len(self.names)),
            "natural": float(self.choice.natural),
            "silhouette": self.choice.trial.silhouette,
            "stability": self.choice.trial.stability,
        }

    def blocks(self) -> Iterator[Block]:
        """How many groups, who is in them, and how the number was found."""
        if self.missing is not None:
            yield Text(body=self.missing, tone="note")
        if self.choice is None:
            return
        yield Number(
            name="groups",
            label=lazy("Groups"),
            value=self.numbers["groups"],
            format="count",
            definition=lazy(
                "Groups of customers who buy alike: when, how often, for how much, at a "
                "discount, on which days, and what they give back."
            ),
        )
        yield Text(body=self._judgement(), tone="plain" if self.choice.natural else "note")
        yield self._revenue_chart()
        yield Table(
            name="profile",
            title=lazy("What each group is like"),
            rows=self.profile,
            columns=(self._group_column(), *MEANS),
            note=lazy(
                "Means of the customers of a group. It is named by what sets it apart most from "
                "all customers, in standard deviations; the group worth most a customer is first."
            ),
        )
        yield self._trials_chart()

    def _judgement(self) -> LazyText:
        if self.choice is None or self.choice.natural:
            return lazy(
                "These groups are in the data: they are found again in resampled customers, and "
                "are further apart than a cloud without groups would have them."
            )
        if self.is_given:
            return lazy(
                "So many groups were asked for. The data do not show them as natural ones: take "
                "them as convenient cuts."
            )
        return lazy(
            "No number of groups stands out: customers differ by degrees, without gaps. Take "
            "these groups as convenient cuts, or use segments by rules."
        )

    def _group_column(self) -> Column:
        return coded("group", lazy("Group"), {**self.names, **EVERYBODY})

    def _revenue_chart(self) -> Chart:
        table = Table(
            name="segments",
            title=lazy("Customers and revenue by group"),
            rows=self.segments,
            columns=(self._group_column(), *TOTALS),
        )
        return Chart(
            name="revenue_by_group",
            title=lazy("Net revenue by group"),
            option=charts.bar(
                self.segments, "group", "revenue", format="amount", labels=self.names
            ),
            alternative=lazy("Bars: the net revenue of each group, worth most a customer first."),
            table=table,
        )

    def _trials_chart(self) -> Chart:
        title = lazy("How many groups there are")
        lines = {column.name: column.label for column in TRIED[1:]}
        return Chart(
            name="groups_tried",
            title=title,
            option=charts.line(self.trials, "groups", lines, format="number", dashed=("cloud",)),
            alternative=lazy("Lines: how far apart and how stable two to ten groups would be."),
            table=Table(
                name="trials",
                title=title,
                rows=self.trials,
                columns=TRIED,
                note=lazy(
                    "Silhouette: 1 where groups are tight and far apart, 0 where they touch. "
                    "Beside it stands what a cloud without groups gives. Found again in "
                    "resampled customers, groups are alike at 1 and no more than by chance at 0 "
                    "(adjusted Rand index)."
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """The group that brings far more than its share, where groups are natural."""
        if self.choice is None or not self.choice.natural:
            return
        best = self.segments.to_pylist()[0]
        if (best["revenue_share"] or 0.0) < MUCH_MORE * best["customer_share"]:
            return
        yield Finding(
            code="clusters_best",
            sentence=lazy(
                "Natural group {name}: {customers} customers, {share} of all, bring "
                "{revenue_share} of net revenue.",
                name=self.names[best["group"]],
                customers=Shown(best["customers"], "count"),
                share=Shown(best["customer_share"], "share"),
                revenue_share=Shown(best["revenue_share"], "share"),
            ),
            tone="good",
            amount=best["revenue"],
            customers={"group": best["group"]},
        )

    def accuracy_cards(self) -> Iterator[Card]:
        """Whether the groups are found again in resampled customers."""
        if self.choice is not None:
            yield Card(
                of="groups",
                model="kmeans",
                light="green" if self.choice.natural else "yellow",
                error=1 - self.choice.trial.stability,
                measure="unstable",
            )

    def customers(self, **cell: str) -> ir.Table:
        """The customers of a cell, such as `group="1"`; all without one."""
        return customers_of(self.members, cell)
