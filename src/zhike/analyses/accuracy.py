"""Accuracy: how every model would have done on the shop's own past, on one card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from zhike.analyses.accuracy_words import (
    COLUMNS,
    FORETOLD,
    card_table,
    curve_chart,
    curve_table,
    told_of,
)
from zhike.blocks import Block, Finding, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Card,
    Needs,
    Shown,
    as_of_day,
    cards_of,
    customer_facts,
    customers_of,
    earlier_cards,
    known_cards,
    lacking,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop

MUCH_WORSE = 0.25
"""An error that has grown by more than this share since the last run is told of."""


@dataclass(frozen=True, kw_only=True)
class Accuracy(Analysis):
    """What each model would have said on an earlier day of this very shop, and what came.

    Nothing is tried anew: every analysis that foretells says how it did, and this one puts it
    together. In a run it comes after them; where their answers are not there yet, they are asked.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> Accuracy().run(corner_shop()).numbers
        {'models': 0.0, 'green': 0.0, 'yellow': 0.0, 'red': 0.0, 'untried': 0.0}

    References:
        Murphy, A. H. (1993). What is a good forecast? Weather and Forecasting 8, 281-293.
    """

    name: ClassVar[str] = "accuracy"
    title: ClassVar[LazyText] = lazy("How far to believe the forecasts")
    question: ClassVar[LazyText] = lazy(
        "What would each forecast have said last time, and what came?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("customer_id", "ordered_at")})
    reads_cards: ClassVar[bool] = True

    def run(self, data: Shop) -> AccuracyResult:
        """Every card, beside that of the run before."""
        day = as_of_day(data, self.as_of)
        found = _cards(data, day)
        before = {card.of: card for cards in earlier_cards(data).values() for card in cards}
        cards = tuple(card for cards in found.values() for card in cards)
        return AccuracyResult(
            as_of=day,
            currency=data.currency,
            facts=customer_facts(data, day),
            tried=cards,
            cards=card_table(cards, before),
            curves=curve_table(cards),
        )


def _cards(data: Shop, day: date) -> dict[str, tuple[Card, ...]]:
    """The cards of all analyses that foretell, in the order of the registry."""
    from zhike.analyses.registry import REGISTRY  # it knows us; we only ask when we run

    known = known_cards(data, day)
    kinds = {name: REGISTRY[name] for name in REGISTRY}
    for name, kind in kinds.items():
        if kind.is_tried and name not in known and lacking(kind, data) is None:
            known[name] = cards_of(kind(as_of=day).run(data))
    return {name: known[name] for name in kinds if name in known}


@dataclass(frozen=True, kw_only=True)
class AccuracyResult:
    """How every model would have done.

    Attributes:
        as_of: The day looked back from.
        currency: What amounts are in.
        facts: Lazy, one row a customer: the customer facts.
        tried: The cards.
        cards: One row a card: what is foretold, `light`, `model`, `measure`, `tried_on`, `days`,
            `customers`, `foretold`, `came`, `missed`, `error`, `naive_error`, `gain`, `auc`,
            `brier`, `coverage`, `calibration_error`, `drift` and `light_before`.
        curves: One row a card with chances and tenth of customers: `foretold`, `came`,
            `customers`.
    """

    as_of: date
    currency: str
    facts: ir.Table = field(repr=False)
    tried: tuple[Card, ...]
    cards: pa.Table
    curves: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many forecasts there are, and how many carry which light."""
        lights = [card.light for card in self.tried]
        return {
            "models": float(len(lights)),
            "green": float(lights.count("green")),
            "yellow": float(lights.count("yellow")),
            "red": float(lights.count("red")),
            "untried": float(lights.count("none")),
        }

    def blocks(self) -> Iterator[Block]:
        """What was said and what came, the figures, and chances beside what came."""
        if not self.tried:
            yield Text(
                body=lazy(
                    "Nothing could be foretold, so that there is nothing to look back on: each "
                    "forecast says what it lacks."
                ),
                tone="note",
            )
            return
        yield Number(
            name="green",
            label=lazy("Forecasts that can be relied on"),
            value=self.numbers["green"],
            format="count",
            definition=lazy(
                "Of {models} forecasts, those that came close when tried on your own past.",
                models=len(self.tried),
            ),
            direction="up",
        )
        for card in self.tried:
            yield told_of(card, self.currency)
        yield Table(
            name="cards",
            title=lazy("Accuracy card of every forecast"),
            rows=self.cards,
            columns=COLUMNS,
            note=lazy(
                "Each forecast was made with what was known before the day it was tried as of. An "
                "error that is below 0 since the last run has become smaller."
            ),
        )
        for of in dict.fromkeys(self.curves["of"].to_pylist()):
            yield curve_chart(of, self.curves.filter(pc.equal(self.curves["of"], of)))

    def findings(self) -> Iterator[Finding]:
        """What cannot be believed, and what has become worse."""
        drifts = self.cards["drift"].to_pylist()
        for card, drift in zip(self.tried, drifts, strict=True):
            what = FORETOLD.get(card.of, lazy("Another forecast"))
            if card.light == "red":
                yield Finding(
                    code="accuracy_red",
                    sentence=lazy(
                        "Do not rely on this forecast: {what}. It was far off when tried on your "
                        "own past.",
                        what=what,
                    ),
                    tone="bad",
                )
            elif drift is not None and drift > MUCH_WORSE:
                yield Finding(
                    code="accuracy_worse",
                    sentence=lazy(
                        "This forecast has become worse since the last run: {what}. Its error "
                        "grew by {drift}.",
                        what=what,
                        drift=Shown(drift, "share"),
                    ),
                    tone="bad",
                )

    def customers(self, **cell: str) -> ir.Table:
        """The customers that forecasts are made of."""
        return customers_of(self.facts, cell)
