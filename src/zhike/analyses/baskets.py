"""Market baskets: what is bought together, and whom to offer the other half of a pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from zhike import charts
from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    Shown,
    Whole,
    as_of_day,
    customers_of,
    goods_lines,
    product_names,
)
from zhike.i18n import LazyText, lazy
from zhike.models.baskets import Counted, counted, lifts
from zhike.schema import Shop

MOST_RULES = 200
CHARTED = 10
LEAST_BASKETS = 50
FAR_ABOVE_CHANCE = 1.2
RULE_KINDS = {
    "bought": pa.string(),
    "offer": pa.string(),
    "baskets": pa.int64(),
    "support": pa.float64(),
    "confidence": pa.float64(),
    "usual": pa.float64(),
    "lift": pa.float64(),
    "lift_low": pa.float64(),
    "lift_high": pa.float64(),
}


@dataclass(frozen=True, kw_only=True)
class Baskets(Analysis):
    """Pairs of products that are bought together more often than chance explains.

    Each pair is told in the direction in which it says more: of those who buy the first, which
    share also takes the second. Many thousand pairs are looked at, so that a pair is named only
    where it stands among all of them.

    Args:
        least_baskets: A pair must be in so many baskets.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> str(Baskets().run(corner_shop()).missing)
        'Market baskets need at least 50 purchases; there are 7.'

    References:
        Brin, S., Motwani, R. and Silverstein, C. (1997). Beyond market baskets: generalizing
        association rules to correlations. SIGMOD 1997, 265-276.
    """

    name: ClassVar[str] = "baskets"
    title: ClassVar[LazyText] = lazy("Market baskets")
    question: ClassVar[LazyText] = lazy("What is bought together, and what can be offered to whom?")
    needs: ClassVar[Needs] = Needs(
        columns={"orders": ("ordered_at",), "order_lines": ("order_id", "product_id")}
    )

    least_baskets: Annotated[
        int, Whole(2, 1_000_000), lazy("A pair must be in so many purchases.")
    ] = 20

    def run(self, data: Shop) -> BasketsResult:
        """The pairs that stand, and who lacks the other half of one."""
        day = as_of_day(data, self.as_of)
        found = counted(data, day, self.least_baskets)
        baskets = found.baskets if found else 0
        missing = None
        if baskets < LEAST_BASKETS:
            missing = lazy(
                "Market baskets need at least {needed} purchases; there are {found}.",
                needed=LEAST_BASKETS,
                found=baskets,
            )
        rules = _rules(found) if found and not missing else _no_rules()
        offers = _offers(data, day, rules, self.least_baskets)
        names = product_names(data)
        for name in ("bought", "offer"):
            shown = [names.get(it, it) for it in rules[name].to_pylist()]
            rules = rules.append_column(f"{name}_name", pa.array(shown, pa.string()))
        return BasketsResult(
            as_of=day, baskets=baskets, missing=missing, rules=rules, members=offers
        )


def _no_rules() -> pa.Table:
    return pa.table({name: pa.array([], kind) for name, kind in RULE_KINDS.items()})


def _rules(found: Counted) -> pa.Table:
    """The pairs that stand, the surest first, each from the rarer product to the commoner one."""
    seen = lifts(found)
    one, other = found.alone[found.first], found.alone[found.second]
    turned = other < one
    begin = np.where(turned, found.second, found.first)
    end = np.where(turned, found.first, found.second)
    kept = np.flatnonzero(seen.stands & (seen.low > 1))
    kept = kept[np.lexsort((found.second[kept], found.first[kept], -seen.low[kept]))][:MOST_RULES]
    whole = max(found.baskets, 1)
    columns = {
        "bought": found.products.take(pa.array(begin[kept])),
        "offer": found.products.take(pa.array(end[kept])),
        "baskets": found.together[kept],
        "support": found.together[kept] / whole,
        "confidence": found.together[kept] / found.alone[begin[kept]],
        "usual": found.alone[end[kept]] / whole,
        "lift": seen.lift[kept],
        "lift_low": seen.low[kept],
        "lift_high": seen.high[kept],
    }
    return pa.table(
        [pa.array(columns[name], kind) for name, kind in RULE_KINDS.items()], list(RULE_KINDS)
    )


def _offers(data: Shop, day: date, rules: pa.Table, least: int) -> ir.Table:
    """For each customer the surest pair of which she has the one and lacks the other."""
    ranked = rules.select(["bought", "offer"]).append_column(
        "rank", pa.array(range(rules.num_rows), pa.int64())
    )
    pairs = data.engine.load(f"pairs_to_offer_{day:%Y%m%d}_{least}", ranked)
    lines = goods_lines(data, day)
    if lines is None:
        nobody = pairs.filter(ibis.literal(False))
        return nobody.select(customer_id="bought", bought="bought", offer="offer")
    known = lines.filter(lines.customer_id.notnull())
    owned = known.select("customer_id", "product_id").distinct()
    met = owned.inner_join(pairs, owned.product_id == pairs.bought)
    has = owned.select(owner_id="customer_id", has_id="product_id")
    lacking = met.anti_join(has, [met.customer_id == has.owner_id, met.offer == has.has_id])
    best = lacking.group_by("customer_id").agg(rank=lacking["rank"].min())
    return best.inner_join(pairs, "rank").select("customer_id", "bought", "offer")


@dataclass(frozen=True, kw_only=True)
class BasketsResult:
    """What the baskets showed.

    Attributes:
        as_of: The day looked back from.
        baskets: How many purchases there were.
        missing: Why there is no answer; None where there is one.
        rules: One row a pair that stands: `bought`, `offer` (ids), `baskets`, `support`,
            `confidence`, `usual` (share of all purchases with the second), `lift`, `lift_low`,
            `lift_high`, `bought_name`, `offer_name`.
        members: Lazy, one row a customer who has one half of a pair: `customer_id`, `bought`,
            `offer`.
    """

    as_of: date
    baskets: int
    missing: LazyText | None
    rules: pa.Table
    members: ir.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many purchases there were and how many pairs stand."""
        return {"baskets": float(self.baskets), "pairs": float(self.rules.num_rows)}

    def blocks(self) -> Iterator[Block]:
        """The pairs that stand, the surest first."""
        if self.missing is not None:
            yield Text(body=self.missing, tone="note")
            return
        yield Number(
            name="pairs",
            label=lazy("Pairs beyond chance"),
            value=float(self.rules.num_rows),
            format="count",
            definition=lazy(
                "Pairs of products that are in one purchase more often than chance explains, "
                "among all pairs looked at; at most {most} are shown.",
                most=MOST_RULES,
            ),
        )
        if not self.rules.num_rows:
            yield Text(
                body=lazy("No two products are bought together more often than by chance."),
                tone="note",
            )
            return
        yield self._chart()

    def _chart(self) -> Chart:
        top = self.rules.slice(0, CHARTED)
        both = [f"{one} → {other}" for one, other in zip(*_named(top), strict=True)]
        title = lazy("What is bought together")
        return Chart(
            name="lift_by_pair",
            title=title,
            option=charts.bar(
                top.append_column("pair", pa.array(both, pa.string())),
                "pair",
                "lift",
                format="number",
            ),
            alternative=lazy("Bars: how many times as often as by chance each pair is bought."),
            table=Table(
                name="rules",
                title=title,
                rows=self.rules,
                columns=(
                    Column(name="bought_name", label=lazy("Who buys")),
                    Column(name="offer_name", label=lazy("also takes")),
                    Column(name="baskets", label=lazy("Purchases with both"), format="count"),
                    Column(name="confidence", label=lazy("Takes it too"), format="share"),
                    Column(name="usual", label=lazy("Of all purchases"), format="share"),
                    Column(name="lift", label=lazy("Times as often (lift)"), format="number"),
                    Column(name="lift_low", label=lazy("Lift, at least"), format="number"),
                    Column(name="lift_high", label=lazy("Lift, at most"), format="number"),
                ),
                note=lazy(
                    "Only pairs that stand when all pairs are looked at together (false discovery "
                    "rate 5 %); the interval covers 95 %. The surest come first."
                ),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """The surest pair."""
        for row in self.rules.slice(0, 1).to_pylist():
            if row["lift_low"] < FAR_ABOVE_CHANCE:
                return
            yield Finding(
                code="baskets_pair",
                sentence=lazy(
                    "Of those who buy {bought}, {confidence} also take {offer}, against {usual} "
                    "of all purchases.",
                    bought=row["bought_name"],
                    offer=row["offer_name"],
                    confidence=Shown(row["confidence"], "share"),
                    usual=Shown(row["usual"], "share"),
                ),
                tone="good",
                customers={"bought": row["bought"], "offer": row["offer"]},
            )

    def customers(self, **cell: str) -> ir.Table:
        """Who could be offered what, such as `offer="saucer"`; all without a cell."""
        return customers_of(self.members, cell)


def _named(rules: pa.Table) -> tuple[list[str], list[str]]:
    return rules["bought_name"].to_pylist(), rules["offer_name"].to_pylist()
