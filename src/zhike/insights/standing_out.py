"""What stands out over all results: larger than chance, the most money first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from zhike import charts
from zhike.blocks import Block, Chart, Column, Finding, Table, Text
from zhike.catalogue import Period, Shown
from zhike.errors import ParameterError
from zhike.i18n import LazyText, lazy
from zhike.insights.explaining import explain
from zhike.insights.explanation import Explanation
from zhike.insights.plays import Play, plays_for
from zhike.insights.words import DIMENSION_LABELS, DRIVER_LABELS, member_label
from zhike.schema import Shop

Kind = Literal["risk", "opportunity"]
NOISE_TIMES = 2.0
"""Money of a finding must be more than this many standard errors of the period's change."""

EXPLAINED = ("overview", "why")
"""Analyses whose findings are changes that the explanation has told apart already."""

ROOM = ("*_potential", "rhythm_overdue", "price_*", "acquisition_no_payback", "*_at_risk")
"""Neutral findings that say where money is to be won; other neutral ones only describe."""

MEMBERS_DRAWN = 10
KINDS: dict[str, LazyText] = {"risk": lazy("Risk"), "opportunity": lazy("Opportunity")}


class Told(Protocol):
    """A result of an analysis, computed or kept."""

    def blocks(self) -> Iterator[Block]:
        """How to show it."""
        ...

    def findings(self) -> Iterator[Finding]:
        """What it says."""
        ...


@dataclass(frozen=True, kw_only=True)
class StandOut:
    """One thing worth knowing.

    Attributes:
        finding: What was found, in a sentence, with its money and its customers.
        source: Name of the analysis that says so, or "why".
        kind: Whether money is being lost, or can be won.
        chart: The picture that shows it; None where there is none.
        plays: What usually answers it.
        p: Chance of it where nothing happened; None where the analysis tests in its own way.
    """

    finding: Finding
    source: str
    kind: Kind
    chart: Chart | None
    plays: tuple[Play, ...]
    p: float | None = None


@dataclass(frozen=True, kw_only=True)
class StandOuts:
    """What stands out, the most money first.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        items: What stands out.
        explanation: Why net revenue changed; None where there is nothing to compare with.
        threshold: Money below which a finding of an analysis is left out.
    """

    as_of: date
    currency: str
    items: tuple[StandOut, ...]
    explanation: Explanation | None
    threshold: float

    def summary(self) -> LazyText:
        """One sentence: how much stands out, or that nothing does."""
        if not self.items:
            return lazy("Nothing stands out: what changed is what chance does.")
        return lazy(
            "{count} things stand out: {risks} risks and {opportunities} opportunities, the most "
            "money first.",
            count=Shown(len(self.items), "count"),
            risks=Shown(sum(item.kind == "risk" for item in self.items), "count"),
            opportunities=Shown(sum(item.kind == "opportunity" for item in self.items), "count"),
        )

    def findings(self) -> Iterator[Finding]:
        """The findings, ranked."""
        for item in self.items:
            yield item.finding

    def blocks(self) -> Iterator[Block]:
        """The summary, the list with what to do, and a picture of each that has one."""
        yield Text(body=self.summary())
        if not self.items:
            return
        yield self.table()
        drawn = set()
        for item in self.items:
            if item.chart is not None and item.chart.name not in drawn:
                drawn.add(item.chart.name)
                yield item.chart

    def table(self) -> Table:
        """One row a thing that stands out, with its first play."""
        rows = pa.table(
            {
                "kind": pa.array([item.kind for item in self.items], pa.string()),
                "sentence": pa.array([str(item.finding.sentence) for item in self.items]),
                "amount": pa.array([item.finding.amount for item in self.items], pa.float64()),
                "play": pa.array(
                    [str(item.plays[0].title) if item.plays else "" for item in self.items]
                ),
                "action": pa.array(
                    [str(item.plays[0].what) if item.plays else "" for item in self.items]
                ),
            }
        )
        return Table(
            name="stand_outs",
            title=lazy("What stands out"),
            rows=rows,
            columns=(
                Column(name="kind", label=lazy("Kind"), labels=KINDS),
                Column(name="sentence", label=lazy("What was found")),
                Column(name="amount", label=lazy("At stake"), format="amount"),
                Column(name="play", label=lazy("What usually answers it")),
                Column(name="action", label=lazy("What to do")),
            ),
        )

    def as_json(self, limit: int | None = None) -> dict[str, Any]:
        """For programs."""
        return {
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "summary": str(self.summary()),
            "threshold": self.threshold,
            "findings": [_as_json(item) for item in self.items[:limit]],
        }


def stand_outs(
    results: Mapping[str, Told], shop: Shop, *, period: str | Period = "", as_of: date | None = None
) -> StandOuts:
    """What stands out over all results: larger than chance, ranked by money at stake.

    The causes of the change of net revenue against the period before, each tested against
    customer-level noise and earlier comparisons; and of the other findings those whose money is
    more than what chance moves in the period.

    Args:
        results: Analysis name to what it found, computed or kept.
        shop: Where to look.
        period: As `explain` takes it; empty means the last complete month.
        as_of: Day to look back from.
    """
    explanation: Explanation | None
    try:
        explanation = shop.remember(
            ("explanation", str(period), as_of), lambda: explain(shop, period=period, as_of=as_of)
        )
    except ParameterError:  # the whole time has nothing before it
        explanation = None
    threshold = NOISE_TIMES * explanation.chance if explanation else 0.0
    items = list(_causes(explanation)) if explanation else []
    for name, result in results.items():
        if name not in EXPLAINED:
            items.extend(_of_analysis(name, result, threshold))
    return StandOuts(
        as_of=explanation.as_of if explanation else _day_of(shop, as_of),
        currency=shop.currency,
        items=tuple(sorted(items, key=_place)),
        explanation=explanation,
        threshold=threshold,
    )


def _place(item: StandOut) -> tuple[bool, float]:
    """By money at stake; what only says that things are well comes after all that does not."""
    is_well = item.source != "why" and item.finding.tone == "good"
    return is_well, -abs(item.finding.amount or 0.0)


def _day_of(shop: Shop, as_of: date | None) -> date:
    from zhike.catalogue import as_of_day

    return as_of_day(shop, as_of)


def _causes(explanation: Explanation) -> Iterator[StandOut]:
    causes = explanation.told_causes()
    for cause, finding in zip(causes, explanation.findings(), strict=True):
        yield StandOut(
            finding=finding,
            source="why",
            kind="opportunity" if cause.amount > 0 else "risk",
            chart=_members_chart(explanation, cause.dimension, cause.driver),
            plays=plays_for(finding),
            p=cause.p,
        )


def _of_analysis(name: str, result: Told, threshold: float) -> Iterator[StandOut]:
    picture = next((block for block in result.blocks() if isinstance(block, Chart)), None)
    for finding in result.findings():
        if finding.amount is None or abs(finding.amount) <= threshold:
            continue
        if finding.tone == "neutral" and not any(fnmatchcase(finding.code, it) for it in ROOM):
            continue
        yield StandOut(
            finding=finding,
            source=name,
            kind="risk" if finding.tone == "bad" else "opportunity",
            chart=picture,
            plays=plays_for(finding),
        )


def _members_chart(explanation: Explanation, dimension: str, driver: str) -> Chart | None:
    """What one driver adds in each member of a dimension: the culprit sticks out."""
    rows = explanation.members
    rows = rows.filter(pc.equal(rows["dimension"], dimension))
    if rows.num_rows < 2:
        return None
    size = pc.abs(rows[driver])
    rows = rows.take(pc.sort_indices(size, sort_keys=[("", "descending")])[:MEMBERS_DRAWN])
    products = dict(explanation.products)
    names = [
        str(member_label(dimension, member, products)) for member in rows["member"].to_pylist()
    ]
    shown = pa.table({"member": pa.array(names, pa.string()), "adds": rows[driver]})
    title = lazy(
        "{driver} by {dimension}: what it adds",
        driver=DRIVER_LABELS[driver],
        dimension=DIMENSION_LABELS[dimension],
    )
    return Chart(
        name=f"why_{driver}_by_{dimension}",
        title=title,
        option=charts.bar(shown, "member", "adds", format="amount"),
        alternative=lazy("Bars: what this driver adds or takes away in each member."),
        table=Table(
            name=f"why_{driver}_by_{dimension}",
            title=title,
            rows=shown,
            columns=(
                Column(name="member", label=DIMENSION_LABELS[dimension]),
                Column(name="adds", label=lazy("Adds"), format="amount"),
            ),
        ),
    )


def _as_json(item: StandOut) -> dict[str, Any]:
    return {
        "code": item.finding.code,
        "source": item.source,
        "kind": item.kind,
        "sentence": str(item.finding.sentence),
        "amount": item.finding.amount,
        "customers": dict(item.finding.customers),
        "p": item.p,
        "chart": item.chart.name if item.chart else None,
        "plays": [
            {
                "code": play.code,
                "title": str(play.title),
                "whom": str(play.whom),
                "when": str(play.when),
                "what": str(play.what),
                "measure": str(play.measure),
                "metric": play.metric,
            }
            for play in item.plays
        ],
    }
