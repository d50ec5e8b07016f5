"""Accuracy cards: how each model did on the shop's own past, as facts that others may read.

A result that foretells says so itself (`accuracy_cards()`). Analyses that look at cards are
computed after all that have some, and find them on the shop, so that no model is tried twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, Self, runtime_checkable

from zhike.schema import Shop
from zhike.stats.accuracy import Calibration

Light = Literal["green", "yellow", "red", "none"]
Measure = Literal["rmse", "brier", "days", "wape", "missed", "unstable", ""]
"""What an error is: of numbers a customer, of chances, in days, of totals, of baskets, of
groups that are not found again."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """How a model did where what came is known; no words, so that it reads in any language.

    Attributes:
        of: What is foretold, such as "purchases".
        model: The one that is used.
        light: Whether it can be believed; "none" where it could not be tried.
        tried_on: The earlier day that it looked ahead from; None where customers were left out
            instead, or there was no such day.
        days: How far ahead.
        customers: How many it was tried on.
        foretold: The total that it said.
        came: The total that came.
        error: A customer, or a period.
        naive_error: The same of a rule of thumb.
        measure: What the errors are.
        auc: How well it told apart to whom it happened.
        brier: Of its chances.
        coverage: Share of what came within its 90 % intervals.
        calibration: Its chances beside what came.

    Examples:
        >>> card = Card(of="purchases", model="bg_nbd", light="green", foretold=1204, came=1190,
        ...             error=0.9, naive_error=1.2)
        >>> round(card.missed, 3), round(card.gain, 3)
        (0.012, 0.25)
    """

    of: str
    model: str
    light: Light
    tried_on: date | None = None
    days: int | None = None
    customers: int | None = None
    foretold: float | None = None
    came: float | None = None
    error: float | None = None
    naive_error: float | None = None
    measure: Measure = ""
    auc: float | None = None
    brier: float | None = None
    coverage: float | None = None
    calibration: Calibration | None = None

    @property
    def missed(self) -> float | None:
        """By what share the total was missed; above 0 where too much was foretold."""
        if self.foretold is None or not self.came:
            return None
        return self.foretold / self.came - 1

    @property
    def gain(self) -> float | None:
        """By what share its error is smaller than that of the rule of thumb."""
        if self.error is None or not self.naive_error:
            return None
        return 1 - self.error / self.naive_error

    def drift(self, before: Self | None) -> float | None:
        """By what share its error has grown since an earlier card."""
        if before is None or self.error is None or not before.error:
            return None
        return self.error / before.error - 1 if self.measure == before.measure else None


@runtime_checkable
class Tried(Protocol):
    """A result that foretells, and says how well it did before."""

    def accuracy_cards(self) -> Iterable[Card]:
        """One card for everything that is foretold."""
        ...


Cards = dict[str, tuple[Card, ...]]


def cards_of(result: object) -> tuple[Card, ...]:
    """The cards of a result; none where it foretells nothing."""
    return tuple(result.accuracy_cards()) if isinstance(result, Tried) else ()


def known_cards(shop: Shop, day: date) -> Cards:
    """Analysis name to the cards of its result as of a day, as far as they are known.

    Whoever computes a result may put its cards here.
    """
    return shop.remember(("cards", day), dict)


def earlier_cards(shop: Shop) -> Cards:
    """The same of the run before, where there was one."""
    return shop.remember(("earlier cards",), dict)
