"""The simulated company: the words it is made of, and how its customers are planted to behave."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from zhike.errors import ParameterError
from zhike.i18n import lazy

SimulatedLanguage = Literal["zh", "en"]


@dataclass(frozen=True)
class Segment:
    """A planted kind of customer.

    Purchase rate and lifetime differ from customer to customer: the rate is gamma distributed
    with the given shape, the lifetime exponential.

    Attributes:
        name: What the truth calls it.
        share: Share of customers.
        yearly_rate: Mean purchases a year after the first one, while the customer lasts.
        rate_shape: Shape of the gamma; small means that customers differ much.
        mean_lifetime_days: Mean days from the first purchase until they are gone for good.
        extra_lines: Mean lines of an order beyond the first.
        price_tier: 0 (cheap goods) to 2 (dear goods).
        discount_rate: Share of orders with a voucher on an ordinary day.
    """

    name: str
    share: float
    yearly_rate: float
    rate_shape: float
    mean_lifetime_days: float
    extra_lines: float
    price_tier: int
    discount_rate: float


SEGMENTS: tuple[Segment, ...] = (
    Segment("loyal", 0.08, 7.5, 3.0, 900.0, 1.6, 2, 0.22),
    Segment("regular", 0.27, 2.6, 1.5, 480.0, 1.3, 1, 0.25),
    Segment("bargain", 0.22, 1.7, 1.2, 380.0, 0.9, 0, 0.55),
    Segment("passing", 0.43, 0.35, 0.8, 150.0, 0.7, 1, 0.30),
)


@dataclass(frozen=True)
class Shares:
    """How often things happen that are not a plain purchase, as shares of orders or customers."""

    potential: float = 0.04  # customers who register and never buy
    duplicate: float = 0.015  # customer records that are a second account of somebody
    anonymous: float = 0.05  # orders over the counter, beside those of customers
    unpaid: float = 0.045  # orders that are never paid and close by themselves
    brushing: float = 0.006
    test: float = 0.0008
    cancelled: float = 0.01  # paid, then closed before they are sent
    refunded: float = 0.025  # in full
    partly_refunded: float = 0.02  # one line comes back
    refund_only: float = 0.01  # money back, goods kept (仅退款)
    shipping_refunded: float = 0.003
    sample: float = 0.015  # with a free sample
    yearly_growth: float = 0.28  # of newly won customers


SHARES = Shares()

PURCHASE_SHARE = 1 - SHARES.cancelled - SHARES.refunded
"""Share of a customer's paid orders that stay purchases once everything has come back."""


@dataclass(frozen=True)
class Company:
    """A company of one language over one period.

    Attributes:
        language: "zh" or "en".
        start: First business day.
        end: The day after the last.
        words: What `words/<language>.toml` holds.
    """

    language: SimulatedLanguage
    start: date
    end: date
    words: dict[str, Any]

    @property
    def days(self) -> int:
        """Business days simulated."""
        return (self.end - self.start).days


@lru_cache(maxsize=2)
def words_of(language: str) -> dict[str, Any]:
    """The word lists of a language.

    Raises:
        ParameterError: There is no simulated company in that language.
    """
    if language not in ("zh", "en"):
        raise ParameterError.unknown(lazy("simulated language"), language, ("en", "zh"))
    source = files("zhike.datasets") / "words" / f"{language}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
